"""What is to come: measured in music, told by level, and never part of a memory."""

from __future__ import annotations

import numpy as np
import pytest
from made import performance_piece, score_piece
from obedient import EDGES, Obedient

from models.conditions import CONDITIONS, LEVELS, fault_in, levels
from models.context import Context, Limits, in_range
from models.convert import note_array
from models.events import Event, Kind, Note
from models.goals import FREE, Goals
from models.piece import Piece
from models.sampling import Draws, Style
from training.errors import TrainingError
from training.goals import AHEAD, coming, given, with_edges
from training.settings import load_settings
from training.views import drawn_view, plain_view


def steady(gap: float, pitches: list[int], seconds: float = 20) -> Piece:
    """Notes at even distances (seconds), their pitches in turn."""
    count = int(seconds / gap)
    notes = [Note(100 * gap * n, pitches[n % len(pitches)], 64, 5) for n in range(count)]
    return Piece("steady", note_array(notes))


def piano(**changes: object):
    return load_settings("piano-goals").model_copy(update={"edges": EDGES, **changes})


def test_density_and_register_of_even_music_are_what_they_are():
    events = steady(0.25, [60, 72]).events(piano().grid_object)
    density, register = coming(events)
    middle = slice(10, 60)
    assert density[middle] == pytest.approx(4.0, rel=0.1)
    assert register[middle] == pytest.approx(66.0, abs=1)


def test_what_comes_is_seen_from_when_an_event_was_chosen():
    """After the last of a quick run a long wait is chosen: what comes then is sparse, wait and all."""
    quick = [Note(10 * n, 60, 64, 5) for n in range(50)]
    slow = [Note(500 + 300 * n, 80, 64, 5) for n in range(8)]
    events = Piece("two", note_array([*quick, *slow])).events(piano().grid_object)
    density, register = coming(events)
    ons = np.flatnonzero(events[:, 1] == Kind.ON)
    assert density[ons[1]] == pytest.approx(10.0, rel=0.05)
    assert register[ons[1]] == pytest.approx(60.0)
    first_slow = ons[50]
    assert density[first_slow] < 1
    assert register[first_slow] == 80


def test_near_the_end_nothing_is_known():
    events = steady(0.25, [60]).events(piano().grid_object)
    density, _ = coming(events)
    left = events[-1, 0] - events[:, 0]
    assert np.isnan(density[1:][left[:-1] < AHEAD / 2]).all()
    assert not np.isnan(density[1:][left[:-1] >= AHEAD / 2]).any()


def test_levels_count_from_one_and_rise():
    edges = EDGES["density"]
    assert levels([0.0, 2.0, 3.9, 4.0, 100.0], edges).tolist() == [1, 2, 2, 3, LEVELS]


def test_edges_part_the_time_of_the_training_split_evenly():
    pieces = [performance_piece(seed, notes=600) for seed in range(6)]
    found = with_edges(load_settings("piano-goals"), pieces)
    assert {name: len(each) for name, each in found.edges.items()} == {"density": 9, "register": 9}
    assert fault_in(found.conditions, found.edges) is None
    told = np.concatenate([plain_view(each, found, goals=True).conditions for each in pieces])
    counts = np.bincount(told[told[:, 1] > 0, 1], minlength=LEVELS + 1)[1:] / (told[:, 1] > 0).sum()
    assert counts.min() > 0.02
    assert counts.max() < 0.3
    assert with_edges(found, pieces) is found


def test_the_score_grid_has_no_notes_a_second():
    folk = load_settings("folk-goals").model_copy(update={"conditions": ("meter", "density")})
    with pytest.raises(TrainingError, match="density is measured on the performance grid"):
        with_edges(folk, [score_piece(1)])


def test_goals_come_and_go_inside_a_view_each_by_itself():
    rng = np.random.default_rng(3)
    whole = given(100_000, 0.7, rng)
    assert whole.mean() == pytest.approx(0.7, abs=0.06)
    assert 200 < np.count_nonzero(np.diff(whole.astype(int))) < 500
    view = drawn_view(performance_piece(1, notes=4000), piano(), np.random.default_rng(5))
    free = view.conditions == 0
    assert 0.1 < free[:, 0].mean() < 0.6
    assert (free[:, 0] != free[:, 1]).any()


def test_a_fair_view_is_told_no_goals():
    assert not plain_view(performance_piece(1), piano()).conditions.any()


@pytest.mark.parametrize(("mode", "level"), [("major", 1), ("minor", 2), ("", 0)])
def test_the_mode_of_a_tune_is_told(mode: str, level: int):
    piece = score_piece(1)
    piece.mode = mode
    view = plain_view(piece, load_settings("folk-goals"), goals=True)
    assert (view.conditions[:, 3] == level).all()


def test_goals_are_told_by_level_and_only_those_that_a_model_knows():
    manifest = Obedient().manifest
    asked = Goals(density=9.0, register=60.0, mode="minor")
    assert asked.told(manifest) == {"density": 5, "register": 5}
    assert asked.told(manifest, shift=8) == {"density": 5, "register": 7}
    assert asked.unknown_to(manifest) == ["mode"]
    assert FREE.told(manifest) == {}
    assert FREE.given == []
    assert Goals(mode="minor").told(Obedient("folk").manifest) == {"mode": 2}


def test_goals_stand_last_and_have_edges():
    assert "after the other" in (fault_in(("density", "meter")) or "")
    assert "density needs 9" in (fault_in(("density",), {}) or "")
    assert fault_in(("meter", "density"), {"density": EDGES["density"]}) is None
    assert [name for name, each in CONDITIONS.items() if each.goal] == ["density", "register", "mode"]


def heard() -> Context:
    context = Context(Obedient())  # type: ignore[arg-type]
    context.hear(Event(0, Kind.START), Event(10, Kind.ON, 60, 64))
    return context


def test_a_goal_changes_what_is_said_and_not_what_was_heard():
    plain, steered = heard(), heard()
    pitches = []
    for context, goals in ((plain, FREE), (steered, Goals(register=82.0))):
        style = Style(goals=goals.told(context.manifest))
        for step in range(12):
            choice = context.choose(Limits(), style, Draws(1, step))
            assert choice is not None
            if choice.event.kind == Kind.ON:
                pitches.append(choice.event.pitch)
        context.hear(Event(30, Kind.ON, 62, 64))
    assert plain.hidden is not None
    assert np.array_equal(plain.hidden, steered.hidden)
    assert np.mean(pitches[-4:]) > np.mean(pitches[:4]) + 10


def test_a_goal_that_is_turned_counts_for_the_next_wait():
    context = heard()
    notes = Limits(tokens=in_range(context.manifest))

    def waited(goals: Goals) -> float:
        style = Style(goals=goals.told(context.manifest))
        chosen = [context.choose(notes, style, Draws(1, step)) for step in range(20)]
        return float(np.mean([each.event.time - context.now for each in chosen if each is not None]))

    slow, quick = waited(Goals(density=1.0)), waited(Goals(density=25.0))
    assert quick < 10 < slow
    assert waited(Goals(density=1.0)) == slow
    assert waited(FREE) == waited(FREE) != slow


def test_what_the_player_costs_does_not_depend_on_the_goals():
    context = heard()
    before = context.heard
    context.choose(Limits(), Style(goals={"register": 3}), Draws(1, 1))
    context.hear(Event(20, Kind.ON, 64, 64))
    assert [past.place for past in context.since(before)] == [[0, 0]]


def test_guidance_exaggerates_what_a_goal_changes():
    context = heard()
    told = np.zeros((1, 4), np.int32)
    free = context.logits(told, context.now)["token"]
    once = context.logits(told, context.now, {"register": 9})["token"]
    sampling = context.manifest.sampling.model_copy(update={"guidance": 2.0})
    context.manifest = context.manifest.model_copy(update={"sampling": sampling})
    twice = context.logits(told, context.now, {"register": 9})["token"]
    np.testing.assert_allclose(twice - free, 2 * (once - free), rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(context.logits(told, context.now)["token"], free)
