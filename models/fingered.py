"""Which chord a left hand means by the keys that it holds, as arranger keyboards read fingers.

One key is the root, and the key that the music is in says what stands on it. Two keys are a shell: a third, a
sixth, a seventh or a bare fifth. From three keys on the chord is read as it stands, in any inversion, with
notes doubled or the fifth left out, or over a bass of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import combinations

from models.chord import QUALITIES, Chord
from models.key import Key

_PLAIN = ("", "m", "7", "maj7", "m7", "dim", "dim7", "m7b5", "aug", "sus4", "6", "m6")
"""Chords that are played in inversions; others are read over their root alone, if they can be."""
_OVER = ("", "m", "7", "maj7", "m7", "dim")
"""Chords that stand over a bass which is none of theirs."""
_WHOLE = frozenset({"", "m", "dim", "aug", "sus2", "sus4", "5"})
"""Triads are played whole; of the others the fifth may be left out, and some more of the tallest."""
_TALL = ("11", "m11", "13")
_ON_DEGREE = {
    "major": {
        0: (0, ""), 1: (1, ""), 2: (2, "m"), 3: (3, ""), 4: (4, "m"), 5: (5, ""),
        6: (2, ""), 7: (7, ""), 8: (8, ""), 9: (9, "m"), 10: (10, ""), 11: (7, ""),
    },
    "minor": {
        0: (0, "m"), 1: (1, ""), 2: (2, "dim"), 3: (3, ""), 4: (0, ""), 5: (5, "m"),
        6: (2, ""), 7: (7, ""), 8: (8, ""), 9: (5, ""), 10: (10, ""), 11: (7, ""),
    },
}  # fmt: skip
"""Degree of a bass note -> degree of the root, and the chord: a leading tone carries its dominant."""
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


def fingered(pitches: Iterable[int], key: Key) -> Chord | None:
    """The chord of these keys (MIDI pitches) in this key of music; None for what is no chord. Pure."""
    ordered = sorted(pitches)
    classes = tuple(dict.fromkeys(pitch % 12 for pitch in ordered))
    if not classes:
        return None
    if len(classes) == 1:
        return _on(classes[0], key)
    if len(classes) == 2:
        return _shell(classes[0], (classes[1] - classes[0]) % 12, key)
    return _read(classes[0], frozenset(classes))


def _on(bass: int, key: Key) -> Chord:
    """One key: the triad of the key of music on it."""
    up, quality = _ON_DEGREE[key.mode][(bass - key.tonic) % 12]
    root = (key.tonic + up) % 12
    return Chord(root, quality, None if root == bass else bass)


def _shell(bass: int, interval: int, key: Key) -> Chord:
    """Two keys, so many semitones apart: what is left out is the fifth, or the third that the key has."""
    over = (bass + interval) % 12
    match interval:
        case 3 | 4:
            return Chord(bass, "m" if interval == 3 else "")
        case 8 | 9:  # the same, turned over
            return Chord(over, "" if interval == 8 else "m", bass)
        case 5 | 7:
            return Chord(bass, "5") if interval == 7 else Chord(over, "5", bass)
        case 10 | 11:
            return Chord(bass, _seventh(bass, interval, key))
        case 1 | 2:
            return Chord(over, _seventh(over, 12 - interval, key), bass)
        case _:
            return _tritone(bass, key)


def _seventh(root: int, interval: int, key: Key) -> str:
    """The third is the one of the key; a root of the key's own fifth degree is the dominant."""
    minor = (root + 3) % 12 in _scale(key) and (root + 4) % 12 not in _scale(key)
    dominant = (root - key.tonic) % 12 == 7
    if interval == 11:
        return "mmaj7" if minor and not dominant else "maj7"
    return "m7" if minor and not dominant else "7"


def _tritone(bass: int, key: Key) -> Chord:
    """Third and seventh of a dominant seventh: that of the key, else one whose root is in it."""
    roots = (bass - 4) % 12, (bass + 2) % 12
    for root in roots:
        if (root - key.tonic) % 12 == 7:
            return Chord(root, "7", bass)
    inside = [root for root in roots if root in _scale(key)]
    return Chord(inside[0], "7", bass) if inside else Chord(bass, "dim")


def _scale(key: Key) -> set[int]:
    return {(key.tonic + step) % 12 for step in _SCALES[key.mode]}


@cache
def _read(bass: int, classes: frozenset[int]) -> Chord | None:
    """Three classes or more: the first of these readings that there is."""
    upper = classes - {bass}
    return (
        _among(bass, classes, QUALITIES, inverted=False)
        or _among(bass, classes, _PLAIN, inverted=True)
        or (_among(bass, upper, _OVER, foreign=True) if len(upper) > 2 else None)
        or _missing(bass, classes, inverted=False)
        or _among(bass, classes, QUALITIES, inverted=True)
        or _missing(bass, classes, inverted=True)
    )


def _among(
    bass: int,
    classes: frozenset[int],
    qualities: Iterable[str],
    *,
    inverted: bool = False,
    foreign: bool = False,
) -> Chord | None:
    """The chord with exactly these tones: over its root, or ``inverted``, or over a ``foreign`` bass."""
    for quality in qualities:
        for root in sorted(classes) if inverted or foreign else [bass]:
            if classes == {(root + step) % 12 for step in QUALITIES[quality]}:
                return Chord(root, quality, None if root == bass else bass)
    return None


def _missing(bass: int, classes: frozenset[int], *, inverted: bool) -> Chord | None:
    """The chord that has these tones and some more that may be left out."""
    for root in sorted(classes) if inverted else [bass]:
        for quality, steps in QUALITIES.items():
            for left in _left_out(quality):
                if classes == {(root + step) % 12 for step in steps if step not in left}:
                    return Chord(root, quality, None if root == bass else bass)
    return None


@cache
def _left_out(quality: str) -> tuple[tuple[int, ...], ...]:
    """Steps that may be missing together: a plain fifth, of the tallest also the ninth, of 11 the third."""
    may = [step for step in ((7, 2, 4) if quality == "11" else (7, 2)) if step in QUALITIES[quality]]
    if quality in _WHOLE:
        return ()
    if quality not in _TALL:
        return ((7,),) if 7 in may else ()
    return tuple(each for count in range(1, len(may) + 1) for each in combinations(may, count))
