"""The gallery: ``python tests/benchmarks/gallery.py --write docs/gallery.md`` makes all of it.

For each model three prompts, chosen for being free and unlike each other before anything was heard, and one
result each, with the seed that stands below: the first is shown, whatever it is. Files and pictures go to
the folder of the page's name beside it. Needs the scores that come with music21.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from music21 import corpus

sys.path[:0] = [str(Path(__file__).parent)]
from section import put  # noqa: E402

from live.files.examples import located  # noqa: E402
from live.files.lines import melody, melody_part  # noqa: E402
from live.files.music import Music, Part, Repeats  # noqa: E402
from live.files.read import read  # noqa: E402
from live.files.write import save  # noqa: E402
from live.offline.continuing import continue_music  # noqa: E402
from live.offline.harmonizing import harmonize_music  # noqa: E402
from live.offline.made import Made  # noqa: E402
from live.offline.taste import Taste  # noqa: E402
from models.convert import NoteArray  # noqa: E402
from models.key import NAMES, Key, find_key  # noqa: E402

SEED = 1
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 9, 10, 11)
"""Degrees in semitones; the minor with both sixths and both sevenths."""


class Prompt(NamedTuple):
    """``place``: an example of ours, or a score of music21's; of that ``bars`` from its beginning, all if 0.

    ``melody``: its highest line alone. ``key``: what is told of it, where the file says something wrong.
    """

    title: str
    place: str
    bars: int = 0
    melody: bool = False
    key: str | None = None


TUNE = Prompt("the tune of the examples", "example-tune.abc")
SONG = Prompt(
    "Foster, Jeanie with the Light Brown Hair (1854), told to be in F",
    "leadSheet/fosterBrownHair.mxl", 8, melody=True, key="F",
)  # fmt: skip
PROMPTS = {
    "folk": (
        TUNE,
        Prompt("Acacia Reel (Ryan's Mammoth Collection, 1883)", "ryansMammoth/AcaciaReel.abc", 8),
        SONG,
    ),
    "chorale": (
        TUNE,
        Prompt("Ach Gott, vom Himmel sieh darein (BWV 153/1), the melody", "bach/bwv153.1.mxl", melody=True),
        SONG,
    ),
    "piano": (
        Prompt("the piano phrase of the examples", "example-piano.mid"),
        Prompt("Clara Wieck, Polonaise op. 1 no. 1 (1831)", "schumann_clara/polonaise_op1n1.mxl", 8),
        Prompt("Joplin, Maple Leaf Rag (1899)", "joplin/maple_leaf_rag.mxl", 8),
    ),
}
BARS, SECONDS = 8, 20.0


class Measured(NamedTuple):
    """Of some notes: how many a quarter or a second, the share in the key, lowest and highest."""

    density: float
    in_key: float
    low: int
    high: int


def music_of(prompt: Prompt) -> Music:
    """The prompt as it is read, cut and, where only a melody is wanted, left alone."""
    if "/" not in prompt.place:
        return read(located(Path(prompt.place)))
    whole = read(Path(str(corpus.getWork(prompt.place))))
    parts = whole.pitched
    if prompt.melody:
        part = melody_part(whole, None)
        parts = (replace(part, notes=melody(part)),)
    until = np.inf
    if prompt.bars:
        first = whole.meters[0]
        pickup = (first.bar_line - first.quarter) % first.bar_quarters
        until = pickup + prompt.bars * first.bar_quarters
    return replace(
        whole,
        key=Key.parse(prompt.key) if prompt.key else whole.key,
        parts=tuple(_before(part, until) for part in parts),
        meters=tuple(mark for mark in whole.meters if mark.quarter < until),
        chords=(), signatures=whole.signatures[:1], repeats=Repeats(),
    )  # fmt: skip


def _before(part: Part, until: float) -> Part:
    """What of a part begins before a quarter."""
    notes = part.notes[part.notes[:, 0] < until - 1e-6].copy()
    notes[:, 3] = np.minimum(notes[:, 3], until - notes[:, 0])
    return replace(part, notes=notes, phrases=tuple(at for at in part.phrases if at <= until), lyrics=())


def made_by(model: str, music: Music) -> Made:
    """What the model makes of it, at its own settings."""
    taste = Taste(SEED)
    if model == "chorale":
        return harmonize_music(music, taste)
    from models.step import load_network

    network = load_network(model)
    if model == "folk":
        return continue_music(music, taste, network=network, bars=BARS)
    return continue_music(music, taste, network=network, seconds=SECONDS)


def measured(music: Music, parts: Sequence[Part], key: Key, *, by_seconds: bool) -> Measured:
    """Figures of these parts."""
    notes: NoteArray = np.concatenate([part.notes for part in parts])
    pitches = notes[:, 1].astype(int)
    ends = np.array([notes[:, 0].min(), (notes[:, 0] + notes[:, 3]).max()])
    length = float(np.diff(music.tempo.seconds_at(ends) if by_seconds else ends)[0])
    scale = MAJOR if key.mode == "major" else MINOR
    inside = np.isin((pitches - key.tonic) % 12, scale)
    return Measured(len(notes) / length, float(inside.mean()), int(pitches.min()), int(pitches.max()))


def shown(model: str, number: int, prompt: Prompt, folder: Path) -> list[str]:
    """Make one result, write its files, and say everything about it."""
    music = replace(music_of(prompt), name=prompt.title)
    made = made_by(model, music)
    stem = f"{model}-{number}"
    for ending in (".png", ".mid"):
        save(folder / f"{stem}{ending}", made.music, made.added)
    key = music.key or find_key(np.concatenate([part.notes for part in music.pitched]))
    by_seconds = model == "piano"
    rows = [
        (name, measured(music, parts, key, by_seconds=by_seconds))
        for name, parts in (
            ("prompt", music.pitched),
            ("new", [part for part in made.added if len(part.notes)]),
        )
    ]
    place = f"{folder.name}/{stem}"
    return [
        f"### {prompt.title}",
        "",
        f"![{prompt.title}, and what {model} made of it]({place}.png)",
        "",
        f"Seed {made.seed}, {made.notes} new notes; [both as MIDI]({place}.mid).",
        "",
        f"| | notes a {'second' if by_seconds else 'quarter'} | in {key.name} | lowest | highest |",
        "| --- | --: | --: | --- | --- |",
        *(
            f"| {name} | {row.density:.2f} | {row.in_key:.0%} | {_named(row.low)} | {_named(row.high)} |"
            for name, row in rows
        ),
        "",
    ]


def _named(pitch: int) -> str:
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def main() -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, required=True, metavar="FILE.md")
    page = parser.parse_args().write
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    does = {
        "folk": f"continues a line by {BARS} bars",
        "chorale": "finds three voices for a melody",
        "piano": f"continues by {SECONDS:g} seconds",
    }
    for model, prompts in PROMPTS.items():
        lines = [f"## {model} {does[model]}", ""]
        for number, prompt in enumerate(prompts, 1):
            lines += shown(model, number, prompt, folder)
            print(f"{model} {number}: {prompt.title}", flush=True)
        put(page, f"gallery of {model}", "tests/benchmarks/gallery.py", "\n".join(lines).rstrip())


if __name__ == "__main__":
    main()
