"""``--voice 1:channel=2,program=52,low=C3`` and ``--listen 1,2,low=60``: ways in and out in words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from live.controls import checked
from live.errors import AntiphonError
from live.voice_controls import VOICES, no_such, own_rows

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCHES = ("low", "high")


def voice_settings(texts: Iterable[str]) -> dict[str, object]:
    """Controls from ``--voice``, once for each voice. Raises ``AntiphonError``."""
    found: dict[str, object] = {}
    for text in texts:
        number, _, rest = text.partition(":")
        if number.strip() not in map(str, range(1, VOICES + 1)) or not rest.strip():
            raise AntiphonError(
                f"--voice {text}: write the voice (1 to {VOICES}), a colon, and what it is to have, "
                "like 1:channel=2,program=52"
            )
        for part in rest.split(","):
            found |= _one(f"--voice {text}", f"voice{number.strip()}", part)
    return found


def listen_settings(text: str | None) -> dict[str, object]:
    """Controls from ``--listen``. Raises ``AntiphonError``."""
    found: dict[str, object] = {}
    channels = []
    for part in (text or "").split(",") if text is not None else ():
        if "=" in part:
            found |= _one(f"--listen {text}", "listen", part)
        else:
            channels.append(part.strip())
    if channels:
        found["listen"] = checked("listen", ",".join(channels))
    return found


def _one(said: str, prefix: str, part: str) -> dict[str, object]:
    """One ``name=value``."""
    name, equals, value = (each.strip() for each in part.partition("="))
    if not equals:
        raise AntiphonError(f"{said}: write {name or 'name'}=value")
    if name not in own_rows(prefix):
        raise AntiphonError(f"{said}: {no_such(name, prefix)}")
    return {f"{prefix}_{name}": checked(f"{prefix}_{name}", _pitch(value) if name in _PITCHES else value)}


def _pitch(text: str) -> object:
    """The number of a key that is named like C3 or F#4 (C4 is middle C, 60); anything else as it is."""
    named = re.fullmatch(r"([A-Ga-g])([#b]?)(-?\d)", text)
    if named is None:
        return text
    step = _STEPS[named[1].upper()] + {"#": 1, "b": -1, "": 0}[named[2]]
    return 12 * (int(named[3]) + 1) + step
