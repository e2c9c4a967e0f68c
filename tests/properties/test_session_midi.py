"""A session's tracks and the MIDI file made of them: the same notes at the same times, none stuck."""

from __future__ import annotations

from io import BytesIO

import mido
from hypothesis import given
from hypothesis import strategies as st

from live.sessions.midi import TICKS_PER_SECOND, session_bytes
from live.sessions.tracks import Control, Played, Track, span

MS = 1_000_000
TIMES = st.integers(0, 4000).map(lambda ms: ms * MS) | st.integers(0, 4_000 * MS)
NOTES = st.lists(
    st.tuples(TIMES, TIMES, st.integers(0, 3), st.integers(55, 62), st.integers(1, 127), st.integers(0, 127)),
    max_size=25,
)
CONTROLS = st.lists(
    st.tuples(TIMES, st.sampled_from([64, 1, 7]), st.integers(0, 127), st.integers(0, 3)), max_size=10
)


def one_at_a_time(notes: list[tuple[int, ...]]) -> list[Played]:
    """On one key one note after the other, as :class:`Listener` makes them."""
    free: dict[tuple[int, int], int] = {}
    found = []
    for first, second, channel, pitch, velocity, release in sorted(notes):
        start, end = sorted((first, second))
        start = max(start, free.get((channel, pitch), 0))
        free[channel, pitch] = max(start, end)
        found.append(Played(start, max(start, end), channel, pitch, velocity, release))
    return found


def read(data: bytes) -> list[list[tuple[int, mido.Message]]]:
    """(tick, message) of each track."""
    tracks = []
    for track in mido.MidiFile(file=BytesIO(data)).tracks:
        now, timed = 0, []
        for message in track:
            now += message.time
            timed.append((now, message))
        tracks.append(timed)
    return tracks


def paired(timed: list[tuple[int, mido.Message]]) -> list[tuple[int, int, int, int, int]]:
    """(start, end, channel, pitch, velocity); nothing struck twice, nothing left sounding."""
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    found = []
    for tick, message in timed:
        if message.type == "note_on":
            assert (message.channel, message.note) not in sounding
            sounding[message.channel, message.note] = tick, message.velocity
        elif message.type == "note_off":
            start, velocity = sounding.pop((message.channel, message.note))
            assert tick > start
            found.append((start, tick, message.channel, message.note, velocity))
    assert not sounding
    return sorted(found)


@given(player=NOTES, companion=NOTES, controls=CONTROLS)
def test_every_note_and_controller_is_in_the_file_at_its_time(player, companion, controls):
    moved = [
        Control(at, bytes((0xB0 | channel, number, value))) for at, number, value, channel in sorted(controls)
    ]
    tracks = [
        Track("player", "player", one_at_a_time(player), moved),
        Track("companion", "companion", one_at_a_time(companion)),
    ]
    begin, _ = span(tracks)
    conductor, *found = read(session_bytes(tracks, "a session"))
    assert [message.name for _, message in (conductor[0], found[0][0], found[1][0])] == [
        "a session", "player", "companion",
    ]  # fmt: skip
    for track, timed in zip(tracks, found, strict=True):
        ticks, wanted = paired(timed), sorted(track.notes)
        assert len(ticks) == len(wanted)
        most = 1 + len(wanted)  # notes shorter than a tick push what follows on their key
        for key in {each[2:4] for each in wanted}:
            there = [each for each in wanted if each[2:4] == key]
            here = [each for each in ticks if each[2:4] == key]
            for (start, end, _, _, velocity), note in zip(here, there, strict=True):
                assert velocity == note.velocity
                assert 0 <= start - _tick(note.start_ns - begin) < most
                assert 0 <= end - _tick(note.end_ns - begin) <= most
        others = [
            (tick, bytes(message.bytes())) for tick, message in timed if message.type == "control_change"
        ]
        assert others == [(_tick(at - begin), message) for at, message in track.controls]


def _tick(ns: int) -> int:
    return round(ns * TICKS_PER_SECOND / 1e9)
