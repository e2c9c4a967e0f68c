"""Which hold the settings ask for, in the key that is heard or set now."""

from __future__ import annotations

from functools import lru_cache

from live.controls import Settings
from live.engine.key_follower import KeyFollower
from models.chord import Chord
from models.hold import FREE, Hold, hold_on, scale_of


def hold_of(
    settings: Settings,
    follower: KeyFollower,
    shift: int = 0,
    zone: Chord | None = None,
    *,
    line: bool = False,
) -> Hold:
    """On the chord of the ``zone`` if one is played there; else, where a hold is set, on the chord that is
    set, else on the scale of the key, which has heard all strikes then.

    The chord of the zone holds harmony hard unless the hold is set soft, and a ``line`` (an answer, a duet)
    softly unless it is set hard. ``shift`` semitones bring real pitches to those of whoever asks. Engine
    thread only.
    """
    if zone is not None:
        hard = settings.hold == "hard" or (settings.hold == "off" and not line)
        return hold_on(zone.classes, hard=hard, is_chord=True, shift=shift)
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
