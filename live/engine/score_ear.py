"""A context on the score grid, fed with a live melody: on the pulse where there is one, else note values
guessed from the player's pace.

On a pulse onsets snap to the nearest 16th or triplet of its quarters, and the place in the bar is told where
bars are known. In free time only durations are told, and they snap. A gap shorter than a 16th is no rest.
Pitches are brought to C major or A minor and into the range of the given voice.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from live.engine.key_follower import KeyFollower
from live.engine.pace import CHORD_NS, Pace
from live.engine.ticks import SHORTEST_TICKS, SIXTEENTH, HasPulse, Ticks
from models.context import Context
from models.events import Event, Kind
from models.meter import Meter
from models.sounding import SILENT
from models.step import Network

REMEMBERED = 64
"""Events that are heard again after a change of key."""
_METERS = 8
"""So many changes of meter are kept: what is fed again begins later."""


class ScoreEar:
    """What a score model has heard of one melody. Owned by one thread; blocks for the model alone."""

    def __init__(self, network: Network, pace: Pace, *, role: int, key: KeyFollower, time: HasPulse) -> None:
        self._network, self._pace, self._role, self._key = network, pace, role, key
        self._ticks = Ticks(pace, time)
        self.context = Context(network, role=role)
        self.shift = 0
        """Semitones from the player's pitch to the model's."""
        self._onset_ns: int | None = None
        self._onset_tick = 0
        self._release_ns: int | None = None
        self.context.hear(Event(0, Kind.START))
        self.rekey()

    def melody(self, pitch: int, ns: int) -> tuple[Event, ...]:
        """The event of a melody note that is struck now, after that of a rest before it; both unheard."""
        self._pace.strike(ns)
        self._into_range(pitch)
        before = None if self._onset_ns is None else self._onset_tick
        tick = self._ticks.strike(ns, before, self.context.now)
        if self._ticks.on_pulse:
            self._take_back_end(tick)
            now = self.context.now
            tick = max(tick, now) if before is None or tick > now else now + SHORTEST_TICKS
        rest = None if before is None else self._rest_before(tick)
        self._onset_ns, self._onset_tick, self._release_ns = ns, tick, None
        self._ticks.anchor(ns, tick)
        self._tell_bars(tick)
        struck = Event(tick, Kind.ON, pitch + self.shift)
        return (struck,) if rest is None else (rest, struck)

    def again(self, pitch: int) -> Event:
        """The event of a higher note that replaces the one just struck."""
        return Event(self._onset_tick, Kind.ON, min(127, pitch + self.shift))

    def strike(self, pitch: int, velocity: int, ns: int) -> None:
        """A melody note is struck and heard; one of a chord takes the place of the note before."""
        if self._onset_ns is not None and ns - self._onset_ns < CHORD_NS and self._last_is_melody():
            self.context.rollback(1)
            self.context.hear(self.again(pitch)._replace(velocity=velocity))
            return
        *rest, struck = self.melody(pitch, ns)
        self.context.hear(*rest, struck._replace(velocity=velocity))

    def silence(self, pitch: int, ns: int) -> None:
        """The melody note stops; whether that is a rest shows only when the next one is struck."""
        self._release_ns = ns

    def finish_phrase(self, ns: int) -> None:
        """The player has finished: the rest is heard, and the end of the phrase if the model knows such."""
        if self._onset_ns is None:
            return
        sounding = self._sounding()
        if sounding is not None:
            tick = max(self._ticks.end(self._release_ns or ns, self._onset_tick), self.context.now)
            self.context.hear(Event(tick, Kind.OFF, sounding))
        if self.context.manifest.phrases and bool(self.context.state.phrase_open):
            self.context.hear(Event(self.context.now, Kind.PHRASE))
        self._onset_ns, self._onset_tick, self._release_ns = ns, self.context.now, None
        self._ticks.anchor(ns, self._onset_tick)
        self._tell_bars(self._onset_tick)

    def tick_at(self, ns: int) -> int:
        """The tick of a moment, by the pulse or at the present pace."""
        return self._ticks.tick_at(ns)

    def ns_at(self, tick: int) -> int:
        """The moment of a tick, by the pulse or at the present pace."""
        return self._ticks.ns_at(tick)

    @property
    def tick_ns(self) -> float:
        """How long a tick lasts in free time."""
        return self._ticks.tick_ns

    def rekey(self) -> bool:
        """If the key has changed, hear the last events again in the new one. Whether it did.

        Takes a few milliseconds: call it when nothing waits.
        """
        target = self._nearest(self._key.shift, self.shift)
        if target == self.shift:
            return False
        self._move(target)
        return True

    def _sounding(self) -> int | None:
        found = np.flatnonzero(self.context.state.onsets[0] != SILENT)
        return int(found[0]) if len(found) else None

    def _rest_before(self, tick: int) -> Event | None:
        """The ``off`` of the note before, if there was a rest of a 16th or more."""
        sounding = self._sounding()
        if sounding is None or self._release_ns is None:
            return None
        end = self._ticks.end(self._release_ns, self._onset_tick)
        if tick - end < SIXTEENTH:
            return None
        return Event(max(end, self.context.now), Kind.OFF, sounding)

    def _take_back_end(self, tick: int) -> None:
        """An ``off`` at this tick or later is taken back: the note ends by the strike itself."""
        last = self.context.recent(1)
        if last and last[0].kind == Kind.OFF and last[0].time >= tick:
            self.context.rollback(1)

    def _last_is_melody(self) -> bool:
        last = self.context.recent(1)
        return bool(last) and last[0].kind == Kind.ON and last[0].time == self._onset_tick

    def _tell_bars(self, tick: int) -> None:
        """Let the context know where bars begin from ``tick`` on, if that has changed."""
        meters = self.context.meters or [Meter.unknown(0)]
        meter = self._ticks.meter(tick)
        if not meter.goes_on_from(meters[-1]):
            self.context.meters = [*meters, meter][-_METERS:]

    def _into_range(self, pitch: int) -> None:
        """Move by octaves until the melody lies in the range of the given voice."""
        low, high = self._network.manifest.ranges[max(0, self._role - 1)]
        shift = self.shift
        while pitch + shift < low and pitch + shift + 12 <= high:
            shift += 12
        while pitch + shift > high and pitch + shift - 12 >= low:
            shift -= 12
        if shift != self.shift:
            self._move(shift)

    def _nearest(self, wanted: int, shift: int) -> int:
        """The transposition of class ``wanted`` nearest to the present one."""
        return shift + (wanted - shift + 6) % 12 - 6

    def _move(self, shift: int) -> None:
        """Another transposition: the last events are heard again in it."""
        delta, self.shift = shift - self.shift, shift
        kept = [
            event._replace(pitch=event.pitch + delta) if event.kind in (Kind.ON, Kind.OFF) else event
            for event in _well_begun(self.context.recent(REMEMBERED))
        ]
        kept = [event for event in kept if 0 <= event.pitch <= 127]
        start = kept[0].time if kept else self.context.now
        fresh = Context(self._network, meters=self.context.meters, role=self._role)
        fresh.hear(Event(start, Kind.START), *kept)
        self.context = fresh


def _well_begun(events: list[Event]) -> Iterator[Event]:
    """Without a start, and without ends of notes and phrases that began before these events."""
    begun: set[int] = set()
    for event in events:
        if event.kind == Kind.ON:
            begun.add(event.voice)
        if event.kind != Kind.START and event.voice in begun:
            yield event
