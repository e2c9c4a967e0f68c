"""Which networks are compared: each corpus, each backbone, two sizes; and how each is trained."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from training.settings import ModelSettings, load_settings

CORPORA = ("folk", "chorale", "piano")
SIZES: dict[str, dict[str, dict[str, int]]] = {
    "small": {
        "transformer": {"layers": 3, "units": 128, "heads": 4},
        "lstm": {"layers": 1, "units": 256},
        "gru": {"layers": 1, "units": 288},
    },
    "large": {
        "transformer": {"layers": 3, "units": 256, "heads": 4},
        "lstm": {"layers": 1, "units": 512},
        "gru": {"layers": 1, "units": 576},
    },
}
"""Widths at which the backbones of one size have about as many weights: 0.5 and 2.1 million, without
embeddings and heads."""

OPTIMIZER = {
    "transformer": {"optimizer": "muon", "weight_decay": 0.1},
    "lstm": {"optimizer": "adamw", "weight_decay": 0.02},
    "gru": {"optimizer": "adamw", "weight_decay": 0.02},
}
RATES = {"adamw": (1e-3, 2e-3, 4e-3), "muon": (2.5e-3, 5e-3, 1e-2)}
"""The learning rates that are tried, around those of the shipped models."""
RATE_SHARE = 0.1
"""Each rate is tried on the small network for so much of the budget; validation decides."""
SHORT: dict[str, dict[str, float]] = {"piano": {"batch": 4, "averaging": 0.98, "warmup_steps": 50}}
"""In place of what a recipe has for a run thirty times as long: its batches would make few steps of the
budget, and its average of the weights would still remember the first ones."""
WITHOUT_END = 10_000
"""Patience: every network gets the whole budget (its best validation is kept all the same)."""


@dataclass(frozen=True)
class Contestant:
    """One network: what it learns, its backbone and its size."""

    corpus: str
    backbone: str
    size: str

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.corpus}-{self.backbone}-{self.size}"

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates to choose from."""
        return RATES[OPTIMIZER[self.backbone]["optimizer"]]  # type: ignore[index]

    def settings(self, rate: float, recipe: ModelSettings | None = None) -> ModelSettings:
        """The recipe of the corpus with this backbone; everything else stays as it is shipped."""
        recipe = recipe or load_settings(self.corpus)
        network: dict[str, Any] = {"backbone": self.backbone, **SIZES[self.size][self.backbone]}
        training: dict[str, Any] = {
            **OPTIMIZER[self.backbone],
            "learning_rate": rate,
            "patience": WITHOUT_END,
            **SHORT.get(self.corpus, {}),
        }
        return recipe.model_copy(
            update={
                "name": self.name,
                "network": recipe.network.model_copy(update=network),
                "training": recipe.training.model_copy(update=training),
            }
        )


def contestants(corpora: tuple[str, ...] = CORPORA) -> list[Contestant]:
    """All of them in the order of training: what is quick and what is useful first."""
    sizes, backbones = ("small", "large"), ("transformer", "lstm", "gru")
    return [
        Contestant(corpus, backbone, size) for corpus, size, backbone in product(corpora, sizes, backbones)
    ]
