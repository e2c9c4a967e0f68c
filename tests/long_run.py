"""A session and its stage on a manual clock, for hours: what goes by is checked and counted, not kept.

As live: bytes go through the decoder of an input, the performer, the session and back. Time jumps to whatever
comes next, so an hour takes as long as its work.
"""

from __future__ import annotations

import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable

from live.beat.timekeeper import SYSTEM
from live.controls import Settings
from live.engine.hearing import ends_all
from live.engine.session import Session
from live.stage import messages
from live.stage import records as r
from live.stage.clock import SECOND, ManualClock
from live.stage.messages import Incoming
from live.stage.midi_in import Input
from live.stage.performer import Performer
from live.stage.settings import InputPort, OutputPort, StageSettings
from models.step import Network

MOST_WAKES = 2000
"""Without time going on: more would be a loop for ever."""


class Wire:
    """An output that knows what sounds, and what thru still owes."""

    lead_ns = 0

    def __init__(self) -> None:
        self.sounding: set[tuple[int, int]] = set()
        self.pedals: set[tuple[int, int]] = set()
        self.counts: Counter[str] = Counter()
        self.player_sum = 0
        """A checksum of everything on the player's channel 1, in order."""

    def pieces(self, message: bytes) -> tuple[bytes]:
        return (message,)

    def send(self, message: bytes, due_ns: int) -> None:
        if message[0] >= 0xF0 or message[0] & 0x0F == 0:
            self.player_sum = zlib.crc32(message, self.player_sum)
        self.counts["messages"] += 1
        if messages.is_note_on(message):
            key = (message[0] & 0x0F, message[1])
            self.counts["notes"] += 1
            self.counts["struck while sounding"] += key in self.sounding
            self.sounding.add(key)
        elif messages.is_note_off(message):
            self.sounding.discard((message[0] & 0x0F, message[1]))
        elif messages.is_controller(message) and message[1] in messages.HOLDING_PEDALS:
            (self.pedals.add if message[2] >= 64 else self.pedals.discard)((message[0] & 0x0F, message[1]))

    def close(self) -> None:
        pass


class LongRun:
    """``thru`` has an entry for each input. ``heard``: what the decoders gave, by count."""

    def __init__(
        self,
        networks: Callable[[str], Network],
        *,
        thru: tuple[bool, ...] = (True,),
        seed: int = 1,
        **settings: object,
    ) -> None:
        self.clock = ManualClock(SECOND)
        self.wire = Wire()
        self.given = 0
        self.told: Counter[str] = Counter()
        self.lines: list[str] = []
        self.planned: dict[tuple[int, int, bytes], int] = {}
        """Note-ons ordered of the stage and not answered yet, by tag, due time and message."""
        self._reports: deque[r.StageRecord] = deque()
        ports = tuple(InputPort(f"in {n}", thru=on) for n, on in enumerate(thru))
        stage = StageSettings(inputs=ports, outputs=(OutputPort("out"),))
        self.performer = Performer(stage, [self.wire], self.clock, self._take)
        self.inputs = [Input(n, None, self.clock, self._hear) for n in range(len(thru))]
        self._last_ns = [0] * len(thru)
        chosen = Settings()
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        self.session = Session(networks, self._order, chosen, self.clock, seed=seed)

    # -- playing --------------------------------------------------------------------------------------

    def give(self, packet: bytes, source: int = 0) -> None:
        """A driver delivers these bytes now."""
        now = self.clock.now_ns()
        self.inputs[source].accept(packet, (now - self._last_ns[source]) / SECOND)
        self._last_ns[source] = now
        self._deliver()

    def play(self, messages_in_time: Iterable[tuple[float, bytes]], source: int = 0) -> None:
        """Messages with their times in seconds from now."""
        begin = self.clock.now_ns()
        for at, message in messages_in_time:
            self.wait_until(begin + round(at * SECOND))
            self.give(message, source)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.wait_until(self.clock.now_ns() + round(seconds * SECOND))

    def wait_until(self, until_ns: int) -> None:
        """Everything that is due is done at its own moment."""
        wakes = 0
        while True:
            due, wake = self.performer.next_ns(), self.session.wake_at_ns
            at = min(each for each in (due, wake, until_ns) if each is not None)
            if at >= until_ns:
                break
            wakes = wakes + 1 if at <= self.clock.now_ns() else 0
            assert wakes < MOST_WAKES, "a loop without end"
            self.clock.advance_to(max(at, self.clock.now_ns()))
            self.performer.play_due()
            self._deliver()
            if self.session.wake_at_ns is not None and self.session.wake_at_ns <= self.clock.now_ns():
                self.session.wake(self.clock.now_ns())
                self._deliver()
        self.clock.advance_to(max(until_ns, self.clock.now_ns()))
        self.performer.play_due()
        self._deliver()

    def set(self, name: str, value: object) -> None:
        """Change a control."""
        self.session.set(name, value, self.clock.now_ns())
        self._deliver()

    def act(self, name: str, value: object) -> None:
        """Do an action."""
        self.session.act(name, value, self.clock.now_ns())
        self._deliver()

    def stop(self) -> None:
        """As the daemon does at its end."""
        self.session.stop(self.clock.now_ns())
        self.wait(0.1)

    # -- what it must be ------------------------------------------------------------------------------

    @property
    def ledgers(self) -> dict[str, int]:
        """Sizes of everything that the live path remembers."""
        performer, player = self.performer, self.performer._player
        echo, doubles, hearing = player._echo, player._doubles, self.session._hearing
        return {
            "held notes": len(performer.outputs.held),
            "pedals": len(performer.outputs.held.pedals()),
            "scheduled": len(performer._scheduler),
            "ended": len(performer._ended),
            "unsent": len(performer._unsent),
            "echoes sent": sum(map(len, echo._sent.values())),
            "echoes down": len(echo._down),
            "echoes swallowed": len(echo._swallowed),
            "doubles": len(doubles._last) + len(doubles._swallowed),
            "keys down": len(hearing.down),
            "keys held by the pedal": len(hearing._held),
            "planned": len(self.planned),
        }

    def assert_nothing_lost(self) -> None:
        """Each message that a decoder gave was told to the engine, or counted as what it was."""
        counts = self.performer.counts
        swallowed = counts[r.Counter.ECHOES] + counts[r.Counter.DOUBLES] + counts[r.Counter.LONG_MESSAGES]
        assert counts[r.Counter.HEARD] + swallowed == self.given
        assert self.session.heard + self.told["system messages"] == counts[r.Counter.HEARD]
        assert not self.planned, "planned, and neither sent nor dropped nor taken back"

    # -- between stage and engine -----------------------------------------------------------------------

    def _hear(self, incoming: Incoming) -> None:
        self.given += 1
        self.performer.hear(incoming)
        if ends_all(incoming.message):
            self._forget_gone("ended with everything")
        self.performer.play_due()

    def _order(self, *orders: r.EngineRecord) -> None:
        for order in orders:
            if isinstance(order, r.Plan) and messages.is_note_on(order.message):
                place = (order.tag, order.due_ns, order.message)
                self.planned[place] = self.planned.get(place, 0) + 1
                self.told["planned"] += 1
            self.performer.obey(order)
            self.performer.play_due()

    def _take(self, *records: r.StageRecord) -> None:
        for record in records:
            match record:
                case r.Heard(message=message) if message[0] >= SYSTEM:
                    self.told["system messages"] += 1  # time, and no playing
                case r.Sent() | r.Dropped():
                    name = "sent" if isinstance(record, r.Sent) else "dropped"
                    if messages.is_note_on(record.message):
                        self.told[name] += 1
                        self._answered((record.tag, record.due_ns, record.message))
                case r.Cancelled():
                    self._called_back(record)
                case r.Text():
                    self.lines.append(record.text)
            self._reports.append(record)

    def _answered(self, place: tuple[int, int, bytes]) -> None:
        assert place in self.planned, "sent without a plan"
        self.planned[place] -= 1
        if not self.planned[place]:
            del self.planned[place]

    def _called_back(self, record: r.Cancelled) -> None:
        """What was taken back will not come; the stage says how much that is, ends of notes included."""
        gone = self._forget_gone("called back", record.tag)
        assert gone <= record.dropped

    def _forget_gone(self, why: str, tag: int = 0) -> int:
        """Note-ons (of a tag, or all) that the stage's heap no longer has."""
        waiting = {(e.plan.tag, e.plan.due_ns, e.plan.message) for e in self.performer._scheduler._heap}
        gone = [place for place in self.planned if place not in waiting and (not tag or place[0] == tag)]
        for place in gone:
            del self.planned[place]
        self.told[why] += len(gone)
        return len(gone)

    def _deliver(self) -> None:
        while self._reports:
            self.session.on_record(self._reports.popleft(), self.clock.now_ns())
