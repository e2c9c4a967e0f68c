"""The player's side: thru before anything else, then the guards, then the engine is told.

One thread: the sender's. Blocks for the time of a port call at most.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable

from live.stage import messages, records
from live.stage.clock import Clock
from live.stage.clock_echo import ClockEcho
from live.stage.guards import DoubleNotes, EchoGuard
from live.stage.held_notes import Key, Pedal, is_thru, thru_owner
from live.stage.messages import Incoming
from live.stage.outputs import Outputs
from live.stage.records import Counter, HeardFlag
from live.stage.thru import Thru

THRU_PORT = 0
"""The output that thru goes to."""

MUTED = (
    "thru is muted: over 200 identical messages a second came back; "
    "look for a loop from an output to an input, then switch thru on again"
)


class Player:
    """What inputs say, on its way to the output and to the engine."""

    def __init__(
        self,
        outputs: Outputs,
        thru: Thru,
        echo: EchoGuard,
        doubles: DoubleNotes,
        clock_echo: ClockEcho,
        clock: Clock,
        counts: Tally[Counter],
        report: Callable[..., None],
    ) -> None:
        self._outputs = outputs
        self._thru = thru
        self._echo = echo
        self._doubles = doubles
        self._clock_echo = clock_echo
        self._clock = clock
        self._counts = counts
        self._report = report
        self._feet: dict[Pedal, int] = {}  # who moved each pedal last

    def hear(self, incoming: Incoming) -> bool:
        """Serve one message. True when it asks for everything to end (CC 120, system reset)."""
        stamp_ns, source, message = incoming
        if self._is_echo(source, message):
            self._counts[Counter.ECHOES] += 1
            return False
        passed = self._pass_on(source, message)
        if len(message) > 3:
            self._counts[Counter.LONG_MESSAGES] += 1
            return False
        if self._is_double(source, message, stamp_ns):
            self._counts[Counter.DOUBLES] += 1
            return False
        self._counts[Counter.HEARD] += 1
        flags = HeardFlag.THRU if passed else HeardFlag.NONE
        self._report(records.Heard(stamp_ns, source, message, flags))
        if messages.is_controller(message):
            return message[1] == messages.ALL_SOUND_OFF
        return message[0] == messages.SYSTEM_RESET

    def _is_echo(self, source: int, message: bytes) -> bool:
        if messages.is_note_on(message):
            return self._echo.swallows_on(source, message, self._clock.now_ns())
        if messages.is_note_off(message):
            return self._echo.swallows_off(source, message)
        return self._clock_echo.swallows(source, message, self._clock.now_ns())

    def _is_double(self, source: int, message: bytes, stamp_ns: int) -> bool:
        if messages.is_note_on(message):
            return self._doubles.swallows_on(source, message, stamp_ns)
        return messages.is_note_off(message) and self._doubles.swallows_off(source, message)

    def gone(self, source: int) -> None:
        """The source has vanished: what it holds ends, its pedals come up."""
        owner = thru_owner(source)
        self._outputs.end(lambda each: each == owner)
        for pedal in self._outputs.held.pedals():
            if self._feet.get(pedal) == source:
                up = messages.controller(pedal.channel, pedal.controller, 0)
                self._outputs.put(THRU_PORT, up, self._clock.now_ns())
        self._echo.gone(source)
        self._doubles.gone(source)
        self._report(records.SourceGone(source))

    # -- thru -------------------------------------------------------------------------------------

    def _pass_on(self, source: int, message: bytes) -> bool:
        """Thru of one message. Whether it passed."""
        if messages.is_note_off(message):
            return self._let_go(source, message)  # also when thru was switched off meanwhile
        if messages.is_controller(message):
            if message[1] >= messages.ALL_NOTES_OFF:
                return self._keys_up(source, message)
            if message[2] < 64 and self._outputs.held.pedal_is_down(
                Pedal(THRU_PORT, message[0] & 0x0F, message[1])
            ):
                self._outputs.put(THRU_PORT, message, self._clock.now_ns())
                return True
        if not self._is_open(source, message):
            return False
        now = self._clock.now_ns()
        if messages.is_note_on(message):
            key = Key(THRU_PORT, message[0] & 0x0F, message[1])
            self._outputs.press(key, thru_owner(source), message, now, source)
        else:
            if messages.is_controller(message) and message[1] in messages.HOLDING_PEDALS:
                self._feet[Pedal(THRU_PORT, message[0] & 0x0F, message[1])] = source
            self._outputs.put(THRU_PORT, message, now)
        return True

    def _let_go(self, source: int, message: bytes) -> bool:
        key = Key(THRU_PORT, message[0] & 0x0F, message[1])
        held = self._outputs.held
        if held.holds(key, thru_owner(source)):
            self._outputs.release(key, thru_owner(source), message, self._clock.now_ns())
            return True
        if self._is_open(source, message) and not held.sounds(key):
            self._outputs.put(THRU_PORT, message, self._clock.now_ns())
            return True
        return False

    def _keys_up(self, source: int, message: bytes) -> bool:
        """CC 123 to 127 mean: these keys are up. Companion notes of the channel are not cut."""
        channel = message[0] & 0x0F
        self._echo.keys_up(source, channel)
        self._outputs.end(lambda owner: owner == thru_owner(source), lambda key: key.channel == channel)
        if not self._is_open(source, message):
            return False
        if not self._outputs.held.companion_on(THRU_PORT, channel):
            self._outputs.put(THRU_PORT, message, self._clock.now_ns())
        return True

    def _is_open(self, source: int, message: bytes) -> bool:
        if not self._thru.passes(source, message) or not len(self._outputs):
            return False
        if self._thru.floods(message, self._clock.now_ns()):
            self._outputs.end(is_thru)
            self._outputs.lift_pedals()
            self._counts[Counter.THRU_MUTED] += 1
            self._report(records.Text(records.Topic.ERROR, MUTED))
            return False
        return True
