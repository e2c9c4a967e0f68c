"""Hear again what was played before, row by row of the history: a fresh context of each kind.

Made and fed by a thread beside the music; from :meth:`Rehearing.live` on it belongs to the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from live.beat.pulse import Pulse
from live.engine.ear import Beat, Ear, Frame, hear_own
from live.engine.harmony import Harmonist
from live.engine.hearing import Strike
from live.engine.history import PLAYER, Did, Row
from live.engine.key_follower import KeyFollower
from live.engine.melody import Melody
from live.engine.pace import CHORD_NS, Pace
from live.engine.performance_ear import PerformanceEar
from live.engine.score_ear import ScoreEar
from live.engine.ticks import HasPulse
from models.draft import DraftedContext
from models.events import PITCHES, Event, Kind
from models.sampling import Style
from models.step import Network

REMEMBERED = 256
"""Events that a recurrent network is fed; one that has a window is fed as many as that holds."""
MOST_ALONE = 8
"""More melody notes than this without any new voice under them were not harmonised."""
SOPRANO = 1
_HEARD = frozenset({Did.STRIKE, Did.SILENT, Did.ZONE_STRIKE, Did.ZONE_SILENT, Did.ON, Did.OFF})
"""What a performance model hears."""


class Then:
    """Says the time of then."""

    def __init__(self) -> None:
        self.pulse: Pulse | None = None


class Rehearing(Protocol):
    """An ear whose context is fed; one thread at a time."""

    context: DraftedContext
    pace: Pace

    @property
    def ear(self) -> Ear:
        """Who hears."""

    def take(self, row: Row) -> None:
        """What happened next; costs some 50 us, and the network is not asked."""

    def live(self, time: HasPulse) -> None:
        """All rows are taken: from now on this says the time."""


def enough(rows: list[Row], network: Network) -> list[Row]:
    """The last rows, as many as matter to the network."""
    manifest = network.manifest
    if manifest.voices > 1:
        rows = _harmonised(rows)
    left = manifest.window if manifest.ring else REMEMBERED
    for index in reversed(range(len(rows))):
        row = rows[index]
        if manifest.monophonic:
            left -= row.did in (Did.STRIKE, Did.TOLD, Did.MOVED) or (row.voice == 0 and row.did == Did.ON)
        else:
            left -= row.did in _HEARD
        if left < 0:
            return rows[index + 1 :]
    return rows


def _harmonised(rows: list[Row]) -> list[Row]:
    """Without a melody that nobody harmonised, before and after: a model of several voices would take the
    others for silent, which is worse than to have heard nothing."""
    told = [index for index, row in enumerate(rows) if row.did == Did.TOLD]
    if not told:
        return []
    first, end = told[0], told[-1] + 1
    while first and rows[first].did != Did.STRIKE:
        first -= 1
    if sum(row.did == Did.STRIKE for row in rows[end:]) <= MOST_ALONE:
        end = len(rows)
    return rows[first:end]


def with_bars_known_now(rows: Iterable[Row], beat: Beat | None) -> list[Row]:
    """What was known last of the bars of a pulse holds for all of it before; ``beat``: what is known now."""
    found: list[Row] = []
    for row in reversed(list(rows)):
        pulse = row.pulse
        if pulse is not None and beat is not None and beat.holds_for(pulse):
            pulse = pulse._replace(bars=beat.bars)
        else:
            beat = Beat.of(pulse) or beat
        found.append(row._replace(pulse=pulse))
    return found[::-1]


class PerformanceAgain:
    """For a performance model: everything that sounded."""

    def __init__(self, network: Network) -> None:
        self.context = DraftedContext(network)
        self.pace = Pace()
        self.ear = PerformanceEar(network, self.context)
        self._player: set[int] = set()
        self._own: set[int] = set()

    def take(self, row: Row) -> None:
        """What happened next."""
        did, ns, pitch, velocity, _, _ = row
        match did:
            case Did.STRIKE:
                self.pace.strike(ns)
                self._own.discard(pitch)
                self._player.add(pitch)
                self.ear.strike(pitch, velocity, ns)
            case Did.ZONE_STRIKE:
                self._own.discard(pitch)
                self._player.add(pitch)
                self.ear.strike(pitch, velocity, ns)
            case Did.SILENT | Did.ZONE_SILENT:
                self._player.discard(pitch)
                self.ear.silence(pitch, ns)
            case Did.ON if pitch not in self._player:
                self._own.add(pitch)
                self.ear.strike(pitch, velocity, ns)
            case Did.OFF if pitch in self._own:
                self._own.discard(pitch)
                self.ear.silence(pitch, ns)
            case Did.ALL_OFF:
                self.ear.silence_all()
                self._player.clear()
                self._own.clear()

    def live(self, time: HasPulse) -> None:
        """This grid knows no beat."""


class _ScoreAgain:
    """For a score model: one melody, on the pulse of then."""

    def __init__(self, network: Network, frame: Frame, key: KeyFollower, role: int = 0) -> None:
        self._then = Then()
        self.context = DraftedContext(network, role=role)
        self.pace = Pace()
        self.ear = ScoreEar(
            network, self.pace, role=role, key=key, time=self._then, frame=frame, context=self.context
        )
        self._down: dict[int, int] = {}
        self._melody = Melody(self._down)

    def take(self, row: Row) -> None:
        """What happened next."""
        self._then.pulse = row.pulse
        match row.did:
            case Did.STRIKE:
                self._down[row.pitch] = row.velocity
                strike = Strike(row.ns, row.pitch, row.velocity)
                if self._melody.takes(strike):
                    self._strike(strike)
            case Did.RELEASE:
                self._down.pop(row.pitch, None)
                if row.pitch == self._melody.pitch:
                    self._let_go(row.ns)
            case Did.SILENT if row.pitch == self._melody.pitch:
                self._melody.pitch = None
                self.ear.silence(row.pitch, row.ns)
            case Did.ALL_OFF:
                self._down.clear()
                self._melody.pitch = None
                self._all_off(row.ns)
            case _:
                self._take_more(row)

    def live(self, time: HasPulse) -> None:
        """From now on this says the time."""
        self.ear.live(time)

    def _strike(self, strike: Strike) -> None:
        raise NotImplementedError

    def _let_go(self, ns: int) -> None:
        """The melody's key is up."""

    def _all_off(self, ns: int) -> None:
        """Nothing sounds any more."""

    def _take_more(self, row: Row) -> None:
        """What the companion did, and ends of phrases."""


class MelodyAgain(_ScoreAgain):
    """For a model of single lines: the player's melody and the companion's answers."""

    def __init__(self, network: Network, frame: Frame, key: KeyFollower) -> None:
        super().__init__(network, frame, key)
        self._own: int | None = None

    def _strike(self, strike: Strike) -> None:
        self._all_off(strike.stamp_ns)
        self._melody.pitch = strike.pitch
        self.ear.strike(strike.pitch, strike.velocity, strike.stamp_ns)

    def _all_off(self, ns: int) -> None:
        """The companion's note ends; the player's does so by the rest before the next."""
        if self._own is not None:
            hear_own(self.context, Event(self.ear.tick_at(ns), Kind.OFF, self._own))
            self._own = None

    def _take_more(self, row: Row) -> None:
        pitch = row.pitch + self.ear.shift
        if row.did == Did.PHRASE and row.voice == PLAYER:
            self.ear.finish_phrase(row.ns)
        elif row.voice != 0 or not 0 <= pitch < PITCHES:
            return  # harmony of another mode
        elif row.did == Did.PHRASE:
            hear_own(self.context, Event(self.context.now, Kind.PHRASE))
        elif row.did == Did.ON:
            self._own = pitch
            self.ear.interpose()
            tick = self.ear.tick_at(row.ns)
            self.ear.take_back_end(tick)  # the note before it ends by this one
            tick = max(tick, self.context.now + 1)
            hear_own(self.context, Event(tick, Kind.ON, pitch, row.velocity))
        elif row.did == Did.OFF and pitch == self._own:
            self._own = None
            hear_own(self.context, Event(self.ear.tick_at(row.ns), Kind.OFF, pitch))


class HarmonyAgain(_ScoreAgain):
    """For a model of several voices: the melody, and what it was told under each note."""

    def __init__(self, network: Network, frame: Frame, key: KeyFollower) -> None:
        super().__init__(network, frame, key, SOPRANO)
        self.harmonist = Harmonist(self.context, voices=1, style=Style(), seed=0)
        self._struck_ns = 0

    def _strike(self, strike: Strike) -> None:
        melody = self._melody.pitch
        if melody is not None and strike.stamp_ns - self._struck_ns < CHORD_NS and strike.pitch > melody:
            self.harmonist.tell_instead(self.ear.again(strike.pitch)._replace(velocity=strike.velocity))
        else:
            *rest, event = self.ear.melody(strike.pitch, strike.stamp_ns)
            self.harmonist.tell(event._replace(velocity=strike.velocity), tuple(rest))
        self._melody.pitch, self._struck_ns = strike.pitch, strike.stamp_ns

    def _let_go(self, ns: int) -> None:
        self.ear.silence(self._melody.pitch or 0, ns)
        following = self._melody.next_in_legato(ns)
        if following is not None:
            self._strike(following)

    def _take_more(self, row: Row) -> None:
        pitch = row.pitch + self.ear.shift
        if row.did == Did.TOLD and 0 <= pitch < PITCHES:
            self.harmonist.tell_voice(row.voice, pitch, row.velocity)
        elif row.did == Did.MOVED and 0 <= pitch < PITCHES:
            self.harmonist.tell_move(self.ear.change(row.ns), row.voice, pitch, row.velocity)


def line_again(network: Network, frame: Frame, key: KeyFollower) -> MelodyAgain | PerformanceAgain:
    """For a mode that plays lines of its own, on the grid of its network."""
    return MelodyAgain(network, frame, key) if network.manifest.monophonic else PerformanceAgain(network)
