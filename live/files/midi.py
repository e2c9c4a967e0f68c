"""Standard MIDI files to music: notes, pedal, programs, tempo, meters, key."""

from __future__ import annotations

import struct
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import mido
import numpy as np

from live.files.chunks import split
from live.files.music import MeterMark, MidiSource, Music, Part
from live.files.tempo import TempoMap
from live.files.unreadable import UnreadableError
from models.key import Key
from models.pedal import PEDAL_CC

LONGEST_DELTA = 0x0FFFFFFF
"""The longest waiting time that the format can write, in ticks."""

_MIDO_SAYS = {
    "running status without last_status": "a message has no status byte",
    "data byte must be in range 0..127": "a data byte is above 127",
}


@dataclass
class _Line:
    """What one channel of one track holds, in ticks."""

    name: str
    notes: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    held: defaultdict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))

    def press(self, tick: int, pitch: int, velocity: int) -> None:
        self.held[pitch].append((tick, velocity))

    def release(self, tick: int, pitch: int) -> None:
        """End the note of this pitch that began first; a release of nothing is ignored."""
        if self.held[pitch]:
            onset, velocity = self.held[pitch].popleft()
            self.notes.append((onset, pitch, velocity, tick - onset, 0))

    def release_all(self, tick: int) -> None:
        for pitch, waiting in self.held.items():
            while waiting:
                self.release(tick, pitch)


@dataclass
class _Marks:
    """What holds for the whole file, in ticks."""

    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: dict[int, tuple[int, int]] = field(default_factory=dict)
    keys: list[tuple[int, str]] = field(default_factory=list)
    channels: set[int] = field(default_factory=set)
    programs: dict[int, int] = field(default_factory=dict)
    pedals: defaultdict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, tick: int, message: mido.Message) -> None:
        """Keep what a message says about the whole file or a whole channel."""
        if not message.is_meta and hasattr(message, "channel"):
            self.channels.add(message.channel)
        match message.type:
            case "control_change" if message.control == PEDAL_CC:
                self.pedals[message.channel].append((tick, message.value))
            case "program_change":
                self.programs.setdefault(message.channel, message.program)
            case "set_tempo":
                self.tempos.append((tick, message.tempo))
            case "time_signature":
                self.meters[tick] = (message.numerator, message.denominator)
            case "key_signature":
                self.keys.append((tick, message.key))


def read_midi(path: Path, data: bytes) -> Music:
    """The music of a MIDI file of type 0 or 1. Raises ``UnreadableError``."""
    source = split(data)
    marks = _Marks()
    lines: list[tuple[int, _Line]] = []
    for number, body in enumerate(source.tracks, start=1):
        lines += _track(number, messages_of(number, body), marks)
    unit = source.ticks_per_quarter
    parts = [
        Part(
            line.name,
            _scaled(np.array(sorted(line.notes), float).reshape(-1, 5), unit, [0, 3]),
            marks.programs.get(channel),
            channel,
            _scaled(np.array(marks.pedals[channel], float).reshape(-1, 2), unit, [0]),
        )
        for channel, line in lines
    ]
    return Music(
        name=path.stem,
        parts=tuple(parts),
        tempo=_tempo(source, marks),
        meters=_meters(unit, marks),
        key=_key(marks),
        midi=source._replace(channels=frozenset(marks.channels)),
    )


def messages_of(number: int, body: bytes) -> list[mido.Message]:
    """The messages of one track, read by mido; ``number`` counts from 1, for the error."""
    whole = b"MThd" + struct.pack(">LHHh", 6, 1, 1, 480) + b"MTrk" + struct.pack(">L", len(body))
    try:
        messages = mido.MidiFile(file=BytesIO(whole + body)).tracks[0]
    except EOFError:
        raise UnreadableError(f"track {number} ends in the middle of a message") from None
    except (OSError, ValueError, LookupError, TypeError, mido.KeySignatureError) as error:
        reason = _MIDO_SAYS.get(str(error), str(error))
        raise UnreadableError(f"track {number} is damaged: {reason}") from error
    if any(message.time > LONGEST_DELTA for message in messages):
        raise UnreadableError(f"track {number} is damaged: a pause is longer than MIDI can write")
    return list(messages)


def _track(number: int, messages: list[mido.Message], marks: _Marks) -> Iterator[tuple[int, _Line]]:
    """The channels of one track that have notes; everything else goes into ``marks``."""
    lines: dict[int, _Line] = {}
    name, now = "", 0
    for message in messages:
        now += message.time
        marks.hear(now, message)
        if message.type == "track_name":
            name = name or _text(message.name)
        if message.type not in ("note_on", "note_off"):
            continue
        line = lines.setdefault(message.channel, _Line(""))
        if message.type == "note_on" and message.velocity:
            line.press(now, message.note, message.velocity)
        else:
            line.release(now, message.note)
    for channel, line in sorted(lines.items()):
        line.release_all(now)
        label = name or f"track {number}"
        line.name = label if len(lines) == 1 else f"{label}, channel {channel + 1}"
        if line.notes:
            yield channel, line


def _scaled(rows: np.ndarray, unit: float, columns: list[int]) -> np.ndarray:
    """The rows with the given columns changed from ticks to quarters."""
    rows[:, columns] /= unit
    return rows


def _tempo(source: MidiSource, marks: _Marks) -> TempoMap:
    if source.timecode:
        return TempoMap.of()
    if any(tempo == 0 for _, tempo in marks.tempos):
        raise UnreadableError("its tempo says that a quarter lasts 0 microseconds")
    return TempoMap.of((tick / source.division, tempo / 1e6) for tick, tempo in marks.tempos)


def _meters(unit: float, marks: _Marks) -> tuple[MeterMark, ...]:
    """The meters; a first meter of one short bar is a pickup to the second. Nonsense is dropped."""
    found = [
        MeterMark(tick / unit, over, under, tick / unit)
        for tick, (over, under) in sorted(marks.meters.items())
        if over and under <= 64
    ]
    if len(found) > 1:
        first, second = found[:2]
        if second.quarter - first.quarter <= first.bar_quarters < second.bar_quarters:
            found[:2] = [second._replace(quarter=first.quarter)]
    return tuple(found)


def _key(marks: _Marks) -> Key | None:
    """The first key signature; C major says nothing, since programs write it that know no key."""
    if not marks.keys:
        return None
    key = Key.parse(min(marks.keys)[1])
    return None if key == Key(0, "major") else key


def _text(name: str) -> str:
    """mido reads names as Latin-1; most files that are not plain ASCII are UTF-8."""
    with suppress(UnicodeError):
        name = name.encode("latin-1").decode("utf-8")
    return " ".join(name.replace("\0", " ").split())
