"""A sender of MIDI clock on a clock of its own: what a DAW or a drum machine puts on the wire."""

from __future__ import annotations

from random import Random

from live.beat.midi_clock import MidiClock
from live.beat.pulse import MINUTE_NS, Pulse

METER = "4/4"
TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


def song_position(sixteenths: int) -> bytes:
    return bytes((0xF2, sixteenths & 0x7F, sixteenths >> 7))


class DrumMachine:
    """Tells ``clock`` what it sends, with a little jitter; ``now_ns`` is where time has come to."""

    def __init__(self, clock: MidiClock, source: int = 0, bpm: float = 120, start_ns: int = 10**9) -> None:
        self.clock, self.source, self.bpm = clock, source, bpm
        self.now_ns = float(start_ns)
        self.pulses: list[Pulse | None] = []
        """After each message."""
        self._chance = Random(source)

    @property
    def tick_ns(self) -> float:
        return MINUTE_NS / self.bpm / 24

    def say(self, *messages: bytes) -> None:
        for message in messages:
            stamp = round(self.now_ns + self._chance.expovariate(1 / 100_000))
            self.clock.hear(stamp, self.source, message, stamp + 300_000)
            self.pulses.append(self.clock.pulse(stamp + 300_000, METER))

    def tick(self, count: int = 1) -> None:
        """So many ticks, the first of them now; then it is time for the next one."""
        for _ in range(count):
            self.say(TICK)
            self.now_ns += self.tick_ns

    def wait(self, seconds: float) -> None:
        """Time passes, and somebody looks at the clock every 10 ms."""
        until = self.now_ns + seconds * 1e9
        while self.now_ns < until:
            self.now_ns = min(until, self.now_ns + 10_000_000)
            self.pulses.append(self.clock.pulse(round(self.now_ns), METER))

    @property
    def quarter(self) -> float | None:
        """Where the pulse says that the song is at this moment."""
        pulse = self.clock.pulse(round(self.now_ns), METER)
        return None if pulse is None else pulse.quarter_at(round(self.now_ns))
