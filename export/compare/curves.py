"""Learning curves of the comparison as pictures, one for each corpus."""

from __future__ import annotations

from pathlib import Path

from export.compare.board import Board
from export.compare.contestants import Contestant

COLOURS = {"transformer": "#b5422c", "lstm": "#2c6fb5", "gru": "#3f8f4f"}
LINES = {"small": "--", "large": "-"}


def draw(corpus: str, networks: list[Contestant], board: Board, path: Path) -> bool:
    """Validation against training events of every network that has been trained; False where none has."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (half a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    found = [(one, learned) for one in networks if (learned := board.learned(board.place(one)))]
    if not found:
        return False
    figure = Figure(figsize=(7, 4.2), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for one, learned in found:
        axes.plot(
            [point.events / 1e6 for point in learned.curve],
            [point.nats for point in learned.curve],
            LINES[one.size],
            color=COLOURS[one.backbone],
            marker=".",
            label=f"{one.backbone}, {one.size} ({learned.parameters / 1e6:.1f} M)",
        )
    last = [learned.curve[-1].nats for _, learned in found]
    fourth = [learned.curve[min(3, len(learned.curve) - 1)].nats for _, learned in found]
    axes.set_ylim(min(last) - 0.05, max(*fourth, *last) + 0.05)
    axes.set_xlabel("training events, millions")
    axes.set_ylabel("validation, nats per event")
    axes.set_title(corpus)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    return True
