"""What a stage process is told at its start; one frozen object, carried as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from live.stage.clock import MILLISECOND

NO_API = "none"
"""In place of an API: no MIDI system; nothing comes in and what is sent is forgotten."""


PAGES = 8
"""Pages of the panel that can play at once."""


@dataclass(frozen=True)
class InputPort:
    """One input: a virtual port of ours, or a named port of the system (its full name). Without a name it is
    a place for one that is chosen later."""

    name: str
    virtual: bool = False
    thru: bool = False


@dataclass(frozen=True)
class OutputPort:
    """One output: a virtual port of ours, or a named port of the system (its full name)."""

    name: str
    virtual: bool = False
    shows_plan: bool = False
    """What is sent there is what will be played, not what is: no MIDI clock goes there, and nothing stops
    when it refuses a message."""
    beside: bool = False
    """It plays what output 0 plays, beside it, and has no number of its own: the last of the outputs. As with
    inputs it may have no name yet."""


@dataclass(frozen=True)
class StageSettings:
    """Ports, and the two numbers that musicians may want to change."""

    api: str = NO_API
    inputs: tuple[InputPort, ...] = ()
    outputs: tuple[OutputPort, ...] = ()
    late_limit_ns: int = 50 * MILLISECOND
    client: str = "Antiphon"
    connections: tuple[tuple[str, ...], ...] = ()
    """On JACK, for each port: what was connected to that of the stage before, to be connected again."""

    @property
    def ports(self) -> tuple[InputPort | OutputPort, ...]:
        """All ports, inputs first: the order in which ``PortLost`` counts."""
        return (*self.inputs, *self.outputs)

    def page(self, number: int) -> int:
        """The source of a page of the panel (0 to ``PAGES`` - 1): they come after the inputs."""
        return len(self.inputs) + number

    @property
    def plan_port(self) -> int | None:
        """The number of the output that shows the plan; None without one."""
        return next((number for number, port in enumerate(self.outputs) if port.shows_plan), None)

    def with_port(self, number: int, name: str) -> StageSettings:
        """With another name for one of the ports, inputs first."""
        inputs, outputs = list(self.inputs), list(self.outputs)
        if number < len(inputs):
            inputs[number] = replace(inputs[number], name=name)
        else:
            outputs[number - len(inputs)] = replace(outputs[number - len(inputs)], name=name)
        return replace(self, inputs=tuple(inputs), outputs=tuple(outputs))

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> StageSettings:
        """Back from :meth:`to_json`. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
        fields = json.loads(text)
        fields["inputs"] = tuple(InputPort(**port) for port in fields["inputs"])
        fields["outputs"] = tuple(OutputPort(**port) for port in fields["outputs"])
        fields["connections"] = tuple(map(tuple, fields["connections"]))
        return cls(**fields)
