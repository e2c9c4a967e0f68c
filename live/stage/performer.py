"""The heart of the stage, without threads: what is heard and what is planned becomes what is sent.

One thread owns a performer. It runs on any clock, so tests and files run the same code in zero time:
:func:`play_out`. Nothing here waits; a method blocks for the time of a port call at most, and raises
``SendError`` when a port refuses a message.
"""

from __future__ import annotations

import contextlib
from collections import Counter as Tally
from collections.abc import Callable

from live.stage import messages, records
from live.stage.clock import Clock, ManualClock
from live.stage.clock_echo import ClockEcho
from live.stage.clock_out import ClockOut
from live.stage.guards import DoubleNotes, EchoGuard
from live.stage.held_notes import Key, is_thru
from live.stage.messages import Incoming
from live.stage.outputs import Ended, Outputs
from live.stage.player import Player
from live.stage.records import Counter, DropReason, SentFlag
from live.stage.scheduler import Scheduler
from live.stage.settings import PAGES, StageSettings
from live.stage.sinks import SendError, Sink
from live.stage.thru import Thru


class Performer:
    """Thru, plans and ends over one set of outputs. ``report`` takes what the engine must know."""

    def __init__(
        self,
        settings: StageSettings,
        sinks: list[Sink],
        clock: Clock,
        report: Callable[..., None],
    ) -> None:
        self.counts: Tally[Counter] = Tally()
        self.outputs = Outputs(sinks, clock, echo := EchoGuard())
        thru = Thru([*(port.thru for port in settings.inputs), *[False] * PAGES])
        self._clock_echo = ClockEcho()
        self._player = Player(
            self.outputs, thru, echo, DoubleNotes(), self._clock_echo, clock, self.counts, report
        )
        self._thru = thru
        self.clock_out = ClockOut(self._put_everywhere)
        self._clock = clock
        self._report = report
        self._scheduler = Scheduler()
        self._late_limit_ns = settings.late_limit_ns
        self._shows_plan = frozenset(n for n, port in enumerate(settings.outputs) if port.shows_plan)
        self._unsent: dict[tuple[int, Key], int] = {}
        self._ended: dict[tuple[int, Key], int] = {}
        self._left_behind: dict[int, list[bytes]] = {}

    # -- what comes in ----------------------------------------------------------------------------

    def hear(self, incoming: Incoming) -> None:
        """An input said something: thru first, then the engine is told."""
        if self._player.hear(incoming):
            self.end_everything()

    def take_note(self, news: records.PortNews) -> None:
        """A port has lost its device, or has it again: what sounded because of it ends."""
        match news:
            case records.SourceGone():
                self._player.gone(news.source)
            case records.OutputGone():
                self._output_gone(news)
            case records.OutputBack():
                self._output_back(news)

    def obey(self, record: records.EngineRecord) -> None:
        """Do what the engine says, but ``Stop``, which is not for the performer, and :meth:`take_note`'s."""
        match record:
            case records.Plan():
                if record.message and record.port < len(self.outputs):
                    self._scheduler.add(record, self.outputs.lead_ns(record.port))
            case records.Cancel():
                self._cancel(record)
            case records.ReleaseCompanion():
                dropped = self._scheduler.clear()
                ended = self._end_companion()
                self._report(records.Cancelled(0, dropped, len(ended)))
            case records.Panic():
                self._panic()
            case records.SetThru():
                self._thru.switch(record)
            case records.SetBlocked():
                self._thru.block(record)
            case records.SetLateLimit():
                self._late_limit_ns = record.limit_ns
            case records.SetClock():
                self.clock_out.set(record, self._clock.now_ns())
                self._thru.no_clock = self.clock_out.running
            case records.FromPage():
                self.hear(Incoming(*record))
            case records.Silence():
                if record.port < len(self.outputs):
                    off = messages.note_off(record.channel & 0x0F, record.pitch & 0x7F)
                    self.outputs.put(record.port, off, self._clock.now_ns())

    # -- what goes out ----------------------------------------------------------------------------

    def next_ns(self) -> int | None:
        """When :meth:`play_due` has something to do; None when nothing is planned."""
        plan, tick = self._scheduler.next_ns(), self.clock_out.next_ns()
        return plan if tick is None else tick if plan is None else min(plan, tick)

    def play_due(self) -> None:
        """Send everything whose time has come."""
        self.clock_out.play_due(self._clock.now_ns())
        while (plan := self._scheduler.pop(self._clock.now_ns())) is not None:
            if messages.is_note_on(plan.message):
                self._strike(plan)
            elif messages.is_note_off(plan.message):
                self._let_go(plan)
            else:
                self.outputs.put(plan.port, plan.message, plan.due_ns)
                self._tell(plan, SentFlag.NONE)

    def _put_everywhere(self, message: bytes, due_ns: int) -> None:
        self._clock_echo.sent(message, self._clock.now_ns())
        for port in range(len(self.outputs)):
            if port not in self._shows_plan:
                self.outputs.put(port, message, due_ns)

    def _strike(self, plan: records.Plan) -> None:
        key = _key(plan)
        now = self._clock.now_ns()
        if self._ended.get((plan.tag, key), plan.due_ns - 1) >= plan.due_ns:
            del self._ended[plan.tag, key]
            self._drop(plan, now, DropReason.ENDED)
        elif now - plan.due_ns > self._late_limit_ns:
            self._unsent[plan.tag, key] = plan.due_ns
            self._prune()
            self._drop(plan, now, DropReason.LATE)
        else:
            if self.outputs.held.holds(key, plan.tag):  # struck again without a note-off between
                off = messages.note_off(key.channel, key.pitch)
                self.outputs.put(key.port, off, now)
                self._tell(plan._replace(message=off), SentFlag.EARLY_END)
            wire = self.outputs.press(key, plan.tag, plan.message, plan.due_ns)
            self._tell(plan, SentFlag.NONE if wire else SentFlag.MERGED)

    def _let_go(self, plan: records.Plan) -> None:
        key = _key(plan)
        if self.outputs.held.holds(key, plan.tag):
            wire = self.outputs.release(key, plan.tag, plan.message, plan.due_ns)
            self._tell(plan, SentFlag.NONE if wire else SentFlag.MERGED)
        elif self._unsent.pop((plan.tag, key), None) is None:
            # Its note-on has not come yet (or stands at the same moment): then it shall not sound.
            self._ended[plan.tag, key] = plan.due_ns
            self._prune()

    def _prune(self) -> None:
        """Forget ends whose note-ons would be too late anyway, and late note-ons whose ends never came."""
        if len(self._ended) + len(self._unsent) > 256:
            past = self._clock.now_ns() - self._late_limit_ns
            self._ended = {place: due for place, due in self._ended.items() if due >= past}
            self._unsent = dict(list(self._unsent.items())[-128:])

    def _drop(self, plan: records.Plan, now_ns: int, reason: DropReason) -> None:
        self.counts[Counter.LATE_DROPPED] += reason is DropReason.LATE and plan.port not in self._shows_plan
        due, message, tag, cause, port = plan
        self._report(records.Dropped(due, now_ns, message, tag, cause, port, reason))

    def _tell(self, plan: records.Plan, flags: SentFlag) -> None:
        due, message, tag, cause, port = plan
        now = self._clock.now_ns()
        self._report(records.Sent(due, now, message, tag, cause, port, flags))

    # -- ends -------------------------------------------------------------------------------------

    def _cancel(self, order: records.Cancel) -> None:
        held = self.outputs.held
        dropped = self._scheduler.cancel(order, lambda plan: held.holds(_key(plan), plan.tag))
        ended: list[Ended] = []
        if order.mode is records.CancelMode.END:
            ended = self.outputs.end(
                lambda owner: owner == order.tag,
                lambda key: (
                    order.channel in (records.ALL, key.channel) and order.pitch in (records.ALL, key.pitch)
                ),
            )
            self._tell_ended(ended)
        self._report(records.Cancelled(order.tag, dropped, len(ended)))

    def _end_companion(self) -> list[Ended]:
        ended = self.outputs.end(lambda owner: not is_thru(owner))
        self._tell_ended(ended)
        return ended

    def _tell_ended(self, ended: list[Ended]) -> None:
        for key, owner, message, wire, at_ns in ended:
            if not is_thru(owner):
                flags = SentFlag.EARLY_END if wire else SentFlag.EARLY_END | SentFlag.MERGED
                self._report(records.Sent(at_ns, at_ns, message, owner, 0, key.port, flags))

    def end_everything(self) -> None:
        """Drop what is planned, end all notes of everybody, lift all pedals. Never raises."""
        self._scheduler.clear()
        self._ended.clear()
        self._unsent.clear()
        self._tell_ended(self.outputs.end(lambda _: True))
        self.outputs.lift_pedals()

    def _output_gone(self, news: records.OutputGone) -> None:
        """What sounds there ends; the device will be told when it is back, for it may go on sounding."""
        held = self.outputs.held
        ended = self.outputs.end(lambda _: True, lambda key: key.port == news.port)
        self._left_behind[news.port] = [
            *(messages.note_off(key.channel, key.pitch) for key in sorted({each.key for each in ended})),
            *(messages.controller(p.channel, p.controller, 0) for p in held.pedals() if p.port == news.port),
        ]
        self.outputs.lift_pedals(news.port)
        self._tell_ended(ended)
        self._report(news)

    def leave(self, port: int) -> None:
        """The output is about to play to another device: what sounds on this one ends now."""
        ended = self.outputs.end(lambda _: True, lambda key: key.port == port)
        self.outputs.lift_pedals(port)
        self._tell_ended(ended)
        self._report(records.OutputGone(port))

    def _output_back(self, news: records.OutputBack) -> None:
        for message in self._left_behind.pop(news.port, ()):
            self.outputs.put(news.port, message, self._clock.now_ns())
        if news.port not in self._shows_plan:
            self.clock_out.begin_again(self._clock.now_ns())
        self._report(news)

    def close(self) -> None:
        """Stop the clock, and end everything. Never raises."""
        with contextlib.suppress(SendError):
            self.clock_out.stop(self._clock.now_ns())
        self.end_everything()

    def _panic(self) -> None:
        self.end_everything()
        for port in range(len(self.outputs)):
            for channel in range(16):
                for number in (messages.SUSTAIN, messages.ALL_NOTES_OFF, messages.ALL_SOUND_OFF):
                    with contextlib.suppress(SendError):
                        off = messages.controller(channel, number, 0)
                        self.outputs.put(port, off, self._clock.now_ns())


def _key(plan: records.Plan) -> Key:
    return Key(plan.port, plan.message[0] & 0x0F, plan.message[1])


def play_out(performer: Performer, clock: ManualClock, until_ns: int) -> None:
    """Let time run to ``until_ns`` on a manual clock, sending each message at its own moment."""
    performer.play_due()
    while (at_ns := performer.next_ns()) is not None and at_ns <= until_ns:
        clock.advance_to(max(at_ns, clock.now_ns()))
        performer.play_due()
    clock.advance_to(max(until_ns, clock.now_ns()))
