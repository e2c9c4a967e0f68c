"""Whether what ``antiphon compose`` makes are whole tunes: by itself at the end, on the tonic, how long, how
many phrases; and, with ``--data``, whether they are like real tunes: in major, minor and church modes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tables import Benchmark

from live.offline.composing import compose_music
from live.offline.made import Made
from live.offline.modes import MODES
from live.offline.taste import Taste
from models.convert import NoteArray
from models.grid import SCORE, TICKS_PER_QUARTER
from models.key import Key
from models.piece import Piece
from models.step import load_network
from training import corpus
from training.listening.excerpt import Excerpt
from training.listening.features import HISTOGRAMS, NUMBERS, SCALES
from training.listening.overlap import pooled, stacked

KINDS = {
    "C": (Key(0, "major"), None),
    "Am": (Key(9, "minor"), None),
    "Ddorian": (Key(2, "minor"), "dorian"),
    "Gmixolydian": (Key(7, "major"), "mixolydian"),
    "Ephrygian": (Key(4, "minor"), "phrygian"),
    "Flydian": (Key(5, "major"), "lydian"),
}
LIKE = ("interval", "inter-onset interval", "note density")
"""What a church mode has in common with the plain one of its third; pitch classes are another matter."""


def main() -> None:
    bench = Benchmark("whole tunes", "whole_tunes.py", __doc__ or "")
    bench.options.add_argument("--tunes", type=int, default=25, help="of each kind")
    bench.options.add_argument("--bars", type=int, default=16)
    bench.options.add_argument("--meter", default="4/4")
    bench.options.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    bench.options.add_argument("--data", type=Path, help="folk songs to compare them with")
    chosen = bench.begin()
    over, under = (int(each) for each in chosen.meter.split("/"))
    real = real_tunes(chosen.data, (over, under)) if chosen.data else {}
    network = load_network("folk")
    bench.say(
        "",
        f"{chosen.tunes} tunes of each kind, {chosen.bars} bars of {chosen.meter} asked for:",
        "",
        "| key | ended by the model | on the tonic | bars | phrases | s a tune |",
        "| --- | --: | --: | --- | --- | --: |",
    )
    tunes: dict[str, list[Excerpt]] = {}
    for kind in chosen.kinds:
        key, mode = KINDS[kind]
        start = time.monotonic()
        made = [
            compose_music(
                "tune",
                Taste(number),
                network=network,
                key=key,
                mode=mode,
                meter=(over, under),
                bars=chosen.bars,
            )
            for number in range(chosen.tunes)
        ]
        took = (time.monotonic() - start) / len(made)
        tunes[kind] = [composed(each, key) for each in made]
        ended = np.mean([each.ended for each in made])
        tonic = np.mean([each.facts["ends_on_tonic"] for each in made])
        bars, phrases = (counted([each.facts[name] for each in made]) for name in ("bars", "phrases"))
        name = f"{key.name} {mode or ''}".strip()
        bench.say(f"| {name} | {ended:.0%} | {tonic:.0%} | {bars} | {phrases} | {took:.1f} |")
    bench.say(
        "",
        "| key | notes in the mode | phrases that end on the tonic | steps that repeat a note | mean step |",
        "| --- | --: | --: | --: | --: |",
    )
    for kind, excerpts in tunes.items():
        key, mode = KINDS[kind]
        bench.say(row(f"{key.name} {mode or ''}".strip(), excerpts, mode))
    for plain, excerpts in real.items():
        bench.say(row(f"real, {plain}, {len(excerpts)} tunes", excerpts, None))
    if real:
        bench.say(
            "",
            "| overlap with real tunes of the same third | " + " | ".join(LIKE) + " | pitch class |",
            "| --- |" + " --: |" * (len(LIKE) + 1),
        )
        for kind, excerpts in tunes.items():
            key, mode = KINDS[kind]
            shares = [f"{alike(name, excerpts, real[key.mode]):.3f}" for name in LIKE]
            shares.append("" if mode else f"{alike('pitch class', excerpts, real[key.mode]):.3f}")
            bench.say(f"| {key.name} {mode or ''} | " + " | ".join(shares) + " |")
        for plain, excerpts in real.items():
            shares = [f"{alike(n, excerpts[::2], excerpts[1::2]):.3f}" for n in (*LIKE, "pitch class")]
            bench.say(f"| real, {plain}, one half with the other | " + " | ".join(shares) + " |")
    bench.end()


def composed(made: Made, key: Key) -> Excerpt:
    """In C major or A minor, ticks."""
    (part,) = made.added
    notes = np.concatenate([np.rint(part.notes[:, :1] * TICKS_PER_QUARTER), part.notes[:, 1:]], axis=1)
    notes[:, 3] = np.rint(notes[:, 3] * TICKS_PER_QUARTER)
    notes[:, 1] += key.transposition
    ends = [round(float(quarter) * TICKS_PER_QUARTER) for quarter in part.phrases]
    return _whole(made.music.name, notes, key.mode, ends)


def real_tunes(data: Path, meter: tuple[int, int]) -> dict[str, list[Excerpt]]:
    """All of the corpus in this meter, of eight bars at least, by mode."""
    found: dict[str, list[Excerpt]] = {"major": [], "minor": []}
    splits = corpus.load("folk", data).splits
    pieces: list[Piece] = [piece for split in splits.values() for piece in split]
    for piece in pieces:
        first = piece.meters[0] if len(piece.meters) == 1 else None
        if first is None or (first.numerator, first.denominator) != meter or piece.mode not in found:
            continue
        if piece.notes[-1, 0] >= 8 * first.bar_ticks:
            ends = [int(each) for each in piece.phrases]
            found[piece.mode].append(_whole(piece.name, piece.notes, piece.mode, ends))
    return found


def _whole(name: str, notes: NoteArray, mode: str, ends: list[int]) -> Excerpt:
    start, end = int(notes[0, 0]), int((notes[:, 0] + notes[:, 3]).max())
    return Excerpt(name, SCORE, notes, notes[:0], start, end, mode, [], ends, ended=True)


def row(name: str, excerpts: Sequence[Excerpt], mode: str | None) -> str:
    """Of all notes in C major or A minor."""
    home = 9 if excerpts[0].mode == "minor" else 0
    scale = MODES[mode][1] if mode else SCALES[excerpts[0].mode]
    degrees = [(each.notes[:, 1].astype(int) - home) % 12 for each in excerpts]
    inside = np.mean([np.isin(each, scale).mean() for each in degrees])
    steps = np.abs(np.concatenate([np.diff(each.notes[:, 1]) for each in excerpts]))
    homes = [
        int(degree[np.searchsorted(each.notes[:, 0], end) - 1]) == 0
        for each, degree in zip(excerpts, degrees, strict=True)
        for end in each.phrases
    ]
    return (
        f"| {name} | {inside:.1%} | {np.mean(homes):.0%} | {(steps == 0).mean():.0%} | {steps.mean():.2f} |"
    )


def alike(name: str, one: Sequence[Excerpt], other: Sequence[Excerpt]) -> float:
    """Overlap of the distributions of a feature: 1 where they are the same."""
    feature = HISTOGRAMS.get(name) or NUMBERS[name]
    return pooled(*(stacked(feature(each) for each in excerpts) for excerpts in (one, other)))


def counted(values: list[int]) -> str:
    """``16 (24), 15 (1)``."""
    return ", ".join(f"{value} ({count})" for value, count in sorted(Counter(values).items(), reverse=True))


if __name__ == "__main__":
    main()
