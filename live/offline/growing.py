"""Music that grows chunk by chunk, for as long as anybody wants.

After each chunk the context is made anew from the last events. So all that a continuation depends on are the
events before it: it takes constant memory, can be stopped anywhere and gone on with from its events alone,
and a joint between chunks is heard by the network as any other place in the music.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from live.offline.heard_last import HeardLast
from models.context import NO_END, Allowed, Context, Limits, in_range
from models.events import KIND, TIME, Event, EventArray, Kind, from_array, to_array
from models.grid import TICK_SECONDS, TICKS_PER_QUARTER, Grid
from models.meter import Meter
from models.piece import Piece
from models.sampling import Draws, Style
from models.step import Network
from models.vocabulary import OFF_TOKENS, PHRASE_TOKEN, TOKENS

CHUNK_SECONDS, CHUNK_QUARTERS = 10.0, 16
"""After so much new music the context is made anew; the second on the score grid."""
LONGEST_WAIT_SECONDS = 4.0
"""No silence that a model writes is longer: rarer in MAESTRO than one gap in 30,000."""
BEFORE_ALL = -1
"""The decision before the first one."""

_ENDINGS = (Kind.OFF, Kind.PHRASE)
_ENDINGS_ONLY = (np.arange(TOKENS) >= OFF_TOKENS) & (np.arange(TOKENS) <= PHRASE_TOKEN)
_ANY = np.ones(TOKENS, bool)


def grow(
    network: Network,
    piece: Piece,
    *,
    start: int,
    style: Style,
    seed: int,
    may_end: bool = False,
    made: EventArray | None = None,
) -> Iterator[Event]:
    """New events from tick ``start`` on, without end, or with ``may_end`` to the model's ``END``.

    Each is what the model heard itself say. After ``made``, the first of them, come the ones that would have
    come after them: whoever keeps events can stop at any and go on later.
    """
    last = HeardLast(network.manifest.grid_object)
    last.hear(_prompt_heard(network, piece, start, style, seed).tolist())
    growing = _Growing(network, piece.meters, start, last, style, seed)
    return growing.events(start if may_end else None, [] if made is None else from_array(made))


def grow_from_nothing(
    network: Network,
    meters: list[Meter],
    *,
    may_end_at: int,
    style: Style,
    seed: int,
    tokens: Allowed | None = None,
    home: int | None = None,
    made: Sequence[Event] = (),
) -> Iterator[Event]:
    """A whole piece, from tick 0 to the model's ``END``, not before ``may_end_at``; of ``tokens`` alone.

    ``home``: the pitch class of the last note; after another one the model may not say ``END``. What comes
    after ``made``, if that is given: another piece that begins so, where the seed is another.
    """
    last = HeardLast(network.manifest.grid_object)
    last.hear([Event(0, Kind.START)])
    return _Growing(network, meters, 0, last, style, seed, tokens, home).events(may_end_at, made)


class _Growing:
    """Music that the model goes on with from tick ``start``, after what ``last`` heard."""

    def __init__(
        self,
        network: Network,
        meters: list[Meter],
        start: int,
        last: HeardLast,
        style: Style,
        seed: int,
        tokens: Allowed | None = None,
        home: int | None = None,
    ) -> None:
        self._network, self._meters = network, meters
        self._start, self._last, self._style, self._seed = start, last, style, seed
        manifest = network.manifest
        allowed = _ANY if tokens is None else tokens
        self._on_and_on = in_range(manifest, tokens=allowed & NO_END)
        self._with_end = in_range(manifest, tokens=allowed)
        self._home: int | None = home
        self._struck: int | None = None
        self._longest = _longest_wait(manifest.grid_object)
        self._chunk = _chunk(manifest.grid_object)
        self._line = start + self._chunk

    def events(self, may_end_at: int | None, made: Sequence[Event]) -> Iterator[Event]:
        """What comes after ``made``; from tick ``may_end_at`` on the model may say ``END``."""
        context = self._after(made)
        for decision in itertools.count(len(made)):
            may_end = may_end_at is not None and context.now >= may_end_at and self._struck == self._home
            least = max(0, self._start - context.now)
            tokens = self._with_end if may_end else self._on_and_on
            limits = Limits(least=least, most=least + self._longest, tokens=tokens)
            choice = context.choose(limits, self._style, Draws(self._seed, decision))
            if choice is None:
                return
            yield choice.event
            if choice.event.kind == Kind.END:
                return
            context = self._heard(context, choice.event)

    def _after(self, made: Sequence[Event]) -> Context:
        """The context after events made before: the last chunk is heard one by one, as it was then."""
        first = 0
        for index, event in enumerate(made):
            if event.time >= self._line:
                first, self._line = index + 1, self._line_after(event.time)
        for event in made[:first]:
            self._note(event)
        self._last.hear(made[:first])
        context = self._anew()
        for event in made[first:]:
            context = self._heard(context, event)
        return context

    def _heard(self, context: Context, event: Event) -> Context:
        """The context after an event: the same one, or a new one where a chunk ends."""
        self._note(event)
        self._last.hear([event])
        if event.time < self._line:
            context.hear(event)
            return context
        self._line = self._line_after(event.time)
        return self._anew()

    def _note(self, event: Event) -> None:
        if event.kind == Kind.ON and self._home is not None:
            self._struck = event.pitch % 12

    def _anew(self) -> Context:
        context = Context(self._network, meters=self._meters)
        self._last.tell(context)
        return context

    def _line_after(self, tick: int) -> int:
        """The first end of a chunk after ``tick``."""
        return self._start + ((tick - self._start) // self._chunk + 1) * self._chunk


def _prompt_heard(network: Network, piece: Piece, start: int, style: Style, seed: int) -> EventArray:
    """What is heard of a prompt: no ``end``, and nothing that begins after ``start``.

    On the score grid an ``off`` says that a rest follows. Whether one does after the prompt is for the model
    to say, so notes that last until ``start`` are not ended; where a phrase ends there as well, the model is
    asked at once, since no ``off`` may come after that.
    """
    grid = network.manifest.grid_object
    told = piece.events(grid, network.manifest.voices)
    kept = told[(told[:, KIND] != Kind.END) & (told[:, TIME] <= start)]
    open_end = grid.monophonic & (kept[:, TIME] == start) & np.isin(kept[:, KIND], _ENDINGS)
    phrase_ends = bool((kept[open_end, KIND] == Kind.PHRASE).any())
    kept = kept[~open_end]
    if not phrase_ends:
        return np.asarray(kept)
    phrase = Event(start, Kind.PHRASE)
    context, last = Context(network, meters=piece.meters), HeardLast(grid)
    last.hear(kept.tolist())
    last.tell(context)
    wait = start - context.now
    limits = Limits(least=wait, most=wait, voices=(phrase.voice,), tokens=_ENDINGS_ONLY)
    choice = context.choose(limits, style, Draws(seed, BEFORE_ALL))
    rest = [choice.event] if choice is not None and choice.event.kind == Kind.OFF else []
    return np.concatenate([kept, to_array([*rest, phrase])])


def _chunk(grid: Grid) -> int:
    """Ticks."""
    if grid.monophonic:
        return CHUNK_QUARTERS * TICKS_PER_QUARTER
    return round(CHUNK_SECONDS / TICK_SECONDS)


def _longest_wait(grid: Grid) -> int:
    """Ticks."""
    if grid.monophonic:
        return 8 * TICKS_PER_QUARTER
    return round(LONGEST_WAIT_SECONDS / TICK_SECONDS)
