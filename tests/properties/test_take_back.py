"""Plans leave no trace: after ``fork``, ``rollback`` and ``commit`` a model says what it would have said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from babbler import babbler
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import MODEL_OF, WINDOW, Tiny

from models.context import Context, Limits
from models.events import Event, Kind, from_array
from models.memory import UNDO
from models.sampling import Draws, Style

BACKBONES = pytest.mark.parametrize("backbone", list(MODEL_OF))
CLOSE = 2e-5
"""Calls of another length add the same numbers in another order."""
LENGTHS = st.sampled_from([1, 2, 5, 37, WINDOW, WINDOW + 40])


def context_of(model: Tiny, heard: int) -> tuple[Context, list[Event]]:
    """A context that has heard so many events of a piece, and those that come next."""
    view = model.view()
    context = Context(model.live, meters=model.pieces[0].meters, role=3 if model.settings.voices > 1 else 0)
    context.hear_all(view.events[:heard])
    return context, from_array(view.events[heard:-1])


def assert_same(one: Context, other: Context) -> None:
    assert one.hidden is not None
    assert other.hidden is not None
    np.testing.assert_allclose(one.hidden, other.hidden, atol=CLOSE)
    np.testing.assert_array_equal(one.state.onsets, other.state.onsets)
    for name in ("now", "rank", "closed", "phrase_open"):
        assert getattr(one.state, name) == getattr(other.state, name)
    assert one.heard == other.heard


def hear_in_calls(context: Context, events: list[Event], lengths: list[int]) -> None:
    first = 0
    for length in lengths:
        context.hear(*events[first : first + length])
        first += length


@pytest.mark.train
@BACKBONES
@pytest.mark.parametrize("heard", [10, 300, 600], ids=["before", "once", "twice"])  # round the ring
@settings(max_examples=10)
@given(calls=st.lists(LENGTHS, min_size=1, max_size=4), data=st.data())
def test_a_rollback_gives_back_what_was(
    tiny: Callable[[str], Tiny], backbone: str, heard: int, calls: list[int], data: st.DataObject
):
    model = tiny(backbone)
    context, coming = context_of(model, heard)
    planned = coming[: sum(calls)]
    hear_in_calls(context, planned, calls)
    kept = data.draw(st.integers(max(0, len(planned) - UNDO), len(planned)), label="kept")
    context.rollback(len(planned) - kept)
    plain, _ = context_of(model, heard)
    plain.hear(*planned[:kept])
    assert_same(context, plain)
    for each in (context, plain):  # and it goes on the same
        each.hear(*coming[kept : kept + 30])
    assert_same(context, plain)


@pytest.mark.train
@BACKBONES
@pytest.mark.parametrize("heard", [10, 600])
@settings(max_examples=10)
@given(calls=st.lists(LENGTHS, min_size=1, max_size=3))
def test_a_fork_changes_nothing_and_a_commit_takes_it_over(
    tiny: Callable[[str], Tiny], backbone: str, heard: int, calls: list[int]
):
    model = tiny(backbone)
    context, coming = context_of(model, heard)
    plain, _ = context_of(model, heard)
    plan = context.fork()
    hear_in_calls(plan, coming, calls)
    assert_same(context, plain)
    context.hear(*coming[:3])
    plain.hear(*coming[:3])
    assert_same(context, plain)
    context.commit(plan)
    other, _ = context_of(model, heard)
    hear_in_calls(other, coming, calls)
    assert_same(context, other)


@pytest.mark.train
@BACKBONES
def test_a_rollback_may_be_followed_by_another(tiny: Callable[[str], Tiny], backbone: str):
    """As the engine does: plan, take back some, play on, take back more."""
    model = tiny(backbone)
    context, coming = context_of(model, 580)
    plain, _ = context_of(model, 580)
    context.hear(*coming[:100])
    context.rollback(60)
    context.hear(*coming[40:50])
    context.rollback(20)
    context.hear(*coming[30:120])
    context.rollback(110)
    plain.hear(*coming[:10])
    assert_same(context, plain)


@pytest.mark.train
@BACKBONES
def test_more_than_is_remembered_cannot_be_taken_back(tiny: Callable[[str], Tiny], backbone: str):
    model = tiny(backbone)
    context, coming = context_of(model, 300)
    with pytest.raises(ValueError, match="cannot take back 1 events"):
        context.rollback(1)
    step = context._model
    context.hear(*coming[:5])
    with pytest.raises(ValueError, match="cannot take back"):
        step.rollback(UNDO + 1)
    step.rollback(200)
    with pytest.raises(ValueError, match="cannot take back"):
        step.rollback(200)


@settings(max_examples=60)
@given(st.sampled_from(["piano", "folk", "chorale"]), st.lists(st.integers(0, 8), max_size=12), st.data())
def test_the_context_remembers_each_event_of_a_call(name: str, calls: list[int], data: st.DataObject):
    """With a network whose hidden vector is a checksum of all that it heard."""
    context = Context(babbler(name))  # type: ignore[arg-type]
    context.hear(Event(0, Kind.START))
    hidden, states, heard = [context.hidden], [context.state.copy()], 1
    events = []
    for call in calls:
        events = []
        for _ in range(call):
            plan = context.fork()
            plan.hear(*events)
            choice = plan.choose(Limits(), Style(), Draws(1, heard + len(events)))
            assert choice is not None
            events.append(choice.event)
            plan.hear(choice.event)
            hidden.append(plan.hidden)
            states.append(plan.state)
        context.hear(*events)
        heard += call
    count = data.draw(st.integers(0, heard - 1))
    context.rollback(count)
    assert context.hidden == hidden[heard - 1 - count]
    np.testing.assert_array_equal(context.state.onsets, states[heard - 1 - count].onsets)
    assert context.heard == heard - count


def test_a_choice_is_never_heard_by_itself():
    context = Context(babbler("chorale"))  # type: ignore[arg-type]
    context.hear(Event(0, Kind.START))
    before = context.hidden
    first = context.choose(Limits(), Style(), Draws(1, 1))
    assert context.choose(Limits(), Style(), Draws(1, 1)) == first
    assert context.hidden == before
    assert context.heard == 1
