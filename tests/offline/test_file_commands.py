"""The file commands around a model that plays by rule: what is read, asked for, written and said."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

import live.offline
from live.commands.main import run
from live.files.chunks import split
from live.files.music import Music, Part
from live.files.read import read
from live.files.tempo import TempoMap
from live.files.write import save
from live.offline.gathering import gathered
from models.events import Event, Kind
from models.grid import GRIDS
from models.manifest import Manifest

Asked = dict[str, Any]


def manifest(name: str) -> Manifest:
    piano = name == "piano"
    grid = GRIDS["performance" if piano else "score"]
    voices = 4 if name == "chorale" else 1
    return Manifest(
        name=name, grid=grid.name, time_bins=grid.time_bins, voices=voices,
        ranges=((40, 90),) * voices, monophonic=grid.monophonic,
        key="as played" if piano else "C major / A minor", phrases=not piano,
        backbone="lstm", parameters=1, units=1, window=1, state=(), heads=(),
        data="none", licence="none", opset=18, sha256={},
    )  # fmt: skip


class Network:
    """Stands where a network would; ``said`` is what it will say, by the start it is given."""

    def __init__(self, name: str) -> None:
        self.manifest = manifest(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Replaces models by rules, and logs what the commands ask of them."""
    log: Asked = {}

    def load_network(name: str) -> Network:
        log["model"] = name
        return Network(name)

    def grow(network: Network, piece, *, start, style, seed, may_end, made):
        log.update(piece=piece, start=start, style=style, seed=seed, may_end=may_end)
        yield Event(start, Kind.OFF, 99)  # a note of the prompt that was still held
        at = start
        while True:  # it is asked for as much as is wanted
            pitch = 60 + (at * (seed + 1)) % 11
            yield Event(at, Kind.ON, pitch, 50)
            if network.manifest.name == "piano" or at % 48:  # on the score grid an ON ends a note
                yield Event(at + 12, Kind.OFF, pitch)
            at += 24

    def harmonize_events(network: Network, melody, *, voices, style, seed, chords) -> Iterator[Event]:
        log.update(piece=melody, voices=voices, style=style, seed=seed, chords=chords)
        for onset, pitch, _, duration, _ in melody.notes.astype(int).tolist():
            for voice in range(1, voices + 1):
                yield Event(onset, Kind.ON, pitch - 4 * voice, 0, voice)
            for voice in range(1, voices + 1):
                yield Event(onset + duration, Kind.OFF, pitch - 4 * voice, 0, voice)

    def grow_from_nothing(network: Network, meters, *, may_end_at, style, seed, tokens, home, made):
        log.update(meters=meters, may_end_at=may_end_at, style=style, seed=seed)
        for at in range(0, may_end_at, 24):
            yield Event(at, Kind.ON, 60 + (at // 24 + seed) % 12)
        home = 69 if seed < 100 else 60  # in A minor the first tune is whole
        yield Event(may_end_at, Kind.PHRASE)
        yield Event(may_end_at, Kind.ON, home)
        yield Event(may_end_at + 24, Kind.OFF, home)
        yield Event(may_end_at + 24, Kind.PHRASE)
        yield Event(may_end_at + 24, Kind.END)

    def logged(events, grid, *, start, end, progress):
        log["end"] = end
        return gathered(events, grid, start=start, end=end, progress=progress)

    monkeypatch.setattr("live.offline.continuing.gathered", logged)
    monkeypatch.setattr("live.offline.tunes.gathered", logged)
    monkeypatch.setattr("live.offline.continuing.grow", grow)
    monkeypatch.setattr("live.offline.harmonizing.harmonize_events", harmonize_events)
    monkeypatch.setattr("live.offline.tunes.grow_from_nothing", grow_from_nothing)
    monkeypatch.setattr("live.offline.continuing.Continuing.about", lambda self: {"seed": self.taste.seed})
    for module in pkgutil.iter_modules(live.offline.__path__):  # none keeps the false one for later tests
        importlib.import_module(f"live.offline.{module.name}")
    monkeypatch.setattr("models.step.load_network", load_network)
    return log


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A single line in D major at 90, three quarters, eight bars, on a flute."""
    notes = [[at, 62 + (0, 2, 4, 5, 7, 9, 11)[at % 7], 90, 1.0, 0] for at in range(24)]
    path = tmp_path / "tune.mid"
    flute = Part("flute", np.array(notes), program=73, channel=4)
    save(path, Music("tune", (flute,), TempoMap.steady(90)))
    whole = mido.MidiFile(path)
    whole.tracks[0].insert(0, mido.MetaMessage("time_signature", numerator=3, denominator=4))
    whole.save(path)
    return path


def call(*words: object) -> int:
    return run([str(word) for word in words])


def test_a_line_goes_on_in_a_track_of_its_own(asked: Asked, tune: Path, tmp_path: Path, capsys):
    out = tmp_path / "out.mid"
    assert call("continue", tune, "-o", out, "--bars", 2, "--seed", 7) == 0
    assert asked["model"] == "folk"
    assert (asked["start"], asked["end"]) == (24 * 24, 24 * 24 + 2 * 72)
    assert asked["seed"] == 7
    assert not asked["may_end"]
    assert asked["piece"].transposition == -2
    assert split(out.read_bytes()).tracks[:-1] == split(tune.read_bytes()).tracks
    new = read(out).parts[-1]
    assert (new.name, new.program, new.channel) == ("Antiphon (folk)", 73, 0)
    assert new.notes[:, 0].tolist() == [24, 25, 26, 27, 28, 29]
    assert new.notes[:, 3].tolist() == [1, 0.5] * 3
    assert set(new.notes[:, 2]) == {90}
    assert capsys.readouterr().out == f"{out}: 6 new notes by folk, seed 7\n"


def test_the_same_seed_makes_the_same_file(asked: Asked, tune: Path, tmp_path: Path):
    files = [tmp_path / f"{name}.mid" for name in "abc"]
    for out, seed in zip(files, (1, 1, 2), strict=True):
        assert call("continue", tune, "-o", out, "--seed", seed) == 0
    first, second, third = (out.read_bytes() for out in files)
    assert first == second
    assert first != third


def test_a_drawn_seed_is_said_so_that_it_can_be_used_again(asked: Asked, tune: Path, tmp_path: Path, capsys):
    assert call("continue", tune, "-o", tmp_path / "a.mid") == 0
    seed = capsys.readouterr().out.split()[-1]
    assert call("continue", tune, "-o", tmp_path / "b.mid", "--seed", seed) == 0
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


def test_chords_are_continued_by_the_piano_in_seconds(asked: Asked, tmp_path: Path):
    out = tmp_path / "out.mid"
    assert call("continue", "example-piano.mid", "-o", out, "--seconds", 3) == 0
    assert asked["model"] == "piano"
    assert asked["end"] - asked["start"] == 300
    music = read(out)
    new = music.parts[-1].notes
    seconds = music.tempo.seconds_at(new[:, 0]) - music.tempo.seconds_at(new[0, 0])
    assert seconds == pytest.approx(np.arange(13) * 0.24, abs=0.003)
    old_end = max((part.notes[:, 0] + part.notes[:, 3]).max() for part in music.parts[:-1])
    assert new[0, 0] >= old_end - 1 / 480


def test_the_model_and_its_taste_can_be_chosen(asked: Asked, tune: Path, tmp_path: Path):
    words = ["--model", "piano", "--temperature", 0.5, "--top-p", 0.7, "--allow-end"]
    assert call("continue", tune, "-o", tmp_path / "out.mid", *words) == 0
    assert asked["model"] == "piano"
    assert (asked["style"].temperature, asked["style"].top_p) == (0.5, 0.7)
    assert asked["may_end"]
    assert asked["end"] - asked["start"] == 3000


def test_what_is_not_said_comes_from_the_manifest(asked: Asked, tune: Path, tmp_path: Path):
    assert call("continue", tune, "-o", tmp_path / "out.mid") == 0
    assert (asked["style"].temperature, asked["style"].top_p) == (1.0, 0.95)
    assert asked["end"] - asked["start"] == 8 * 72


@pytest.mark.parametrize(
    ("voices", "names"),
    [
        (1, ["Antiphon harmony"]),
        (2, ["Antiphon alto", "Antiphon bass"]),
        (3, ["Antiphon alto", "Antiphon tenor", "Antiphon bass"]),
    ],
)
def test_harmony_stands_beside_the_melody(
    asked: Asked, tune: Path, tmp_path: Path, voices: int, names: list[str]
):
    out = tmp_path / "out.mid"
    assert call("harmonize", tune, "-o", out, "--voices", voices) == 0
    assert asked["model"] == "chorale"
    flute, *harmony = read(out).parts
    assert [part.name for part in harmony] == names
    for number, part in enumerate(harmony, start=1):
        np.testing.assert_array_equal(part.notes[:, [0, 3]], flute.notes[:, [0, 3]])
        np.testing.assert_array_equal(part.notes[:, 1], flute.notes[:, 1] - 4 * number)
        assert set(part.notes[:, 2]) == {68}  # 90 x 0.75
        assert part.program == 73


def test_the_key_can_be_told(asked: Asked, tune: Path, tmp_path: Path):
    assert call("harmonize", tune, "-o", tmp_path / "out.mid", "--key", "Em") == 0
    assert asked["piece"].transposition == 5
    assert asked["piece"].mode == "minor"


def test_a_score_becomes_a_clean_midi_file_with_the_answer(asked: Asked, tmp_path: Path):
    out = tmp_path / "out.mid"
    assert call("continue", "example-tune.abc", "-o", out, "--bars", 1) == 0
    music = read(out)
    assert [len(part.notes) for part in music.parts] == [22, 3]
    assert music.meters[0].bar_line == 1
    assert music.tempo.pace[0] == pytest.approx(60 / 112, abs=1e-6)
    assert music.parts[1].notes[0, 0] == 24


def test_a_picture_on_request(asked: Asked, tune: Path, tmp_path: Path):
    picture = tmp_path / "roll.png"
    assert call("continue", tune, "-o", tmp_path / "out.mid", "--plot", picture) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mid", "roll.png", "tune.mid"]


def test_composing_several_pieces(asked: Asked, tmp_path: Path, capsys):
    words = ["--count", 2, "--key", "F#m", "--meter", "6/8", "--bars", 4, "--seed", 10]
    assert call("compose", "-o", tmp_path / "new.mid", *words) == 0
    assert asked["end"] == 4 * 72
    assert asked["meters"][0][1:3] == (6, 8)
    music = read(tmp_path / "new-2.mid")
    assert music.meters[0][1:3] == (6, 8)
    assert music.key is not None
    assert music.key.name == "F#m"
    assert music.parts[0].notes[0, 1] == 60 + 11 - 3  # seed 11, from A minor to F# minor
    assert (tmp_path / "new-1.mid").exists()
    assert capsys.readouterr().out.count("\n") == 2
    assert asked["seed"] == 11


def test_the_piano_composes_in_its_own_time(asked: Asked, tmp_path: Path):
    assert call("compose", "-o", tmp_path / "new.mid", "--model", "piano", "--bars", 2) == 0
    assert asked["end"] == 400


def test_interrupting_before_anything_is_made_leaves_no_file(
    asked: Asked, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def stopped(*_args: object, **_fields: object) -> Iterator[Event]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("live.offline.continuing.grow", stopped)
    assert call("continue", tune, "-o", tmp_path / "out.mid") == 130
    assert [path.name for path in tmp_path.iterdir()] == ["tune.mid"]


BAD_WORDS = {
    "no input": (["continue"], "Missing argument 'IN'"),
    "no such word": (["continu"], "No such command 'continu'"),
    "no such option": (["continue", "{tune}", "-o", "{out}", "--sedd", "1"], "No such option"),
    "both lengths": (
        ["continue", "{tune}", "-o", "{out}", "--seconds", "1", "--bars", "1"],
        "give --seconds or --bars, not both",
    ),
    "no SoundFont": (
        ["continue", "{tune}", "-o", "{folder}/out.wav", "--soundfont", "{folder}/nowhere.sf2"],
        "there is no SoundFont at",
    ),
    "no temperature": (
        ["continue", "{tune}", "-o", "{out}", "--temperature", "0"],
        "'--temperature': it must be a number above 0",
    ),
    "endless": (
        ["continue", "{tune}", "-o", "{out}", "--seconds", "inf"],
        "'--seconds': it must be a number above 0",
    ),
    "no share": (
        ["continue", "{tune}", "-o", "{out}", "--top-p", "1.5"],
        "'--top-p': it must be above 0 and at most 1",
    ),
    "no key": (["harmonize", "{tune}", "-o", "{out}", "--key", "H"], "'H' is not a key"),
    "no meter": (["compose", "-o", "{out}", "--meter", "3/5"], "'3/5' is no meter"),
    "too many voices": (["harmonize", "{tune}", "-o", "{out}", "--voices", "4"], "--voices"),
    "no harmonist": (
        ["harmonize", "{tune}", "-o", "{out}", "--model", "folk"],
        "folk cannot add 3 voices to a melody",
    ),
    "no part": (
        ["harmonize", "{tune}", "-o", "{out}", "--part", "oboe"],
        "no part is called 'oboe'; there are: 1 flute",
    ),
    "no file": (["continue", "{folder}/gone.mid", "-o", "{out}"], "No such file or directory"),
    "not MIDI": (["continue", "{folder}/text.mid", "-o", "{out}"], "it is not a MIDI file"),
    "no folder": (["continue", "{tune}", "-o", "{folder}/no/out.mid"], "there is no folder"),
    "other format": (["continue", "{tune}", "-o", "{folder}/out.ogg"], "must end in one of .mid"),
    "no picture": (
        ["continue", "{tune}", "-o", "{out}", "--plot", "{folder}/no/roll.png"],
        "there is no folder",
    ),
    "no mood": (["continue", "{tune}", "-o", "{out}", "--mood", "angry"], "'--mood': must be free, calm"),
    "no density": (["compose", "-o", "{out}", "--density", "31"], "'--density': must be off or 0 to 30"),
    "no register": (
        ["continue", "{tune}", "-o", "{out}", "--register", "H3"],
        "'--register': must be off, or",
    ),
    "no such mode": (["continue", "{tune}", "-o", "{out}", "--mode", "dorian"], "'dorian' is none"),
    "onto itself": (["continue", "{tune}", "-o", "{tune}"], "it is the input"),
}


@pytest.mark.parametrize("name", BAD_WORDS)
def test_one_line_exit_code_2_and_no_file(name: str, asked: Asked, tune: Path, tmp_path: Path, capfd):
    (tmp_path / "text.mid").write_text("Dear diary")
    before = tune.read_bytes()
    words, reason = BAD_WORDS[name]
    places = {"tune": tune, "out": tmp_path / "out.mid", "folder": tmp_path}
    assert run([word.format(**places) for word in words]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("antiphon: ")
    assert captured.err.count("\n") == 1
    assert reason in captured.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.mid", "tune.mid"]
    assert tune.read_bytes() == before


def test_a_missing_model_is_one_line(tune: Path, tmp_path: Path, capfd):
    out = tmp_path / "out.mid"
    assert call("continue", tune, "-o", out, "--model", "nobody") == 2
    captured = capfd.readouterr()
    assert captured.err.startswith("antiphon: no model named 'nobody'")
    assert captured.err.count("\n") == 1
    assert not out.exists()


def test_a_type_0_file_is_continued_too(asked: Asked, tmp_path: Path):
    whole = BytesIO()
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=480)])
    mido.MidiFile(tracks=[track], type=0).save(file=whole)
    source, out = tmp_path / "zero.mid", tmp_path / "out.mid"
    source.write_bytes(whole.getvalue())
    assert call("continue", source, "-o", out, "--bars", 1) == 0
    assert mido.MidiFile(out).type == 1
    assert split(out.read_bytes()).tracks[0] == split(whole.getvalue()).tracks[0]
