"""A model's events become notes, while somebody looks at how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from live.offline.made import Progress
from models.convert import NoteArray, note_array
from models.events import Event, Kind, Note
from models.grid import Grid


def gathered(events: Iterable[Event], grid: Grid, *, start: int, end: int, progress: Progress) -> NoteArray:
    """The notes ``[n, 5]`` that begin from ``start`` on, by onset, none beyond ``end``, in ticks."""

    def told() -> Iterator[Event]:
        for event in events:
            progress((min(event.time, end) - start) / max(1, end - start))
            yield event
        progress(1.0)

    notes = note_array(list(followed(told(), grid, start, end)))
    return notes[np.lexsort((notes[:, 4], -notes[:, 1], notes[:, 0]))]


def followed(events: Iterable[Event], grid: Grid, start: int, end: int) -> Iterator[Note]:
    """Each note when it ends: at its ``off``, at the next ``on`` of its pitch, or at ``end``.

    On a monophonic grid every ``on`` ends the note of its voice. An ``off`` of a note that began
    before ``start`` belongs to the prompt and is left out.
    """
    sounding: dict[tuple[int, int], Event] = {}
    for event in events:
        if event.kind not in (Kind.ON, Kind.OFF):
            continue
        key = (event.voice, 0 if grid.monophonic else event.pitch)
        if key in sounding:
            yield from _note(sounding.pop(key), event.time, end)
        if event.kind == Kind.ON and start <= event.time < end:
            sounding[key] = event
    for event in sounding.values():
        yield from _note(event, end, end)


def _note(struck: Event, released: int, end: int) -> Iterator[Note]:
    length = min(released, end) - struck.time
    if length > 0:
        yield Note(struck.time, struck.pitch, struck.velocity, length, struck.voice)
