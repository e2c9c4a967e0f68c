"""The manifest of a model: every fact that the runtime needs, beside the ONNX files.

``NAME.json`` describes ``NAME.step.onnx`` and ``NAME.heads.onnx``. A manifest that does not fit is refused
with the reason; nothing in ``live`` repeats a fact that stands here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.conditions import CONDITIONS, Condition, fault_in, told_to_step
from models.events import PITCHES
from models.grid import GRIDS, Grid, GridName
from models.order import ORDER_VERSION
from models.vocabulary import TOKENS

CONTRACT_VERSION = 1
"""Changes whenever tensors or their meaning change."""


class ModelError(ValueError):
    """A model that is missing, damaged or of another version. One complete line."""

    user_error = True


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tensor(_Strict):
    """One tensor of the step graph that carries state from call to call."""

    name: str
    output: str
    shape: tuple[int, ...]
    event_axis: int | None = Field(
        default=None, description="the axis of ring rows (transformer); None: replaced whole"
    )


class Sampling(_Strict):
    """Tuned defaults."""

    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=0.95, gt=0, le=1)
    guidance: float = Field(
        default=1.0, ge=0, description="by how much what a goal changes in the logits is multiplied"
    )


class Figures(_Strict):
    """What was measured; None where it was not."""

    split: str | None = None
    nats_per_event: float | None = None
    nats_per_note: float | None = None
    nats_per_token388: float | None = None
    next_event_accuracy: float | None = None
    ngram_nats_per_event: float | None = None
    ngram_nats_per_note: float | None = None
    parity_error: float | None = None
    step_ms_p50: float | None = None
    step_ms_p99: float | None = None
    call_of_512_events_ms: float | None = None
    machine: str | None = None


class Manifest(_Strict):
    """A model and what it promises."""

    name: str
    contract: int = CONTRACT_VERSION
    order: int = ORDER_VERSION
    grid: GridName
    time_bins: int
    tokens: int = TOKENS
    voices: int = Field(ge=1)
    ranges: tuple[tuple[int, int], ...]
    monophonic: bool
    conditions: tuple[str, ...] = ()
    edges: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, description="of each measured goal among them: what parts its levels"
    )
    key: Literal["C major / A minor", "as played"]
    phrases: bool = Field(description="whether it knows phrase ends")
    backbone: Literal["gru", "lstm", "transformer"]
    parameters: int
    units: int
    window: int = Field(description="events that a transformer sees; training window otherwise")
    ring: int = Field(default=0, description="rows of the ring, 0 for recurrent backbones")
    rotary_modulus: int = 0
    state: tuple[Tensor, ...]
    heads: tuple[str, ...]
    sampling: Sampling = Sampling()
    figures: Figures = Figures()
    data: str
    licence: str
    trained: dict[str, Any] = Field(default_factory=dict, description="settings of the training run")
    opset: int
    least_onnxruntime: str = "1.22"
    sha256: dict[str, str] = Field(description="file name -> SHA-256 of its bytes")

    @property
    def grid_object(self) -> Grid:
        """The grid of its events."""
        return GRIDS[self.grid]

    @property
    def condition_objects(self) -> list[Condition]:
        """Its conditioning inputs, in order."""
        return [CONDITIONS[name] for name in self.conditions]

    @property
    def told_to_step(self) -> int:
        """How many of them the step is told: the first ones. Heads are told all."""
        return told_to_step(self.conditions)

    @property
    def sounding_size(self) -> int:
        """Width of a sounding row."""
        return self.voices * PITCHES


def read_manifest(path: Path) -> Manifest:
    """Read and check ``NAME.json`` and the checksums of its files; raises :class:`ModelError`."""
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ModelError(f"no model at {path}") from error
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(f"{path} is not a usable manifest: {key}: {first['msg']}") from error
    _check_versions(manifest, path)
    _check_words(manifest, path)
    for name in (f"{manifest.name}.{part}.onnx" for part in ("step", "heads")):
        expected = manifest.sha256.get(name)
        if expected is None:
            raise ModelError(f"{path.name}: sha256 does not speak of {name}")
        file = path.parent / name
        if not file.is_file():
            raise ModelError(f"model {manifest.name}: {name} is missing beside {path.name}")
        if sha256(file) != expected:
            raise ModelError(f"model {manifest.name}: {name} is damaged (its SHA-256 differs)")
    return manifest


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_versions(manifest: Manifest, path: Path) -> None:
    wanted = {
        "contract": CONTRACT_VERSION,
        "order": ORDER_VERSION,
        "time_bins": manifest.grid_object.time_bins,
        "tokens": TOKENS,
        "monophonic": manifest.grid_object.monophonic,
    }
    for key, value in wanted.items():
        found = getattr(manifest, key)
        if found != value:
            raise ModelError(
                f"{path.name}: {key} is {found}, this program needs {value}: export the model again"
            )


def _check_words(manifest: Manifest, path: Path) -> None:
    if fault := fault_in(manifest.conditions, manifest.edges):
        raise ModelError(f"{path.name}: {fault}")
    if len(manifest.ranges) != manifest.voices:
        raise ModelError(f"{path.name}: {manifest.voices} voices but {len(manifest.ranges)} ranges")
    for low, high in manifest.ranges:
        if not 0 <= low <= high < PITCHES:
            raise ModelError(f"{path.name}: ranges has {low} to {high}, which is no range of MIDI pitches")
