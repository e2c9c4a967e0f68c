"""What can be read from a peer's log: pairs of note-ons and note-offs, and what sounded when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jack_world import Got

from live.stage.messages import is_note_off, is_note_on


class Note(NamedTuple):
    """A note on the wire; ``end_ns`` None while it has no note-off."""

    channel: int
    pitch: int
    velocity: int
    begin_ns: int
    end_ns: int | None


def notes(log: Iterable[Got], what: str) -> list[Note]:
    """The notes that the peer ``sent`` or ``got``, by their beginnings."""
    found: list[Note] = []
    open_: dict[tuple[int, int], int] = {}
    for entry in log:
        if entry.what != what or len(entry.message) != 3:
            continue
        key = (entry.message[0] & 0x0F, entry.message[1])
        if is_note_on(entry.message):
            assert key not in open_, f"{key} was struck while it sounded"
            open_[key] = len(found)
            found.append(Note(*key, entry.message[2], entry.at_ns, None))
        elif is_note_off(entry.message) and key in open_:
            index = open_.pop(key)
            found[index] = found[index]._replace(end_ns=entry.at_ns)
    return found


def without_end(log: Iterable[Got]) -> list[Note]:
    """Notes from the daemon that never had their note-off."""
    return [note for note in notes(log, "got") if note.end_ns is None]


def sounding_at(ns: int, found: Iterable[Note]) -> list[Note]:
    """What sounds at a moment."""
    return [note for note in found if note.begin_ns <= ns and (note.end_ns is None or note.end_ns > ns)]


def figures(what: str, nanoseconds: Iterable[int]) -> float:
    """Print p50, p99 and the longest; returns the median in milliseconds."""
    ordered = sorted(nanoseconds)
    middle, late = ordered[len(ordered) // 2] / 1e6, ordered[int(len(ordered) * 0.99)] / 1e6
    print(f"{what}: p50 {middle:.2f} ms, p99 {late:.2f}, max {ordered[-1] / 1e6:.2f} (n = {len(ordered)})")
    return middle
