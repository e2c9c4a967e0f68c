"""What the list of sessions says of one, counted while its lines are written."""

from __future__ import annotations

import contextlib
from typing import Any

from live.sessions.lines import CONTROL, SESSION
from live.stage.messages import is_note_on


class Tally:
    """Notes of both, and the modes in the order in which they were chosen. One thread."""

    def __init__(self) -> None:
        self.player = self.companion = 0
        self.modes: list[str] = []

    def count(self, line: tuple[Any, ...]) -> None:
        """One line as it was given to the capture; an odd one counts as nothing."""
        with contextlib.suppress(LookupError, TypeError):
            self._count(line)

    def _count(self, line: tuple[Any, ...]) -> None:
        name = line[0]
        if name == "heard":
            self.player += is_note_on(line[4])
        elif name == "sent":
            self.companion += is_note_on(line[4])
        elif name == SESSION:
            self._mode(line[2]["settings"]["mode"])
        elif name == CONTROL:
            changes = dict(zip(line[2::2], line[3::2], strict=False))
            self._mode(changes.get("mode", self.modes[-1]))

    @property
    def values(self) -> tuple[int, int, list[str]]:
        """For the last line of the file."""
        return self.player, self.companion, self.modes

    def _mode(self, mode: str) -> None:
        if mode not in self.modes:
            self.modes.append(mode)
