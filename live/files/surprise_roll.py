"""A piano roll whose colours say how each note surprises a model. matplotlib is imported on first use."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from live.files.music import Music
from models.convert import NoteArray

MOST_BITS = 10.0
"""What is more surprising has the same colour."""


def surprise_roll(music: Music, notes: NoteArray, form: str = "png") -> bytes:
    """Bytes of a picture: ``notes`` ``[n, 4]`` are quarter, pitch, duration, bits. Below, the mean of 5 s."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    seconds = music.tempo.seconds_at
    start, end = seconds(notes[:, 0]), seconds(notes[:, 0] + notes[:, 2])
    figure = Figure(figsize=(15, 6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(music.name)
    roll, line = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    bars: Any = roll.barh(
        notes[:, 1], end - start, left=start, height=0.8, linewidth=0,
        color=_colours(notes[:, 3]),
    )  # fmt: skip
    del bars
    roll.set_ylabel("pitch")
    places = np.arange(0, float(end.max()) + 1)
    near = [notes[np.abs(start - place) <= 2.5, 3] for place in places]
    line.plot(places, [each.mean() if len(each) else np.nan for each in near], color="#8f2d56")
    line.set_ylabel("bits a note")
    line.set_xlabel("seconds")
    line.set_ylim(0)
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import Normalize  # noqa: PLC0415

    scale = ScalarMappable(Normalize(0, MOST_BITS), "viridis")
    figure.colorbar(scale, ax=roll, label="bits")
    image = BytesIO()
    figure.savefig(image, format=form)
    return image.getvalue()


def _colours(bits: NoteArray) -> Any:
    import matplotlib  # noqa: PLC0415

    return matplotlib.colormaps["viridis"](np.clip(bits / MOST_BITS, 0, 1))
