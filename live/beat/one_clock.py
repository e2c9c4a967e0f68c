"""The MIDI clock of one input: where the song is, whether it runs, when ticks have stopped coming."""

from __future__ import annotations

from typing import NamedTuple

from live.beat.tick_line import TickLine
from live.stage.clock import MILLISECOND, SECOND
from live.stage.messages import CLOCK, SYSTEM_RESET, TICKS

SIXTEENTH = 6
"""Ticks of the unit in which a song position is told."""
TICK, START, CONTINUE, STOP = 0xF8, 0xFA, 0xFB, 0xFC
SONG_POSITION = 0xF2
CLOCK_MESSAGES = CLOCK | {SYSTEM_RESET}

_SHORTEST_WAIT_NS, _LONGEST_WAIT_NS = 250 * MILLISECOND, SECOND
_REMEMBERED_NS = 10 * SECOND
"""After a longer gap the tempo has not been known well enough to say which tick comes."""


class Song(NamedTuple):
    """Tick ``number`` of the clock is tick ``place`` of the song."""

    number: int
    place: int


class OneClock:
    """One thread, never blocks. ``running``: between start (or continue) and stop."""

    def __init__(self, period_ns: float = 0) -> None:
        self.ticks = TickLine(period_ns)
        self.running = False
        self.song: Song | None = None
        """None: which tick of the song this is nobody has said."""
        self._place: int | None = None  # of the song, where it will go on
        self._comes = False  # the next tick is there
        self._last_ns: int | None = None
        self._breaks_before_gap: int | None = None

    def hear(self, stamp_ns: int, message: bytes) -> None:
        """One of :data:`CLOCK_MESSAGES`."""
        match message[0]:
            case 0xF8:
                self._tick(stamp_ns)
            case 0xFA:
                self._start(0)
            case 0xFB:
                self._start(self._next_place if self.running else self._place)
            case 0xFC if self.running:
                self._stop(self._next_place)
            case 0xF2 if len(message) == 3:
                self._locate(SIXTEENTH * (message[1] | message[2] << 7))
            case 0xFF:
                self._stop(None)

    def _stop(self, place: int | None) -> None:
        self.running, self.song = False, None
        self._place, self._comes = place, False

    def _start(self, place: int | None) -> None:
        """From its next tick on it is there; until then a song that runs goes on."""
        self.running = True
        self._place, self._comes = place, True
        self._breaks_before_gap = None
        self.ticks.forget_phase()

    def _locate(self, place: int) -> None:
        """A song position. While the song runs, one that rounds to where it is says nothing new."""
        if not self.running or self._comes:
            self._place = place
        elif (expected := self._next_place) is None or not 0 <= expected - place < SIXTEENTH:
            self._place, self._comes = place, True

    @property
    def _next_place(self) -> int | None:
        """Which tick of the song comes next."""
        if self._comes:
            return self._place
        return None if self.song is None else self.song.place + self.ticks.count + 1 - self.song.number

    def _tick(self, stamp_ns: int) -> None:
        if self._last_ns is not None and stamp_ns - self._last_ns > self.wait_ns:
            self._return(stamp_ns - self._last_ns)
        self._last_ns = stamp_ns
        self.ticks.add(stamp_ns)
        if self._comes:
            self.song = None if self._place is None else Song(self.ticks.count, self._place)
            self._comes = False
        elif self._breaks_before_gap is not None and self.ticks.is_settled:
            if self.ticks.breaks != self._breaks_before_gap:
                self.song = None  # how many ticks have been lost cannot be told
            self._breaks_before_gap = None

    def _return(self, gap_ns: int) -> None:
        """Ticks come again after they had stopped without a word."""
        if gap_ns > _REMEMBERED_NS:
            self.song = None
            self.ticks.forget_phase()
        else:
            self._breaks_before_gap = self.ticks.breaks

    @property
    def wait_ns(self) -> int:
        """How long the song goes on without ticks: a quarter, from 0.25 to 1 s."""
        line = self.ticks.line
        quarter = _LONGEST_WAIT_NS if line is None else round(TICKS * line.tick_ns)
        return min(max(quarter, _SHORTEST_WAIT_NS), _LONGEST_WAIT_NS)

    @property
    def silent_at_ns(self) -> int | None:
        """When it will have been silent for too long, if no tick comes."""
        return None if self._last_ns is None else self._last_ns + self.wait_ns

    def ticks_at(self, now_ns: int) -> bool:
        """Whether its ticks come now, and say a tempo."""
        until = self.silent_at_ns
        return until is not None and now_ns <= until and self.ticks.certain

    def plays_at(self, now_ns: int) -> bool:
        """Whether it can be followed now: it runs, ticks come, and the song's place is known."""
        return self.running and self.song is not None and self.ticks_at(now_ns)

    @property
    def is_back(self) -> bool:
        """Whether what comes after a gap has been understood."""
        return self._breaks_before_gap is None and self.ticks.is_settled

    def quarter_at(self, ns: int) -> float:
        """Where the song is, in quarters. Only while it :meth:`plays_at`."""
        assert self.song is not None
        assert self.ticks.line is not None
        return (self.song.place + self.ticks.line.number_at(ns) - self.song.number) / TICKS

    @property
    def quarter_ns(self) -> float:
        """The length of a quarter. Only while its :meth:`ticks_at`."""
        assert self.ticks.line is not None
        return TICKS * self.ticks.line.tick_ns
