"""``antiphon evaluate NAME --harmony``: voices under the melodies of held-out chorales, beside Bach's.

Nothing is known of a melody but its past, and nothing is said between its notes. Rates are counted for a
hundred chords. Bach is counted twice: as he wrote, and at the strikes of the melody alone, where he is seen
as incompletely as those are who may speak only there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from models.convert import NoteArray
from models.piece import Piece
from models.step import load_network
from training.errors import TrainingError
from training.listening.harmony import Setting, accuracy, counted, setting
from training.listening.passages import Passage, passages, series
from training.listening.run import Asked, kept_in, splits_for
from training.listening.samples import Playing, sampled
from training.listening.tables import Row, markdown, put, shown
from training.settings import load_settings

CORPUS = "chorale"
MELODY = 4
AS_WRITTEN, AT_STRIKES = "Bach as written", "Bach at the strikes"
WITHOUT_VOICES = (
    "voices added", "chords of four voices", "chord tones on strong beats", "triads and sevenths",
    "consonant pairs of voices", "added notes in the key",
)  # fmt: skip
"""What says something of a model whose notes belong to no voice."""
Figures = dict[str, dict[str, float]]
"""By who harmonised, then by what is counted."""


def run(asked: Asked, ways: Mapping[str, Playing]) -> Figures:
    """Harmonise in every way, count and print."""
    manifest = load_network(asked.name).manifest
    settings = load_settings(CORPUS)
    splits = splits_for(settings, asked)
    pieces = splits[asked.split]
    chosen = passages(pieces, settings.grid_object, settings.voices, asked.samples, asked.seed)
    if not chosen:
        raise TrainingError(f"no chorale of the split {asked.split!r} can be harmonised")
    every = [setting(p.piece.notes, p.piece.meters, p.piece.mode) for p in chosen]
    bach = [one.where(_strikes(passage)) for one, passage in zip(every, chosen, strict=True)]
    ranges = _ranges(splits["train"])
    found: Figures = {}
    for way, playing in ways.items():
        kept = sampled(
            asked.name, chosen, playing, asked.style, series(pieces, asked.split, asked.seed),
            folder=kept_in(), jobs=asked.jobs, grid=settings.grid_object,
        )  # fmt: skip
        played = [_setting(p, sample.notes) for p, sample in zip(chosen, kept, strict=True)]
        found[way] = counted(played, ranges) | accuracy(played, bach)
    found[AT_STRIKES], found[AS_WRITTEN] = counted(bach, ranges), counted(every, ranges)
    if manifest.voices == 1:
        found = {way: {name: each[name] for name in WITHOUT_VOICES} for way, each in found.items()}
    count = len({passage.piece.name for passage in chosen})
    title = (
        f"`{manifest.name}` under the melodies of {count} chorales of the split `{asked.split}`, "
        f"{len(chosen)} times, temperature {asked.style.temperature:g}, top-p {asked.style.top_p:g}, "
        f"seed {asked.seed}"
    )
    if asked.as_json:
        print(json.dumps({"model": manifest.name, "split": asked.split, "harmony": found}))
    else:
        shown(title, [rows(found)])
    if asked.write is not None:
        put(asked.write, f"how {manifest.name} harmonizes", markdown(title, [rows(found)]))
    return found


def rows(found: Figures) -> list[Row]:
    """A column for each way."""
    names = list(dict.fromkeys(name for figures in found.values() for name in figures))
    table: list[Row] = [("in 100 chords, or share", *found)]
    for name in names:
        table.append((name, *(_said(figures.get(name)) for figures in found.values())))
    return table


def _said(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _setting(passage: Passage, added: NoteArray) -> Setting:
    """The melody and what was added to it, at the strikes of the melody."""
    notes = np.concatenate([passage.given.notes, added])
    return setting(notes, passage.piece.meters, passage.piece.mode).where(_strikes(passage))


def _strikes(passage: Passage) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return passage.given.notes[:, 0].astype(np.int64)


def _ranges(train: Sequence[Piece]) -> list[tuple[int, int]]:
    """The lowest and the highest note that each voice has anywhere in the training split."""
    notes = np.concatenate([piece.notes for piece in train])
    voices = [notes[notes[:, 4] == voice, 1] for voice in range(MELODY)]
    return [(int(own.min()), int(own.max())) for own in voices]
