"""A player who has his phrases looped: what he hears, round by round."""

from __future__ import annotations

from babbler import babbler
from band import Band
from sounded import Sounded, off, on, sounded

TEMPO = 120
BEAT = 500.0
BAR = 2000.0
Played = list[tuple[float, float, int, int]]
"""Beginning and length in milliseconds, pitch, velocity."""

PHRASE: Played = [
    (0, 240, 60, 80),
    (510, 180, 64, 71),
    (990, 400, 67, 95),
    (997, 230, 72, 60),
    (1485, 290, 71, 44),
]
"""By hand: nothing is exactly in time but its first note."""


def looper(model: str = "piano", **settings: object) -> Band:
    """In time, 120 a minute in 4/4; a bar begins at once. Notes are as loud as played."""
    band = Band(**{"networks": babbler, "mode": "loop", "model": model, **settings})  # type: ignore[arg-type]
    band.set("tempo", TEMPO)
    band.set("time", "tempo")
    return band


def strikes(phrase: Played) -> list[tuple[float, bytes]]:
    """As messages."""
    messages = [(at, on(pitch, velocity)) for at, _, pitch, velocity in phrase]
    messages += [(at + length, off(pitch)) for at, length, pitch, _ in phrase]
    return sorted(messages, key=lambda each: each[0])


def rounds(band: Band, began: float, length: float) -> list[list[Sounded]]:
    """The notes of each whole round from ``began`` on, times from its beginning."""
    found: list[list[Sounded]] = [[] for _ in range(int((band.now_ms - began) / length + 1e-6))]
    for note in sounded(band.sent):
        number = int((note.start - began + 60) // length)
        if 0 <= number < len(found):
            shift = began + number * length
            found[number].append(note._replace(start=note.start - shift, end=note.end - shift))
    return found


def as_played(notes: list[Sounded]) -> Played:
    """The same, rounded to a hundredth of a millisecond."""
    return [
        (round(note.start, 2) + 0.0, round(note.end - note.start, 2), note.pitch, note.velocity)
        for note in notes
    ]
