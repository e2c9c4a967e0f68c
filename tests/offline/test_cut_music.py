"""Music without a stretch of it, its gap filled, and alternatives: what is kept and what is new."""

from __future__ import annotations

from math import inf
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.errors import AntiphonError
from live.files.cut import until, without
from live.files.examples import located
from live.files.midi import read_midi
from live.files.midi_out import midi_bytes
from live.files.read import read
from live.offline.alternatives import ranked
from live.offline.continuing import Continuing, continue_music
from live.offline.replacing import Gap, replace_music
from live.offline.taste import Taste
from models.step import Network, load_network

PIANO = read(located(Path("example-piano.mid")))
TUNE = read(located(Path("example-tune.abc")))


@pytest.fixture(scope="module")
def folk() -> Network:
    return load_network("folk")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 240), st.one_of(st.just(inf), st.integers(0, 80)))
def test_the_file_and_the_notes_are_cut_alike(eighths: int, length: float):
    start, end = eighths / 8, (eighths + length) / 8
    cut = without(PIANO, start, end)
    written = read_midi(Path("x.mid"), midi_bytes(cut, ()))
    for part in cut.parts:
        again = [each for each in written.parts if each.name == part.name]
        if not len(part.notes):
            assert not again
            continue
        same = np.abs(again[0].notes[:, [0, 1, 2]] - part.notes[:, [0, 1, 2]]).max() < 0.005
        assert same, (start, end)
        assert not ((part.notes[:, 0] >= start) & (part.notes[:, 0] < end)).any()
        assert not ((part.notes[:, 0] < start) & (part.notes[:, 0] + part.notes[:, 3] > start + 1e-9)).any()


def test_what_is_not_cut_stays_message_for_message():
    cut = without(PIANO, 8, 12)
    assert cut.midi is not None
    before = mido.MidiFile(located(Path("example-piano.mid")))
    after = midi_bytes(cut, ())
    notes = ("note_on", "note_off")
    kept = [m.copy(time=0) for track in before.tracks for m in track if m.type not in notes and not _pedal(m)]
    import io

    found = mido.MidiFile(file=io.BytesIO(after))
    assert [m.copy(time=0) for t in found.tracks for m in t if m.type not in notes and not _pedal(m)] == kept


def _pedal(message) -> bool:
    return message.type == "control_change" and message.control == 64


def test_going_on_from_a_time(folk: Network):
    made = continue_music(TUNE, Taste(1), network=folk, start_at=5, bars=2)
    quarter = TUNE.tempo.quarters_at(5)
    old, new = made.music.parts[0].notes, made.added[0].notes
    assert (old[:, 0] + old[:, 3]).max() <= quarter + 1e-6
    assert quarter - 1 / 24 <= new[0, 0] < quarter + 8
    np.testing.assert_array_equal(old[:-1], TUNE.parts[0].notes[: len(old) - 1])
    assert until(TUNE, 5).tempo.seconds_at(20) == TUNE.tempo.seconds_at(20)
    with pytest.raises(AntiphonError, match="nothing sounds before 0 s"):
        continue_music(TUNE, Taste(1), network=folk, start_at=0)


def test_a_gap_is_filled_and_the_rest_stays(folk: Network):
    made = replace_music(TUNE, Taste(1), start=4, end=6, network=folk, candidates=4)
    first, last = TUNE.tempo.quarters_at([4, 6])
    new, old = made.added[0].notes, made.music.parts[0].notes
    assert ((new[:, 0] >= first - 1 / 24) & (new[:, 0] + new[:, 3] <= last + 1 / 24)).all()
    before = TUNE.parts[0].notes
    np.testing.assert_array_equal(old[old[:, 0] >= last], before[before[:, 0] >= last])
    assert made.facts["nats_behind"] <= made.facts["nats_behind_without_choice"]


def test_the_fill_that_is_taken_is_the_best_of_all(folk: Network):
    gap = Gap(TUNE, 4, 6, taste=Taste(1), network=folk)
    best, tried = gap.best(4)
    assert len(tried) == 6
    assert best.nats == min(fill.nats for fill in tried)
    assert best.nats == pytest.approx(gap.nats_behind(best.notes))
    with pytest.raises(AntiphonError, match="a gap needs music before and after it"):
        Gap(TUNE, 0, 6, taste=Taste(1), network=folk)


def test_alternatives_are_ranked_by_both(folk: Network):
    made = [Continuing(TUNE, Taste(seed), network=folk, bars=2) for seed in range(3)]
    found = ranked(made, lambda share: None)
    assert sorted(each.made.seed for each in found) == [0, 1, 2]
    assert not (found[-1].nats < found[0].nats and found[-1].new > found[0].new)
    for each in found:
        assert 0 <= each.new <= 1
        own = next(one for one in made if one.taste.seed == each.made.seed)
        assert each.nats == pytest.approx(own.nats().sum() / each.made.notes)


def test_inspecting_says_what_the_file_says(folk: Network):
    from live.offline.inspecting import inspect_music

    found = inspect_music(TUNE, network=folk)
    assert found.facts["key"] == "G"
    assert found.facts["meters"] == ["3/4"]
    assert found.facts["notes"] == len(found.surprise) == 22
    np.testing.assert_allclose(found.surprise[:, :2], TUNE.parts[0].notes[:, :2], atol=1e-6)
    assert 0 < found.surprise[:, 3].mean() < 10
