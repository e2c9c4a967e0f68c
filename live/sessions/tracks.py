"""What a session sounded like: the player's and the companion's tracks, from what was heard and sent.

A note is as long as its key was down, or as the companion held it; pedal, bends and controllers stand beside
the notes. Whatever was cut off (a key whose release never came, a program killed) ends where it was cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from live.engine.hearing import ALL_NOTES_OFF, ALL_SOUND_OFF
from live.sessions.lines import Entry, report
from live.stage import records as r
from live.stage.messages import SYSTEM_RESET, is_controller, is_note_off, is_note_on
from models.pedal import PEDAL_CC, PEDAL_DOWN

PLAYER, COMPANION = "player", "companion"


class Played(NamedTuple):
    """A note; times in nanoseconds of the session's clock."""

    start_ns: int
    end_ns: int
    channel: int
    pitch: int
    velocity: int
    release: int = 64


class Control(NamedTuple):
    """A channel message that is no note."""

    at_ns: int
    message: bytes


@dataclass
class Track:
    """One line of the music. ``notes`` by their ends, ``controls`` in order."""

    name: str
    who: str
    notes: list[Played] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)

    def cut(self, start_ns: int, end_ns: int) -> Track:
        """From one moment to another: notes that sound at either are cut, controllers stand as they stood."""
        notes = [
            note._replace(start_ns=max(note.start_ns, start_ns), end_ns=min(note.end_ns, end_ns))
            for note in self.notes
            if note.start_ns < end_ns and note.end_ns > start_ns
        ]
        before = [each for each in self.controls if each.at_ns < start_ns]
        stood = {_place(each.message): each._replace(at_ns=start_ns) for each in before}
        within = [each for each in self.controls if start_ns <= each.at_ns < end_ns]
        pedals = _pedals_down([*stood.values(), *within])
        lifted = [Control(end_ns, bytes((0xB0 | channel, PEDAL_CC, 0))) for channel in pedals]
        return Track(self.name, self.who, notes, [*stood.values(), *within, *lifted])

    @property
    def times(self) -> Iterator[int]:
        """Every moment at which something is played or ends."""
        for note in self.notes:
            yield note.start_ns
            yield note.end_ns
        yield from (each.at_ns for each in self.controls)


class Listener:
    """Makes tracks of a session's lines, in order. One thread."""

    def __init__(self, inputs: list[str] | None = None) -> None:
        self._inputs = inputs or []
        self._players: dict[int, _Line] = {}
        self._companions: dict[int, _Line] = {}
        self.now_ns = 0
        """The moment of the last line."""

    def listen(self, entry: Entry) -> None:
        """Take one line; most names say nothing."""
        self.now_ns = max(self.now_ns, entry.now_ns)
        if entry.name == "heard":
            self._heard(report(entry))
        elif entry.name == "sent":
            self._sent(report(entry))
        elif entry.name == "port lost":
            for line in self._lines:
                line.end_all(entry.now_ns)

    def tracks(self) -> list[Track]:
        """Players first. What still sounds ends now; both are there, also if one never played."""
        for line in self._lines:
            line.end_all(self.now_ns)
        found = [
            Track(self._player_name(source), PLAYER, line.notes, line.controls)
            for source, line in sorted(self._players.items())
        ]
        several = len(self._companions) > 1
        played = [
            Track(f"{COMPANION}, channel {channel + 1}" if several else COMPANION, COMPANION, *line.music)
            for channel, line in sorted(self._companions.items())
        ]
        return [*(found or [Track(PLAYER, PLAYER)]), *(played or [Track(COMPANION, COMPANION)])]

    @property
    def _lines(self) -> list[_Line]:
        return [*self._players.values(), *self._companions.values()]

    def _player_name(self, source: int) -> str:
        if len(self._players) < 2:
            return PLAYER
        return f"{PLAYER}, {self._inputs[source] if source < len(self._inputs) else f'input {source + 1}'}"

    def _heard(self, heard: r.Heard) -> None:
        stamp, message = heard.stamp_ns, heard.message
        line = self._players.setdefault(heard.source, _Line())
        if message[0] == SYSTEM_RESET:
            line.end_all(stamp)
        elif message[0] < 0xF0:
            if is_controller(message) and message[1] in (ALL_SOUND_OFF, *range(ALL_NOTES_OFF, 128)):
                line.end_all(stamp, message[0] & 0x0F)
            if is_note_on(message):
                line.release(stamp, message, PLAYER)  # struck again without a release
            line.take(stamp, message, PLAYER)

    def _sent(self, sent: r.Sent) -> None:
        if sent.message[0] < 0xF0:
            line = self._companions.setdefault(sent.message[0] & 0x0F, _Line())
            line.take(max(sent.due_ns, sent.actual_ns), sent.message, sent.tag)


class _Line:
    """Notes under way by channel and pitch, with all that own them: the last owner's release ends a note."""

    def __init__(self) -> None:
        self.notes: list[Played] = []
        self.controls: list[Control] = []
        self._sounding: dict[tuple[int, int], Played] = {}
        self._owners: dict[tuple[int, int], set[object]] = {}

    @property
    def music(self) -> tuple[list[Played], list[Control]]:
        return self.notes, self.controls

    def take(self, at_ns: int, message: bytes, owner: object) -> None:
        if is_note_on(message):
            key = (message[0] & 0x0F, message[1])
            self._owners.setdefault(key, set()).add(owner)
            self._sounding.setdefault(key, Played(at_ns, at_ns, *key, message[2]))
        elif is_note_off(message):
            self.release(at_ns, message, owner)
        else:
            self.controls.append(Control(at_ns, message))

    def release(self, at_ns: int, message: bytes, owner: object) -> None:
        key = (message[0] & 0x0F, message[1])
        owners = self._owners.get(key, set())
        owners.discard(owner)
        if not owners and key in self._sounding:
            velocity = message[2] if message[0] & 0xF0 == 0x80 else 64
            self._end(key, at_ns, velocity)

    def end_all(self, at_ns: int, channel: int | None = None) -> None:
        for key in list(self._sounding):
            if channel in (None, key[0]):
                self._end(key, at_ns, 64)

    def _end(self, key: tuple[int, int], at_ns: int, velocity: int) -> None:
        note = self._sounding.pop(key)
        self._owners.pop(key, None)
        self.notes.append(note._replace(end_ns=max(at_ns, note.start_ns), release=velocity))


def cut(tracks: Iterable[Track], start_ns: int, end_ns: int) -> list[Track]:
    """All tracks from one moment to another."""
    return [track.cut(start_ns, end_ns) for track in tracks]


def span(tracks: Iterable[Track]) -> tuple[int, int]:
    """From the first moment to the last; ``(0, 0)`` where nothing was played."""
    times = [time for track in tracks for time in track.times]
    return (min(times), max(times)) if times else (0, 0)


def _place(message: bytes) -> tuple[int, ...]:
    """What the next message of the same place replaces."""
    return tuple(message[:2]) if message[0] & 0xF0 in (0xA0, 0xB0) else (message[0],)


def _pedals_down(controls: Iterable[Control]) -> list[int]:
    down = {
        each.message[0] & 0x0F: each.message[2] >= PEDAL_DOWN
        for each in controls
        if is_controller(each.message) and each.message[1] == PEDAL_CC
    }
    return [channel for channel, is_down in down.items() if is_down]
