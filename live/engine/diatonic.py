"""A rule that harmonises any note in no time: a triad of the key under it, each voice by the nearest way.

It stands in when the model is late, and is what the model is compared with. Pitches are in C major / A minor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.hold import FREE, Hold

TRIADS = (
    (0, 4, 7),  # C under C
    (9, 1, 4),  # A under C#
    (7, 11, 2),  # G under D
    (0, 3, 7),  # C minor under Eb
    (0, 4, 7),  # C under E
    (5, 9, 0),  # F under F
    (2, 6, 9),  # D under F#
    (0, 4, 7),  # C under G
    (4, 8, 11),  # E under G#
    (5, 9, 0),  # F under A
    (7, 10, 2),  # G minor under Bb
    (7, 11, 2),  # G under B
)
"""Pitch classes of the chord under each pitch class of the melody, root first."""
FARTHEST = 24
"""Semitones under the melody within which a voice is looked for when its range is left."""


def harmony_under(
    melody: int,
    voices: Iterable[int],
    ranges: Sequence[tuple[int, int]],
    held: Mapping[int, int],
    hold: Hold = FREE,
) -> dict[int, int]:
    """A pitch for each of ``voices`` (1.. from the top) under ``melody``, none above the one before it.

    ``ranges`` of all voices from 0; ``held`` says where voices are now: each moves by the nearest way, a
    voice that is silent begins as high as it may. The lowest voice takes the root. A ``hold`` on a chord is
    the chord here, and a hard one leaves its tones alone. Never blocks.
    """
    chord = hold.classes if hold.is_chord else TRIADS[melody % 12]
    if hold.hard:
        tones = [each for each in range(12) if hold.around(melody)[each]]
        chord = tuple(each for each in chord if each in tones) or tuple(tones)
    found: dict[int, int] = {}
    ceiling = melody - 1
    wanted = sorted(voices)
    for voice in wanted:
        low, high = ranges[voice]
        classes = chord[:1] if voice == wanted[-1] and len(wanted) > 1 else chord
        lowest = low if low <= ceiling else ceiling - FARTHEST
        fits = [p for p in range(max(0, lowest), min(high, ceiling) + 1) if p % 12 in classes]
        if not fits:
            fits = [p for p in range(max(0, ceiling - FARTHEST), ceiling + 1) if p % 12 in classes]
        if not fits:
            break  # nothing lies under the lowest keys
        goal = held.get(voice, high)
        found[voice] = min(fits, key=lambda pitch: abs(pitch - goal))
        ceiling = found[voice]
    return found
