"""A continuation that is stopped, by whatever, and gone on with: the very same music as in one go."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from live.commands.main import run
from live.files.examples import located
from live.files.read import read
from live.offline import growing
from live.offline.continuing import Continuing
from live.offline.taste import Taste
from models.step import Network, load_network

SEED = 5


@pytest.fixture(scope="module")
def folk() -> Network:
    return load_network("folk")


@pytest.fixture
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "CHUNK_QUARTERS", 4)


def continuing(folk: Network, bars: int = 8) -> Continuing:
    return Continuing(read(located(Path("example-tune.abc"))), Taste(SEED), network=folk, bars=bars)


@pytest.mark.usefixtures("short_chunks")
def test_from_any_event_it_goes_on_to_the_same(folk: Network):
    whole = continuing(folk)
    whole.go_on()
    for count in (1, 7, whole.count // 2, whole.count):
        other = continuing(folk)
        other.take_up(whole.events[:count])
        other.go_on()
        np.testing.assert_array_equal(other.events, whole.events)


@pytest.mark.usefixtures("short_chunks")
def test_a_longer_one_begins_with_the_shorter(folk: Network):
    short, long = continuing(folk, 4), continuing(folk, 8)
    short.go_on()
    long.take_up(short.events)
    long.go_on()
    at_once = continuing(folk, 8)
    at_once.go_on()
    np.testing.assert_array_equal(long.events, at_once.events)


def test_what_is_remembered_of_much_music_is_as_much_as_of_little(folk: Network, monkeypatch):
    from live.offline import heard_last

    monkeypatch.setattr(heard_last, "REMEMBERED", 16)
    last = heard_last.HeardLast(folk.manifest.grid_object)
    last._events = heard_last.deque(maxlen=16)
    for at in range(1000):
        last.hear([(24 * at, 1, 60 + at % 12, 64, 0)])
    assert len(last._events) == 16
    assert len(last._sounding) == 1


def command(out: Path, *words: str) -> int:
    return run(["continue", "example-tune.abc", "-o", str(out), "--bars", "8", *words])


def test_ctrl_c_keeps_what_was_made_and_resume_ends_it(tmp_path: Path, monkeypatch, capsys):
    one, two = tmp_path / "one.mid", tmp_path / "two.mid"
    assert command(one, "--seed", "5") == 0

    grow = growing.grow

    def stopped(*args, **fields):
        for number, event in enumerate(grow(*args, **fields)):
            if number == 12:
                raise KeyboardInterrupt
            yield event

    with monkeypatch.context() as patch:
        patch.setattr("live.offline.continuing.grow", stopped)
        assert command(two, "--seed", "5") == 130
    assert "the same command with --resume goes on" in capsys.readouterr().err
    partial, whole = read(two).parts[-1].notes, read(one).parts[-1].notes
    assert 0 < len(partial) < len(whole)
    np.testing.assert_array_equal(partial[:-1], whole[: len(partial) - 1])
    assert command(two, "--resume") == 0  # the seed is known
    assert two.read_bytes() == one.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mid", "two.mid"]


def test_a_journal_cut_off_in_a_line_is_still_good(tmp_path: Path):
    from live.commands.journal import Journal

    journal = Journal(tmp_path / "out.mid")
    journal.begin({"seed": 1})
    events = np.arange(50, dtype=np.int32).reshape(-1, 5)
    journal.keep(events[:4])
    journal.keep(events)
    text = journal.path.read_text()
    journal.path.write_text(text[:-20])
    about, found = Journal(tmp_path / "out.mid").read()
    assert about == {"seed": 1}
    np.testing.assert_array_equal(found, events[:4])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to go on with"),
        (["--seed", "6"], "it was made with another seed"),
        (["--temperature", "0.5"], "it was made with another temperature"),
    ],
)
def test_what_cannot_be_gone_on_with(tmp_path: Path, folk: Network, capsys, words, said):
    out = tmp_path / "out.mid"
    if words:
        about = continuing(folk).about()
        (tmp_path / "out.mid.part").write_text(json.dumps(about) + "\n")
    assert command(out, "--resume", *words) == 2
    assert said in capsys.readouterr().err
