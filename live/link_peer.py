"""A peer in an Ableton Link session that only listens: reads it beside the music, and never changes it.

Link's library comes with the package LinkPython-extern, the extra ``link``; it is under the GPL, and so it is
no part of Antiphon itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from live.beat.link_time import LinkWord
from live.beat.pulse import MINUTE_NS
from live.stage.clock import MILLISECOND, SECOND, Clock, SystemClock

MISSING = "time=link needs the package LinkPython-extern: pip install 'antiphon[link]'; it is free time now"
LOOK_SECONDS = 0.05
_MOVED_NS = 0.3 * MILLISECOND
_AT_LEAST_NS = SECOND
_OUR_TEMPO = 120.0
"""Of a session in which we are the first: whoever joins it may change that."""
_TRIES = 5


class LinkPeer:
    """Any thread may call anything; only :meth:`close` blocks, for less than a second.

    ``tell`` is called by a thread of ours when the session has moved, and every second; it must not block.
    ``quantum``: quarters of a bar. ``say`` takes one line if the package is missing.
    """

    def __init__(
        self,
        tell: Callable[[LinkWord], object],
        quantum: Callable[[], float],
        say: Callable[[str], object],
        *,
        clock: Clock | None = None,
        make: Callable[[], Any] | None = None,
    ) -> None:
        self._tell, self._quantum, self._say = tell, quantum, say
        self._clock = clock or SystemClock()
        self._make = make or _make
        self._wanted, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._told: LinkWord | None = None

    def listen(self, wanted: bool) -> None:
        """Be in the session, or not. Loads the library in its own thread at the first time."""
        if not wanted:
            self._wanted.clear()
        elif not self._wanted.is_set():
            self._wanted.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="link peer", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Leave the session. Idempotent."""
        self._over.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(1)

    def _run(self) -> None:
        try:
            session = self._make()
        except ImportError:
            self._wanted.clear()
            self._say(MISSING)
            return
        while not self._over.is_set():
            session.enabled = self._wanted.is_set()
            if session.enabled:
                self._look(session)
                self._over.wait(LOOK_SECONDS)
            else:
                self._told = None
                self._tell(LinkWord(self._clock.now_ns(), 0.0, _OUR_TEMPO, 0))
                self._wanted.wait()
        session.enabled = False

    def _look(self, session: Any) -> None:
        """Tell how the session stands, if that is new."""
        clock, best = session.clock(), None
        for _ in range(_TRIES):  # two clocks: the reading between two of ours that lie closest
            before = self._clock.now_ns()
            micros = clock.micros()
            after = self._clock.now_ns()
            if best is None or after - before < best[0]:
                best = after - before, (before + after) // 2, micros
        assert best is not None
        _, at_ns, micros = best
        state = session.captureSessionState()
        word = LinkWord(
            at_ns, state.beatAtTime(micros, self._quantum()), state.tempo(), int(session.numPeers())
        )
        if self._is_news(word):
            self._told = word
            self._tell(word)

    def _is_news(self, word: LinkWord) -> bool:
        told = self._told
        if told is None or (told.tempo, told.peers) != (word.tempo, word.peers):
            return True
        length = MINUTE_NS / word.tempo
        off = (word.beat - told.beat) * length - (word.at_ns - told.at_ns)
        return abs(off) > _MOVED_NS or word.at_ns - told.at_ns >= _AT_LEAST_NS


def _make() -> Any:
    import link  # noqa: PLC0415 - an extra that few have

    return link.Link(_OUR_TEMPO)
