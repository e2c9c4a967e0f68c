"""What became of a change or an action: told to everybody who listens."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """What became of it."""

    DONE = "done"
    """A control has this value now; an action was done."""
    REFUSED = "refused"
    """Nothing has changed; the text says why."""
    LOADING = "loading"
    """A model has to be loaded first; DONE or REFUSED follows."""


class Told(NamedTuple):
    """``name`` of a control or an action, its value or argument, and ``who`` wanted it.

    ``who`` is ``osc ...``, ``code ...``, ``page ...``, ``cc ...`` or ``program ...``, or empty.
    """

    outcome: Outcome
    name: str
    value: object
    who: str
    text: str = ""

    @property
    def has_reply(self) -> bool:
        """Whether whoever wanted it is answered by the road that it came: nobody else need be told."""
        return self.who.startswith(("osc", "code", "page"))


LATER = object()
"""An action returns this if what became of it is told later, by itself."""
Doing = Callable[[object, int, str], object]
"""An action at work: it is given the argument, the time and who wants it."""
Listener = Callable[[Told], None]
"""Called by the engine's thread: it may put into a queue, and must not wait for anything."""
