"""The engine's loop: what the stage reports goes through the session, in order, in one thread."""

from __future__ import annotations

import gc
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping

from live.beat.timekeeper import SYSTEM
from live.engine.session import Session
from live.engine.told import Outcome, Told
from live.stage import records as r
from live.stage.clock import SECOND, Clock

SWITCH_SECONDS = 0.0002
"""How long a thread may keep the GIL: at Python's 5 ms the p99 of six model calls beside a busy thread
is 34.9 ms, at this 1.26 ms."""
IDLE_SECONDS = 0.5
COLLECT_NS = SECOND // 2
"""Between two collections of garbage, at least; while somebody plays there is none."""
PUT_OFF_NS = 100_000_000
"""For so long what waits goes before what is due; then they take turns: neither does a flood put off an
answer for ever, nor an answer that is late the key that takes it back."""

PLAYING_NS = 2 * SECOND
"""So long after the player was last heard the next strike is expected, and the processor's caches and the
network's weights are kept warm for it, every so many seconds: the first voice is 0.4 ms earlier."""
WARM_SECONDS = 0.008

GIVE_WAY_SECONDS = 0.0002
"""What a thread beside the music sleeps between two pieces of its work."""
MOST_TURNS_AWAITED = 50

Turn = Callable[[int], None]
"""Something for the engine's thread to do: it is given the time."""


class Engine:
    """Runs a session in a thread. Everything but ``start`` may be called by any thread.

    ``say`` takes a line for the musician: what the stage complains of. What becomes of changes is told to
    those who :meth:`subscribe`.
    """

    def __init__(self, session: Session, clock: Clock, say: Callable[[str], None]) -> None:
        self.session = session
        self._clock, self._say = clock, say
        self._inbox: queue.SimpleQueue[r.StageRecord | Turn | None] = queue.SimpleQueue()
        self._in_turn = False
        self._busy = False  # a turn is under way, and somebody may wait for its orders
        self._thread = threading.Thread(target=self._run, name="engine")
        self.failed = threading.Event()
        """Set when the thread ended by an error of ours."""
        self._interval_before = SWITCH_SECONDS
        self._collected_ns = -COLLECT_NS
        session.subscribe(self._say_what_became)
        session.say = say

    def start(self) -> None:
        """Freeze what is loaded and start; call when models are warm."""
        self._interval_before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._thread.start()

    def on_record(self, record: r.StageRecord) -> None:
        """Take a record from the stage; never blocks."""
        self._inbox.put(record)

    def do(self, turn: Turn) -> None:
        """Have something done by the engine's thread, in its turn; never blocks."""
        self._inbox.put(turn)

    def set(self, name: str, value: object, who: str = "") -> None:
        """Change a control; what becomes of it is told to the listeners. Never blocks."""
        self.set_all({name: value}, who)

    def set_all(self, values: Mapping[str, object], who: str = "") -> None:
        """Change several controls in one moment. Never blocks."""
        self.do(lambda now_ns: self.session.set_all(values, now_ns, who))

    def act(self, name: str, value: object = None, who: str = "") -> None:
        """Do an action; what becomes of it is told to the listeners. Never blocks."""
        self.do(lambda now_ns: self.session.act(name, value, now_ns, who))

    def give_way(self) -> None:
        """For a thread with work to do beside the music: sleeps a moment, and on while a turn is under way,
        up to some 10 ms. Otherwise a strike waits for the GIL after each call of the network."""
        for _ in range(MOST_TURNS_AWAITED):
            time.sleep(GIVE_WAY_SECONDS)
            if not self._busy:
                return

    @property
    def busy(self) -> bool:
        """Whether a turn is under way, and somebody may wait for its orders. Any thread; never blocks."""
        return self._busy

    def stop(self) -> None:
        """End the companion's notes and the thread. Idempotent; blocks until it has ended."""
        if self._thread.is_alive():
            self._inbox.put(None)
            self._thread.join(timeout=2)
            gc.enable()  # whose program this is may go on
            gc.unfreeze()
            sys.setswitchinterval(self._interval_before)

    def _say_what_became(self, told: Told) -> None:
        if told.outcome is not Outcome.DONE and not told.has_reply:
            self._say(told.text)

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException:
            self.failed.set()
            raise

    def _turn(self) -> bool:
        """One record, or one moment to wake. False when told to stop."""
        session, clock = self.session, self._clock
        wake_at = session.wake_at_ns
        self._in_turn = not self._in_turn
        if self._in_turn and wake_at is not None and clock.now_ns() - wake_at > PUT_OFF_NS:
            session.wake(clock.now_ns())  # although more is waiting, and perhaps always will
            return True
        now_ns = clock.now_ns()
        playing = session.struck_ns is not None and now_ns - session.struck_ns < PLAYING_NS
        wait = WARM_SECONDS if playing else IDLE_SECONDS
        if wake_at is not None:
            wait = min(wait, (wake_at - now_ns) / 1e9)
        self._busy = False
        try:
            item = self._inbox.get(timeout=wait) if wait > 0 else self._inbox.get_nowait()
            self._busy = True
        except queue.Empty:
            self._busy = wake_at is not None
            if wake_at is not None and clock.now_ns() >= wake_at:
                session.wake(clock.now_ns())
            elif playing:
                session.policy.keep_warm()
            else:
                self._rest()
            return True
        if item is None:
            session.stop(clock.now_ns())
            return False
        if isinstance(item, r.Text):
            if item.topic == r.Topic.ERROR:
                self._say(item.text)
        elif callable(item):
            item(clock.now_ns())
        else:
            session.on_record(item, clock.now_ns())
            if isinstance(item, r.Heard) and item.message[0] >= SYSTEM and not playing:
                self._rest()  # a clock that ticks on leaves no longer silence
        return True

    def _rest(self) -> None:
        """Nobody plays and nothing is about to be said: nobody waits for us now. Collect once in a while."""
        now_ns = self._clock.now_ns()
        if self.session.policy.wake_at_ns is None and now_ns - self._collected_ns >= COLLECT_NS:
            self._collected_ns = now_ns
            gc.collect(1)
