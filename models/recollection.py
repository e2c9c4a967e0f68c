"""What a player's own phrases say about the next event, mixed into the heads of a model.

Every place in the memory where the last notes stand is a candidate. Its odds against the model grow with the
notes that fit without a gap (``run``) and with those that fit nearly (``fit``, of
:data:`models.phrase_memory.DEPTH`); the numbers below are fitted by likelihood, on second halves of
performances whose first halves were remembered. ``weight`` 0.5 gives these odds, less makes them smaller,
1 leaves the model no say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES, Event, Kind
from models.grid import Grid
from models.phrase_memory import (
    BEGINNING,
    CHORD_NOTES,
    CHORD_US,
    DEPTH,
    LASTING,
    ORDER,
    ROOM,
    SLACK,
    SPANS,
    PhraseMemory,
    keys_of,
    newest_first,
)
from models.vocabulary import ON_TOKENS

Logits = NDArray[np.float32]
Allowed = NDArray[np.bool_]

EVENTS = 96
"""Of the context are looked at."""
LITTLE = 3.0
"""Ticks that are added to times before they are compared: short ones are never exact."""
WAIT_WIDTH, LOUDNESS_WIDTH = 0.2, 2.0
"""How exactly a wait (in its logarithm) and a loudness (in bins) are remembered."""
FEW_NATS = 6.0
"""Taken off where fewer than :data:`models.phrase_memory.ORDER` notes fit."""
ALONE = 0.9
"""Above this weight that is asked for at all: below, the odds are too small to be heard."""
_LONG = 18
_PITCH = (-5.155, 0.634, 0.278, -0.151)
_LATE, _SHARE = -2.189, 0.356
"""Per unit of the logarithm by which the time differs; the model's say in what is remembered."""
_WAIT = (-5.248, 0.634, 0.206, -0.014)
_LOUDNESS = (-6.408, 1.902, 0.258, -0.017)
_NO, _NEVER = -4000, 1e9
_LEAST = 1e-30
_NEAR = np.arange(2 * SLACK + 1)[:, None] + np.arange(DEPTH)


class Heard(Protocol):
    """What is asked of a context."""

    grid: Grid

    @property
    def now(self) -> int:
        """Tick of the last event."""

    def recent(self, count: int) -> list[Event]:
        """The last events."""


@dataclass(frozen=True)
class Recollection:
    """A memory at work. ``weight`` 0 to 1; ``shift`` semitones from real pitch to the model's; a tick lasts
    ``tick_us``. ``since``: the tick at which the companion began a phrase of its own, if it did.
    """

    memory: PhraseMemory
    weight: float
    tick_us: float = 10_000.0
    shift: int = 0
    since: int | None = None

    def recall(self, context: Heard) -> Recalled | None:
        """What may come next; None where nothing like it was ever played."""
        if not self.memory.count or self.weight <= 0:
            return None
        found = self._candidates(_Before.of(context, self.since))
        if found is None:
            return None
        return Recalled(self, context.grid, context.now, *found)

    def _candidates(self, before: _Before) -> tuple[_Before, Candidates] | None:
        contexts = [each for each in (before.whole, before.own) if each]
        keys = [keys_of(each) for each in contexts]
        for order in range(ORDER, 0 if self.weight > ALONE else ORDER - 1, -1):
            places: list[int] = []
            owners: list[int] = []
            for index, (pitches, found) in enumerate(zip(contexts, keys, strict=True)):
                begins = BEGINNING in pitches[:order]
                chosen = found[0] if begins else next((key for key in found if len(key) == order), None)
                if chosen is not None:
                    here = self.memory.places(chosen)
                    places += here
                    owners += [index] * len(here)
            if places:
                compared = self._compare(contexts, before, np.array(places), np.array(owners))
                return before, compared._replace(penalty=0.0 if order == ORDER else -FEW_NATS)
        return None

    def _compare(
        self,
        contexts: list[list[int]],
        before: _Before,
        places: NDArray[np.int64],
        owners: NDArray[np.int64],
    ) -> Candidates:
        memory = self.memory
        asked = np.full((len(contexts), DEPTH), _NO, np.int16)
        for row, pitches in zip(asked, contexts, strict=True):
            row[: len(pitches)] = pitches[:DEPTH]
        asked = asked[owners]
        rows_there = places % ROOM
        there = memory.before[rows_there]
        begins = asked[:, 0] == BEGINNING
        shift = np.where(begins, np.int16(self.shift), asked[:, 0] - there[:, 0])
        wanted = np.where(asked == BEGINNING, asked, asked - shift[:, None])
        same = there[:, :DEPTH] == wanted
        run = np.where(same.all(axis=1), DEPTH, same.argmin(axis=1))
        padded = np.full((len(places), DEPTH + 2 * SLACK), _NO + 1, np.int16)
        padded[:, SLACK:] = there
        fit = (padded[:, _NEAR] == wanted[:, None]).any(axis=1).sum(axis=1)
        # The pace there and now, over the notes that fit.
        notes = np.array([(len(each) - (BEGINNING in each)) for each in contexts])[owners]
        back = np.minimum(np.maximum(np.minimum(run, notes) - 1, 0), len(before.spans) - 1)
        rows = np.arange(len(places))
        times = memory.times[rows_there]
        then = (times[:, 0] - times[rows, back]) / self.tick_us
        now = before.spans[back]
        pace = np.minimum(np.maximum((now + LITTLE) / (np.maximum(then, 0) + LITTLE), 0.5), 2.0)
        first = memory.start[rows_there] == places
        return Candidates(places, rows_there, shift, run, fit, pace, first, 0.0)


class Candidates(NamedTuple):
    """``[n]`` each: notes of the memory that may come next, and how well what stands before them fits.

    ``pace``: so many times as slow as then; ``first``: the note begins its phrase.
    """

    numbers: NDArray[np.int64]
    rows: NDArray[np.int64]
    shift: NDArray[np.int64]
    run: NDArray[np.int64]
    fit: NDArray[np.int64]
    pace: NDArray[np.float64]
    first: Allowed
    penalty: float

    def odds(self, by: tuple[float, ...]) -> NDArray[np.float64]:
        """``[n]`` in nats."""
        base, run, fit, longer = by
        found = base + self.penalty + run * np.log(np.maximum(self.run, 1)) + fit * self.fit
        return np.asarray(found + longer * np.maximum(self.fit - _LONG, 0))


class _Before(NamedTuple):
    """The notes before the event that is chosen, newest first."""

    whole: list[int]
    own: list[int]
    """The same, but that the phrase begins where the companion did; empty where it did not."""
    spans: NDArray[np.int64]
    """Ticks from each of them to the newest."""
    struck: int
    """Tick of the last note-on."""
    ended: int
    """Events since then."""

    @classmethod
    def of(cls, context: Heard, since: int | None) -> _Before:
        struck: list[tuple[int, int]] = []
        ended = 0
        for time, kind, pitch, _, _ in reversed(context.recent(EVENTS)):
            if kind == Kind.ON:
                struck.append((time, pitch))
                if len(struck) == DEPTH + CHORD_NOTES:
                    break
            elif not struck:
                ended += kind == Kind.OFF
        struck.reverse()
        apart = -1 if context.grid.monophonic else round(CHORD_US / 10_000 - 0.5)
        rows = newest_first(struck, apart)
        own: list[int] = []
        if since is not None:
            own = [*(pitch for time, pitch in rows if time >= since), BEGINNING]
        spans = np.array([rows[0][0] - time for time, _ in rows[:SPANS]] or [0])
        whole = [pitch for _, pitch in rows]
        return cls(whole, own, spans, struck[-1][0] if struck else 0, ended)


class Recalled:
    """What is remembered about one event; for the heads in their order."""

    def __init__(
        self, how: Recollection, grid: Grid, now: int, before: _Before, candidates: Candidates
    ) -> None:
        self._how, self._grid, self._now = how, grid, now
        self._before, self._found = before, candidates
        self._model, self._own = (1 - how.weight) ** 2, how.weight**2

    def weighed(self, weight: float) -> Recalled:
        """The same with another weight."""
        how = replace(self._how, weight=weight)
        return Recalled(how, self._grid, self._now, self._before, self._found)

    def waits(self, logits: Logits) -> Logits:
        """Logits ``[time_bins]`` of the wait."""
        wait = self._wait_ticks()
        known = (wait >= 0) & ~self._found.first
        if not known.any():
            return logits
        odds = np.exp(self._found.odds(_WAIT)[known])
        bins = self._grid.time_bin(np.rint(wait[known]).astype(np.int32))
        return self._more(logits, np.bincount(bins, odds, len(logits)) @ _near_waits(self._grid))

    def tokens(self, logits: Logits, legal: Allowed, ticks: int) -> Logits:
        """Logits of the token, after a wait of ``ticks``: how likely a note-on is stays as it is."""
        ons = slice(ON_TOKENS, ON_TOKENS + PITCHES)
        allowed = legal[ons]
        if not allowed.any():
            return logits
        found, memory = self._found, self._how.memory
        pitch = memory.pitch[found.rows] + found.shift
        fits = (pitch >= 0) & (pitch < PITCHES)
        pitch = np.minimum(np.maximum(pitch, 0), PITCHES - 1)
        fits &= allowed[pitch]
        if not fits.any():
            return logits
        scores = np.where(allowed, logits[ons].astype(np.float64), -np.inf)
        top = scores.max()
        all_ons = top + np.log(np.exp(scores - top).sum())
        log_p = scores - all_ons
        # How far this is from when the note came then.
        gap = memory.onset[found.rows] - memory.onset[found.rows - 1]
        then = np.where(found.first, 0, gap) / self._how.tick_us * found.pace
        late = np.abs(np.log((self._now + ticks - self._before.struck + LITTLE) / (then + LITTLE)))
        if self._before.own == [BEGINNING]:  # an answer is not late: it waited
            late = np.zeros_like(late)
        late = np.where(found.first, 0.0, late)
        odds = found.odds(_PITCH) + _LATE * late + _SHARE * np.maximum(log_p[pitch], -12.0)
        own = np.bincount(pitch[fits], np.exp(odds[fits]), PITCHES)
        mixed = self._model * np.exp(log_p) + self._own * own
        changed = logits.copy()
        changed[ons] = np.where(allowed, np.log(mixed / mixed.sum() + _LEAST) + all_ons, logits[ons])
        return changed

    def loudness(self, logits: Logits, pitch: int) -> Logits:
        """Logits of the velocity of a note-on of this pitch."""
        found, memory = self._found, self._how.memory
        fits = memory.pitch[found.rows] + found.shift == pitch
        if not fits.any():
            return logits
        odds = np.exp(found.odds(_LOUDNESS)[fits])
        bins = (memory.velocity[found.rows[fits]] - 1) / 4 - 0.5
        near = np.exp(-np.abs(np.arange(logits.shape[-1]) - bins[:, None]) / LOUDNESS_WIDTH)
        return self._more(logits, odds @ near)

    def _more(self, logits: Logits, times: NDArray[np.float64]) -> Logits:
        """Each choice so many times as likely, as far as the memory has a say."""
        return np.asarray(logits + np.log(self._model + self._own * times + _LEAST), np.float32)

    @cached_property
    def _next_us(self) -> NDArray[np.float64]:
        """``[n]``: from the note before to the next event there, microseconds."""
        found, memory = self._found, self._how.memory
        struck = memory.onset[found.rows - 1]
        next_on = (memory.onset[found.rows] - struck).astype(np.float64)
        if self._grid.monophonic:
            return next_on
        back = found.numbers[:, None] - 1 - np.arange(DEPTH)
        inside = back >= memory.start[found.rows][:, None]
        back %= ROOM
        lengths = memory.length[back]
        ends = (memory.onset[back] + lengths - struck[:, None]).astype(np.float64)
        ends[~inside | (lengths == LASTING) | (ends <= 0)] = _NEVER
        ended = min(self._before.ended, DEPTH - 1)
        if ended:
            ends.partition(ended, axis=1)
        return np.asarray(np.minimum(next_on, ends[:, ended] if ended else ends.min(axis=1)))

    def _wait_ticks(self) -> NDArray[np.float64]:
        """``[n]``: from now to the next event, if it comes as it did then; below 0 where it is too late."""
        wait = self._next_us / self._how.tick_us * self._found.pace - (self._now - self._before.struck)
        return np.asarray(np.where((wait < 0) & (wait > -LITTLE), 0.0, wait))


_WAITS: dict[str, NDArray[np.float64]] = {}


def _near_waits(grid: Grid) -> NDArray[np.float64]:
    """``[time_bins, time_bins]``: how near each bin is to another, 1 for itself."""
    if grid.name not in _WAITS:
        middle = np.log((grid.bin_edges[:-1] + grid.bin_edges[1:] - 1) / 2 + LITTLE)
        _WAITS[grid.name] = np.exp(-np.abs(middle[:, None] - middle) / WAIT_WIDTH)
    return _WAITS[grid.name]
