"""A player and a synth for the tests, in a process of their own: ``python jack_peer.py``.

Connects to ``To Antiphon`` and ``From Antiphon`` on JACK; an argument ``2`` means those of the second
daemon. Reads lines: ``send HEX...`` sends the
messages at once, ``play COUNT GAP_MS`` plays notes of 5 ms one after the other (SIGTERM: no more of them),
``pump FILE RATE`` sends the packets of a pickled list, so many bytes a second, ``quit`` ends. Writes
lines: ``ready``, ``sent NANOSECONDS HEX``, ``got NANOSECONDS HEX``, ``done``. Times are those of
``time.perf_counter_ns``, the same in all processes.
"""

import os
import pickle
import select
import signal
import sys
import time

import rtmidi

from live.stage.clock import SystemClock
from live.stage.jack_sink import JackSink

SETTLING_SECONDS = 0.3
"""A connection that JACK lists is taken up some cycles later; what is sent before may be lost."""
NUMBER = "".join(f" {word}" for word in sys.argv[1:]) if __name__ == "__main__" else ""
PERIOD_NS = 64 * 10**9 // 48_000
"""Of the tests' JACK servers."""
OUR_INPUT, OUR_OUTPUT = (f"{way} Antiphon{NUMBER}:{way} Antiphon{NUMBER}" for way in ("To", "From"))


def connect(rt, name: str, port_name: str, seconds: float = 5.0) -> None:
    until = time.perf_counter() + seconds
    while name not in (names := rt.get_ports()):
        if time.perf_counter() > until:
            sys.exit(f"no port {name!r} in {names}")
        time.sleep(0.02)
    rt.open_port(names.index(name), name=port_name)


class Peer:
    def __init__(self) -> None:
        self.player = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="player")
        self.synth = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="synth", queue_size_limit=8192)
        self.synth.ignore_types(False, False, False)
        connect(self.player, OUR_INPUT, "out")
        connect(self.synth, OUR_OUTPUT, "in")
        self.over = False
        signal.signal(signal.SIGTERM, self.end)
        time.sleep(SETTLING_SECONDS)

    def end(self, *_: object) -> None:
        self.over = True

    def say(self, *words: object) -> None:
        print(*words, flush=True)

    def send(self, message: bytes) -> None:
        now = time.perf_counter_ns()
        self.player.send_message(message)
        self.say("sent", now, message.hex())

    def listen(self, until_ns: int) -> None:
        while True:
            while (event := self.synth.get_message()) is not None:
                self.say("got", time.perf_counter_ns(), bytes(event[0]).hex())
            if time.perf_counter_ns() >= until_ns:
                return
            time.sleep(0.0001)

    def play(self, count: int, gap_ms: float) -> None:
        due = time.perf_counter_ns()
        for n in range(count):
            pitch = 36 + n % 60
            self.send(bytes((0x90, pitch, 64)))
            self.listen(due + 5_000_000)
            self.send(bytes((0x80, pitch, 64)))
            due += round(gap_ms * 1e6)
            self.listen(due)
            if self.over:
                break
        self.say("done")

    def pump(self, file: str, rate: float) -> None:
        with open(file, "rb") as packets:
            coming = pickle.load(packets)
        sink, begin, sent = JackSink(self.player, SystemClock()), time.perf_counter_ns(), 0
        sink.period_ns = PERIOD_NS
        for packet in coming:
            for piece in sink.pieces(packet):
                sink.send(piece, 0)
                sent += len(piece)
                if (due := begin + round(sent / rate * 1e9)) > time.perf_counter_ns():
                    self.listen(due)
        self.say("done")

    def run(self) -> None:
        self.say("ready")
        rest = b""
        while True:
            self.listen(time.perf_counter_ns())
            if not select.select([0], [], [], 0.0005)[0]:
                continue
            data = os.read(0, 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                what, *words = line.decode().split()
                if what == "quit":
                    return
                if what == "send":
                    for word in words:
                        self.send(bytes.fromhex(word))
                elif what == "pump":
                    self.pump(words[0], float(words[1]))
                elif what == "play":
                    self.play(int(words[0]), float(words[1]))


if __name__ == "__main__":
    peer = Peer()
    peer.run()
    peer.player.close_port()
    peer.synth.close_port()
    peer.player.delete()
    peer.synth.delete()
