"""What a mode that answers needs of an ear, on either grid."""

from __future__ import annotations

from typing import Protocol

from models.context import Context


class Ear(Protocol):
    """A context that hears real time; ``shift`` semitones from real pitch to the model's."""

    context: Context
    shift: int

    def strike(self, pitch: int, velocity: int, ns: int) -> None: ...  # noqa: D102
    def silence(self, pitch: int, ns: int) -> None: ...  # noqa: D102
    def finish_phrase(self, ns: int) -> None: ...  # noqa: D102
    def tick_at(self, ns: int) -> int: ...  # noqa: D102
    def ns_at(self, tick: int) -> int: ...  # noqa: D102
    @property
    def tick_ns(self) -> float: ...  # noqa: D102
    def rekey(self) -> bool: ...  # noqa: D102
