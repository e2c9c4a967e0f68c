"""Which General MIDI sound each voice gets, by mode and model.

Chosen to speak at once. With FluidR3 at C3, C4 and C5 half of the loudness is reached after (ms): piano 10,
5, 10; voice oohs 45, 85, 45, where choir aahs need 190, 205, 125 and strings 165, 235, 240; church organ
50, 100, 45; recorder 135, 65, 35, where a flute needs 175, 90, 55 and a fiddle 205, 135, 335.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PIANO, CHURCH_ORGAN, VOICE_OOHS, RECORDER = 0, 19, 53, 74
"""General MIDI programs, counted from 0."""
PLAYER_CHANNEL = 0
_VOLUME = 7


class Sounding(NamedTuple):
    """A General MIDI program, and the channel's volume (controller 7)."""

    program: int
    volume: int


PLAYER = Sounding(PIANO, 127)
COMPANION: dict[str, tuple[Sounding, ...]] = {
    "chorale": (Sounding(VOICE_OOHS, 80), Sounding(VOICE_OOHS, 80), Sounding(CHURCH_ORGAN, 90)),
    "folk": (Sounding(RECORDER, 100),),
    "piano": (Sounding(PIANO, 110),),
}
"""By model: the voices from the top; the last one goes on for those below. Others play the piano."""


def messages(model: str | None, channels: tuple[int, ...]) -> list[bytes]:
    """Program and volume of the companion's ``channels`` (0-15) and of the player's, who wins.

    ``model``: its name, or its file.
    """
    voices = COMPANION.get(Path(model or "").stem, COMPANION["piano"])
    sounds = {
        channel: voices[min(number, len(voices) - 1)] for number, channel in reversed([*enumerate(channels)])
    }
    sounds[PLAYER_CHANNEL] = PLAYER
    return [
        message
        for channel, sound in sorted(sounds.items())
        for message in (
            bytes((0xC0 | channel, sound.program)),
            bytes((0xB0 | channel, _VOLUME, sound.volume)),
        )
    ]
