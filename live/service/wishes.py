"""What may be asked for, and what is answered: the models that check it and that OpenAPI is made from."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from live.controls import checked
from live.errors import AntiphonError
from live.moods import FREE, MOODS
from live.service.formats import READ, WRITTEN
from live.service.limits import LONGEST_NAME, MOST_ALTERNATIVES, MOST_BARS, MOST_SECONDS
from live.service.refusal import RefusedError
from models import places
from models.key import Key

_METER = re.compile(r"([1-9]\d?)/(1|2|4|8|16|32)")


def _file_name(name: str) -> str:
    ending = "." + name.rpartition(".")[2].lower()
    if ending not in READ:
        raise ValueError(f"the name of the file must end in one of {', '.join(READ)}")
    if not name.isprintable() or any(each in name for each in "/\\"):
        raise ValueError("it must be the name of a file, without folders")
    return name


def _model(name: str) -> str:
    known = [*places.shipped_names(), *places.own_names()]
    if name not in known:
        raise ValueError(f"there is no model of this name; there are {', '.join(known)}")
    return name


def _key(text: str) -> str:
    if text != "auto":
        Key.parse(text)
    return text


def _meter(text: str) -> str:
    if not _METER.fullmatch(text):
        raise ValueError("it is no meter; write one like 3/4")
    return text


def _format(text: str) -> str:
    if f".{text}" not in WRITTEN:
        raise ValueError(f"it must be one of {', '.join(each[1:] for each in WRITTEN)}")
    return text


def _as(control: str) -> AfterValidator:
    """As the control of this name is written."""

    def check(value: str) -> str:
        try:
            checked(control, value)
        except AntiphonError as error:
            raise ValueError(str(error).removeprefix(f"{control} ")) from error
        return value

    return AfterValidator(check)


Mode = Literal["major", "minor", "ionian", "lydian", "mixolydian", "aeolian", "dorian", "phrygian"]
KeyName = Annotated[str, AfterValidator(_key), Field(max_length=30)]


class Wish(BaseModel):
    """What may be chosen in every request that makes music."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, AfterValidator(_model)] | None = Field(
        default=None,
        max_length=60,
        description="Which model plays (see /api/models).",
    )
    temperature: float | None = Field(
        default=None, gt=0, le=10, allow_inf_nan=False,
        description="Above 1 more adventurous, below 1 more careful. Each model has its own default.",
    )  # fmt: skip
    top_p: float | None = Field(
        default=None, gt=0, le=1, allow_inf_nan=False,
        description="Choose among the likeliest notes that make up this share. Each model has its own.",
    )  # fmt: skip
    seed: int | None = Field(
        default=None, ge=0, lt=2**53, description="The same seed makes the same music; drawn if not given."
    )
    count: int = Field(
        default=1, ge=1, le=MOST_ALTERNATIVES,
        description="How many alternatives; they have seeds one after the other.",
    )  # fmt: skip
    format: Annotated[str, AfterValidator(_format)] = Field(
        default="mid", description=f"What kind of file is made: {', '.join(each[1:] for each in WRITTEN)}."
    )


class _Character(BaseModel):
    """What new music is to be like; a model that does not know it says so in the remarks."""

    mood: Annotated[str, _as("mood")] = Field(
        default=FREE, max_length=30, description=f"Several of these at once: {', '.join(MOODS)}."
    )
    density: Annotated[str, _as("density_goal")] = Field(
        default="off", max_length=30, description="So many notes a second; off: as the model likes."
    )
    register_: Annotated[str, _as("register_goal")] = Field(
        default="off", max_length=30, alias="register",
        description="Around this key, like C3 or 48; off: where the model likes.",
    )  # fmt: skip


class File(BaseModel):
    """What is said of a file that is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_file_name)] = Field(
        max_length=LONGEST_NAME,
        description=f"The name of the file that is sent; its ending ({', '.join(READ)}) says what it is.",
        examples=["tune.abc"],
    )


class _Melody(File, Wish):
    part: str | None = Field(
        default=None, max_length=LONGEST_NAME, description="The part with the melody, by name or number."
    )


class Continue(_Melody, _Character):
    """Options of ``/api/continue``."""

    mode: Literal["free", "major", "minor"] = Field(
        default="free", description="Go on in major or minor: of the key that is found, or its relative."
    )
    alternatives: int = Field(
        default=1, ge=1, le=MOST_ALTERNATIVES,
        description="Make so many and rank them: likely and yet new is best (in place of count).",
    )  # fmt: skip

    bars: int | None = Field(
        default=None,
        ge=1,
        le=MOST_BARS,
        description="How long the new music lasts, in bars (default for a line: 8).",
    )
    seconds: float | None = Field(
        default=None, gt=0, le=MOST_SECONDS, allow_inf_nan=False,
        description="The same in seconds (default for anything but a line: 30).",
    )  # fmt: skip
    allow_end: bool = Field(default=False, description="Stop early where the model ends the piece.")

    @model_validator(mode="after")
    def _one_length(self) -> Continue:
        if self.bars is not None and self.seconds is not None:
            raise ValueError("give bars or seconds, not both")
        if self.alternatives > 1 and self.count > 1:
            raise ValueError("give count or alternatives, not both")
        return self


class Harmonize(_Melody):
    """Options of ``/api/harmonize``."""

    voices: int = Field(default=3, ge=1, le=3, description="How many voices to add.")
    key: KeyName = Field(default="auto", description="The key, like F#m or Bb; auto finds it.")


class Compose(Wish, _Character):
    """Options of ``/api/compose``."""

    key: KeyName = Field(
        default="auto", description="The key, like F#m or Bb; auto: C, or Cm in a mood that is minor."
    )
    mode: Mode | None = Field(default=None, description="The mode on the tonic of the key.")
    meter: Annotated[str, AfterValidator(_meter)] = Field(default="4/4", description="The meter, like 3/4.")
    bars: int = Field(
        default=16, ge=1, le=MOST_BARS, description="The most bars; the model may end a piece after half."
    )


def names(kind: type[BaseModel]) -> list[str]:
    """Of the options of a request."""
    return [field.alias or name for name, field in kind.model_fields.items()]


def wished(kind: type[BaseModel], query: dict[str, str]) -> Any:
    """Options from a query string. Raises ``RefusedError``, with the first thing that is wrong."""
    try:
        return kind.model_validate(query)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            said = f"there is no such option; there are {', '.join(names(kind))}"
        elif first["type"] == "missing":
            said = "it must be given"
        raise RefusedError(422, f"{where}: {said}" if where else said) from error


# -- answers ----------------------------------------------------------------------------------------

Row = tuple[float, float, int, int]


class ShownPart(BaseModel):
    """One instrument."""

    name: str
    program: int | None = Field(description="General MIDI program, from 0; null where the file names none.")
    drums: bool
    notes: list[Row] = Field(description="[onset in s, length in s, pitch, velocity] each.")


class Read(BaseModel):
    """What was sent, as it is heard."""

    name: str
    seconds: float
    key: str | None
    meter: str | None
    tempo: float | None = Field(description="Quarters a minute at the beginning.")
    parts: list[ShownPart]
    remarks: list[str]


class MadeFile(BaseModel):
    """A file to keep: what was sent and what is new."""

    name: str
    type: str = Field(description="Its media type.")
    base64: str


class Made(BaseModel):
    """One alternative."""

    number: int = Field(description="Which of the alternatives, from 1; of ranked ones the best is 1.")
    model: str
    seed: int
    begins: float = Field(description="Where the first new note begins, in seconds.")
    seconds: float = Field(description="How long everything lasts.")
    parts: list[ShownPart] = Field(description="What is new; times as in what was sent.")
    remarks: list[str]
    nats: float | None = Field(default=None, description="Ranked ones: nats a note; less is likelier.")
    new: float | None = Field(default=None, description="Ranked ones: the share of figures that are new.")
    file: MadeFile


class Result(BaseModel):
    """Everything at once."""

    read: Read | None
    made: list[Made]


class ReadLine(Read):
    """What was sent; the first line after waiting, but for ``/api/compose``."""

    what: Literal["read"] = "read"


class WaitingLine(BaseModel):
    """It has not begun. Told again every few seconds while nothing else is."""

    what: Literal["waiting"] = "waiting"
    before: int = Field(description="How many others are before this one.")


class ProgressLine(BaseModel):
    """How far it is."""

    what: Literal["progress"] = "progress"
    number: int
    share: float = Field(ge=0, le=1)


class MadeLine(Made):
    """One alternative is there."""

    what: Literal["made"] = "made"


class FailedLine(BaseModel):
    """It cannot be done; the last line."""

    what: Literal["failed"] = "failed"
    reason: str


class DoneLine(BaseModel):
    """All alternatives are there; the last line."""

    what: Literal["done"] = "done"


Line = WaitingLine | ReadLine | ProgressLine | MadeLine | DoneLine | FailedLine


class Model(BaseModel):
    """One model."""

    name: str
    does: list[str] = Field(description="The requests that can be made of it.")
    voices: int
    data: str = Field(description="What it learned from.")
    licence: str
    goals: list[str] = Field(description="What of density, register and mode it can be asked for.")


class Models(BaseModel):
    """All that are there."""

    models: list[Model]
