"""A context that was told first and heard later says what one says that heard at once."""

from __future__ import annotations

import numpy as np
import pytest
from babbler import babbler
from hypothesis import given
from hypothesis import strategies as st

from models.context import Context
from models.draft import DraftedContext
from models.events import Event, Kind
from models.vocabulary import CHOICES

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.integers(1, 3), st.integers(40, 80)),
        st.tuples(st.just("take back"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("feed"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


def fed(context: DraftedContext) -> None:
    while context.feed():
        pass


def logits_of(context: Context) -> dict[str, list[float]]:
    found = context.logits(np.zeros((1, CHOICES), np.int32), context.now)
    return {name: array.ravel().tolist() for name, array in found.items()}


@pytest.mark.parametrize("name", ["folk", "chorale", "piano"])
@given(steps=STEPS)
def test_told_first_and_heard_later_is_the_same(name: str, steps: list[tuple[str, int, int]]):
    network = babbler(name)
    drafted = DraftedContext(network, role=1)  # type: ignore[arg-type]
    contexts = Context(network, role=1), drafted  # type: ignore[arg-type]
    for context in contexts:
        context.hear(Event(0, Kind.START))
    heard = 1
    for what, count, pitch in steps:
        if what == "feed":
            fed(drafted)
            drafted.draft()
            continue
        if what == "take back":
            count = min(count, heard - 1)  # noqa: PLW2901
        heard += count if what == "hear" else -count
        for context in contexts:
            if what == "hear":
                now = context.now
                context.hear(*(Event(now + 6 * (n + 1), Kind.ON, pitch + n, 80) for n in range(count)))
            else:
                context.rollback(count)
    fed(drafted)
    assert drafted.heard == contexts[0].heard == heard
    assert logits_of(drafted) == logits_of(contexts[0])
    back = min(heard - 1, 5)
    for context in contexts:
        context.rollback(back)
    assert logits_of(drafted) == logits_of(contexts[0])
    assert logits_of(drafted.fork()) == logits_of(contexts[0])
