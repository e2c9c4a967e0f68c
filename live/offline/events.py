"""The models without a clock: continue and harmonise on the ticks of a grid.

Generators, so that any length takes constant memory and progress can be shown. Times are ticks of the
model's grid; score models speak C major / A minor. Same model, input, style and seed: same events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from live.engine.harmony import Harmonist
from live.offline.growing import grow
from models.chord import Chord
from models.context import Context
from models.events import Event, Kind, from_array
from models.grid import Grid
from models.hold import FREE, hold_on
from models.piece import Piece
from models.sampling import Style
from models.step import Network


def continue_events(
    network: Network, piece: Piece, *, start: int, end: int, style: Style, seed: int, may_end: bool = False
) -> Iterator[Event]:
    """New events from tick ``start`` (where the piece has ended) to tick ``end``, which ends every note.

    With ``may_end`` the music stops earlier if the model says so; the last event is then ``END``.
    """
    grown = grow(network, piece, start=start, style=style, seed=seed, may_end=may_end)
    return sounded(grown, network.manifest.grid_object, end)


def harmonize_events(
    network: Network,
    melody: Piece,
    *,
    voices: int,
    style: Style,
    seed: int,
    role: int = 1,
    chords: Sequence[tuple[int, Chord | None]] = (),
) -> Iterator[Event]:
    """Events of the voices added around ``melody`` (voice 0 of a score piece), each note at once.

    Strictly causal, as live: every melody note is harmonised knowing only what came before it. ``chords``
    (tick, chord in the piece's key) hold the voices to their tones from then on; None lets them go.
    """
    context = Context(network, meters=melody.meters, role=role)
    harmonist = Harmonist(context, voices=voices, style=style, seed=seed)
    waiting = deque(chords)
    velocity = 0
    for event in from_array(melody.events(context.grid, 1)):
        while waiting and waiting[0][0] <= event.time:
            tick, chord = waiting.popleft()
            harmonist.hold = FREE if chord is None else hold_on(chord.classes, hard=True, is_chord=True)
            if context.now < tick < event.time and harmonist.sounding:
                yield from harmonist.move(tick, velocity)
                for voice, pitch in harmonist.moved.items():
                    harmonist.tell_move(tick, voice, pitch, velocity)
        if event.kind == Kind.START:
            context.hear(event)
        elif event.kind == Kind.ON:
            velocity = event.velocity
            yield from harmonist.strike(event)
        elif event.kind == Kind.END:
            yield from harmonist.rest(event.time)
        elif event.kind == Kind.OFF:
            yield from harmonist.release(event)
        else:
            context.hear(event)


def sounded(grown: Iterable[Event], grid: Grid, end: int) -> Iterator[Event]:
    """Events for whoever follows notes, to tick ``end``: each note is ended by an ``off`` of its own."""
    sounding: set[tuple[int, int]] = set()
    now = 0
    for event in grown:
        if event.time >= end:
            break
        now, key = event.time, (event.voice, event.pitch)
        if event.kind == Kind.ON and grid.monophonic:
            for voice, pitch in sorted(each for each in sounding if each[0] == event.voice):
                yield Event(now, Kind.OFF, pitch, 0, voice)
                sounding.remove((voice, pitch))
        if event.kind == Kind.ON:
            sounding.add(key)
        elif event.kind == Kind.OFF:
            sounding.discard(key)
        yield event
        if event.kind == Kind.END:
            return
    for voice, pitch in sorted(sounding):
        yield Event(max(end, now + 1), Kind.OFF, pitch, 0, voice)
