"""What was played and what was sent, in real pitches and real time: what contexts are fed from.

A session has one, whatever its mode; it forgets the oldest. A note of the companion is in it only when the
stage has sent it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

from live.beat.pulse import Pulse
from live.beat.swing import straight_ns
from live.engine.ear import Beat
from live.engine.hearing import Heard, Release, Silent, Strike, Zone
from live.engine.phrases import Phrases
from live.engine.ticks import HasPulse
from live.stage import records as r
from live.stage.messages import is_note_on

MOST = 2048
"""Rows that are kept: some 500 notes of the player, more with the companion's."""
_MOST_EXPECTED = 256
PLAYER = -1
"""The voice of the player, where it is not 0 of the companion's answers or 1.. of its harmony."""


class Did(IntEnum):
    """What happened."""

    STRIKE = 0
    RELEASE = 1
    SILENT = 2
    """A note of the player stopped sounding."""
    ON = 3
    """A note of the companion was sent."""
    OFF = 4
    TOLD = 5
    """A voice under the melody note struck last, as a score model was told it, sounding or not."""
    PHRASE = 6
    """A phrase has ended, of the player or of the companion."""
    ALL_OFF = 7
    """Everything stopped sounding at once: ports were lost, reports were lost."""
    ZONE_STRIKE = 8
    """A key below the split was struck."""
    ZONE_SILENT = 9
    MOVED = 10
    """A voice under the melody note struck last went into another chord, as a score model was told it."""


class Row(NamedTuple):
    """``ns`` without swing, ``pitch`` before routing; ``pulse`` as it was then."""

    did: Did
    ns: int
    pitch: int = 0
    velocity: int = 0
    voice: int = PLAYER
    pulse: Pulse | None = None


class History:
    """Owned by the engine's thread; an append takes a microsecond."""

    def __init__(self, time: HasPulse, swing: Callable[[], float]) -> None:
        """``swing`` in percent, as it is set."""
        self._time, self._swing = time, swing
        self._rows: deque[Row] = deque(maxlen=MOST)
        self._expected: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        """(tag, channel, pitch as sent) -> voice and pitch as it was meant, of each note in order."""
        self._sounding: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.count = 0
        """Rows that there have been."""
        self.phrases = Phrases()
        """What the player has played, for good."""
        self.on_phrase: Callable[[int, bool], None] = lambda *_: None
        """Told when a phrase ended, and whether it was the player's. Engine thread."""
        self.phrases.silent = lambda ns: self.on_phrase(ns, True)

    @property
    def beat(self) -> Beat | None:
        """What is known of bars now."""
        return Beat.of(self._time.pulse)

    def heard(self, what: Heard) -> None:
        """The player did something."""
        match what:
            case Strike(ns, pitch, velocity):
                self._add(Did.STRIKE, ns, pitch, velocity)
                self.phrases.strike(self._rows[-1].ns, pitch, velocity)
            case Release(ns, pitch):
                self._add(Did.RELEASE, ns, pitch)
            case Silent(ns, pitch):
                self._add(Did.SILENT, ns, pitch)
                self.phrases.silence(self._rows[-1].ns, pitch)
            case Zone(Strike(ns, pitch, velocity)):
                self._add(Did.ZONE_STRIKE, ns, pitch, velocity)
            case Zone(Silent(ns, pitch)):
                self._add(Did.ZONE_SILENT, ns, pitch)
            case _:
                pass

    def expect(self, tag: int, on: bytes, voice: int, pitch: int) -> None:
        """A note-on that was planned as ``pitch`` of this voice may be reported."""
        if len(self._expected) >= _MOST_EXPECTED:
            del self._expected[next(iter(self._expected))]
        self._expected.setdefault((tag, on[0] & 0x0F, on[1]), []).append((voice, pitch))

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled) -> None:
        """The stage has done something that was planned, or has not."""
        if isinstance(record, r.Cancelled):
            return
        place = record.tag, record.message[0] & 0x0F, record.message[1]
        if isinstance(record, r.Dropped):
            self._next(place)
        elif is_note_on(record.message):
            note = self._next(place)
            if note is not None:
                self._sounding[place] = note
                self._add(Did.ON, record.due_ns, note[1], record.message[2], note[0])
        elif place in self._sounding:
            early = bool(record.flags & r.SentFlag.EARLY_END)
            voice, pitch = self._sounding.pop(place)
            self._add(Did.OFF, record.actual_ns if early else record.due_ns, pitch, 0, voice)

    def told(self, ns: int, pitch: int, velocity: int, voice: int) -> None:
        """A score model was told this voice under the melody note struck last."""
        self._add(Did.TOLD, ns, pitch, velocity, voice)

    def moved(self, ns: int, pitch: int, velocity: int, voice: int) -> None:
        """A score model was told that this voice has moved, under a melody note that goes on."""
        self._add(Did.MOVED, ns, pitch, velocity, voice)

    def phrase(self, ns: int, voice: int = PLAYER) -> None:
        """A phrase has ended."""
        if voice == PLAYER:
            self.phrases.finish()
        self.on_phrase(ns, voice == PLAYER)
        self._add(Did.PHRASE, ns, voice=voice)

    def companion_off(self, ns: int) -> None:
        """Whatever the companion plays ends now: what is still reported of it is no news."""
        self._expected.clear()
        for voice, pitch in self._sounding.values():
            self._add(Did.OFF, ns, pitch, 0, voice)
        self._sounding.clear()

    def all_off(self, ns: int) -> None:
        """Nothing sounds any more."""
        self._expected.clear()
        self._sounding.clear()
        self._add(Did.ALL_OFF, ns)

    @property
    def last(self) -> Row:
        """The last row; there must have been one."""
        return self._rows[-1]

    def since(self, count: int) -> list[Row]:
        """The rows after the first ``count``, as far as they are remembered."""
        fresh = min(self.count - count, len(self._rows))
        return list(islice(self._rows, len(self._rows) - fresh, None))

    def _next(self, place: tuple[int, int, int]) -> tuple[int, int] | None:
        notes = self._expected.get(place)
        if not notes:
            return None
        note = notes.pop(0)
        if not notes:
            del self._expected[place]
        return note

    def _add(self, did: Did, ns: int, pitch: int = 0, velocity: int = 0, voice: int = PLAYER) -> None:
        self.count += 1
        pulse = self._time.pulse
        self._rows.append(Row(did, straight_ns(pulse, ns, self._swing()), pitch, velocity, voice, pulse))
