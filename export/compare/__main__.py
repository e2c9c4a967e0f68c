"""``python -m export.compare``: train, export and measure every backbone, and write the table.

Stop it at any moment and call it again: each network goes on where it was. With ``KERAS_BACKEND=jax``, on a
machine without TensorFlow, it trains only; take the folder to a machine with TensorFlow and call it there.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from export.compare import curves, table
from export.compare.board import Board, Budget
from export.compare.contestants import CORPORA, Contestant, contestants
from training import corpus
from training.errors import TrainingError
from training.settings import load_settings
from training.store import Splits

_Place = Annotated[Path | None, typer.Option(metavar="PATH", show_default=False)]


def compare(
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Everything is kept here, a folder a network.")],
    data_folk: _Place = None,
    data_chorale: _Place = None,
    data_piano: _Place = None,
    events: Annotated[
        int | None, typer.Option(min=1, help="The budget of each network of these corpora.")
    ] = None,
    split: Annotated[str, typer.Option(metavar="test|validation", help="What is measured.")] = "test",
    write: Annotated[Path | None, typer.Option(metavar="PAGE.md", help="Where the table goes.")] = None,
    speeds: Annotated[
        bool, typer.Option("--speeds", help="Only measure times anew: call it on a quiet machine.")
    ] = False,
) -> None:
    """Compare all backbones on the corpora whose data is given; the page is written after each network."""
    places = {"folk": data_folk, "chorale": data_chorale, "piano": data_piano}
    board = Board(runs)
    budget = board.settle([name for name, place in places.items() if place is not None], events)
    networks = contestants()
    if speeds:
        _measure_speeds(networks, board)
    else:
        for name in CORPORA:
            if (place := places[name]) is not None:
                _corpus(
                    name, place, [one for one in networks if one.corpus == name], board, budget, split, write
                )
    _write(networks, board, budget, write)


def _corpus(
    name: str, data: Path, networks: list[Contestant], board: Board, budget: Budget, split: str,
    write: Path | None,
) -> None:  # fmt: skip
    """Every network of one corpus."""
    recipe = load_settings(name)
    splits: Splits | None = None
    measures = _can_measure()
    for one in networks:
        if board.measured(one) or (board.learned(board.place(one)) and not measures):
            continue
        from export.compare.learn import learn  # noqa: PLC0415  (Keras takes seconds)

        splits = splits or corpus.load(name, data, recipe.corpus).splits
        learn(one, splits, board, budget, recipe)
        if measures:
            from export.compare.measure import count_baseline, measure  # noqa: PLC0415

            count_baseline(name, splits, split, board, recipe)
            measure(one, splits, split, board, recipe, quiet=False)
        _write(contestants(), board, budget, write)


def _measure_speeds(networks: list[Contestant], board: Board) -> None:
    from export.compare.measure import measure_speed  # noqa: PLC0415

    for one in networks:
        if board.measured(one):
            print(f"{one.name}: {measure_speed(one, board)}")


def _can_measure() -> bool:
    """Whether networks can be exported here: that needs TensorFlow, under Keras as well."""
    if (
        find_spec("tensorflow")
        and find_spec("tf2onnx")
        and os.environ.get("KERAS_BACKEND") in (None, "tensorflow")
    ):
        return True
    print(
        "trained only: export and figures need TensorFlow; call this there with the same --runs",
        file=sys.stderr,
    )
    return False


def _write(networks: list[Contestant], board: Board, budget: Budget, page: Path | None) -> None:
    """Write the table and the curves; print the table where no page is given."""
    if page is None:
        print(table.markdown(networks, board, budget, {}))
        return
    pictures = {}
    for name in CORPORA:
        picture = page.with_suffix("") / f"curves-{name}.png"
        if curves.draw(name, [one for one in networks if one.corpus == name], board, picture):
            pictures[name] = f"{page.stem}/{picture.name}"
    text = page.read_text() if page.is_file() else "# Models and their figures\n"
    page.write_text(table.replaced(text, table.markdown(networks, board, budget, pictures)))


def main() -> None:
    """The command; what a person can put right is one line."""
    try:
        typer.run(compare)
    except TrainingError as error:
        sys.exit(f"compare: {error}")


if __name__ == "__main__":
    main()
