"""A piano roll as a picture: what was read in one colour, what is new in others.

matplotlib is imported on first use and draws without a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import Any

import numpy as np

from live.files.bars import bar_lines
from live.files.music import Music, Part
from models.key import NAMES

PROMPT_COLOURS = ("#4c6a92", "#7d93b5", "#a3b3cb", "#5f7f86")
NEW_COLOURS = ("#e4572e", "#f0a202", "#8f2d56", "#3a7d44", "#b5651d")
ROW_SECONDS = 40
"""Music in one row of the picture, at least."""
MOST_ROWS = 8
BLACK_KEYS = (1, 3, 6, 8, 10)


def picture(music: Music, added: Sequence[Part] = (), form: str = "png") -> bytes:
    """A picture of the music and the added parts, as ``png``, ``svg`` or ``pdf``, undated.

    Bar lines stand where the music has meters; time runs in bars then, and in seconds otherwise.
    """
    import matplotlib as mpl  # noqa: PLC0415  (0.7 s to import)
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    old = [part for part in music.parts if not part.drums and len(part.notes)]
    new = [part for part in added if len(part.notes)]
    pitches = np.concatenate([np.zeros(0), *(part.notes[:, 1] for part in (*old, *new))])
    low, high = (pitches.min(), pitches.max()) if len(pitches) else (57.0, 75.0)
    end = max([music.end, *((part.notes[:, 0] + part.notes[:, 3]).max() for part in new)], default=0)
    seconds = float(music.tempo.seconds_at(end))
    rows = min(MOST_ROWS, max(1, ceil(seconds / ROW_SECONDS)))
    height = max(1.6, 0.055 * (high - low + 6))
    figure = Figure(figsize=(15, rows * (height + 0.45) + 0.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(music.name)
    axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
    edges = np.linspace(0, max(seconds, 0.1), rows + 1)
    for axis, start, stop in zip(axes, edges[:-1], edges[1:], strict=True):
        _draw_keys(axis, low - 3, high + 3)
        for parts, colours in ((old, PROMPT_COLOURS), (new, NEW_COLOURS)):
            for number, part in enumerate(parts):
                _draw_part(axis, part, music, colours[number % len(colours)])
        axis.set_xlim(start, stop)
        _draw_time(axis, music, end)
    if old or new:
        axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=6, frameon=False, fontsize=9)
    image = BytesIO()
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    with mpl.rc_context({"svg.hashsalt": "antiphon"}):
        figure.savefig(image, format=form, metadata=undated)
    return image.getvalue()


def _draw_part(axis: Any, part: Part, music: Music, colour: str) -> None:
    """Every note as a bar, the louder the stronger; times in seconds."""
    notes = part.sounding()
    start = music.tempo.seconds_at(notes[:, 0])
    length = music.tempo.seconds_at(notes[:, 0] + notes[:, 3]) - start
    corners = np.stack([start, start + length], axis=1)
    from matplotlib.collections import PolyCollection  # noqa: PLC0415
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    bottom, top = notes[:, 1] - 0.42, notes[:, 1] + 0.42
    outlines = np.stack(
        [
            np.stack([corners[:, 0], corners[:, 0], corners[:, 1], corners[:, 1]], axis=1),
            np.stack([bottom, top, top, bottom], axis=1),
        ],
        axis=2,
    )
    faces = np.empty((len(notes), 4))
    faces[:, :3] = to_rgb(colour)
    faces[:, 3] = 0.45 + 0.55 * notes[:, 2] / 127
    bars = PolyCollection(list(outlines), facecolors=faces, edgecolors=colour, linewidths=0.6)
    axis.add_collection(bars)
    axis.fill_between([], [], color=colour, label=part.name)


def _draw_keys(axis: Any, low: float, high: float) -> None:
    """Stripes for black keys, names for every C."""
    axis.set_ylim(low, high)
    for pitch in range(int(low), int(high) + 1):
        if pitch % 12 in BLACK_KEYS:
            axis.axhspan(pitch - 0.5, pitch + 0.5, color="#f1f1f1", linewidth=0, zorder=0)
    named = [pitch for pitch in range(int(low), int(high) + 1) if pitch % 12 in (0, 7)]
    axis.set_yticks(named, [f"{NAMES[pitch % 12]}{pitch // 12 - 1}" for pitch in named], fontsize=8)
    for pitch in named:
        axis.axhline(pitch - 0.5, color="#dddddd", linewidth=0.5, zorder=0)


def _draw_time(axis: Any, music: Music, end: float) -> None:
    """Bar lines and bar numbers where there are meters, else seconds."""
    lines = bar_lines(music.meters, end)
    if not lines:
        axis.set_xlabel("seconds", fontsize=8)
        axis.tick_params(axis="x", labelsize=8)
        return
    at = music.tempo.seconds_at([quarter for _, quarter in lines])
    first, last = axis.get_xlim()
    shown = int(((at >= first) & (at <= last)).sum())
    step = next(step for step in (1, 2, 4, 8, 16, 32, 64, 128, 10**9) if shown / step <= 40)
    labelled = [index for index, (number, _) in enumerate(lines) if (number - 1) % step == 0]
    axis.set_xticks(at[labelled], [str(lines[index][0]) for index in labelled], fontsize=8)
    axis.set_xlim(first, last)
    axis.set_xlabel("bar", fontsize=8)
    if shown <= 160:
        axis.vlines(at, *axis.get_ylim(), color="#c8c8c8", linewidth=0.6, zorder=0.5)
