"""A context that hears player and companion at once: what was struck and what was sent, as it arrives.

The same as :mod:`live.engine.rehearing` makes of the history. A plan is made on a fork.
"""

from __future__ import annotations

from live.engine.ear import Ear, hear_own
from live.engine.score_ear import ScoreEar
from live.engine.ticks import SIXTEENTH
from models.context import Context
from models.events import PITCHES, Event, Kind


class Overheard:
    """Engine thread only; blocks for the model alone. Pitches are real, moments without swing."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self.context: Context = ear.context
        self._own: dict[int, int] = {}
        """What sounds because of the companion: real pitch -> the model's."""
        self._is_plan = False

    def fork(self) -> Overheard:
        """An independent copy, for plans: it is told what is ordered and not sent yet."""
        other = Overheard(self.ear)
        other.context, other._own, other._is_plan = self.context.fork(), dict(self._own), True
        return other

    def take_over(self, ear: Ear) -> None:
        """Go on with another context, which has heard the same."""
        self.ear, self.context = ear, ear.context
        self._own = {pitch: model_pitch(ear, pitch) for pitch in self._own}

    def strike(self, pitch: int, velocity: int, ns: int) -> int:
        """The player strikes a key. The number of events that were heard for it."""
        if self._monophonic:
            self.silence_own(ns)
        self._own.pop(pitch, None)
        return self.ear.strike(pitch, velocity, ns)

    def expect(self, tick: int) -> None:
        """A note of a single line begins there: less than a 16th before it is no rest."""
        last = self.context.recent(1)
        if self._monophonic and last and last[0].kind == Kind.OFF and last[0].time > tick - SIXTEENTH:
            self.context.rollback(1)

    def sent(self, pitch: int, velocity: int, ns: int, players: set[int]) -> None:
        """The companion strikes a key; ``players``: the pitches that sound because of the player."""
        if not self._monophonic and pitch in players:
            return  # it sounds already
        told = model_pitch(self.ear, pitch)
        if self.context.hidden is None or not 0 <= told < PITCHES:
            return
        tick = self.ear.snapped_at(ns)
        if self._monophonic:
            self.expect(tick)
            tick = max(tick, self.context.now + 1)
            self._own.clear()
        if isinstance(self.ear, ScoreEar) and not self._is_plan:
            self.ear.interpose()
        self._own[pitch] = told
        hear_own(self.context, Event(tick, Kind.ON, told, velocity))

    def ended(self, pitch: int, ns: int) -> None:
        """A note of the companion ends."""
        told = self._own.pop(pitch, None)
        if told is not None:
            hear_own(self.context, Event(self.ear.snapped_at(ns), Kind.OFF, told))

    def phrase(self) -> None:
        """What the companion has played until now is a phrase, where the model knows of such."""
        if self.context.manifest.phrases and self.context.hidden is not None:
            hear_own(self.context, Event(self.context.now, Kind.PHRASE))

    def silence_own(self, ns: int) -> None:
        """All notes of the companion end."""
        for pitch in list(self._own):
            self.ended(pitch, ns)

    @property
    def _monophonic(self) -> bool:
        return self.context.manifest.monophonic


def model_pitch(ear: Ear, pitch: int) -> int:
    """As the model is told a pitch: in its key and, where it has one voice, by octaves in its range."""
    low, high = ear.context.manifest.ranges[0]
    pitch += ear.shift
    if ear.context.manifest.monophonic:
        while pitch < low and pitch + 12 <= high:
            pitch += 12
        while pitch > high and pitch - 12 >= low:
            pitch -= 12
    return pitch
