"""The styles ``thirds`` and ``sixths``: voices that go with the melody, so many steps of the scale below."""

from __future__ import annotations

import numpy as np

from live.engine.hearing import Strike
from live.engine.policy import Stage
from live.engine.unaided import Unaided
from models.hold import Hold
from models.key import Key

BELOW = {
    "thirds": ((2,), (2, 4), (2, 4, 7)),
    "sixths": ((5,), (3, 5), (3, 5, 7)),
}
"""Steps of the scale under the melody for one, two and three voices: thirds are filled up to triads, sixths
to sixth chords (the melody on top, as in fauxbourdon), and the third voice doubles the melody an octave
lower."""
MAJOR = (0, 2, 4, 5, 7, 9, 11)
HARMONIC, NATURAL = (0, 2, 3, 5, 7, 8, 11), (0, 2, 3, 5, 7, 8, 10)
_RAISED = {"major": (1, 6, 8), "minor": (4, 6, 9)}
"""Strange notes that are the step below them, raised; others are the step above, lowered."""
_BY_PREFERENCE = 2
"""Semitones that a voice goes out of its way for a tone of a chord that is held softly."""


class Parallel(Unaided):
    """Policy. In minor the seventh step is raised, unless the melody has played it plain last."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._plain_seventh = False

    def _harmonize(self, strike: Strike, now_ns: int) -> None:
        settings, key = self._stage.settings(), self._stage.key.key
        degree = (strike.pitch - key.tonic) % 12
        if degree in (10, 11):
            self._plain_seventh = degree == 10
        steps = BELOW[settings.style][settings.voices - 1]
        scale = MAJOR if key.mode == "major" else NATURAL if self._plain_seventh else HARMONIC
        wanted = [below(strike.pitch, each, key, scale) for each in steps]
        pitches = held_to(wanted, self._stage.hold(), strike.pitch)
        self._sound({voice: pitch for voice, pitch in enumerate(pitches, 1) if pitch >= 0}, now_ns)


def below(pitch: int, steps: int, key: Key, scale: tuple[int, ...]) -> int:
    """The note so many steps of the scale below this one; may be below 0. Pure."""
    degree = (pitch - key.tonic) % 12
    tonic = pitch - degree
    if degree in scale:
        place = scale.index(degree)
    elif degree in _RAISED[key.mode]:
        place = max(index for index, each in enumerate(scale) if each < degree)
    else:
        place = min((index for index, each in enumerate(scale) if each > degree), default=6)
    octaves, place = divmod(place - steps, len(scale))
    return tonic + 12 * octaves + scale[place]


def held_to(pitches: list[int], hold: Hold, melody: int) -> list[int]:
    """These, from the top, each at the nearest tone of what harmony is held to: always if it is held hard, if
    one is near when it is held softly. Never two at one pitch. Pure."""
    if not hold.classes:
        return pitches
    tones = np.flatnonzero(hold.around(melody) & hold.pitches).tolist()
    found: list[int] = []
    ceiling = melody
    for pitch in pitches:
        fits = [tone for tone in tones if tone < ceiling]
        near = min(fits, key=lambda tone: (abs(tone - pitch), tone), default=-1)
        if not hold.hard and (near < 0 or abs(near - pitch) > _BY_PREFERENCE):
            near = pitch
        found.append(near)
        ceiling = near
    return found
