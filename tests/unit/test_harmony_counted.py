"""What a teacher of harmony would count, on chords that are written out; and the rules to compare with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made import score_piece

from live.commands.main import run
from live.offline.yardsticks import by_the_rule, in_a_session, in_thirds
from models.convert import events_to_notes, note_array
from models.events import Event, to_array
from models.grid import SCORE
from models.meter import Meter
from models.piece import Piece
from models.sampling import Style
from models.step import load_network
from training import corpus
from training.listening.harmony import SILENT, Setting, accuracy, counted, setting, strong_beats
from training.listening.passages import Passage, harmony

RANGES = [(55, 83), (50, 77), (46, 72), (36, 66)]
C, G = (72, 67, 64, 48), (71, 67, 62, 55)


def chords(*each: tuple[int, ...], mode: str = "major") -> Setting:
    count = len(each)
    return Setting(np.arange(count) * 24, np.array(each), np.ones(count, bool), mode)


def found(*each: tuple[int, ...]) -> dict[str, float]:
    return counted([chords(*each)], RANGES)


def test_voices_that_keep_an_octave_or_a_fifth_while_both_go_the_same_way():
    octaves = found((72, 67, 64, 48), (74, 65, 62, 50))  # soprano and bass: C to D
    assert (octaves["parallel octaves"], octaves["parallel fifths"]) == (50, 0)
    fifths = found((67, 64, 60, 48), (69, 65, 60, 50))  # soprano over bass: G over C to A over D
    assert (fifths["parallel octaves"], fifths["parallel fifths"]) == (0, 50)


def test_a_perfect_interval_that_is_held_or_left_in_contrary_motion_is_no_parallel():
    for second in ((72, 65, 60, 48), (60, 55, 52, 60)):  # held; soprano falls an octave, bass climbs one
        assert found((72, 67, 64, 48), second)["parallel octaves"] == 0


def test_a_silence_is_no_chord_and_breaks_a_parallel():
    rest = (SILENT,) * 4
    silent = found((72, 67, 64, 48), rest, (74, 65, 62, 50))
    assert silent["parallel octaves"] == 0
    assert silent["chords of four voices"] == 2
    assert silent["voices added"] == 2


def test_crossings_ranges_and_spacing():
    crossed = found((60, 64, 62, 40))
    assert crossed["voice crossings"] == 100
    assert found((72, 58, 50, 34))["out of range"] == 100  # the bass; the soprano is given
    assert found((72, 58, 50, 46))["spacing over an octave"] == 100  # soprano over alto; the bass may be far


def test_chord_tones_are_those_of_the_chord_that_explains_most():
    assert found(C, G)["triads and sevenths"] == 1
    clash = found((72, 64, 61, 48))  # C, E and a C sharp
    assert clash["triads and sevenths"] == 0
    assert clash["chord tones on strong beats"] == 0.75


def test_only_strong_beats_count_for_chord_tones():
    weak = chords((72, 64, 61, 48), C)
    weak.strong[0] = False
    assert counted([weak], RANGES)["chord tones on strong beats"] == 1


def test_consonance_is_counted_by_pairs_and_key_by_added_notes():
    two = found((72, 71, SILENT, SILENT))
    assert two["consonant pairs of voices"] == 0
    assert two["added notes in the key"] == 1
    assert found((60, 56, SILENT, 51))["added notes in the key"] == 0
    assert found(C)["consonant pairs of voices"] == 1


@pytest.mark.parametrize(
    ("meter", "strong"), [((4, 4), [0, 48, 96]), ((3, 4), [0, 72]), ((2, 4), [0, 24, 48, 72, 96])]
)
def test_strong_beats(meter: tuple[int, int], strong: list[int]):
    """The halves of 2/4 are two quarters, so each of them begins with one."""
    ticks = np.arange(0, 97, 12)
    assert ticks[strong_beats(ticks, [Meter(0, *meter, 0)])].tolist() == strong


def test_chords_stand_where_any_voice_begins():
    rows = [
        (0, 72, 64, 48, 0),
        (0, 64, 64, 24, 1),
        (24, 65, 64, 24, 1),
        (0, 60, 64, 12, 2),
        (0, 48, 64, 48, 3),
    ]
    one = setting(np.array(rows, float), [Meter(0, 4, 4, 0)], "major")
    assert one.at.tolist() == [0, 24]
    assert one.chords.tolist() == [[72, 64, 60, 48], [72, 65, SILENT, 48]]
    assert one.where(np.array([24])).chords.tolist() == [[72, 65, SILENT, 48]]


def test_accuracy_is_by_voice():
    ours, bach = chords((72, 67, 52, 48), G), chords(C, G)
    right = accuracy([ours], [bach])
    assert right["pitch of Bach's, alto"] == 1
    assert (right["pitch of Bach's, tenor"], right["pitch class of Bach's, tenor"]) == (0.5, 1)


def passage(*melody: int, transposition: int = 0) -> Passage:
    rows = [(24 * n, pitch, 64, 24, 0) for n, pitch in enumerate(melody)]
    rows += [(0, pitch, 64, 24 * len(melody), voice) for voice, pitch in enumerate((60, 55, 48), start=1)]
    piece = Piece("made", np.array(rows, float), mode="major", transposition=transposition)
    made = harmony(piece, 0, np.random.default_rng(1))
    assert made is not None
    return made


def added(events: list[Event]) -> dict[int, list[tuple[float, int]]]:
    notes = note_array(events_to_notes(to_array(events), SCORE))
    return {v: [(at, int(p)) for at, p, _, _, w in notes.tolist() if w == v] for v in (1, 2, 3)}


def test_thirds_lie_in_the_scale():
    heard = added(list(in_thirds(load_network("folk"), passage(72, 74, 73), Style(), 1)))
    assert [pitch for _, pitch in heard[1]] == [69, 71, 69]
    assert [pitch for _, pitch in heard[2]] == [65, 67, 65]
    assert [pitch for _, pitch in heard[3]] == [60, 62, 60]


def test_the_rule_has_three_voices_under_every_note():
    heard = added(list(by_the_rule(load_network("folk"), passage(72, 74, 76, 77), Style(), 1)))
    assert [len(each) for each in heard.values()] == [4, 4, 4]
    lines = np.array([(72, 74, 76, 77), *([pitch for _, pitch in heard[voice]] for voice in (1, 2, 3))])
    assert (np.diff(lines, axis=0) <= 0).all()


@pytest.mark.parametrize("model", ["chorale", "piano"])
def test_a_session_plays_voices_at_the_strikes_told_in_the_key_of_the_melody(model: str):
    """Played a fourth lower, and told as if it were in C again."""
    given = passage(72, 74, 76, 77, 76, 74, 72, 71, 72, transposition=5)
    heard = added(list(in_a_session(load_network(model), given, Style(), 1)))
    struck = [(at, pitch) for each in heard.values() for at, pitch in each]
    assert struck
    assert {at % 24 for at, _ in struck} == {0}
    melody = {24 * n: pitch for n, pitch in enumerate((72, 74, 76, 77, 76, 74, 72, 71, 72))}
    assert all(pitch < melody[int(at)] for at, pitch in struck)


@pytest.fixture
def chorales(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    pieces = [score_piece(seed, voices=4, quarters=8) for seed in range(3)]
    splits = {"train": pieces, "validation": pieces[:2]}
    monkeypatch.setattr(corpus, "load", lambda *_, **__: corpus.Corpus(splits, None))  # type: ignore[arg-type]
    monkeypatch.setattr("training.listening.harmonizing.kept_in", lambda: tmp_path / "samples")
    return tmp_path


def test_the_command_has_a_column_for_each_way(chorales: Path, capsys):
    asked = ["evaluate", "chorale", "--data", str(chorales), "--harmony", "--samples", "2", "--jobs", "1"]
    assert run([*asked, "--json"]) == 0
    ways = json.loads(capsys.readouterr().out)["harmony"]
    assert list(ways) == [
        "chorale", "chorale, live session", "thirds", "triads by rule",
        "Bach at the strikes", "Bach as written",
    ]  # fmt: skip
    assert ways["thirds"]["parallel octaves"] > 0
    assert ways["chorale"]["voice crossings"] == 0
    assert run([*asked, "--write", str(chorales / "models.md")]) == 0
    capsys.readouterr()
    assert "| voice crossings |" in (chorales / "models.md").read_text()


def test_a_model_of_one_voice_harmonizes_in_a_session_alone(chorales: Path, capsys):
    asked = [
        "evaluate",
        "piano",
        "--data",
        str(chorales),
        "--harmony",
        "--samples",
        "1",
        "--jobs",
        "1",
        "--json",
    ]
    assert run(asked) == 0
    ways = json.loads(capsys.readouterr().out)["harmony"]
    assert next(iter(ways)) == "piano, live session"
    assert "consonant pairs of voices" in ways["thirds"]
    assert "voice crossings" not in ways["thirds"]
