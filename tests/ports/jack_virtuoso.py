"""Plays ``virtuoso.performance`` into ``To Antiphon`` on JACK: ``python jack_virtuoso.py SECONDS``.

Hears ``From Antiphon`` meanwhile. In a process of its own: nothing but the daemon and JACK is measured.
Thru must be on: what the player plays comes back on its own channel, byte for byte and in order, or is
counted as lost. Writes one line of JSON a minute and one at the end (see :class:`Tally`).
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import rtmidi
from jack_peer import OUR_INPUT, OUR_OUTPUT, SETTLING_SECONDS, connect
from virtuoso import performance

REPORT_S = 60.0
LOST_AFTER = 64
"""Messages looked through for one that did not come back in its turn."""
END_S = 20.0
"""How long the end is waited for: an answer may come and ends; notes that sound on then are stuck."""


class Tally:
    """What went out, what came back, and what sounds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(played=0, notes=0, lost=0, strange=0, companion=0, doubled=0)
        self.took_us: list[int] = []
        """Through thru and back, since the last report."""
        self.sounding: set[tuple[int, int]] = set()
        self._expected: deque[tuple[int, bytes]] = deque()

    def played(self, now_ns: int, message: bytes) -> None:
        self.counts["played"] += 1
        self.counts["notes"] += message[0] & 0xF0 == 0x90 and message[2] > 0
        self._expected.append((now_ns, message))

    def came(self, now_ns: int, message: bytes) -> None:
        if message[0] & 0x0F == 0:
            self._back(now_ns, message)
        elif message[0] & 0xF0 == 0x90 and message[2]:
            self.counts["companion"] += 1
        if message[0] & 0xF0 == 0x90 and message[2]:
            key = (message[0] & 0x0F, message[1])
            self.counts["doubled"] += key in self.sounding
            self.sounding.add(key)
        elif message[0] & 0xF0 in (0x80, 0x90):
            self.sounding.discard((message[0] & 0x0F, message[1]))

    def _back(self, now_ns: int, message: bytes) -> None:
        for skipped, (sent_ns, expected) in enumerate(self._expected):
            if expected == message:
                self.counts["lost"] += skipped
                for _ in range(skipped + 1):
                    self._expected.popleft()
                self.took_us.append((now_ns - sent_ns) // 1000)
                return
            if skipped >= LOST_AFTER:
                break
        self.counts["strange"] += 1

    def report(self, at: float, last: bool = False) -> None:
        ordered, self.took_us = sorted(self.took_us) or [0], []
        if last:
            self.counts["lost"] += len(self._expected)
        figures = {
            "at": round(at, 1),
            **self.counts,
            "sounding": len(self.sounding),
            "thru_p50_ms": ordered[len(ordered) // 2] / 1000,
            "thru_p99_ms": ordered[len(ordered) * 99 // 100] / 1000,
            "thru_most_ms": ordered[-1] / 1000,
        }
        print(json.dumps(figures), flush=True)


def main() -> None:
    seconds = float(sys.argv[1])
    player = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="virtuoso")
    synth = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="virtuoso's synth", queue_size_limit=8192)
    synth.ignore_types(False, False, False)
    connect(player, OUR_INPUT, "out")
    connect(synth, OUR_OUTPUT, "in")
    time.sleep(SETTLING_SECONDS)
    tally, begin = Tally(), time.perf_counter()

    def listen(until: float) -> None:
        while True:
            while (event := synth.get_message()) is not None:
                tally.came(time.perf_counter_ns(), bytes(event[0]))
            if time.perf_counter() >= until:
                return
            time.sleep(0.0005)

    next_report = REPORT_S
    for at, message in performance(seconds):
        listen(begin + at)
        if at >= next_report:
            tally.report(at)
            next_report += REPORT_S
        tally.played(time.perf_counter_ns(), message)
        player.send_message(message)
    listen(begin + seconds)
    end = time.perf_counter() + END_S
    listen(time.perf_counter() + 3)
    while tally.sounding and time.perf_counter() < end:
        listen(time.perf_counter() + 0.1)
    tally.report(time.perf_counter() - begin, last=True)
    for port in (player, synth):
        port.close_port()
        port.delete()


if __name__ == "__main__":
    main()
