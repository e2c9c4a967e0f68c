"""Who gives the time now: a clock, a tempo of our own, the playing, or nobody.

A session has one. It is told what the stage heard, in order, and what it says depends on nothing else, so
that a session run again has the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from live.beat.announcer import Announcer
from live.beat.clock_sender import ClockSender
from live.beat.link_time import LinkTime, LinkWord
from live.beat.metronome import Metronome
from live.beat.midi_clock import MidiClock
from live.beat.pulse import Bars, Pulse
from live.beat.tracker import Tracker
from live.controls import Settings
from live.stage.records import Ready, SetClock

SYSTEM = 0xF0
"""Messages from here on belong to no channel: clock, transport and song position are among them."""
USUAL_METER = "4/4"
"""What a clock, which does not tell its meter, is taken to have."""
STATE = ("source", "tempo", "meter", "bar", "beat", "confidence")
"""What :meth:`Timekeeper.state` tells."""


class Timekeeper:
    """Gives :attr:`pulse`. Owned by the engine's thread; never blocks.

    ``say`` takes lines for the musician, ``send`` what the stage is to know of the clock that goes out.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        say: Callable[[str], None],
        send: Callable[[SetClock], None],
    ) -> None:
        self._settings = settings
        self._announcer = Announcer(say)
        self._sender = ClockSender(send, say)
        self._metronome = Metronome(settings().tempo)
        self._clock = MidiClock(self._take_word)
        self._link = LinkTime()
        self._tracker = Tracker()
        self._tracker.set_meter(self._set_meter)
        self._word: str | None = None  # of a clock, not yet said
        self.pulse: Pulse | None = None
        """What counts now; None in free time. Policies read it at each decision."""

    @property
    def meter(self) -> str:
        """The meter that counts where the source of time has none of its own."""
        meter = self._settings().meter
        return USUAL_METER if meter == "auto" else meter

    @property
    def wake_at_ns(self) -> int | None:
        """When :meth:`wake` wants to be called: an onset is complete, a clock or the playing has stopped."""
        moments = (
            self._clock.wake_at_ns if self._wants_clock else None,
            self._tracker.wake_at_ns if self._wants_playing else None,
            self._announcer.wake_at_ns,
        )
        return min((at for at in moments if at is not None), default=None)

    @property
    def _wants_clock(self) -> bool:
        return self._settings().time in ("auto", "clock")

    @property
    def _wants_playing(self) -> bool:
        return self._settings().time in ("auto", "playing")

    @property
    def _set_meter(self) -> Bars | None:
        meter = self._settings().meter
        return None if meter == "auto" else Bars.parse(meter)

    def use_stage(self, ready: Ready) -> None:
        """A stage has come up: its MIDI system spreads what comes in and goes out over its period."""
        self._clock.period_ns = ready.period_ns
        self._sender.use_period(ready.period_frames, ready.period_ns)

    def hear(self, stamp_ns: int, source: int, message: bytes, now_ns: int) -> None:
        """A message that belongs to no channel, from this input."""
        self._clock.hear(stamp_ns, source, message, now_ns)
        self._look(now_ns)

    def take(self, record: object, now_ns: int) -> None:
        """Whatever else the session was told; of it only words of Link are about time."""
        if isinstance(record, LinkWord):
            self._link.hear(record)
            self._look(now_ns)

    def strike(self, stamp_ns: int, pitch: int, velocity: int, now_ns: int) -> None:
        """The player struck a key; called after the policy has served it."""
        if self._wants_playing:
            self._tracker.strike(stamp_ns, pitch, velocity)
        self._look(now_ns)

    def wake(self, now_ns: int) -> None:
        """Time has passed."""
        self._look(now_ns)

    def changed(self, name: str, now_ns: int) -> None:
        """A control has another value."""
        if name == "tempo":
            self._metronome.set_tempo(self._settings().tempo, now_ns)
        elif name == "meter":
            self._tracker.set_meter(self._set_meter)
        self._look(now_ns)

    def tap(self, now_ns: int) -> float | None:
        """The musician taps a beat: the tempo that this makes, None after a first tap. It begins a bar."""
        tempo = self._metronome.tap(now_ns)
        if tempo is not None:
            self._metronome.begin(now_ns)
        self._look(now_ns)
        return tempo

    def state(self, now_ns: int) -> dict[str, Any]:
        """Who gives the time, tempo, bar, beat and confidence; what is unknown is None. Any thread."""
        pulse = self.pulse
        if pulse is None:
            return dict.fromkeys(STATE) | {"source": "free"}
        place = pulse.place_at(now_ns) or (None, None)
        meter = None if pulse.bars is None else pulse.bars.name
        told = (pulse.source.value, pulse.tempo, meter, *place, pulse.confidence)
        return dict(zip(STATE, told, strict=True))

    def _look(self, now_ns: int) -> None:
        """Who gives the time now."""
        self.pulse = self._found(now_ns)
        word, self._word = self._word if self._wants_clock else None, None
        self._announcer.look(word, self.pulse, now_ns)
        self._sender.follow(self.pulse, self._settings().clock_out, now_ns)

    def _take_word(self, word: str) -> None:
        self._word = word

    def _found(self, now_ns: int) -> Pulse | None:
        wanted = self._settings().time
        if wanted == "tempo":
            return self._metronome.pulse(now_ns, self.meter)
        playing = self._tracker.pulse(now_ns) if self._wants_playing else None
        if wanted in ("auto", "clock"):
            return self._clock.pulse(now_ns, self.meter) or playing
        if wanted == "link":
            return self._link.pulse(now_ns, self.meter)
        return playing
