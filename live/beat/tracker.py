"""The pulse of the playing, told before the beats come.

Onsets go through a network that says where in the beat each may lie (``models/beat_network.py``), a filter
over all tempos and places weighs that against what was before (:mod:`live.beat.tempo_phase`), a chain counts
bars (:mod:`live.beat.bar_chain`), and what is told goes on evenly (:mod:`live.beat.told_line`).
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from live.beat.bar_chain import BarChain
from live.beat.beats import beat_quarters
from live.beat.confidence import Confidence, uneven
from live.beat.pulse import Bars, Pulse, Source
from live.beat.tempo_phase import Guess, TempoPhase, Tuning
from live.beat.told_line import ToldLine, begin, steer
from models.beat_features import BACK, CHROMA, COLUMNS, SPREAD_SECONDS, join, rows
from models.beat_network import BeatNetwork, Heard, load

SECOND_NS = 1_000_000_000
SPREAD_NS = round(SPREAD_SECONDS * SECOND_NS)
ON_BEAT = 0.17
"""An onset so near to a told beat, in beats, says whether a bar begins there."""
FORGOTTEN_NS = 8 * SECOND_NS
"""After so long a silence the music begins anew."""


class Lock(NamedTuple):
    """When the pulse is told, and when it is let go.

    It is told after ``patience`` onsets sure above ``on`` (not before ``first_onsets``), until
    ``patience_off`` onsets are sure below ``off``. Each time that it was let go or was wrong (three at most;
    one is forgiven for every ``forgiven`` onsets told) it has to be sure for ``once_bitten`` onsets more: who
    plays freely meets a beat by chance now and then.

    Another beat takes the place of the one that is told when it is ``rival`` times as likely ``rival_onsets``
    times running, and what is told is not sure above ``keep``; while nothing is told, sooner. Without an
    onset for ``silence_beats`` or ``silence_s``, whichever is shorter (but 1.5 s at least), the pulse is let
    go. ``bars`` are told where they are so probable.
    """

    on: float = 0.68
    off: float = 0.55
    patience: int = 3
    patience_off: int = 4
    once_bitten: int = 12
    forgiven: int = 32
    first_onsets: int = 5
    rival: float = 3.0
    rival_onsets: int = 4
    rival_free: float = 1.5
    rival_free_onsets: int = 2
    keep: float = 0.58
    silence_beats: float = 4.5
    silence_s: float = 4.0
    bars: float = 0.6


class Listener(Protocol):
    """What hears onsets: :class:`models.beat_network.BeatNetwork`."""

    def reset(self) -> None:
        """As if nothing had been heard."""

    def step(self, row: NDArray[np.float32]) -> Heard:
        """Hear one onset."""


class Tracker:
    """Hears the player's strikes and tells the :class:`Pulse`. Engine's thread only; never blocks.

    What :meth:`pulse` gives depends on the strikes and on ``now_ns`` alone, not on how often it is asked. An
    onset counts 40 ms after its first note: then the chord is complete. The count of quarters never goes
    back. While the pulse is told, the count never jumps: it goes a little faster or slower until the next
    beat. Where the tracker finds that it was wrong (another tempo, or half a beat off), the pulse is None for
    an onset at least, and the count begins anew on a higher number.

    A beat is what a musician taps: of the levels that the music allows, one near 110 a minute is liked most.
    It is told as a quarter, or, with a meter from :meth:`set_meter`, as what that meter counts: a dotted
    quarter in 3/8, 6/8, 9/8 and 12/8, a half note over 2.
    """

    def __init__(
        self, listener: Listener | None = None, tuning: Tuning | None = None, lock: Lock | None = None
    ) -> None:
        self._listener: Listener = listener or BeatNetwork(load())
        self._filter, self._chain, self._lock = TempoPhase(tuning), BarChain(), lock or Lock()
        self._confidence = Confidence()
        self._bars: Bars | None = None
        self._told = False
        self._base = 0
        self._meter: Bars | None = None
        self._line: ToldLine | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what was played; the count goes on above what it was."""
        self._open: NDArray[np.float64] | None = None
        self._open_ns = self._last_ns = self._asked_ns = 0
        self._begin_anew()

    def set_meter(self, meter: Bars | None) -> None:
        """The meter that the musician has set (its ``line`` is not used), or None: any.

        Where a beat is another note value from now on, the pulse is None until the next onset.
        """
        before, self._meter = self.quarters_in_beat, meter
        if self._line is not None and before != self.quarters_in_beat:
            count = self._line.count_at(max(self._asked_ns, self._line.at_ns))
            self._base = math.ceil(self._base + count * (before - self.quarters_in_beat)) + 1
            self._let_go()
        self._chain.only(None if meter is None else round(meter.quarters / self.quarters_in_beat))
        self._bars = None

    @property
    def quarters_in_beat(self) -> float:
        """Quarters in a beat."""
        return beat_quarters(self._meter)

    def strike(self, stamp_ns: int, pitch: int, velocity: int) -> None:
        """The player struck a key. A stamp before the last one counts as the last one."""
        self._settle(stamp_ns)
        if self._open is None:
            self._open_ns = max(stamp_ns, self._last_ns)
            self._open = np.zeros(COLUMNS)
            self._open[:CHROMA] = 0, pitch, pitch, 0, 0
        join(self._open, pitch, velocity)

    @property
    def wake_at_ns(self) -> int | None:
        """When :meth:`pulse` will next have something new to say, if nothing is struck before."""
        moments = [] if self._open is None else [self._open_ns + SPREAD_NS]
        if self._told and self._line is not None:
            moments += [self._line.until_ns, self._last_ns + self._silence_ns + 1]
        return min((at for at in moments if at > self._asked_ns), default=None)

    def pulse(self, now_ns: int) -> Pulse | None:
        """The pulse as it is known now, or None: the player plays freely, or nothing."""
        self._settle(now_ns)
        self._asked_ns = now_ns
        if self._line is None or not self._told or now_ns - self._last_ns > self._silence_ns:
            return None
        at, beat, beat_ns = self._line.part_at(now_ns)
        unit = self.quarters_in_beat
        return Pulse(at, self._base + beat * unit, beat_ns / unit, Source.PLAYING, self._sure, self._bars)

    def _begin_anew(self) -> None:
        self._listener.reset()
        self._filter.reset()
        self._heard = 0
        self._guess: Guess | None = None
        self._silence_ns = self._losses = self._told_for = 0
        self._let_go()

    def _lose(self) -> None:
        """What was told was wrong, or may have been: the next time is waited for longer."""
        if self._told:
            self._losses = min(self._losses + 1, 3)
        self._told, self._told_for = False, 0

    def _let_go(self) -> None:
        self._told, self._sure = False, 0.0
        self._sure_for = self._unsure_for = self._rival_for = 0
        self._bars = None

    def _settle(self, now_ns: int) -> None:
        """Take in the open onset, if it is complete."""
        if self._open is not None and now_ns - self._open_ns >= SPREAD_NS:
            onset, self._open = self._open, None
            self._hear(onset, self._open_ns)

    def _hear(self, onset: NDArray[np.float64], at_ns: int) -> None:
        gap_ns = at_ns - self._last_ns if self._heard else 0
        if gap_ns > FORGOTTEN_NS:
            self._begin_anew()
        elif self._heard and gap_ns > self._silence_ns:
            self._let_go()
        if not self._heard:
            gap_ns, self._first_ns, self._table = 0, at_ns, np.zeros((0, COLUMNS))
        gap = gap_ns / SECOND_NS
        onset[0] = (at_ns - self._first_ns) / SECOND_NS
        self._table = np.concatenate([self._table[-BACK:], onset[None]])
        heard = self._listener.step(rows(self._table, 1)[0])
        self._filter.advance(gap)
        self._filter.hear(heard.grid)
        self._heard += 1
        self._last_ns = at_ns
        anew, guess = self._choose(gap)
        self._guess = guess
        self._tell(guess, at_ns, anew)
        self._count_beats(heard, guess, at_ns)
        self._decide(guess, anew)

    def _choose(self, gap: float) -> tuple[bool, Guess]:
        """The beat that is told, moved on and corrected; or another, which has been likelier for a while."""
        best, old = self._filter.best(), self._guess
        if old is None:
            return True, best
        own = self._filter.around(old.period, (old.phase + gap / old.period) % 1)
        lock = self._lock
        told_well = self._told and self._sure >= lock.keep
        ratio = lock.rival if self._told else lock.rival_free
        onsets = lock.rival_onsets if self._told else lock.rival_free_onsets
        rival = not told_well and self._filter.liking(best) > ratio * self._filter.liking(own)
        self._rival_for = self._rival_for + 1 if rival else 0
        if self._rival_for < onsets and own.mass:
            return False, own
        self._lose()
        self._let_go()
        return True, best

    def _tell(self, guess: Guess, at_ns: int, anew: bool) -> None:
        """Steer the told line, or begin it anew above the old one."""
        told_ns, beat_ns = at_ns + SPREAD_NS, guess.period * SECOND_NS
        phase = (guess.phase + SPREAD_NS / beat_ns) % 1
        line = self._line
        if line is not None and not anew:
            self._confidence.onset(line.count_at(at_ns), guess.period)
            self._line, error = steer(line, told_ns, phase, beat_ns)
            self._confidence.corrected(error * guess.period)
            return
        least = line.count_at(told_ns) if line is not None else 0.0
        whole = math.floor(least) + (phase < least % 1)
        self._line = begin(told_ns, whole + phase, beat_ns)
        self._passed = whole
        self._downbeats: dict[int, float] = {}
        self._chain.reset()
        self._confidence.begin(whole)

    def _count_beats(self, heard: Heard, guess: Guess, at_ns: int) -> None:
        """Tell the chain of bars and the confidence which beats have passed, and what was heard on them."""
        assert self._line is not None
        count = self._line.count_at(at_ns + SPREAD_NS) - SPREAD_NS / (guess.period * SECOND_NS)
        count += (guess.phase - count + 0.5) % 1 - 0.5
        nearest = round(count)
        if abs(count - nearest) < ON_BEAT:
            self._downbeats[nearest] = max(self._downbeats.get(nearest, -9.0), heard.downbeat)
        while self._passed + 0.5 < count:
            self._chain.beat(self._downbeats.pop(self._passed, 0.0), heard.meter)
            self._confidence.passed(self._passed)
            self._passed += 1

    def _decide(self, guess: Guess, anew: bool) -> None:
        """How sure, whether that is enough, and where bars begin."""
        line, lock = self._line, self._lock
        assert line is not None
        told_ns, count, beat_ns = line.part_at(line.at_ns)
        next_ns = told_ns + (math.floor(count) + 1 - count) * beat_ns
        ahead = (next_ns - self._last_ns) / SECOND_NS
        there = (self._filter.beat_in(ahead) + self._filter.beat_in(ahead + guess.period)) / 2
        rough = uneven(self._table[:, 0], guess.period, guess.phase)
        self._sure = self._confidence.sure(there, guess.mass, guess.period, rough)
        self._sure_for = self._sure_for + 1 if self._sure >= lock.on else 0
        self._unsure_for = self._unsure_for + 1 if self._sure < lock.off else 0
        self._told_for = self._told_for + 1 if self._told else 0
        if self._told_for and self._told_for % lock.forgiven == 0:
            self._losses = max(0, self._losses - 1)
        wait = lock.patience + lock.once_bitten * self._losses
        if self._unsure_for >= lock.patience_off:
            self._lose()
        elif not anew and self._sure_for >= wait and self._heard >= lock.first_onsets:
            self._told = True
        longest = min(lock.silence_s, lock.silence_beats * guess.period)
        self._silence_ns = round(max(1.5, longest) * SECOND_NS)
        bar = self._chain.best()
        self._bars = None
        if bar.sure >= lock.bars:
            numerator, denominator = (bar.beats, 4) if self._meter is None else self._meter[:2]
            first = self._passed - 1 - bar.place
            self._bars = Bars(numerator, denominator, self._base + first * self.quarters_in_beat)
