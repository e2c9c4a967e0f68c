"""The pictures of docs/how.md: ``python tests/benchmarks/how_pictures.py --write docs/how``.

Made by the shipped model `folk` while it hears the tune that comes with the package: what it is told, and
what it expects before each note.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from live.files.examples import located
from live.files.melody import melody_prompt
from live.files.read import read
from models.conditions import conditions_at
from models.events import KIND, PITCH, TIME, EventArray, Kind
from models.grid import TICKS_PER_QUARTER
from models.key import NAMES
from models.likelihood import score_events
from models.masks import legal_tokens
from models.sampling import log_probabilities
from models.sounding import trace
from models.step import load_network
from models.vocabulary import OFF_TOKENS, ON_TOKENS, PHRASE_TOKEN, WAIT, WHO, choices

TUNE = "example-tune.abc"
SHOWN = 32
"""Notes in the picture of what is expected."""
LOW, HIGH = 55, 81
"""Pitches of that picture."""


class Heard(NamedTuple):
    """Events; of each but the first: chances of a note of each pitch, and of a phrase end; bits."""

    events: EventArray
    pitches: NDArray[np.float64]
    phrase: NDArray[np.float64]
    bits: NDArray[np.float64]


def heard() -> Heard:
    """The tune as `folk` hears it."""
    network = load_network("folk")
    manifest, grid = network.manifest, network.manifest.grid_object
    piece = melody_prompt(read(located(Path(TUNE))), pitch_range=manifest.ranges[0]).piece
    events = piece.events(grid, manifest.voices)
    conditions = conditions_at(manifest.conditions, events[:, TIME], piece.meters)
    last = len(events) - 1
    told = choices(events, grid)
    state = trace(events, 0, last, grid, manifest.voices)
    hidden = network.start().feed(told[:last], conditions[:last], state.rows())
    logits = network.logits(hidden, told[1:], conditions[1:])
    legal = legal_tokens(state, told[1:, WAIT] == 0, told[1:, WHO], grid)
    tokens = np.exp(log_probabilities(logits["token"], legal))
    nats = score_events(logits, events, 0, last, network).total
    return Heard(events, tokens[:, ON_TOKENS:OFF_TOKENS], tokens[:, PHRASE_TOKEN], nats / math.log(2))


def expected(found: Heard, path: Path) -> None:
    """What it expects before each note, what came, and how surprising that was."""
    roll, bars = _figure(11, 6.2, 2, [4, 1])
    ons = np.flatnonzero(found.events[1:, KIND] == Kind.ON)[:SHOWN]
    chances = found.pitches[ons, LOW : HIGH + 2]
    chances[:, -1] = found.phrase[ons]
    image = roll.imshow(
        chances.T, origin="lower", aspect="auto", cmap="Blues", vmin=0, vmax=0.8,
        extent=(0.5, len(ons) + 0.5, LOW - 0.5, HIGH + 1.5), interpolation="nearest",
    )  # fmt: skip
    came = found.events[1 + ons, PITCH]
    roll.plot(np.arange(1, len(ons) + 1), came, "o", color="#e4572e", markersize=6, label="what came")
    named = [pitch for pitch in range(LOW, HIGH + 1) if pitch % 12 in (0, 4, 7)]
    names = [f"{NAMES[pitch % 12]}{pitch // 12 - 1}" for pitch in named]
    roll.set_yticks([*named, HIGH + 1], [*names, "phrase end"], fontsize=8)
    roll.set_title(
        "What folk expects before each note of the tune, brought to C major, and what came", fontsize=10
    )
    roll.legend(loc="lower right", fontsize=8)
    roll.figure.colorbar(image, ax=roll, label="chance", pad=0.01)
    bars.bar(np.arange(1, len(ons) + 1), found.bits[ons], color="#4c6a92")
    bars.set_xlim(0.5, len(ons) + 0.5)
    bars.set_ylabel("bits")
    bars.set_xlabel("note")
    for axis in (roll, bars):
        axis.set_xticks(np.arange(1, len(ons) + 1))
    roll.set_xlim(0.5, len(ons) + 0.5)
    roll.figure.savefig(path)


def told(found: Heard, path: Path, quarters: int = 13) -> None:
    """The notes as a player sees them, and the events that the network is told, under each other."""
    (axis,) = _figure(11, 3.4, 1, [1])
    names = {Kind.START: "start", Kind.OFF: "off", Kind.PHRASE: "phrase", Kind.END: "end"}
    inside = found.events[found.events[:, TIME] < quarters * TICKS_PER_QUARTER]
    ons = inside[inside[:, KIND] == Kind.ON]
    ends = np.append(ons[1:, TIME], quarters * TICKS_PER_QUARTER)
    low = int(ons[:, PITCH].min())
    for (at, pitch), end in zip(ons[:, [TIME, PITCH]].tolist(), ends.tolist(), strict=True):
        axis.barh(pitch, end - at, left=at, height=0.8, color="#7d93b5", edgecolor="#4c6a92")
    stacked: dict[int, int] = {}
    for at, kind, pitch in inside[:, [TIME, KIND, PITCH]].tolist():
        row = stacked[at] = stacked.get(at, -1) + 1
        word = f"on {NAMES[pitch % 12]}{pitch // 12 - 1}" if kind == Kind.ON else names[Kind(kind)]
        axis.text(at + 1, low - 2.2 - 1.3 * row, word, fontsize=7.5, family="monospace", va="top")
        axis.axvline(at, color="#dddddd", linewidth=0.6, zorder=0)
    axis.set_ylim(low - 7, ons[:, PITCH].max() + 2)
    axis.set_xlim(-2, quarters * TICKS_PER_QUARTER)
    axis.set_yticks([])
    axis.set_xticks(np.arange(0, quarters * TICKS_PER_QUARTER, TICKS_PER_QUARTER))
    axis.set_xlabel("ticks, 24 a quarter")
    axis.set_title("A few bars, and the events that the network is told", fontsize=10)
    axis.figure.savefig(path)


def _figure(width: float, height: float, rows: int, ratios: list[int]) -> list[Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return list(figure.subplots(rows, 1, squeeze=False, height_ratios=ratios)[:, 0])


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, required=True, metavar="FOLDER")
    folder = parser.parse_args().write
    folder.mkdir(parents=True, exist_ok=True)
    found = heard()
    expected(found, folder / "expected.png")
    told(found, folder / "told.png")


if __name__ == "__main__":
    main()
