"""Keys as notation names them: a signature alone, or with the tonic that makes it a mode."""

from __future__ import annotations

from live.files.notation.spelling import FIFTHS, spelled
from models.key import Key

MODES = {0: "ionian", -1: "lydian", 1: "mixolydian", 2: "dorian", 3: "aeolian", 4: "phrygian", 5: "locrian"}
"""By how many fifths the tonic lies above that of the major key with the same signature."""
MINOR = ("aeolian", "dorian", "phrygian", "locrian")
_KERN = {"dorian": "dor", "mixolydian": "mix", "lydian": "lyd", "phrygian": "phr", "locrian": "loc"}
_ABC = {**_KERN, "ionian": "", "aeolian": "m"}


def tonic_and_mode(key: Key | None, sharps: int) -> tuple[str, str] | None:
    """The tonic (``F#``, ``Bb``) and the mode of a key under a signature; ``None`` where they do not fit."""
    if key is None:
        return None
    step, alter, _ = spelled(60 + key.tonic, sharps)
    mode = MODES.get(FIFTHS.index(step) - 1 + 7 * alter - sharps)
    if mode is None or (mode in MINOR) != (key.mode == "minor"):
        return None
    return step + ("#" * alter if alter >= 0 else "b" * -alter), mode


def abc_key(key: Key | None, sharps: int) -> str:
    """``F#m``, ``Ddor``; the major key of the signature where none is known."""
    tonic, mode = tonic_and_mode(key, sharps) or (major_tonic(sharps), "ionian")
    return tonic + _ABC[mode]


def kern_key(key: Key | None, sharps: int) -> str | None:
    """``*f#:``, ``*d:dor``; ``None`` where no key is known."""
    found = tonic_and_mode(key, sharps)
    if found is None:
        return None
    tonic, mode = found[0].replace("b", "-"), found[1]
    tonic = tonic.lower() if mode in MINOR else tonic
    return f"*{tonic}:{_KERN.get(mode, '')}"


def major_tonic(sharps: int) -> str:
    """The tonic of the major key with a signature."""
    alter, place = divmod(sharps + 1, 7)
    return FIFTHS[place] + ("#" * alter if alter >= 0 else "b" * -alter)
