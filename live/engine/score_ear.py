"""A context on the score grid, fed with a live melody: on the pulse where there is one, else note values
guessed from the player's pace.

On a pulse onsets snap to the nearest 16th or triplet of its quarters, and the place in the bar is told where
bars are known. In free time only durations are told, and they snap. A gap shorter than a 16th is no rest.
Pitches are brought to C major or A minor and into the range of the given voice.
"""

from __future__ import annotations

import numpy as np

from live.engine.ear import Beat, Frame
from live.engine.key_follower import KeyFollower
from live.engine.pace import CHORD_NS, Pace
from live.engine.ticks import LONGEST_TICKS, SHORTEST_TICKS, SIXTEENTH, HasPulse, Ticks
from models.context import Context
from models.events import Event, Kind
from models.meter import Meter
from models.sounding import SILENT
from models.step import Network

TOGETHER_NS = 60_000_000
"""What changes so soon after a strike was so when it was struck."""
MOST_AT_ONCE = 32
"""Events (eight strikes in four voices) that are heard again before a strike is answered: a millisecond or
two, now and then."""
_METERS = 8
"""So many changes of meter are kept: what is fed again begins later."""


class ScoreEar:
    """What a score model has heard of one melody. Owned by one thread; blocks for the model alone.

    With a ``frame`` and a ``context`` it is fed what was played before, and keeps to that frame.
    """

    def __init__(
        self,
        network: Network,
        pace: Pace,
        *,
        role: int,
        key: KeyFollower,
        time: HasPulse,
        frame: Frame | None = None,
        context: Context | None = None,
    ) -> None:
        self._role, self._key, self._time, self._pace = role, key, time, pace
        self._ticks = Ticks(pace, time)
        self.context = context or Context(network, role=role)
        self._may_move = frame is None
        self.frame = frame or Frame(key.shift, Beat.of(time.pulse))
        """How all of the context was told."""
        self._pitch: int | None = None  # of the melody note struck last
        self._onset_ns: int | None = None
        self._onset_tick = 0
        self._release_ns: int | None = None
        self._interposed = False
        self.context.hear(Event(0, Kind.START))

    @property
    def shift(self) -> int:
        """Semitones from the player's pitch to the model's."""
        return self.frame.shift

    def frame_now(self) -> Frame:
        """By the key of now, the last note in the model's range, and by the bars that were known last."""
        shift = self.shift + (self._key.shift - self.shift + 6) % 12 - 6
        if self._pitch is not None:
            shift += self._octaves(self._pitch + shift)
        return Frame(shift, Beat.of(self._time.pulse) or self.frame.beat)

    def live(self, time: HasPulse) -> None:
        """What was played before is heard; from now on this says the time."""
        self._time = time
        self._ticks.live(time)

    def begin(self, pitch: int) -> None:
        """This melody note comes next: where nothing was heard yet, key and octave are free."""
        self._pitch = pitch
        if self._may_move and self._onset_ns is None:
            self.frame = self.frame_now()

    def turn(self) -> int:
        """The key is another while little was heard: all of it is heard again in that key, at once.

        The number of semitones that it lies higher now.
        """
        frame = self.frame_now()
        up = frame.shift - self.shift
        if up % 12 == 0 or self.context.heard > MOST_AT_ONCE:
            return 0
        self.context, self.frame = self.context.transposed(up), self.frame._replace(shift=frame.shift)
        return up

    def melody(self, pitch: int, ns: int) -> tuple[Event, ...]:
        """The event of a melody note that is struck now, after that of a rest before it; both unheard."""
        self._pace.strike(ns)
        self.begin(pitch)
        before = None if self._onset_ns is None else self._onset_tick
        tick = self._ticks.strike(ns, before, self.context.now)
        if self._ticks.on_pulse:
            self.take_back_end(tick)
            now = self.context.now
            first = before is None and not now
            tick = max(tick, now) if first or tick > now else now + SHORTEST_TICKS
        rest = None if before is None or self._interposed else self._rest_before(tick)
        self._interposed = False
        self._onset_ns, self._onset_tick, self._release_ns = ns, tick, None
        self._ticks.anchor(ns, tick)
        self._tell_bars(tick)
        struck = Event(tick, Kind.ON, self.model_pitch(pitch))
        return (struck,) if rest is None else (rest, struck)

    def again(self, pitch: int) -> Event:
        """The event of a higher note that replaces the one just struck."""
        self._pitch = pitch
        return Event(self._onset_tick, Kind.ON, self.model_pitch(pitch))

    def change(self, ns: int) -> int:
        """The tick of a change under the melody note that goes on: that of its strike, if it is so near."""
        if self._onset_ns is None or ns - self._onset_ns < TOGETHER_NS:
            return self._onset_tick
        tick = self._ticks.change(ns, self._onset_tick)
        if tick < self._onset_tick + SIXTEENTH:
            return self._onset_tick
        return min(max(tick, self.context.now), self.context.now + LONGEST_TICKS)

    def model_pitch(self, pitch: int) -> int:
        """As the model is told a melody note: by octaves in the range of the given voice."""
        return min(127, max(0, pitch + self.shift + self._octaves(pitch + self.shift)))

    def strike(self, pitch: int, velocity: int, ns: int) -> int:
        """A melody note is struck and heard; one of a chord takes the place of the note before.

        The number of events that were heard for it; 0 for one of a chord.
        """
        if self._onset_ns is not None and ns - self._onset_ns < CHORD_NS and self._last_is_melody():
            self.context.rollback(1)
            self.context.hear(self.again(pitch)._replace(velocity=velocity))
            return 0
        *rest, struck = self.melody(pitch, ns)
        self.context.hear(*rest, struck._replace(velocity=velocity))
        return len(rest) + 1

    def interpose(self) -> None:
        """Somebody else has played since: what sounds is not the note that the player let go."""
        self._interposed = True

    def take_back_end(self, tick: int) -> None:
        """An ``off`` at this tick or later is taken back: the note ends by the strike itself."""
        last = self.context.recent(1)
        if last and last[0].kind == Kind.OFF and last[0].time >= tick:
            self.context.rollback(1)

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

    def snapped_at(self, ns: int) -> int:
        """The same as it is written, where something was timed by hand."""
        return self._ticks.snapped_at(ns)

    def ns_at(self, tick: int) -> int:
        """The moment of a tick, by the pulse or at the present pace."""
        return self._ticks.ns_at(tick)

    @property
    def tick_ns(self) -> float:
        """How long a tick lasts in free time."""
        return self._ticks.tick_ns

    def _sounding(self) -> int | None:
        found = np.flatnonzero(self.context.state.onsets[0] != SILENT)
        return int(found[0]) if len(found) else None

    def _rest_before(self, tick: int) -> Event | None:
        """The ``off`` of the note before, if there was a rest of a 16th or more."""
        sounding = self._sounding()
        if sounding is None or self._release_ns is None:
            return None
        end = self._ticks.end(self._release_ns, self._onset_tick)
        if end <= self.context.now and self.context.manifest.voices > 1:  # another voice moved after that
            end = self.context.now + 1
        if tick - end < SIXTEENTH:
            return None
        return Event(max(end, self.context.now), Kind.OFF, sounding)

    def _last_is_melody(self) -> bool:
        last = self.context.recent(1)
        return bool(last) and last[0].kind == Kind.ON and last[0].time == self._onset_tick

    def _tell_bars(self, tick: int) -> None:
        """Let the context know where bars begin from ``tick`` on, if that has changed."""
        meters = self.context.meters or [Meter.unknown(0)]
        meter = self._ticks.meter(tick)
        if not meter.goes_on_from(meters[-1]):
            self.context.meters = [*meters, meter][-_METERS:]

    def _octaves(self, pitch: int) -> int:
        """Semitones that bring the model's pitch into the range of the given voice."""
        low, high = self.context.manifest.ranges[max(0, self._role - 1)]
        moved = pitch
        while moved < low and moved + 12 <= high:
            moved += 12
        while moved > high and moved - 12 >= low:
            moved -= 12
        return moved - pitch
