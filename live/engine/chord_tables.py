"""Which tables the style ``chords`` plays by: those that the user has trained, else the shipped ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from models.chord_model import OWN, BadChordsError, ChordTables, load_chords


@cache
def shipped() -> ChordTables:
    """Read once. Blocks for the disk then (10 ms)."""
    return load_chords()


def chosen(say: Callable[[str], None]) -> ChordTables:
    """The user's, if there are any; ``say`` is given one line that says so, or what is wrong with them.
    Blocks for the disk (10 ms)."""
    if not OWN.is_file():
        return shipped()
    try:
        tables = load_chords(OWN)
    except BadChordsError as error:
        say(f"{error}; style chords plays by the shipped ones")
        return shipped()
    say(f"style chords plays by {OWN}")
    return tables
