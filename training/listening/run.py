"""``antiphon evaluate NAME --samples N``: everything from the corpus to the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from models.manifest import Manifest
from models.piece import Piece
from models.sampling import Style
from models.step import load_network
from training.errors import TrainingError
from training.evaluate import Splits, SplitsOf, named_corpus, settings_like, splits_with
from training.listening.excerpt import played_excerpt, real_excerpt
from training.listening.figures import Listening, listen
from training.listening.passages import SECONDS, Passage, passages, series
from training.listening.samples import Playing, sampled
from training.listening.tables import listening_tables, markdown, plain, put, shown
from training.novelty.index import NoveltyIndex
from training.settings import ModelSettings


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    name: str
    data: Path
    split: str
    samples: int
    seed: int
    style: Style
    jobs: int
    as_json: bool
    write: Path | None
    splits_of: SplitsOf = named_corpus
    """Reads the corpus that a model was made of."""


def run(asked: Asked, going_on: Playing, harmonizing: Playing) -> Listening:
    """Play, compare, print; what was played is kept in the user's cache, so that it can be gone on with."""
    manifest = load_network(asked.name).manifest
    splits = splits_for(settings_like(manifest), asked)
    pieces, grid = splits[asked.split], manifest.grid_object
    chosen = chosen_from(pieces, manifest, asked)
    playing = harmonizing if manifest.voices > 1 else going_on
    kept = sampled(
        asked.name, chosen, playing, asked.style, series(pieces, asked.split, asked.seed),
        folder=kept_in(), jobs=asked.jobs,
    )  # fmt: skip
    played = [played_excerpt(p, sample, grid) for p, sample in zip(chosen, kept, strict=True)]
    real = [real_excerpt(passage, grid) for passage in chosen]
    index = NoveltyIndex(splits["train"], grid)
    found = listen(played, real, splits["train"], index, grid)
    title, tables = _title(manifest, asked, chosen), listening_tables(found)
    if asked.as_json:
        print(json.dumps({"model": manifest.name, "split": asked.split, **plain(found)}))
    else:
        shown(title, tables)
    if asked.write is not None:
        put(asked.write, f"what {manifest.name} plays", markdown(title, tables))
    return found


def splits_for(settings: ModelSettings, asked: Asked) -> Splits:
    """As :func:`training.evaluate.splits_with`."""
    return splits_with(asked.split, settings, asked.data, asked.splits_of)


def chosen_from(pieces: Sequence[Piece], manifest: Manifest, asked: Asked) -> list[Passage]:
    """The passages to be gone on with. Raises ``TrainingError`` where no piece is long enough."""
    chosen = passages(pieces, manifest.grid_object, manifest.voices, asked.samples, asked.seed)
    if not chosen:
        raise TrainingError(f"no piece of the split {asked.split!r} is long enough to be continued")
    return chosen


def kept_in() -> Path:
    """Where samples are kept."""
    return Path(platformdirs.user_cache_dir("antiphon")) / "samples"


def _title(manifest: Manifest, asked: Asked, chosen: list[Passage]) -> str:
    pieces = len({passage.piece.name for passage in chosen})
    what = {
        True: "voices under the melodies",
        False: f"{SECONDS} s after {SECONDS} s" if manifest.grid == "performance" else "second halves",
    }[manifest.voices > 1]
    return (
        f"`{manifest.name}`, {len(chosen)} samples: {what} of {pieces} pieces of the split `{asked.split}`, "
        f"temperature {asked.style.temperature:g}, top-p {asked.style.top_p:g}, seed {asked.seed}"
    )
