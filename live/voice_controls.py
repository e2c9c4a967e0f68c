"""Rows of the table of controls for the ways in and out: one set for each voice, one for the player.

``voice1_channel`` and the like; :mod:`live.engine.chosen` makes routes and filters of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any

from live.control_kinds import Control, Switch, Whole, Words
from live.errors import AntiphonError

VOICES = 3
DRUMS = 10
CURVES = ("linear", "soft", "hard", "fixed")
ALL = "all"
_MOST_SEMITONES = 48


@dataclass(frozen=True, kw_only=True)
class Channel(Whole):
    """A MIDI channel as musicians count; never the one for drums."""

    low: int = 1
    high: int = 16

    @property
    def allowed(self) -> str:
        """All but one."""
        return "1 to 16 without 10, which is for drums"

    def checked(self, value: object) -> int:
        """A whole number."""
        number = super().checked(value)
        if number == DRUMS:
            raise self.refusal(value)
        return number

    def from_unit(self, place: float) -> int:
        """A knob passes the drums over."""
        number = super().from_unit(place)
        return number + 1 if number == DRUMS else number


@dataclass(frozen=True, kw_only=True)
class Channels(Words):
    """Channels that are listened to: ``all``, or some of 1 to 16. A knob knows all, or one."""

    choices: tuple[str, ...] = (ALL, *map(str, range(1, 17)))

    @property
    def allowed(self) -> str:
        """How they are written."""
        return "all, or channels like 1 or 1,2 or 5-8"

    def checked(self, value: object) -> str:
        """``all``, or the channels one by one: ``1,2,5``."""
        word = str(value).strip().lower() if isinstance(value, str | int) else ""
        if word == ALL:
            return ALL
        found: set[int] = set()
        for part in re.split(r"[\s,+]+", word):
            bounds = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
            if bounds is None:
                raise self.refusal(value)
            first, last = int(bounds[1]), int(bounds[2] or bounds[1])
            if not 1 <= first <= last <= 16:
                raise self.refusal(value)
            found.update(range(first, last + 1))
        return ALL if len(found) == 16 else ",".join(map(str, sorted(found)))


def _way(who: str, velocity: int) -> dict[str, Control]:
    """What the player's way in and each voice's way out have in common."""
    return {
        "transpose": Whole(
            default=0,
            low=-_MOST_SEMITONES,
            high=_MOST_SEMITONES,
            unit="semitones",
            effect="next strike",
            help=f"{who}, transposed",
        ),
        "low": Whole(default=0, low=0, high=127, effect="next strike", help=f"{who}, lowest key"),
        "high": Whole(default=127, low=0, high=127, effect="next strike", help=f"{who}, highest key"),
        "curve": Words(
            default="linear",
            choices=CURVES,
            effect="next strike",
            help=f"{who}, velocity: soft is louder, hard is softer, fixed is always the same",
        ),
        "velocity": Whole(
            default=velocity,
            low=1,
            high=127,
            effect="next strike",
            help=f"{who}, velocity of the curve fixed",
        ),
    }


def _voice(number: int) -> dict[str, Control]:
    who = f"voice {number}"
    return {
        "channel": Channel(default=number + 1, effect="next strike", help=f"{who}, MIDI channel"),
        "program": Whole(
            default=0, low=0, high=128, effect="now", help=f"{who}, program of the synth (0: left alone)"
        ),
        "bank": Whole(
            default=-1, low=-1, high=16383, effect="now", help=f"{who}, bank of the program (-1: left alone)"
        ),
        **_way(who, 80),
        "mute": Switch(default=False, effect="next strike", help=f"{who} makes no sound; the others go on"),
    }


def _rows() -> dict[str, Control]:
    rows: dict[str, Control] = {
        f"voice{number}_{name}": control
        for number in range(1, VOICES + 1)
        for name, control in _voice(number).items()
    }
    rows["listen"] = Channels(
        default=ALL, effect="next strike", help="channels of the player that the companion listens to"
    )
    return rows | {f"listen_{name}": control for name, control in _way("the player as heard", 80).items()}


ROWS = _rows()
"""Controls by name."""

if TYPE_CHECKING:

    class WayControls:
        """Values of these controls; read them by :func:`way`."""

else:
    WayControls = make_dataclass(
        "WayControls",
        [
            (name, control.type, field(default=control.default, metadata={"control": control}))
            for name, control in ROWS.items()
        ],
        frozen=True,
    )


def way(settings: WayControls, prefix: str) -> dict[str, Any]:
    """The values whose names begin with ``prefix_``, by the rest of their names."""
    start = f"{prefix}_"
    return {name[len(start) :]: getattr(settings, name) for name in ROWS if name.startswith(start)}


def dealt(channels: Sequence[int]) -> dict[str, object]:
    """Channels (1-16) dealt out to the voices in turn, as controls. Raises ``AntiphonError``."""
    for channel in channels:
        if not 1 <= channel <= 16 or channel == DRUMS:
            raise AntiphonError(f"channel {channel} cannot be used: 1 to 16 without 10, which is for drums")
    return {f"voice{n}_channel": channels[(n - 1) % len(channels)] for n in range(1, VOICES + 1) if channels}


def own_rows(prefix: str) -> tuple[str, ...]:
    """What can be said of a way: the rest of the names that begin with ``prefix_``."""
    start = f"{prefix}_"
    return tuple(name[len(start) :] for name in ROWS if name.startswith(start))


def no_such(word: str, prefix: str) -> AntiphonError:
    """The line for something that is not among them."""
    return AntiphonError(f"{word!r} is none of {', '.join(own_rows(prefix))}")
