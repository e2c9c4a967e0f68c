"""Our own MIDI clock that comes back through a loop is not followed. One thread; nothing here blocks."""

from __future__ import annotations

from live.stage.clock import MILLISECOND, SECOND
from live.stage.messages import CLOCK

_ECHO_NS = 50 * MILLISECOND
"""How long after we started or continued a song its echo may say so."""
_SILENT_NS = 200 * MILLISECOND
_OVER_NS = SECOND
_START, _CONTINUE = 0xFA, 0xFB


class ClockEcho:
    """An input that was silent before our clock and starts with it is an echo, until it is silent again."""

    def __init__(self) -> None:
        self._sent_ns = -SECOND
        self._started: tuple[bytes, int] | None = None
        self._heard_ns: dict[int, int] = {}
        self._echoes: set[int] = set()
        self._strange: set[int] = set()  # inputs that ticked before we did

    def sent(self, message: bytes, now_ns: int) -> None:
        """We sent this message of a clock."""
        if now_ns - self._sent_ns > _SILENT_NS:
            self._strange = {
                source for source, at_ns in self._heard_ns.items() if now_ns - at_ns < _SILENT_NS
            }
        self._sent_ns = now_ns
        if message[0] in (_START, _CONTINUE):
            self._started = message, now_ns

    def swallows(self, source: int, message: bytes, now_ns: int) -> bool:
        """Whether this message of input ``source`` is an echo of our clock."""
        if message[0] not in CLOCK:
            return False
        before, self._heard_ns[source] = self._heard_ns.get(source), now_ns
        if before is not None and now_ns - before > _OVER_NS:
            self._echoes.discard(source)
        if self._started is not None and source not in self._strange:
            started, at_ns = self._started
            if message == started and now_ns - at_ns <= _ECHO_NS:
                self._echoes.add(source)
        return source in self._echoes
