"""Phrases under a name: taken up, kept and forgotten by a session; and the same again in a replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from band import Band, shipped, tune
from recorded import RecordedBand

from live.engine.remembering import Remembering
from live.errors import AntiphonError
from live.player_file import PlayerFile
from live.sessions.again import run_again
from live.sessions.lines import MEMORY
from live.sessions.take import another_take

MOTIF = [60, 64, 67, 65, 62, 69, 67, 64]
OTHER = [72, 71, 69, 67, 65]


class Desk:
    """A band and who remembers for it; errands wait for :meth:`run`."""

    def __init__(self, folder: Path, band: Band) -> None:
        self.band, self.folder = band, folder
        self.said: list[str] = []
        self._jobs: list[tuple[object, object]] = []
        Remembering(band.session, self._errand, self.said.append, folder)

    def _errand(self, job: object, then: object) -> None:
        self._jobs.append((job, then))

    def run(self) -> None:
        while self._jobs:
            job, then = self._jobs.pop(0)
            try:
                result = job()  # type: ignore[operator]
            except AntiphonError as error:
                result = error
            then(result)  # type: ignore[operator]

    def name(self, player: str) -> None:
        self.band.session.act("player", player, self.band.stage.clock.now_ns(), "the test")
        self.run()

    def play(self, pitches: list[int], rest_ms: float = 2500) -> None:
        self.band.play(tune(pitches), rest_ms=rest_ms)
        self.run()

    @property
    def remembered(self) -> list[list[int]]:
        phrases = self.band.session.history.phrases.memory.phrases
        return [[note.pitch for note in phrase] for phrase in phrases]

    def on_disk(self, player: str) -> list[list[int]]:
        found = PlayerFile(player, self.folder).load(self.said.append)
        return [[note.pitch for note in each.notes] for each in found]


def desk(folder: Path, **settings: object) -> Desk:
    return Desk(folder, Band(mode="answer", model="piano", temperature=0.5, **settings))


def test_phrases_are_there_again_the_next_evening(tmp_path: Path):
    first = desk(tmp_path)
    first.name("Anna")
    first.play(MOTIF)
    first.play(OTHER)
    assert first.on_disk("Anna") == [MOTIF, OTHER]
    second = desk(tmp_path)
    second.name("anna")
    assert second.remembered == [MOTIF, OTHER]
    assert second.band.session.state()["memory"] == {"player": "anna", "phrases": 2, "weight": 0.0}
    assert not first.said + second.said


def test_what_is_forgotten_is_forgotten_on_the_disk(tmp_path: Path):
    first = desk(tmp_path)
    first.name("Anna")
    first.play(MOTIF)
    second = desk(tmp_path)
    second.name("Anna")
    second.play(OTHER)
    second.band.act("forget")
    second.run()
    assert second.on_disk("Anna") == [MOTIF]
    second.band.act("forget")
    second.run()
    assert second.on_disk("Anna") == []


def test_a_phrase_that_is_under_way_was_never_on_the_disk(tmp_path: Path):
    first = desk(tmp_path, patience=8)
    first.name("Anna")
    first.play(MOTIF, rest_ms=4000)
    first.play(OTHER, rest_ms=50)
    first.band.act("forget")
    first.run()
    assert first.remembered == first.on_disk("Anna") == [MOTIF]


def test_forget_all_forgets_what_this_daemon_knows(tmp_path: Path):
    first, second = desk(tmp_path), desk(tmp_path)
    first.name("Anna")
    second.name("Anna")
    first.play(MOTIF)
    second.play(OTHER)
    first.band.act("forget", "all")
    first.run()
    assert first.on_disk("Anna") == [OTHER]


def test_what_was_played_before_somebody_said_who_is_his(tmp_path: Path):
    first = desk(tmp_path)
    first.play(MOTIF)
    first.name("Anna")
    assert first.remembered == first.on_disk("Anna") == [MOTIF]
    first.play(OTHER)
    first.name("Ben")
    assert first.remembered == first.on_disk("Ben") == []
    assert first.on_disk("Anna") == [MOTIF, OTHER]


def test_a_bad_name_and_a_bad_disk_are_one_line(tmp_path: Path):
    first = desk(tmp_path)
    with pytest.raises(AntiphonError, match="printable"):
        first.band.act("player", "")
    first.name("Anna")
    first.play(MOTIF)
    (tmp_path / "file").write_text("")
    first.band.session.history.phrases.finished  # noqa: B018 - still told
    broken = Desk(tmp_path / "file", Band(mode="answer", model="piano"))
    broken.name("Anna")
    assert "cannot write" in broken.band.told[-1].text


def test_a_session_run_again_has_the_memory_of_then(tmp_path: Path):
    earlier = desk(tmp_path)
    earlier.name("Anna")
    earlier.play(MOTIF)
    recorded = RecordedBand(tmp_path / "one.jsonl", mode="answer", model="piano", memory=1.0, jitter_ms=3)
    second = Desk(tmp_path, recorded)
    second.name("Anna")
    second.play([pitch + 2 for pitch in MOTIF[:4]], rest_ms=4000)
    second.play(OTHER, rest_ms=4000)
    recorded.act("forget")
    second.play(OTHER, rest_ms=4000)
    PlayerFile("Anna", tmp_path).path.unlink()  # nothing but the session is needed
    file = recorded.close()
    assert [entry.values[0] for entry in file.entries() if entry.name == MEMORY] == ["Anna"]
    outcome = run_again(file, shipped)
    assert outcome.difference is None
    assert outcome.notes > 10
    without = tmp_path / "without.jsonl"
    whole = recorded.path.read_text().splitlines(keepends=True)
    without.write_text("".join(line for line in whole if not line.startswith('["memory"')))
    assert run_again(type(file)(without), shipped).difference is not None, "the memory was of no account"
    assert another_take(file, shipped, {"memory": 0.0})
