"""Another take: the player as recorded, a companion with other settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from babbler import babbler
from band import tune
from recorded import RecordedBand

from live.errors import AntiphonError
from live.sessions.file import SessionFile
from live.sessions.take import another_take
from live.sessions.tracks import COMPANION, PLAYER, Listener, Played, Track

MELODY = tune([67, 69, 71, 72, 71, 69], gap_ms=300, length_ms=280)


def recorded(path: Path, mode: str = "harmonize", rest_ms: float = 5000) -> SessionFile:
    band = RecordedBand(path, networks=babbler, mode=mode)  # type: ignore[arg-type]
    band.play([(0, b"\xb0\x40\x7f"), *MELODY, (1900, b"\xb0\x40\x00")], rest_ms=rest_ms)
    return band.close()


def as_played(file: SessionFile) -> list[Track]:
    listener = Listener()
    for entry in file.entries():
        listener.listen(entry)
    return listener.tracks()


def notes(tracks: list[Track], who: str) -> list[Played]:
    return sorted(note for track in tracks if track.who == who for note in track.notes)


@pytest.mark.parametrize("mode", ["harmonize", "answer"])
def test_without_any_change_and_with_no_time_lost_it_is_what_was_played(mode: str, tmp_path: Path):
    file = recorded(tmp_path / "one.jsonl", mode)
    take = another_take(file, babbler, {})  # type: ignore[arg-type]
    assert notes(take, PLAYER) == notes(as_played(file), PLAYER)
    assert [note[2:5] for note in notes(take, COMPANION)] == [
        note[2:5] for note in notes(as_played(file), COMPANION)
    ]
    assert notes(take, COMPANION)


def test_another_seed_and_other_controls_make_another_companion_and_the_same_player(tmp_path: Path):
    file = recorded(tmp_path / "one.jsonl")
    before = notes(as_played(file), COMPANION)
    for changes, seed in (
        ({}, 99),
        ({"voices": 1}, None),
        ({"mode": "answer"}, None),
        ({"model": "piano"}, None),
    ):
        take = another_take(file, babbler, changes, seed=seed)  # type: ignore[arg-type]
        assert notes(take, PLAYER) == notes(as_played(file), PLAYER)
        assert notes(take, COMPANION)
        assert notes(take, COMPANION) != before


def test_a_change_while_playing_happens_again_unless_it_is_fixed(tmp_path: Path):
    band = RecordedBand(tmp_path / "one.jsonl", networks=babbler)  # type: ignore[arg-type]
    band.play(MELODY, rest_ms=500)
    band.set("voices", 1)
    band.play(MELODY, rest_ms=500)
    file = band.close()
    for changes, late in (({}, 1), ({"voices": 3}, 3), ({"voices": 2}, 2)):
        take = another_take(file, babbler, changes)  # type: ignore[arg-type]
        half = (notes(take, PLAYER)[0].start_ns + notes(take, PLAYER)[-1].end_ns) // 2
        after = {note.channel for note in notes(take, COMPANION) if note.start_ns > half}
        assert len(after) == late


def test_an_answer_that_the_recording_cut_off_is_played_to_its_end(tmp_path: Path):
    file = recorded(tmp_path / "one.jsonl", "answer", rest_ms=1200)
    take = another_take(file, babbler, {})  # type: ignore[arg-type]
    assert notes(take, COMPANION)[-1].end_ns > notes(as_played(file), COMPANION)[-1].end_ns
    assert len(notes(take, COMPANION)) > len(notes(as_played(file), COMPANION))


def test_a_value_that_is_not_allowed_is_told(tmp_path: Path):
    file = recorded(tmp_path / "one.jsonl")
    with pytest.raises(AntiphonError, match="voices"):
        another_take(file, babbler, {"voices": 9})  # type: ignore[arg-type]
    with pytest.raises(AntiphonError, match="cannot answer"):
        another_take(file, babbler, {"mode": "answer", "model": "chorale"})  # type: ignore[arg-type]
