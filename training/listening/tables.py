"""Figures as tables: for the screen, for programs, and for a section of a Markdown file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from training.errors import TrainingError
from training.listening.figures import Listening

Row = tuple[str, ...]
"""Cells of a table; the first says what the others are."""


def overlap_rows(found: Listening) -> Iterator[Row]:
    """How far distributions agree."""
    yield "overlap", "pooled", "(real)", "distances", "(real)"
    for name, one in found.overlaps.items():
        yield name, *map(_said, (one.same, one.same_ceiling, one.distances, one.distances_ceiling))


def mean_rows(found: Listening) -> Iterator[Row]:
    """Numbers of an excerpt on average, and what no music should do."""
    yield "on average", "played", "real"
    for name, (played, real) in found.means.items():
        yield name, _said(played), _said(real)


def extreme_rows(found: Listening) -> Iterator[Row]:
    """The longest loop, drone and silence."""
    yield "the longest", "played", "training split", "samples above it"
    one = found.degenerate
    assert one is not None
    unit, ticks = ("s", 100) if found.seconds else ("quarters", 24)
    for name, per in (("loop", 1), ("drone", ticks), ("silence", ticks)):
        played, known = (getattr(each, name) / per for each in (one.played, one.training))
        what = f"{name}, {'notes' if name == 'loop' else unit}"
        yield what, f"{played:g}", f"{known:g}", str(one.above[name])


def copied_rows(found: Listening) -> Iterator[Row]:
    """Runs that stand in the training split."""
    yield "copied notes in a row", "median", "most", "above 16", "where"
    for who, one in found.copied.items():
        yield who, f"{one.median:g}", str(one.most), f"{one.above}", one.worst


def listening_tables(found: Listening) -> list[list[Row]]:
    """All tables, each headed by its first row."""
    each = (overlap_rows, mean_rows, extreme_rows, copied_rows)
    return [list(rows(found)) for rows in each]


def shown(title: str, tables: Iterable[list[Row]]) -> None:
    """Print tables on the screen."""
    console = Console()
    console.print(title, highlight=False)
    for head, *rows in tables:
        table = Table(head[0])
        for name in head[1:]:
            table.add_column(name, justify="right")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def markdown(title: str, tables: Iterable[list[Row]]) -> str:
    """The same for a document."""
    lines = [title]
    for head, *rows in tables:
        lines += ["", f"| {' | '.join(head)} |", f"| --- |{' --: |' * (len(head) - 1)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def put(path: Path, name: str, text: str) -> None:
    """Replace the section ``name`` of a Markdown file, between its two comments; or append it."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    try:
        old = path.read_text() if path.exists() else ""
        before, found, rest = old.partition(begin)
        after = rest.partition(end)[2] if found else "\n"
        path.write_text(f"{before if found else before.rstrip() + chr(10) * 2}{begin}\n{text}\n{end}{after}")
    except OSError as error:
        raise TrainingError(f"cannot write {path}: {error.strerror}") from error


def plain(found: Any) -> dict[str, Any]:
    """A dataclass of figures for programs: what could not be measured is null."""
    return {name: _plain(value) for name, value in asdict(found).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _said(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "-"
