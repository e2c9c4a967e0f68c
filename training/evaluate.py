"""Figures of an exported model on a split: the live step itself, from the start of every piece.

Nats are summed over all events of all pieces under the rolling window of live use and divided by events,
notes, or (piano) 388-tokens; ``end`` is reported apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.events import KIND, Kind
from models.likelihood import score_piece
from models.manifest import Figures, Manifest
from models.piece import Piece
from models.step import Network, find_manifest, load_network
from training import corpus, ngram
from training.errors import TrainingError
from training.settings import ModelSettings, load_settings
from training.tokens388 import REFERENCE, count_tokens
from training.views import plain_view

Splits = Mapping[str, Sequence[Piece]]
SplitsOf = Callable[[ModelSettings, Path], Splits]
MOST_COUNTED = 8_000_000
"""Training notes up to which an n-gram is counted beside: above, that takes too much memory."""


@dataclass
class Result:
    """Sums over a split."""

    nats: float = 0.0
    end_nats: float = 0.0
    phrase_nats: float = 0.0
    events: int = 0
    notes: int = 0
    right: int = 0
    pieces: int = 0
    heads: dict[str, float] = field(default_factory=dict)

    @property
    def per_event(self) -> float:
        """Nats per event, without ``end``."""
        return self.nats / self.events

    @property
    def per_note(self) -> float:
        """Nats per note, all its events (on, off, phrase) together, without ``end``."""
        return self.nats / self.notes

    @property
    def accuracy(self) -> float:
        """Share of events of which every choice was the likeliest."""
        return self.right / self.events


def evaluate(network: Network, pieces: Sequence[Piece], settings: ModelSettings) -> Result:
    """Score every event of every piece; of chorales the soprano is given."""
    result = Result()
    for piece in track(pieces, "scoring", console=Console(stderr=True)):
        view = plain_view(piece, settings)
        score = score_piece(network, view.events, view.conditions)
        kind = view.events[1:, KIND]
        counted = kind != Kind.END
        total = score.total
        result.nats += float(total[counted].sum())
        result.end_nats += float(total[~counted].sum())
        result.phrase_nats += float(total[kind == Kind.PHRASE].sum())
        result.events += int(counted.sum())
        result.notes += int((kind == Kind.ON).sum())
        result.right += int(score.right[counted].sum())
        result.pieces += 1
        for name, nats in score.nats.items():
            result.heads[name] = result.heads.get(name, 0.0) + float(nats[counted].sum())
    return result


def run(
    name: str, data: Path, split: str, splits_of: SplitsOf | None = None, write: Path | None = None
) -> Figures:
    """Evaluate the model ``name`` on a split, print a table, and write the figures into its manifest.

    ``splits_of`` reads the corpus of these settings from ``data``; by itself one of the named corpora.
    With ``write`` the figures go into that JSON file, and the manifest stays as it is.
    """
    path = find_manifest(name)
    network = load_network(str(path))
    manifest = network.manifest
    settings = settings_like(manifest)
    pieces = splits_with(split, settings, data, splits_of or named_corpus)
    result = evaluate(network, pieces[split], settings)
    counted: dict[str, float] = {}
    if sum(len(piece.notes) for piece in pieces["train"]) <= MOST_COUNTED:
        baseline = ngram.baseline(pieces["train"], pieces["validation"], pieces[split], settings)
        counted["ngram_nats_per_event"] = round(baseline.per_event, 4)
        counted["ngram_nats_per_note"] = round(baseline.per_note, 4)
    update = {**figures_of(result, pieces[split], split, settings), **counted}
    figures = manifest.figures.model_copy(update=update)
    _print(result, figures)
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(figures.model_dump_json(indent=2, exclude_none=True) + "\n")
        return figures
    path.write_text(manifest.model_copy(update={"figures": figures}).model_dump_json(indent=2) + "\n")
    return figures


def figures_of(
    result: Result, pieces: Sequence[Piece], split: str, settings: ModelSettings
) -> dict[str, str | float | None]:
    """What a manifest says of a result on a split, by the names of :class:`Figures`."""
    tokens = None
    if settings.data == "piano":
        tokens = tokens_of(pieces, split)
    elif settings.grid == "performance":
        tokens = sum(count_tokens(piece.notes) for piece in pieces)
    return {
        "split": split,
        "nats_per_event": round(result.per_event, 4),
        "nats_per_note": round(result.per_note, 4),
        "nats_per_token388": round(result.nats / tokens, 4) if tokens else None,
        "next_event_accuracy": round(result.accuracy, 4),
    }


def tokens_of(pieces: Sequence[Piece], split: str) -> int:
    """The 388-tokens of a split of MAESTRO: the project's count where the split is whole, else counted."""
    return REFERENCE.get(split) or sum(count_tokens(piece.notes) for piece in pieces)


def settings_like(manifest: Manifest) -> ModelSettings:
    """The settings that the model was made with: its own network, the recipe's corpus."""
    recipe = load_settings(manifest.data.rpartition("/")[2])  # own/folk is like folk
    return recipe.model_copy(
        update={"data": manifest.data, "conditions": manifest.conditions, "ranges": manifest.ranges}
    )


def named_corpus(settings: ModelSettings, data: Path) -> Splits:
    """The splits of ``piano``, ``folk`` or ``chorale``."""
    return corpus.load(settings.data, data, settings.corpus).splits


def splits_with(split: str, settings: ModelSettings, data: Path, splits_of: SplitsOf) -> Splits:
    """The corpus of these settings. Raises ``TrainingError`` where the split asked for has no piece."""
    splits = splits_of(settings, data)
    if not splits.get(split):
        raise TrainingError(f"no split {split!r}: there are {', '.join(splits)}")
    return splits


def _print(result: Result, figures: Figures) -> None:
    table = Table(title=f"{result.pieces} pieces, {result.events:,} events, {result.notes:,} notes")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for key, value in figures.model_dump(exclude_none=True).items():
        table.add_row(key.replace("_", " "), str(value))
    for name, nats in result.heads.items():
        table.add_row(f"nats per event in {name}", f"{nats / result.events:.4f}")
    table.add_row("nats per piece in end", f"{result.end_nats / result.pieces:.3f}")
    if result.phrase_nats:
        table.add_row("nats per note in phrase ends", f"{result.phrase_nats / result.notes:.4f}")
    Console().print(table)
