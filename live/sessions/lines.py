"""The lines of a session's file: one JSON array each, ``[name, now_ns, values...]``.

The first line is ``session`` with a header. Then come, in the order in which the engine's thread met them,
what it consumed (:data:`INPUTS`: with the ``now_ns`` that it was given) and, after each, what came of it:
``now`` is a reading of the clock that a decision may depend on, ``order`` holds what went to the stage, any
other name is a remark of a policy. ``control`` has a name and a value for each control that changed in one
moment; ``act`` a name, an argument and who wanted it. ``lost`` counts lines that a disk did not take; ``end``
says that the session was closed in order, with notes of the player, of the companion, and the modes. Messages
are lists of bytes; times are nanoseconds of ``perf_counter_ns``.
"""

from __future__ import annotations

import enum
import json
from typing import Any, NamedTuple, get_args, get_type_hints

from live.beat.link_time import LinkWord
from live.errors import FileError
from live.stage import records as r

FORMAT = 1
"""Changes whenever an older program could not read the file any more."""

SESSION, NOW, ORDER, MODEL, LOST, END = "session", "now", "order", "model", "lost", "end"
WAKE, CONTROL, ACT, STOP, KEEP = "wake", "control", "act", "stop", "keep"
CHORDS = "chords"
"""The style of that name begins: the SHA-256 of the tables by which it chooses."""
FED = "fed"
"""A piece of the feeding of a fresh context has come back from beside the music; after the last piece the
engine goes on from that context."""
MEMORY = "memory"
"""A player's phrases were taken up: his name, and all of them (:mod:`live.phrase_lines`)."""
STEERED = "steered"
"""Heard, but for control: what came of it stands in lines of its own."""

REPORTS: dict[str, type[Any]] = {
    "ready": r.Ready,
    "heard": r.Heard,
    "sent": r.Sent,
    "dropped": r.Dropped,
    "cancelled": r.Cancelled,
    "port lost": r.PortLost,
    "source gone": r.SourceGone,
    "output gone": r.OutputGone,
    "output back": r.OutputBack,
    "heartbeat": r.Heartbeat,
    "count": r.Count,
    "text": r.Text,
    "link": LinkWord,
}
"""Records of the stage, and what Link says, by the names of their lines."""
ORDERS: dict[str, type[Any]] = {each.__name__: each for each in get_args(r.EngineRecord)}
"""Records for the stage by their names in ``order`` lines."""
NAMES: dict[type[Any], str] = {each: name for name, each in REPORTS.items()}
"""Of the lines of reports. A record that is an order as well has its other name there."""
INPUTS = frozenset({*REPORTS, WAKE, CONTROL, ACT, STOP, FED, MEMORY})
"""Names of lines that a session consumed."""

_FIELDS = {name: get_type_hints(kind) for name, kind in (REPORTS | ORDERS).items()}


class Entry(NamedTuple):
    """One line."""

    name: str
    now_ns: int
    values: list[Any]


def encode(item: tuple[Any, ...]) -> str:
    """``(name, now_ns, values...)`` as a line with its end. Takes about 5 us."""
    if item[0] == ORDER:
        item = (*item[:2], *((type(order).__name__, *order) for order in item[2:]))
    try:
        return _ENCODER.encode(item) + "\n"
    except (TypeError, ValueError):  # keys that are no words: better odd than not at all
        return _ENCODER.encode((*item[:2], repr(item[2:]))) + "\n"


def decode(line: bytes) -> Entry | None:
    """What a line says; None for one that is damaged (the last one, when the program was killed)."""
    try:
        name, now_ns, *values = json.loads(line)
    except (ValueError, TypeError):
        return None
    if not isinstance(name, str) or not isinstance(now_ns, int):
        return None
    return Entry(name, now_ns, values)


def report(entry: Entry) -> Any:
    """The stage's record of an entry named in :data:`REPORTS`. Raises ``FileError`` where it is damaged."""
    return _record(REPORTS, entry.name, entry.values)


def orders(entry: Entry) -> list[Any]:
    """The records of an ``order`` entry. Raises ``FileError`` where it is damaged."""
    return [_record(ORDERS, each[0], each[1:]) for each in entry.values]


def _record(kinds: dict[str, type[Any]], name: str, values: list[Any]) -> Any:
    try:
        fields = _FIELDS[name].values()  # more values than fields: written by a newer program
        return kinds[name](*(_typed(kind, value) for kind, value in zip(fields, values, strict=False)))
    except (LookupError, TypeError, ValueError) as error:
        raise FileError(f"a line of the session is damaged: {name} {values}") from error


def _typed(kind: Any, value: Any) -> Any:
    if kind is bytes:
        if not value:
            raise ValueError("a message without bytes")
        return bytes(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, enum.Enum) else value


def _plain(value: object) -> object:
    """Bytes as a list of numbers; anything else as text."""
    return list(value) if isinstance(value, bytes | tuple | set) else str(value)


_ENCODER = json.JSONEncoder(default=_plain, separators=(",", ":"), check_circular=False)
