"""Which hold the settings ask for, in the key that is heard or set now."""

from __future__ import annotations

from functools import lru_cache

from live.controls import Settings
from live.engine.key_follower import KeyFollower
from models.chord import Chord
from models.hold import FREE, Hold, hold_on, scale_of


def hold_of(settings: Settings, follower: KeyFollower, shift: int = 0) -> Hold:
    """On the chord if one is set, else on the scale of the key, which has heard all strikes then.

    ``shift`` semitones bring real pitches to those of whoever asks. Engine thread only.
    """
    if settings.hold == "off":
        return FREE
    hard = settings.hold == "hard"
    if settings.chord != "off":
        return hold_on(_chord(settings.chord), hard=hard, is_chord=True, shift=shift)
    follower.follow()
    return hold_on(scale_of(follower.key), hard=hard, is_chord=False, shift=shift)


@lru_cache(maxsize=64)
def _chord(name: str) -> tuple[int, ...]:
    return Chord.parse(name).classes
