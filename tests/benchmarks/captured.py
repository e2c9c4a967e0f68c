"""What the record of a session says of a long performance; read line by line, so that an hour fits."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from live.stage.messages import is_note_off, is_note_on

_STRIKES = 256
"""Strikes remembered, to find the one that a voice belongs to."""


def lines(home: Path) -> Iterator[list]:
    """Every line of every session under a folder."""
    for path in sorted(home.rglob("*.jsonl")):
        with path.open() as file:
            yield from map(json.loads, file)


@dataclass
class Kept:
    """Counts, and figures in words."""

    heard: int = 0
    sent_ons: int = 0
    sent_offs: int = 0
    dropped: int = 0
    late_ns: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By mode."""
    first_ns: list[int] = field(default_factory=list)
    sounding: set[tuple[int, int, int]] = field(default_factory=set)

    @property
    def left(self) -> int:
        """Companion notes that were begun and not ended."""
        return len(self.sounding)

    def lateness(self, mode: str) -> str:
        """Of planned notes: handed to the port - due. In ``harmonize`` they are due at once."""
        return _words(self.late_ns[mode])

    @property
    def first_voice(self) -> str:
        """From a key press to the first voice that it caused."""
        return _words(self.first_ns)


def kept(home: Path, mode: str = "harmonize") -> Kept:
    """Read everything, from a session that began in ``mode``."""
    found = Kept()
    strikes: OrderedDict[int, int] = OrderedDict()  # when the engine took it up -> its stamp
    for name, now, *values in lines(home):
        if name == "heard":
            found.heard += 1
            if is_note_on(bytes(values[2])):
                strikes[now] = values[0]
                if len(strikes) > _STRIKES:
                    strikes.popitem(last=False)
        elif name == "sent":
            due, actual, message, tag = values[0], values[1], bytes(values[2]), values[3]
            if is_note_on(message):
                found.sent_ons += 1
                found.late_ns[mode].append(actual - due)
                found.sounding.add((tag, message[0] & 0x0F, message[1]))
                if (stamp := strikes.pop(due, None)) is not None:
                    found.first_ns.append(actual - stamp)
            elif is_note_off(message):
                found.sent_offs += 1
                found.sounding.discard((tag, message[0] & 0x0F, message[1]))
        elif name == "control" and values[0] == "mode":
            mode = values[1]
        elif name == "dropped":
            found.dropped += 1
    return found


def _words(nanoseconds: list[int]) -> str:
    if not nanoseconds:
        return "none"
    ordered = sorted(nanoseconds)
    at = [ordered[int((len(ordered) - 1) * share)] / 1e6 for share in (0.5, 0.99, 1.0)]
    return f"p50 {at[0]:.2f}, p99 {at[1]:.2f}, most {at[2]:.2f} ms (n = {len(ordered)})"
