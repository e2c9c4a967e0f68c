"""Which MIDI ports a running daemon uses: keyboards are added to its inputs, a synth to its output.

Our virtual ports stay what they are. A change ends what sounds because of the port that is left, there.
"""

from __future__ import annotations

import json
import re
from typing import Any, Protocol

from live.errors import PortError
from live.stage.settings import StageSettings

SPARE = 3
"""Keyboards that can be added to those of the start."""
_OURS = re.compile("antiphon", re.I)


class Link(Protocol):
    """What is asked of the stage's link."""

    @property
    def settings(self) -> StageSettings: ...  # noqa: D102
    def use_port(self, number: int, name: str) -> None: ...  # noqa: D102
    def look(self) -> None: ...  # noqa: D102


class PortChoice:
    """``fixed``: the output belongs to somebody, and stays. One thread, but for ``listed``; never blocks."""

    def __init__(self, link: Link, *, fixed: bool = False) -> None:
        self._link, self._fixed = link, fixed
        self._there: tuple[list[str], list[str]] = ([], [])

    def look(self) -> None:
        """Have the stage tell which ports there are; :meth:`listed` is to be told."""
        self._link.look()

    def listed(self, text: str) -> None:
        """What the stage said. Any thread."""
        inputs, outputs = json.loads(text)
        self._there = _others(inputs), _others(outputs)

    def state(self) -> dict[str, Any]:
        """``inputs`` and ``outputs``, each ``[name, used, there, fixed]``; ``text``: why there are none."""
        settings = self._link.settings
        inputs = self._rows(settings.inputs, self._there[0], fixed=False)
        outputs = self._rows(settings.outputs, self._there[1], fixed=self._fixed)
        return {"inputs": inputs, "outputs": outputs, "text": ""}

    def choose(self, end: str, name: str, on: bool) -> None:
        """Use a port, or not any more. Raises ``PortError`` where that cannot be."""
        first, slots, there = self._places(end)
        names = ["" if slot.virtual else slot.name for slot in slots]
        if not on:
            if name in names and name:
                self._link.use_port(first + names.index(name), "")
            return
        if name in names:
            return
        if name not in there:
            raise PortError(f"there is no MIDI {end} {name!r} now")
        free = [n for n, slot in enumerate(slots) if not slot.virtual and (not slot.name or end == "output")]
        if not free:
            raise PortError("no more keyboards can be added: let one go first")
        self._link.use_port(first + free[0], name)

    def _places(self, end: str) -> tuple[int, list[Any], list[str]]:
        """The number of the first place, all places of this end, and the ports that there are."""
        settings = self._link.settings
        inputs, outputs = settings.inputs, settings.outputs
        if end == "input":
            return 0, list(inputs), self._there[0]
        if end != "output" or self._fixed:
            raise PortError("this port cannot be changed while Antiphon plays: start it with another one")
        if outputs[0].virtual:  # the place beside it
            return len(inputs) + len(outputs) - 1, list(outputs[-1:]), self._there[1]
        return len(inputs), list(outputs[:1]), self._there[1]

    def _rows(self, ports: Any, there: list[str], fixed: bool) -> list[list[Any]]:
        own = [[port.name, True, True, True] for port in ports if port.virtual]
        used = [port.name for port in ports if port.name and not port.virtual]
        plan = {port.name for port in ports if getattr(port, "shows_plan", False)}
        names = dict.fromkeys([*used, *there])
        return own + [[name, name in used, name in there, fixed or name in plan] for name in names]


def _others(names: list[str]) -> list[str]:
    """Those that are not our own, which would make a circle."""
    return [name for name in dict.fromkeys(names) if not _OURS.search(name)]
