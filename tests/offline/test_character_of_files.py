"""Mood, density, register and mode of files: by command, over HTTP, from Python; what is unknown is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from obedient import Obedient

from live import Alternative, Taste, alternatives, compose_music, read
from live.commands.main import run
from live.errors import AntiphonError
from live.files.examples import located
from live.moods import MOODS
from live.offline.modes import ALL_MODES
from live.service import wishes
from live.service.orders import Order, Word
from live.service.refusal import RefusedError
from live.service.work import do
from models.key import Key

TUNE = located(Path("example-tune.abc"))


@pytest.fixture(autouse=True)
def obedient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are quick, and do as they are told."""
    monkeypatch.setattr("models.step.load_network", Obedient)


def continued(tmp_path: Path, *words: object) -> np.ndarray:
    """The new notes."""
    out = tmp_path / "out.mid"
    said = ["continue", TUNE, "-o", out, "--seed", 1, "--seconds", 3, "--model", "piano", *words]
    assert run([str(word) for word in said]) == 0
    return read(out).parts[-1].notes


def test_a_command_asks_for_density_register_and_mood(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    low, high = (continued(tmp_path, "--register", key)[:, 1].mean() for key in ("C3", 84))
    assert high > low + 20
    sparse, dense = (len(continued(tmp_path, "--density", each)) for each in (1, 25))
    assert dense > 3 * sparse
    calm, wild = (continued(tmp_path, "--mood", each) for each in ("calm", "wild"))
    assert len(wild) > 2 * len(calm)
    assert calm[:, 2].mean() < wild[:, 2].mean()
    assert capsys.readouterr().err == ""


def test_a_fill_and_each_alternative_are_asked_for_the_same(tmp_path: Path):
    out = tmp_path / "out.mid"
    words = ["continue", str(TUNE), "-o", str(out), "--seed", "1", "--model", "piano", "--register", "C6"]
    assert run([*words, "--replace", "3-6"]) == 0
    assert read(out).parts[-1].notes[:, 1].mean() > 75
    assert run([*words, "--seconds", "3", "--alternatives", "2"]) == 0
    for number in (1, 2):
        assert read(tmp_path / f"out-{number}.mid").parts[-1].notes[:, 1].mean() > 75


def test_what_a_model_does_not_know_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = str(tmp_path / "out.abc")
    words = ["-o", out, "--seed", "1", "--bars", "2", "--density", "9", "--register", "C3"]
    for command in (["continue", str(TUNE)], ["compose"]):
        assert run([*command, *words]) == 0
        said = capsys.readouterr().err.splitlines()
        assert said == [
            "antiphon: the model folk does not know density and register, and plays as if not asked"
        ]
    assert run(["continue", str(TUNE), "-o", out, "--bars", "2", "--mood", "calm"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said == ["antiphon: of the mood calm the model folk knows temperature and loudness alone"]


def test_a_line_goes_on_in_major_or_in_minor(tmp_path: Path):
    def classes(mode: str) -> list[int]:
        out = tmp_path / "out.abc"
        assert run(["continue", str(TUNE), "-o", str(out), "--seed", "1", "--mode", mode]) == 0
        return [int(pitch) % 12 for pitch in read(out).parts[-1].notes[:, 1]]

    major, minor = classes("major"), classes("min")  # the tune is in G
    assert major.count(7) > len(major) / 2
    assert minor.count(4) > len(minor) / 2


@pytest.mark.parametrize(
    ("key", "mode", "mood", "tonic", "third", "told"),
    [
        ("auto", None, "free", 0, 4, False),
        ("auto", None, "dark", 0, 3, True),
        ("G", None, "dark", 7, 4, False),
        ("G", "mixolydian", "dark", 7, 4, True),
        ("D", "dorian", "bright", 2, 3, True),
        ("D", "minor", "free", 2, 3, True),
    ],
)
def test_key_and_mode_say_what_a_tune_is_asked_to_be(
    key: str, mode: str | None, mood: str, tonic: int, third: int, told: bool
):
    """The obedient model strikes nothing but the tonic where it is told major or minor; in plain major it is
    left alone.
    """
    made = compose_music(
        "tune", Taste(1, mood=mood), network=Obedient("folk"), key=None if key == "auto" else Key.parse(key),
        mode=mode, bars=2,
    )  # type: ignore[arg-type]  # fmt: skip
    classes = [int(pitch) % 12 for pitch in made.added[0].notes[:, 1]]
    assert (classes.count(tonic) > len(classes) / 2) == told
    assert made.music.key == Key(tonic, "minor" if third == 3 else "major")


def test_alternatives_from_python():
    found = alternatives(read(TUNE), Taste(4, register_goal="C6"), 3, network=Obedient(), seconds=2)  # type: ignore[arg-type]
    assert all(isinstance(each, Alternative) for each in found)
    assert sorted(each.made.seed for each in found) == [4, 5, 6]
    assert all(each.made.added[0].notes[:, 1].mean() > 75 for each in found)


@pytest.mark.parametrize(
    "wrong", [{"mood": "angry"}, {"density_goal": -1}, {"register_goal": "H2"}, {"mode_goal": "dorian"}]
)
def test_a_taste_that_is_none_is_refused(wrong: dict[str, Any]):
    with pytest.raises(AntiphonError, match=f"{next(iter(wrong))} must be"):
        Taste(1, **wrong)


def served(tmp_path: Path, kind: Any, **options: str) -> list[wishes.MadeLine]:
    """What the process of the service makes of a request."""
    from live.service.api import WISHES

    file = {"name": "tune.abc"} if kind == "continue" else {}
    wish = wishes.wished(WISHES[kind], {**file, "seed": "1", **options})
    order = Order(
        kind=kind, folder=tmp_path, file=TUNE if file else None, name="tune.abc" if file else "",
        wish=wish.model_dump(exclude={"name"}, by_alias=True), cpu_seconds=60, memory_bytes=2**31,
    )  # fmt: skip
    told: list[Word] = []
    do(order, told.append)
    assert told[-1].what == "done", told[-1].reason
    return [
        wishes.MadeLine.model_validate_json(word.line.read_bytes())
        for word in told
        if word.what == "made" and word.line is not None
    ]


def pitches(made: wishes.MadeLine) -> list[int]:
    return [note[2] for part in made.parts for note in part.notes]


def test_the_service_asks_for_the_same(tmp_path: Path):
    asked = {"model": "piano", "seconds": "2"}
    low, high = (served(tmp_path, "continue", register=key, **asked)[0] for key in ("C3", "C6"))
    assert np.mean(pitches(high)) > np.mean(pitches(low)) + 20
    calm, wild = (served(tmp_path, "continue", mood=mood, **asked)[0] for mood in ("calm", "wild"))
    assert len(pitches(wild)) > 2 * len(pitches(calm))
    (tune,) = served(tmp_path, "compose", key="D", mode="dorian", bars="2", density="5")
    assert [pitch % 12 for pitch in pitches(tune)].count(2) > len(pitches(tune)) / 2
    assert "the model folk does not know density, and plays as if not asked" in tune.remarks


def test_the_service_ranks_alternatives(tmp_path: Path):
    found = served(tmp_path, "continue", model="piano", seconds="2", alternatives="3")
    assert [each.number for each in found] == [1, 2, 3]
    assert sorted(each.seed for each in found) == [1, 2, 3]
    best, *_, last = found
    assert None not in (best.nats, best.new, last.nats, last.new)
    assert not (last.nats < best.nats and last.new > best.new)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mood": "angry"}, "mood: must be free, calm"),
        ({"register": "H3"}, "register: must be off, or a key like C4 or 60"),
        ({"mode": "dorian"}, "mode: Input should be 'free', 'major' or 'minor'"),
        ({"count": "2", "alternatives": "2"}, "give count or alternatives, not both"),
        ({"alternatives": "5"}, "alternatives: Input should be less than or equal to 4"),
    ],
)
def test_what_the_service_refuses(options: dict[str, str], words: str):
    with pytest.raises(RefusedError, match=words):
        wishes.wished(wishes.Continue, {"name": "tune.abc", **options})


def test_the_service_knows_all_modes_and_what_models_can_be_asked_for():
    from live.service.shelf import models

    assert set(get_args(wishes.Mode)) == set(ALL_MODES)
    known = {model.name: model.goals for model in models().models}
    assert (known["piano"], known["folk"]) == (["density", "register"], ["mode"])
    assert all(mood in wishes.Continue.model_fields["mood"].description for mood in MOODS)  # type: ignore[operator]
