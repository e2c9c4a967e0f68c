"""Train the chords under melodies: ``python -m training.chords.train --corpus nottingham --data PATH``.

Prints how often the chord of the held-out tunes is met on strong beats, beside baselines. ``--use`` writes
the file that ``antiphon live`` looks for in the user's data folder, and plays by from its next start on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.chord_model import CHORDS, OWN, SHIPPED, ChordTables, load_chords
from training.chords import bach, nottingham
from training.chords.learn import learn, looked_at
from training.chords.tunes import UNKNOWN, Asked, Line, asked
from training.errors import CorpusError

CORPORA: dict[str, Callable[[Path], dict[str, list[Line]]]] = {
    "chorales": bach.read,
    "nottingham": nottingham.read,
}
_RULE = (0, 9, 7, 12, 0, 5, 2, 0, 4, 5, 19, 7)
"""The triad that :mod:`live.engine.diatonic` sets under each note, where the model of a chorale is late."""


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--corpus", choices=sorted(CORPORA), required=True)
    options.add_argument("--data", type=Path, required=True, help="the unpacked corpus, or its archive")
    options.add_argument("--out", type=Path, help="where the tables go; without it nothing is written")
    options.add_argument("--use", action="store_true", help="let antiphon live play by them")
    options.add_argument("--split", choices=("validation", "test"), default="test", help="held out")
    options.add_argument("--tables", type=Path, help="measure these tables, and train none")
    options.add_argument("--seed", type=int, default=1)
    told = options.parse_args()
    try:
        splits = CORPORA[told.corpus](told.data)
    except CorpusError as error:
        sys.exit(f"training.chords.train: {error}")
    print(", ".join(f"{len(lines)} tunes for {name}" for name, lines in splits.items()))
    tables = load_chords(told.tables) if told.tables else learn(splits["train"], told.seed)
    for line in figures(tables, splits["train"], splits[told.split]):
        print(line)
    for out in [told.out] * bool(told.out) + [OWN] * told.use:
        write(tables, out)
        print(f"written to {out}")


def write(tables: ChordTables, out: Path = SHIPPED) -> None:
    """Write tables as :func:`models.chord_model.load_chords` reads them."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.savez_compressed(file, **tables._asdict())


def figures(tables: ChordTables, train: list[Line], held_out: list[Line]) -> list[str]:
    """How often root, and root and quality, are met at the strong beats of ``held_out``; beside baselines."""
    usual = _usual(train)
    ways: dict[str, Callable[[bool, Asked], int]] = {
        "always the tonic": lambda minor, _: _tonic(minor),
        "the rule under the note": lambda minor, beat: _RULE[beat.note] if beat.note >= 0 else _tonic(minor),
        "the most frequent one under the note": lambda minor, beat: int(usual[int(minor), beat.note]),
    }
    known = [(line.minor, beat) for line in held_out for beat in asked(line) if beat.chord != UNKNOWN]
    wanted = np.array([beat.chord for _, beat in known])
    answers = {name: np.array([way(*each) for each in known]) for name, way in ways.items()}
    seen, _ = looked_at(tables, held_out)
    answers["this model"] = (seen @ tables.weights).argmax(axis=1)
    rows = [f"| chord of {len(wanted):,} strong beats in {len(held_out)} tunes | root | root and quality |"]
    rows.append("| --- | --: | --: |")
    for name, answer in answers.items():
        root, both = (answer % 12 == wanted % 12).mean(), (answer == wanted).mean()
        rows.append(f"| {name} | {root:.1%} | {both:.1%} |")
    return rows


def _tonic(minor: bool) -> int:
    return 12 + 9 if minor else 0


def _usual(lines: list[Line]) -> np.ndarray:
    """``[2, 13]``: the chord that stands most often under each note (last: under none), by mode."""
    counts = np.zeros((2, 13, CHORDS))
    for line in lines:
        for beat in asked(line):
            if beat.chord != UNKNOWN:
                counts[int(line.minor), beat.note, beat.chord] += 1
    return np.asarray(counts.argmax(axis=2))


if __name__ == "__main__":
    main()
