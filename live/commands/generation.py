"""How the file commands ask the models for music and gather what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.convert import NoteArray, note_array
from models.events import Event, Kind, Note

if TYPE_CHECKING:
    from models.grid import Grid
    from models.manifest import Manifest
    from models.sampling import Style


@dataclass(frozen=True)
class Taste:
    """How to choose, as the user said it; ``None`` leaves it to the model."""

    temperature: float | None
    top_p: float | None
    seed: int

    def style(self, manifest: Manifest) -> Style:
        """With the model's own defaults filled in."""
        from models.sampling import Style  # noqa: PLC0415

        own = manifest.sampling
        return Style(
            own.temperature if self.temperature is None else self.temperature,
            own.top_p if self.top_p is None else self.top_p,
        )


def gathered(events: Iterable[Event], grid: Grid, label: str, *, start: int, end: int) -> NoteArray:
    """The notes ``[n, 5]`` that begin from ``start`` on, by onset, none beyond ``end``, in ticks.

    Shows a progress bar on standard error if that is a terminal.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=end - start)

        def shown() -> Iterator[Event]:
            for event in events:
                bar.update(task, completed=min(event.time, end) - start)
                yield event

        notes = note_array(list(followed(shown(), grid, start, end)))
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
