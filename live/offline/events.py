"""The models without a clock: continue, harmonise and compose on the ticks of a grid.

Generators, so that any length takes constant memory and progress can be shown. Times are ticks of the
model's grid; score models speak C major / A minor. Same model, input, style and seed: same events.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from live.engine.harmony import Harmonist
from models.context import NO_END, Context, Limits, in_range
from models.events import KIND, TIME, Event, EventArray, Kind, from_array
from models.grid import TICKS_PER_QUARTER
from models.meter import Meter
from models.piece import Piece
from models.sampling import Draws, Style
from models.step import Network
from models.vocabulary import OFF_TOKENS, PHRASE_TOKEN, TOKENS

LONGEST_WAIT_SECONDS = 4.0
"""No silence that a model writes is longer: rarer in MAESTRO than one gap in 30,000."""
REMEMBERED = 1024
"""Events of a prompt that are heard; no network here looks back further."""

BEFORE_ALL = -1
"""The decision before the first one."""

_ENDINGS = (Kind.OFF, Kind.PHRASE)
_ENDINGS_ONLY = (np.arange(TOKENS) >= OFF_TOKENS) & (np.arange(TOKENS) <= PHRASE_TOKEN)
_WITH_END = np.ones(TOKENS, bool)


def continue_events(
    network: Network, piece: Piece, *, start: int, end: int, style: Style, seed: int, may_end: bool = False
) -> Iterator[Event]:
    """New events from tick ``start`` (where the piece has ended) to tick ``end``, which ends every note.

    With ``may_end`` the music stops earlier if the model says so; the last event is then ``END``.
    """
    context = Context(network, meters=piece.meters)
    _hear_prompt(context, piece.events(context.grid, network.manifest.voices), start, style, seed)
    return _said(context, start=start, end=end, may_end_at=start if may_end else None, style=style, seed=seed)


def compose_events(
    network: Network, meters: list[Meter], *, end: int, style: Style, seed: int
) -> Iterator[Event]:
    """A piece from nothing: at least half of ``end`` ticks long, ended by the model or at ``end``."""
    context = Context(network, meters=meters)
    context.hear(Event(0, Kind.START))
    return _said(context, start=0, end=end, may_end_at=end // 2, style=style, seed=seed)


def harmonize_events(
    network: Network, melody: Piece, *, voices: int, style: Style, seed: int, role: int = 1
) -> Iterator[Event]:
    """Events of the voices added around ``melody`` (voice 0 of a score piece), each note at once.

    Strictly causal, as live: every melody note is harmonised knowing only what came before it.
    """
    context = Context(network, meters=melody.meters, role=role)
    harmonist = Harmonist(context, voices=voices, style=style, seed=seed)
    told = melody.events(context.grid, 1)
    for event in from_array(told):
        if event.kind == Kind.START:
            context.hear(event)
        elif event.kind == Kind.ON:
            yield from harmonist.strike(event)
        elif event.kind == Kind.END:
            yield from harmonist.rest(event.time)
        elif event.kind == Kind.OFF:
            yield from harmonist.release(event)
        else:
            context.hear(event)


def _said(
    context: Context, *, start: int, end: int, may_end_at: int | None, style: Style, seed: int
) -> Iterator[Event]:
    """What the model says from ``start`` to ``end``; from ``may_end_at`` on it may say ``END``."""
    longest = _longest_wait(context)
    manifest = context.manifest
    on_and_on, with_end = in_range(manifest, tokens=NO_END), in_range(manifest, tokens=_WITH_END)
    for decision in itertools.count():
        may_end = may_end_at is not None and context.now >= may_end_at
        least = max(0, start - context.now)
        limits = Limits(least=least, most=least + longest, tokens=with_end if may_end else on_and_on)
        choice = context.choose(limits, style, Draws(seed, decision))
        if choice is None or choice.event.time >= end:
            break
        yield from _replaced(context, choice.event)
        context.hear(choice.event)
        yield choice.event
        if choice.event.kind == Kind.END:
            return
    yield from _ended(context, end)


def _hear_prompt(context: Context, events: EventArray, start: int, style: Style, seed: int) -> None:
    """Hear the end of a prompt, without its ``end``; what begins after ``start`` is not heard.

    On the score grid an ``off`` says that a rest follows. Whether one does after the prompt is for the model
    to say, so notes that last until ``start`` are not ended; where a phrase ends there as well, the model is
    asked at once, since no ``off`` may come after that.
    """
    kept = events[(events[:, KIND] != Kind.END) & (events[:, TIME] <= start)]
    phrase = Event(start, Kind.PHRASE)
    open_end = context.grid.monophonic & (kept[:, TIME] == start) & np.isin(kept[:, KIND], _ENDINGS)
    phrase_ends = bool((kept[open_end, KIND] == Kind.PHRASE).any())
    kept = kept[~open_end]
    context.hear_all(kept[-REMEMBERED:], before=kept[:-REMEMBERED])
    if phrase_ends:
        wait = start - context.now
        limits = Limits(least=wait, most=wait, voices=(phrase.voice,), tokens=_ENDINGS_ONLY)
        choice = context.choose(limits, style, Draws(seed, BEFORE_ALL))
        if choice is not None and choice.event.kind == Kind.OFF:
            context.hear(choice.event)
        context.hear(phrase)


def _replaced(context: Context, event: Event) -> Iterator[Event]:
    """On the score grid a new note ends its voice's note: say so, for whoever follows notes."""
    if context.grid.monophonic and event.kind == Kind.ON:
        for pitch in np.flatnonzero(context.state.onsets[event.voice] >= 0).tolist():
            yield Event(event.time, Kind.OFF, pitch, 0, event.voice)


def _longest_wait(context: Context) -> int:
    if context.grid.monophonic:
        return 8 * TICKS_PER_QUARTER
    return round(LONGEST_WAIT_SECONDS * 100)


def _ended(context: Context, end: int) -> Iterator[Event]:
    """End what sounds, at ``end``."""
    for voice, pitch in np.argwhere(context.state.onsets >= 0).tolist():
        yield Event(max(end, context.now + 1), Kind.OFF, pitch, 0, voice)
