"""The companion's notes from meant to ended, followed through what is said, ordered and reported."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from live.engine.plan_notes import Phase, Planned
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.messages import is_note_off, is_note_on

if TYPE_CHECKING:
    from live.engine.plans import Tentative

MOST = 256
"""Tentative notes that are followed, the nearest; and notes that are ordered or sound, the newest."""
SAME_NS = 5 * MILLISECOND
"""A note that moves by less has not moved: a pulse that is estimated anew moves all of them a little."""
MOVED_NS = 250 * MILLISECOND
"""A note of the same key that is meant so near is the same note, moved."""
LOST_NS = 1000 * MILLISECOND
"""A note so long overdue, of which nothing was reported, will not come."""
PORT = 0
"""Where the music goes."""
_UPCOMING = (Phase.TENTATIVE, Phase.COMMITTED)
_Key = TypeVar("_Key")


class _Place(NamedTuple):
    """Whose note it is: reports and cancels name notes like this."""

    tag: int
    channel: int
    pitch: int


@dataclass(slots=True, eq=False)
class _Note:
    """``told``: what was last told of it."""

    id: int
    phase: Phase
    due_ns: int
    ends_ns: int | None
    channel: int
    pitch: int
    velocity: int
    told: Planned | None = None

    @property
    def now(self) -> Planned:
        return Planned(
            self.phase, self.id, self.due_ns, self.ends_ns, self.channel, self.pitch, self.velocity
        )


class Ledger:
    """One thread. Costs some microseconds a record."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._meant: dict[tuple[int, int], list[_Note]] = {}  # by channel and pitch, each in time
        self._ordered: dict[_Place, list[_Note]] = {}
        self._sounding: dict[_Place, list[_Note]] = {}
        self._touched: dict[int, _Note] = {}
        self._looked_ns = 0

    # -- what happens -------------------------------------------------------------------------------

    def take(self, item: r.EngineRecord | r.StageRecord) -> None:
        """Follow one order or one report; most kinds say nothing."""
        match item:
            case r.Plan(due, message, tag, _, port) if port == PORT:
                if is_note_on(message):
                    self._order(_Place(tag, message[0] & 0x0F, message[1]), due, message[2])
                elif is_note_off(message):
                    self._order_end(_Place(tag, message[0] & 0x0F, message[1]), due)
            case r.Sent(due, _, message, tag, _, port) if port == PORT:
                place = _Place(tag, message[0] & 0x0F, message[1])
                if is_note_on(message):
                    self._strike(place, due, message[2])
                elif is_note_off(message):
                    self._put(self._pop(self._sounding, place), Phase.ENDED)
            case r.Dropped(_, _, message, tag, _, port) if port == PORT:
                place = _Place(tag, message[0] & 0x0F, message[1])
                self._put(self._pop(self._ordered, place), Phase.CANCELLED)
            case r.Cancel():
                self._cancel(item)
            case r.ReleaseCompanion() | r.Panic():  # the end of what sounds is reported
                self._end(self._meant, Phase.CANCELLED)
                self._end(self._ordered, Phase.CANCELLED)
            case r.PortLost() | r.Count(r.Counter.REPORTS_LOST):
                self._end(self._meant, Phase.CANCELLED)
                self._end(self._ordered, Phase.CANCELLED)
                self._end(self._sounding, Phase.ENDED)

    def mean(self, notes: Iterable[Tentative]) -> None:
        """All tentative notes that there are: what is like before stays, what is near has moved."""
        wanted: dict[tuple[int, int], list[Tentative]] = {}
        for note in sorted(notes, key=lambda each: each.due_ns)[:MOST]:
            wanted.setdefault((note.channel, note.pitch), []).append(note)
        before, self._meant = self._meant, {}
        for key, new in wanted.items():
            self._meant[key] = list(self._matched(before.pop(key, []), new))
        self._end(before, Phase.CANCELLED)

    def changes(self, now_ns: int) -> tuple[Planned, ...]:
        """What is to be told since the last time."""
        if now_ns - self._looked_ns > LOST_NS:
            self._looked_ns = now_ns
            self._give_up(now_ns - LOST_NS)
        touched, self._touched = self._touched, {}
        found = []
        for note in touched.values():
            if _is_news(note, now_ns):
                note.told = note.now
                found.append(note.told)
        return tuple(found)

    def forget(self) -> None:
        """What is known of notes is too old."""
        for group in (self._meant, self._ordered, self._sounding, self._touched):
            group.clear()

    def present(self) -> tuple[Planned, ...]:
        """Everything that sounds or is about to, for somebody who knows nothing yet."""
        groups = (*self._sounding.values(), *self._ordered.values(), *self._meant.values())
        return tuple(note.told for group in groups for note in group if note.told is not None)

    # -- notes --------------------------------------------------------------------------------------

    def _matched(self, before: list[_Note], new: list[Tentative]) -> Iterator[_Note]:
        """The notes of one key, in time: those that are the same first, then those that have moved."""
        found: dict[int, _Note] = {}
        for within in (SAME_NS, MOVED_NS):
            for index, note in enumerate(new):
                if index not in found:
                    near = _near(before, note.due_ns, within)
                    if near is not None:
                        before.remove(near)
                        found[index] = near
        for gone in before:
            self._put(gone, Phase.CANCELLED)
        for index, (due_ns, ends_ns, channel, pitch, velocity) in enumerate(new):
            same = found.get(index)
            if same is None:
                same = self._note(Phase.TENTATIVE, due_ns, ends_ns, channel, pitch, velocity)
            else:
                same.due_ns, same.ends_ns, same.velocity = due_ns, ends_ns, velocity
                self._touched[same.id] = same
            yield same

    def _order(self, place: _Place, due_ns: int, velocity: int) -> None:
        """Ordered: a note that was meant, or one that nobody has heard of."""
        _, channel, pitch = place
        meant = self._meant.get((channel, pitch), [])
        note = _near(meant, due_ns, MOVED_NS)
        if note is None:
            note = self._note(Phase.COMMITTED, due_ns, None, channel, pitch, velocity)
        else:
            meant.remove(note)
            note.due_ns, note.velocity = due_ns, velocity
            self._put(note, Phase.COMMITTED)
        self._ordered.setdefault(place, []).append(note)

    def _order_end(self, place: _Place, due_ns: int) -> None:
        """The end of the last note of its place that begins before."""
        for note in reversed(self._sounding.get(place, []) + self._ordered.get(place, [])):
            if note.due_ns < due_ns:
                note.ends_ns = due_ns
                self._touched[note.id] = note
                return

    def _strike(self, place: _Place, due_ns: int, velocity: int) -> None:
        note = self._pop(self._ordered, place)
        if note is None:
            note = self._note(Phase.SOUNDING, due_ns, None, place.channel, place.pitch, velocity)
        self._put(note, Phase.SOUNDING)
        self._sounding.setdefault(place, []).append(note)

    def _cancel(self, order: r.Cancel) -> None:
        if order.tag >= r.SHOWN_TAGS:
            return
        if order.mode is r.CancelMode.KEEP:
            for group in (self._ordered, self._sounding):
                for place in _named(group, order):
                    for note in group[place]:
                        note.ends_ns = None
                        self._touched[note.id] = note
            return
        for place in _named(self._ordered, order):
            for note in self._ordered.pop(place):
                self._put(note, Phase.CANCELLED)

    def _end(self, group: dict[_Key, list[_Note]], phase: Phase) -> None:
        for notes in group.values():
            for note in notes:
                self._put(note, phase)
        group.clear()

    def _give_up(self, before_ns: int) -> None:
        """Nobody will ever report these: the stage that had them is gone, or they are too many."""
        for place, notes in list(self._ordered.items()):
            for note in [each for each in notes if each.due_ns < before_ns]:
                notes.remove(note)
                self._put(note, Phase.CANCELLED)
            if not notes:
                del self._ordered[place]
        for group, phase in ((self._ordered, Phase.CANCELLED), (self._sounding, Phase.ENDED)):
            while len(group) > MOST:
                for note in group.pop(next(iter(group))):
                    self._put(note, phase)

    def _note(
        self, phase: Phase, due_ns: int, ends_ns: int | None, channel: int, pitch: int, velocity: int
    ) -> _Note:
        note = _Note(next(self._ids), phase, due_ns, ends_ns, channel, pitch, velocity)
        self._touched[note.id] = note
        return note

    def _put(self, note: _Note | None, phase: Phase) -> None:
        if note is not None:
            note.phase = phase
            self._touched[note.id] = note

    @staticmethod
    def _pop(group: dict[_Place, list[_Note]], place: _Place) -> _Note | None:
        """The first note of its place."""
        notes = group.get(place)
        if not notes:
            return None
        note = notes.pop(0)
        if not notes:
            del group[place]
        return note


def _near(notes: list[_Note], due_ns: int, within_ns: int) -> _Note | None:
    """The note that is due nearest, if it is near enough."""
    note = min(notes, key=lambda each: abs(each.due_ns - due_ns), default=None)
    return note if note is not None and abs(note.due_ns - due_ns) <= within_ns else None


def _named(group: dict[_Place, list[_Note]], order: r.Cancel) -> list[_Place]:
    return [
        place
        for place in group
        if place.tag == order.tag
        and order.channel in (r.ALL, place.channel)
        and order.pitch in (r.ALL, place.pitch)
    ]


def _is_news(note: _Note, now_ns: int) -> bool:
    """Whether somebody must be told: of what came and went in one turn, of what sounds at once anyway, and
    of an end that moves under a note that sounds, nobody."""
    told, phase = note.told, note.phase
    if told is None:
        return phase is Phase.SOUNDING or (phase in _UPCOMING and note.due_ns > now_ns)
    if told.phase is not phase:
        return True
    if phase is Phase.SOUNDING:
        return False
    moved = max(abs(told.due_ns - note.due_ns), abs((told.ends_ns or 0) - (note.ends_ns or 0)))
    return moved >= SAME_NS or told.velocity != note.velocity
