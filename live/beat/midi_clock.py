"""MIDI clock that comes in, as a pulse: follows the first input whose clock runs, until that ends.

A clock that has been started, or located and continued, gives a pulse with the song's place; one that only
ticks (a drum machine before its start, or a song that ran before we listened) gives its tempo alone, for
nobody knows which of its ticks is a beat. When it is stopped there is no pulse: free time.
"""

from __future__ import annotations

from collections.abc import Callable

from live.beat.one_clock import CLOCK_MESSAGES, TICK, OneClock, Song
from live.beat.pulse import MINUTE_NS, Bars, Pulse, Source

GONE = "MIDI clock stopped coming"
BACK = "MIDI clock is back"
TEMPO_ALONE = "MIDI clock ticks, {:.1f} beats a minute; where its beats are is known when it is started"
BACK_SOMEWHERE = (
    "MIDI clock is back, {:.1f} beats a minute; where in the song is known when it is started again"
)

_MEND, _SOON, _SLOWEST = 0.5, 0.02, 0.1
"""A pulse that was ahead of the clock goes slower until it is not: by a hair over half a quarter, but when it
is ahead by half a tick or more, for the tempo has fallen, at a tenth of its pace.
"""
_TICKS_TO_TELL = 48
"""Ticks after which somebody who may wait for a beat is told why there is none."""


class MidiClock:
    """One thread, never blocks. ``say`` takes what the musician is to know of the clock itself.

    ``period_ns`` of the MIDI system (0: none): stamps lie at the beginnings of periods.
    """

    def __init__(self, say: Callable[[str], None] = lambda _: None, period_ns: int = 0) -> None:
        self._say = say
        self._period_ns = period_ns
        self._clocks: dict[int, OneClock] = {}
        self._followed: OneClock | None = None
        self._missing: OneClock | None = None  # its ticks have stopped without a word
        self._explained = False  # that ticks alone are no beats; or it need not be, for it was started
        self._pulse: Pulse | None = None
        self._song: Song | None = None  # the pulse is of
        self._run = 0

    @property
    def period_ns(self) -> int:
        """Of the MIDI system, 0 where it has none. Setting it is for a stage that has come up."""
        return self._period_ns

    @period_ns.setter
    def period_ns(self, period_ns: int) -> None:
        self._period_ns = period_ns
        for clock in self._clocks.values():
            clock.ticks.period_ns = period_ns

    def hear(self, stamp_ns: int, source: int, message: bytes, now_ns: int) -> None:
        """A message of input ``source``; all but those of a clock are ignored."""
        if not message or message[0] not in CLOCK_MESSAGES:
            return
        clock = self._clocks.get(source)
        if clock is None:
            clock = self._clocks[source] = OneClock(self._period_ns)
        clock.hear(stamp_ns + self._period_ns // 2, message)
        self._attend(now_ns)
        if clock is self._followed:
            self._pulse = self._pulse_of(clock, now_ns)
        elif message[0] == TICK and self._followed is None:
            self._tell_tempo(clock, now_ns)

    def pulse(self, now_ns: int, meter: str) -> Pulse | None:
        """Where the song is; None while no clock runs, or its place is not known.

        Bars are those of ``meter``, from the song's beginning on.
        """
        self._attend(now_ns)
        return None if self._pulse is None else self._pulse._replace(bars=Bars.parse(meter))

    @property
    def running(self) -> bool:
        """Whether a clock is followed, as of the last call of :meth:`hear` or :meth:`pulse`."""
        return self._followed is not None

    def tempo(self, now_ns: int) -> float | None:
        """Quarters a minute of a clock that ticks, also where it does not run; None: no clock ticks."""
        for clock in (self._followed, *self._clocks.values()):
            if clock is not None and clock.ticks_at(now_ns):
                return MINUTE_NS / clock.quarter_ns
        return None

    @property
    def wake_at_ns(self) -> int | None:
        """When :meth:`pulse` is to be asked, if nothing is heard before: then the clock has dropped out."""
        silent = None if self._followed is None else self._followed.silent_at_ns
        return None if silent is None else silent + 1

    def _attend(self, now_ns: int) -> None:
        """Choose whom to follow, and say what has become of the clock."""
        before = self._followed
        if before is not None and not before.plays_at(now_ns):
            self._followed = self._pulse = None
        if self._followed is None:
            leads = (each for each in self._clocks.values() if each.plays_at(now_ns) and each.is_back)
            self._followed = next(leads, None)
            if self._followed is not None:
                self._pulse, self._explained = self._pulse_of(self._followed, now_ns), True
            elif before is not None and before.running and not before.ticks_at(now_ns):
                self._missing = before
                self._say(GONE)
        self._tell_return(now_ns)

    def _tell_return(self, now_ns: int) -> None:
        missing = self._missing
        if missing is None:
            return
        if not missing.running:
            self._missing = None
        elif self._followed is not None:
            self._missing = None
            self._say(BACK)
        elif missing.song is None and missing.is_back and missing.ticks_at(now_ns):
            self._missing = None
            self._say(BACK_SOMEWHERE.format(MINUTE_NS / missing.quarter_ns))

    def _tell_tempo(self, clock: OneClock, now_ns: int) -> None:
        """Once: why there is no beat although a clock ticks."""
        if not self._explained and clock.ticks.count >= _TICKS_TO_TELL and clock.ticks_at(now_ns):
            self._explained = True
            self._say(TEMPO_ALONE.format(MINUTE_NS / clock.quarter_ns))

    def _pulse_of(self, clock: OneClock, now_ns: int) -> Pulse:
        """Its pulse now. While a song goes on no quarter comes twice: a pulse that was too early waits."""
        quarter, length = clock.quarter_at(now_ns), clock.quarter_ns
        if clock.song is not self._song:
            self._song, self._run = clock.song, self._run + 1
        elif self._pulse is not None:
            ahead = self._pulse.quarter_at(now_ns) - quarter
            if ahead > 0:
                quarter += ahead
                length /= max(_SLOWEST, 1 - ahead / _MEND - (ahead / _SOON) ** 2)
        return Pulse(now_ns, quarter, length, Source.CLOCK, run=self._run)
