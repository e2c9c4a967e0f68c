"""The chord that the left hand plays below the split, which all harmony above goes by.

Keys of one chord are struck one after the other: its name is said when they have all come. It stays when they
are let go, until another is played. Owned by the engine's thread; any thread may read ``shown``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from live.controls import Settings
from live.engine.hearing import Hearing, Release, Strike, Zone
from live.engine.key_follower import KeyFollower
from live.engine.told import Outcome
from models.chord import Chord
from models.fingered import fingered

if TYPE_CHECKING:
    from live.engine.session import Session

TOGETHER_NS = 50_000_000
"""Keys struck within this are one chord."""
AFTER_NS = 30_000_000
"""A chord that is rolled more slowly is waited for so long after each key."""
WHOLE = 3
"""From so many different notes on a chord is taken for what it is before its last key has come."""

CHANGED = "zone chord"
"""What a policy is told has changed (:meth:`live.engine.policy.Policy.changed`)."""


def zone_of(session: Session, hearing: Hearing) -> ChordZone:
    """The zone of a session: its policy and all who listen are told."""

    def told() -> None:
        session.stage.note("chord", zone.shown)
        session.tell(Outcome.DONE, "chord_now", zone.shown, "")

    zone = ChordZone(
        lambda: session.settings,
        hearing,
        session.key,
        lambda now_ns: session.policy.changed(CHANGED, now_ns),
        told,
    )
    return zone


class ChordZone:
    """``changed`` is told the moment when the left hand's chord is another; ``told`` when another is shown,
    also one that the companion has chosen by itself. Never blocks."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        hearing: Hearing,
        key: KeyFollower,
        changed: Callable[[int], None],
        told: Callable[[], None],
    ) -> None:
        self._settings, self._hearing, self._key = settings, hearing, key
        self._changed, self._told = changed, told
        self.wake_at_ns: int | None = None
        """When the keys that were struck last have all come."""
        self._chord: Chord | None = None
        self._chosen: Chord | None = None
        self._began_ns = 0
        self._fresh: set[int] = set()  # keys of the chord that is being played, or was played last
        self._coming = False  # some of them may be on their way

    @property
    def chord(self) -> Chord | None:
        """The chord that is known; None while the split is off, or none was played yet. Engine thread."""
        return self._chord if self._settings().split else None

    @property
    def shown(self) -> str | None:
        """Its name, or that of the chord which the companion has chosen by itself. Any thread."""
        chord = self.chord or self._chosen
        return None if chord is None else chord.name

    def now(self) -> Chord | None:
        """The chord for a note that is struck now: also one whose last keys may be on their way."""
        if self.chord is None or self.wake_at_ns is not None:
            classes = {pitch % 12 for pitch in self._keys()}
            if self._settings().split and classes and (len(classes) >= WHOLE or self._chord is None):
                return self._read() or self.chord
        return self.chord

    def heard(self, what: Zone, now_ns: int) -> None:
        """A key below the split went down or came up."""
        match what.what:
            case Strike(_, pitch):
                if not self._coming:
                    self._began_ns, self._coming = now_ns, True
                    self._fresh.clear()
                self._fresh.add(pitch)
                self.wake_at_ns = max(self._began_ns + TOGETHER_NS, now_ns + AFTER_NS)
            case Release(_, pitch) if pitch not in self._fresh and self._hearing.zone:
                # A finger of the chord before comes up late: what is left is the new chord. When the fingers
                # of one chord come up one by one, that says nothing.
                self.wake_at_ns = max(self.wake_at_ns or 0, now_ns + TOGETHER_NS)
            case _:
                pass

    def wake(self, now_ns: int) -> None:
        """The keys have come: this is the chord, unless they are none."""
        chord = self._read()
        self.wake_at_ns, self._coming = None, False
        if chord is not None and chord != self._chord:
            self._chord = chord
            if self._settings().split:
                self._told()
                self._changed(now_ns)

    def choose(self, chord: Chord | None) -> None:
        """The companion plays this chord; None: none of its own."""
        before, self._chosen = self.shown, chord
        if self.shown != before:
            self._told()

    def split_changed(self) -> None:
        """The split was moved; without one the chord is forgotten."""
        if not self._settings().split:
            self._chord = None

    def _read(self) -> Chord | None:
        self._key.follow()
        return fingered(self._keys(), self._key.key)

    def _keys(self) -> set[int]:
        """Those that are down, and those of a short chord that were let go already."""
        return {*self._hearing.zone, *(self._fresh if self._coming else ())}
