"""``antiphon evaluate NAME --responses``: what each control of character does to what a model plays.

The same passages are gone on with at every place of every control, each by itself, and what is played is
measured: the response curve of the control.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from models.convert import NoteArray
from models.grid import TICK_SECONDS, TICKS_PER_QUARTER
from models.key import find_key
from models.manifest import Manifest
from models.sampling import Style
from models.step import load_network
from training.errors import TrainingError
from training.evaluate import settings_like
from training.listening.passages import Passage, series
from training.listening.run import Asked, chosen_from, kept_in, splits_for
from training.listening.samples import Playing, Sample, sampled
from training.listening.tables import Row, markdown, put, shown

RESAMPLED = 1000


class Turned(Protocol):
    """One control at one place, and the style that it makes."""

    @property
    def control(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def style(self) -> Style: ...  # noqa: D102


class Response(NamedTuple):
    """What was played with a control at one place: the mean of each feature and half its 95 % interval."""

    control: str
    place: str
    value: float | None
    means: dict[str, float]
    error: dict[str, float]


def run(asked: Asked, going_on: Playing, turned: Sequence[Turned]) -> list[Response]:
    """Play, measure, print, draw; what was played is kept, so that it can be gone on with."""
    manifest = load_network(asked.name).manifest
    if not any(each.control != "free" for each in turned):
        raise TrainingError(f"{manifest.name} knows no goals, so no control of character does anything to it")
    pieces = splits_for(settings_like(manifest), asked)[asked.split]
    chosen = chosen_from(pieces, manifest, asked)
    found = []
    for turn in turned:
        kept = sampled(
            asked.name, chosen, going_on, turn.style, series(pieces, asked.split, asked.seed),
            folder=kept_in(), jobs=asked.jobs,
        )  # fmt: skip
        found.append(response(turn, kept, chosen, performance=manifest.grid == "performance"))
    title, table = _title(manifest, asked, len(chosen)), response_rows(found)
    if asked.as_json:
        rows = [each._asdict() for each in found]
        print(json.dumps({"model": manifest.name, "split": asked.split, "responses": rows}))
    else:
        shown(title, [table])
    if asked.write is not None:
        _write(asked.write, manifest, title, table, found)
    return found


def response(
    turn: Turned, kept: Sequence[Sample], chosen: Sequence[Passage], *, performance: bool
) -> Response:
    """The features of what was played at one place of a control."""
    each = [
        features(one.notes, passage, performance=performance)
        for one, passage in zip(kept, chosen, strict=True)
        if len(one.notes)
    ]
    rng = np.random.default_rng(1)
    means, error = {}, {}
    for name in each[0] if each else ():
        values = np.array([one[name] for one in each])
        drawn = rng.choice(values, (RESAMPLED, len(values))).mean(axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        means[name], error[name] = float(values.mean()), float(high - low) / 2
    return Response(turn.control, turn.place, turn.value, means, error)


def features(notes: NoteArray, passage: Passage, *, performance: bool) -> dict[str, float]:
    """Of what was played after one passage."""
    found = {"pitch": float(notes[:, 1].mean())}
    if performance:
        seconds = (passage.limit - passage.start) * TICK_SECONDS
        return {"notes a second": len(notes) / seconds, **found, "velocity": float(notes[:, 2].mean())}
    played = float((notes[:, 0] + notes[:, 3]).max() - notes[:, 0].min()) / TICKS_PER_QUARTER
    last = notes[notes[:, 0].argmax(), 1] % 12
    return {
        "notes a quarter": len(notes) / max(1.0, played),
        **found,
        "in minor": float(find_key(notes).mode == "minor"),
        "ends on A": float(last == 9),
        "ends on C": float(last == 0),
    }


def response_rows(found: Sequence[Response]) -> list[Row]:
    """The table: a row for each place of each control."""
    names = list(found[0].means)
    rows: list[Row] = [("control", "at", *names)]
    for one in found:
        told = (f"{one.means[name]:.2f} ± {one.error[name]:.2f}" for name in names)
        rows.append((one.control, one.place, *told))
    return rows


def draw(found: Sequence[Response], path: Path) -> bool:
    """The curves of all measured goals as one picture; False where there is none."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (half a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    shapes = {"density": "notes a second", "register": "pitch"}
    curves = {
        name: [one for one in found if one.control == name and one.value is not None] for name in shapes
    }
    curves = {name: ones for name, ones in curves.items() if ones}
    if not curves:
        return False
    free = next(one for one in found if one.control == "free")
    figure = Figure(figsize=(8, 3.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (name, ones) in zip(
        figure.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True
    ):
        feature = shapes[name]
        asked = [float(one.value or 0) for one in ones]
        played = [one.means[feature] for one in ones]
        axes.plot(asked, asked, ":", color="#888888", label="as asked for")
        axes.axhline(free.means[feature], color="#888888", linewidth=0.8, label="free")
        axes.errorbar(
            asked, played, [one.error[feature] for one in ones], color="#b5422c", marker=".", label="played"
        )
        axes.set_xlabel(f"{name}_goal")
        axes.set_ylabel(f"{feature}, played")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    return True


def _write(
    page: Path, manifest: Manifest, title: str, table: Iterable[Row], found: Sequence[Response]
) -> None:
    """Into the page, with the picture beside it."""
    text = markdown(title, [list(table)])
    picture = page.with_suffix("") / f"responses-{manifest.name}.png"
    try:
        drawn = draw(found, picture)
    except OSError as error:
        raise TrainingError(f"cannot write {picture}: {error.strerror}") from error
    if drawn:
        text += f"\n\n![What the goals do to {manifest.name}]({picture.parent.name}/{picture.name})"
    put(page, f"what goals do to {manifest.name}", text)


def _title(manifest: Manifest, asked: Asked, count: int) -> str:
    return (
        f"`{manifest.name}` goes on after {count} passages of the split `{asked.split}`, one control turned, "
        f"temperature {asked.style.temperature:g}, top-p {asked.style.top_p:g}, "
        f"guidance {manifest.sampling.guidance:g}, seed {asked.seed}; "
        "means with 95 % intervals over the passages"
    )
