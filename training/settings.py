"""Settings of a training run: one TOML file per model, checked when it is read."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from models.conditions import CONDITIONS, Condition, fault_in
from models.events import PITCHES
from models.grid import GRIDS, Grid, GridName
from training.errors import TrainingError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkSettings(_Strict):
    """The shape of a network. ``heads`` counts attention heads, ``key_value_heads`` their shared keys."""

    backbone: Literal["gru", "lstm", "transformer"]
    layers: int = Field(ge=1, le=32)
    units: int = Field(ge=8, le=2048)
    head_units: int = Field(default=256, ge=8)
    heads: int = Field(default=4, ge=1, validate_default=True)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    @field_validator("heads")
    @classmethod
    def _heads_share_units(cls, heads: int, info: ValidationInfo) -> int:
        units = info.data.get("units", 0)
        if info.data.get("backbone") == "transformer" and units % (2 * heads):
            raise ValueError(f"{units} units do not part into {heads} heads of even size")
        return heads


class TeacherSettings(_Strict):
    """Whom a network learns from, beside the data."""

    recipes: tuple[str, ...] = Field(
        min_length=1, description="names or files of settings; of several, what they say on average"
    )
    share: float = Field(default=0.5, ge=0, le=1, description="of the loss; the rest are nats of the data")


class TrainingSettings(_Strict):
    """How long and how. A step is one batch; ``epochs`` counts passes over the training split."""

    window: int = Field(ge=8, description="events in a window; the memory of a transformer")
    batch: int = Field(ge=1)
    epochs: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    optimizer: Literal["adamw", "muon"] = Field(
        default="adamw", description="muon: Muon for the matrices, AdamW for the rest"
    )
    weight_decay: float = Field(default=0.01, ge=0)
    warmup_steps: int = Field(default=200, ge=0)
    clip_norm: float = Field(default=1.0, gt=0)
    transpose: int = Field(default=0, ge=0, le=12, description="semitones up and down, drawn")
    stretch: float = Field(default=0.0, ge=0, lt=0.5, description="relative tempo change, drawn")
    start_share: float = Field(default=0.1, ge=0, le=1, description="windows from a piece's start")
    unknown_share: float = Field(default=0.25, ge=0, le=1, description="windows without a meter")
    goals_share: float = Field(default=0.7, ge=0, le=1, description="how often a goal is given")
    only_goals: bool = Field(
        default=False, description="learn what goals do; all else stays as it was, bit for bit"
    )
    averaging: float = Field(default=0.0, ge=0, lt=1, description="moving average of weights")
    teacher: TeacherSettings | None = None
    patience: int = Field(default=5, ge=1, description="validations without gain before stopping")
    validate_minutes: float = Field(default=5.0, gt=0)
    checkpoint_minutes: float = Field(default=3.0, gt=0)


class ModelSettings(_Strict):
    """Everything that defines a model before it is trained."""

    name: str
    grid: GridName
    voices: int = Field(ge=1, le=8)
    ranges: tuple[tuple[int, int], ...] = Field(description="lowest and highest pitch of each voice")
    conditions: tuple[str, ...] = ()
    edges: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, description="what parts the levels of measured goals; taken from the data"
    )
    seed: int = 1
    data: str = Field(description="which corpus: piano, folk or chorale; own/NAME: somebody's own, like it")
    phrases: bool = Field(default=True, description="whether the corpus marks where phrases end")
    licence: str
    network: NetworkSettings
    training: TrainingSettings
    base: TrainingSettings | None = Field(
        default=None, description="how the model was trained that goals were taught to afterwards"
    )
    corpus: dict[str, Any] = Field(default_factory=dict)

    @field_validator("ranges")
    @classmethod
    def _a_range_for_each_voice(
        cls, ranges: tuple[tuple[int, int], ...], info: ValidationInfo
    ) -> tuple[tuple[int, int], ...]:
        if len(ranges) != info.data.get("voices", len(ranges)):
            raise ValueError(f"{info.data['voices']} voices need as many ranges, not {len(ranges)}")
        if not all(0 <= low <= high < PITCHES for low, high in ranges):
            raise ValueError("a range is the lowest and the highest MIDI pitch, 0 to 127")
        return ranges

    @field_validator("conditions")
    @classmethod
    def _conditions_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if fault := fault_in(names):
            raise ValueError(fault)
        return names

    @property
    def grid_object(self) -> Grid:
        """The grid itself."""
        return GRIDS[self.grid]

    @property
    def goals(self) -> tuple[str, ...]:
        """Those of the conditioning inputs that say what is to come."""
        return tuple(name for name in self.conditions if CONDITIONS[name].goal)

    @property
    def condition_objects(self) -> list[Condition]:
        """The conditioning inputs in order."""
        return [CONDITIONS[name] for name in self.conditions]


def is_recipe(name_or_path: str) -> bool:
    """Whether these are settings, and no name of a model."""
    recipes = resources.files("training") / "recipes"
    return name_or_path.endswith(".toml") or (recipes / f"{name_or_path}.toml").is_file()


def load_settings(name_or_path: str) -> ModelSettings:
    """Read ``NAME`` (shipped settings) or a path to a TOML file; one clear error when it is bad."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        shipped = resources.files("training") / "recipes" / f"{name_or_path}.toml"
        if not shipped.is_file():
            names = sorted(
                each.name.removesuffix(".toml")
                for each in (resources.files("training") / "recipes").iterdir()
            )
            raise TrainingError(f"no settings named {name_or_path!r}: there are {', '.join(names)}")
        text = shipped.read_text()
    else:
        try:
            text = path.read_text()
        except OSError as error:
            raise TrainingError(f"cannot read settings {path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise TrainingError(f"{path}: not a TOML file (not UTF-8)") from error
    try:
        return ModelSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{name_or_path}: not a TOML file ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise TrainingError(f"{name_or_path}: {key}: {first['msg']}") from error


def check_teacher(teacher: ModelSettings, student: ModelSettings) -> None:
    """Raise :class:`TrainingError` where they are told, or choose between, different things."""
    for key in ("grid", "voices", "conditions", "edges"):
        theirs, own = getattr(teacher, key), getattr(student, key)
        if theirs != own:
            raise TrainingError(
                f"{student.name} cannot learn from {teacher.name}: its {key} {theirs} should be {own}"
            )
