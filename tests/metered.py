"""A player in time, and a companion that answers on the beat: phrases, first notes, distances."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from band import Band, tune
from sounded import Sounded, sounded

from live.beat.pulse import Pulse

NS_PER_MS = 1e6


class Answered(NamedTuple):
    """An answer: its notes, the millisecond at which the player's last key came up, and the pulse."""

    notes: list[Sounded]
    over: float
    pulse: Pulse

    @property
    def quarters(self) -> list[float]:
        """Where in the music its notes began."""
        return [self.pulse.quarter_at(round(note.start * NS_PER_MS)) for note in self.notes]

    def beside(self, unit: float, index: int = 0) -> float:
        """Milliseconds from a note to the nearest multiple of ``unit`` quarters, counted from a bar line."""
        line = 0.0 if self.pulse.bars is None else self.pulse.bars.line
        place = (self.quarters[index] - line) / unit
        return abs(place - round(place)) * unit * self.pulse.quarter_ns / NS_PER_MS


def answers(band: Band, count: int, chance: Random) -> Iterator[Answered]:
    """Phrases that end anywhere in the beat, each with its whole answer."""
    for _ in range(count):
        gap = chance.choice([110, 180, 240, 330, 500])
        length = gap * chance.uniform(0.4, 0.9)
        pitches = [60 + chance.randint(0, 12) for _ in range(chance.randint(2, 6))]
        seen = len(sounded(band.sent))
        began = band.now_ms
        band.play(tune(pitches, gap_ms=gap, length_ms=length))
        over = began + gap * (len(pitches) - 1) + length
        for _ in range(240):
            band.wait(250)
            if len(sounded(band.sent)) > seen and band.session.policy.status().startswith("listening"):
                break
        pulse = band.session.time.pulse
        assert pulse is not None
        yield Answered(sounded(band.sent)[seen:], over, pulse)
        band.wait(chance.uniform(0, 1000))
