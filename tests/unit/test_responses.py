"""Response curves: each control is turned, and what is measured is what was played."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from babbler import babbler
from made import performance_piece
from obedient import Obedient

from live.moods import MOODS
from live.offline.playing import going_on
from live.offline.turns import SHOWN, middle, turns
from models.conditions import levels
from models.convert import events_to_notes, note_array
from models.events import to_array
from models.sampling import Style
from training.listening.passages import Passage, passages
from training.listening.responses import Response, draw, response, response_rows
from training.listening.samples import Sample, _key

PIECES = [performance_piece(seed, notes=900) for seed in range(3)]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passages of a few seconds will do."""
    monkeypatch.setattr("training.listening.passages.SECONDS", 5)


def chosen(count: int) -> list[Passage]:
    return passages(PIECES, Obedient().manifest.grid_object, 1, count, seed=1)


def played(network: Obedient, passage: Passage, style: Style) -> Sample:
    events = list(going_on(network, passage, style, passage.number))  # type: ignore[arg-type]
    notes = note_array(events_to_notes(to_array(events), network.manifest.grid_object))
    return Sample(notes[notes[:, 0] >= passage.start], [], False)


def measured(count: int = 2) -> list[Response]:
    network, to = Obedient(), chosen(count)
    return [
        response(turn, [played(network, each, turn.style) for each in to], to, performance=True)
        for turn in turns(network.manifest, Style())
    ]


def test_every_control_is_turned_from_low_to_high():
    manifest = Obedient().manifest
    found = turns(manifest, Style())
    assert [each.control for each in found] == ["free", *["density"] * 6, *["register"] * 6, *["mood"] * 4]
    assert not found[0].style.goals
    for name in ("density", "register"):
        values = [each.value for each in found if each.control == name]
        assert levels(values, manifest.edges[name]).tolist() == list(SHOWN)
    assert [each.place for each in found if each.control == "mood"] == [
        name for name in MOODS if name != "free"
    ]
    calm = next(each for each in found if each.place == "calm")
    assert calm.style.temperature == pytest.approx(0.9)


def test_what_a_model_does_not_know_is_not_turned():
    assert [each.control for each in turns(babbler("piano").manifest, Style())] == ["free"]
    folk = [each.place for each in turns(Obedient("folk").manifest, Style())]
    assert folk == ["", "major", "minor", "bright", "dark"]


def test_a_value_lies_inside_its_level():
    edges = (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0)
    for level in range(1, 11):
        assert levels(middle(edges, level), edges) == level


def test_the_curves_of_an_obedient_network_rise(tmp_path: Path):
    found = measured()
    for control, feature in (("density", "notes a second"), ("register", "pitch")):
        curve = [one.means[feature] for one in found if one.control == control]
        assert all(after > before for before, after in pairwise(curve))
    rows = response_rows(found)
    assert rows[0] == ("control", "at", "notes a second", "pitch", "velocity")
    assert len(rows) == len(found) + 1
    assert draw(found, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not draw(found[:1], tmp_path / "none.png")


def test_an_error_shrinks_with_more_passages_and_is_none_where_all_are_alike():
    to = chosen(4)
    notes = note_array([])
    alike = [Sample(np.array([[each.start, 60, 64, 10, 0.0]]), [], False) for each in to]
    turn = turns(Obedient().manifest, Style())[0]
    one = response(turn, alike, to, performance=True)
    assert one.means["pitch"] == 60
    assert one.error["pitch"] == 0
    silent = response(turn, [Sample(notes, [], False), *alike[1:]], to, performance=True)
    assert silent.means["pitch"] == 60


def test_samples_with_goals_are_kept_apart():
    manifest = Obedient().manifest
    keys = {
        _key(manifest, going_on, Style(goals=goals), "a")
        for goals in ({}, {"density": 1}, {"density": 2}, {"register": 1})
    }
    assert len(keys) == 4
