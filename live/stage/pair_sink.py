"""Two sinks as one output: our virtual port for other programs, and a synth that was chosen beside it."""

from __future__ import annotations

from collections.abc import Iterable

from live.stage.sinks import Sink


class PairSink:
    """``first`` decides how and when; ``second`` gets the same. Only the sender's thread calls ``send``."""

    def __init__(self, first: Sink, second: Sink) -> None:
        self._first, self._second = first, second

    @property
    def lead_ns(self) -> int:
        """As the first wants it."""
        return self._first.lead_ns

    def pieces(self, message: bytes) -> Iterable[bytes]:
        """As the first wants them."""
        return self._first.pieces(message)

    def send(self, message: bytes, due_ns: int) -> None:
        """To both. Raises ``SendError`` when one refuses it."""
        self._first.send(message, due_ns)
        self._second.send(message, due_ns)

    def close(self) -> None:
        """Idempotent."""
        self._first.close()
        self._second.close()
