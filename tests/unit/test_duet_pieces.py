"""How the benchmark of duets finds the hands of a performance, and what it plays of them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import symusic
from duet_pieces import Duet, alignments, known, matched
from duet_run import messages, part
from hands import LEFT, RIGHT, UNKNOWN

from training.errors import CorpusError


def notes(*each: tuple[float, int, int, float, int]) -> np.ndarray:
    return np.array(each, float)


def test_hands_come_from_the_score_whatever_the_tempo():
    score = notes((0, 48, 64, 1, LEFT), (0, 60, 64, 1, RIGHT), (1, 60, 64, 1, LEFT), (2, 72, 64, 1, RIGHT))
    played = notes(
        (5, 48, 64, 1, 0), (5.05, 60, 64, 1, 0), (8, 60, 64, 1, 0), (8, 61, 9, 1, 0), (12, 72, 64, 1, 0)
    )
    hands = matched(score, played, np.arange(4.0), np.array([5, 8, 12, 14.0]))
    assert hands.tolist() == [LEFT, RIGHT, LEFT, UNKNOWN, RIGHT]


def test_a_note_of_the_score_serves_once():
    score = notes((0, 60, 64, 1, LEFT))
    played = notes((0.1, 60, 64, 1, 0), (0.2, 60, 64, 1, 0))
    assert matched(score, played, np.arange(3.0), np.arange(3.0)).tolist() == [LEFT, UNKNOWN]


DUET = Duet(
    "file",
    "piece",
    notes((1, 60, 70, 2, RIGHT), (2, 48, 50, 0.5, LEFT), (4, 62, 71, 9, RIGHT)),
    np.array([(0.5, 127), (2.2, 127), (3.5, 0), (8, 127)], float),
)


def test_an_excerpt_begins_with_the_pedal_as_it_is_and_lets_go_at_the_end():
    short = DUET.excerpt(2, 6)
    assert short.notes[:, (0, 1, 3)].tolist() == [[0, 48, 0.5], [2, 62, 2]]
    assert short.pedal.tolist() == [[0, 127], [pytest.approx(0.2), 127], [1.5, 0], [4, 0]]
    assert short.sounding(LEFT)[:, 3].tolist() == [1.5]


def test_the_player_sends_one_hand_and_the_pedal():
    sent = messages(DUET, RIGHT)
    assert [message.hex() for _, message in sent] == [
        "b0407f", "903c46", "b0407f", "803c00", "b04000", "903e47", "b0407f", "803e00",
    ]  # fmt: skip
    assert [at for at, _ in sent] == [0.5, 1, 2.2, 3, 3.5, 4, 8, 13]


def test_what_was_sent_is_a_part_again():
    sent = [
        (0.0, b"\x91\x3c\x40"),
        (500.0, b"\x91\x40\x41"),
        (700.0, b"\x81\x3c\x00"),
        (900.0, b"\x91\x40\x42"),
        (1000.0, b"\x81\x40\x00"),
    ]
    expected = [[0, 60, 64, 0.7, 0], [0.5, 64, 65, 0.4, 0], [0.9, 64, 66, 0.1, 0]]
    np.testing.assert_allclose(part(sent), expected)


def asap(folder: Path, split: str = "test") -> Path:
    """An ASAP with one piece of 80 notes, its performance twice as slow as the score."""
    names = {"score.mid": 0.5, "played.mid": 1.0}
    for name, beat in names.items():
        music = symusic.Score(480)
        music.tempos.append(symusic.Tempo(0, 120))
        for pitch in (72, 50):
            track = symusic.Track()
            for at in range(40):
                tick = round(at * beat * 960)
                track.notes.append(symusic.Note(tick, 400, pitch + at % 5, 64))
            music.tracks.append(track)
        if name == "played.mid":
            music.tracks[0].notes.extend(music.tracks[1].notes)
            del music.tracks[1]
        music.dump_midi(folder / name)
        beats = "".join(f"{at * beat}\t{at * beat}\tb\n" for at in range(41))
        (folder / f"{name[:-4]}.txt").write_text(beats)
    (folder / "metadata.csv").write_text(
        "composer,title,midi_score,midi_performance,midi_score_annotations,performance_annotations\n"
        "Somebody,Etude,score.mid,played.mid,score.txt,played.txt\n"
        "Somebody,Etude_repeat,score.mid,played.mid,score.txt,played.txt\n"
    )
    (folder / "maestro_overlap.csv").write_text(
        f"file,maestro_split_if_same_performance,best_maestro_file\nplayed.mid,{split},2004/a.midi\n"
    )
    return folder


def test_a_performance_takes_the_hands_of_its_score(tmp_path: Path):
    (duet,) = known(asap(tmp_path), "test")
    assert len(duet.hand(LEFT)) == len(duet.hand(RIGHT)) == 40
    assert (duet.hand(LEFT)[:, 1] < 60).all()
    assert (duet.hand(RIGHT)[:, 1] > 60).all()


def test_what_was_learned_from_is_left_out(tmp_path: Path):
    assert not list(alignments(asap(tmp_path, "train"), "test"))


def test_another_folder_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(CorpusError, match=r"not the unpacked ASAP with its maestro_overlap.csv"):
        list(known(tmp_path, "test"))
