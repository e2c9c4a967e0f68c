"""A composed tune may end on its tonic alone."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from babbler import babbler

from live.offline.growing import grow_from_nothing
from models.events import Event, Kind
from models.sampling import Style
from models.vocabulary import END_TOKEN, OFF_TOKENS, ON_TOKENS, TOKENS

TWO_NOTES = np.arange(TOKENS) >= OFF_TOKENS
TWO_NOTES[[ON_TOKENS + 60, ON_TOKENS + 69]] = True
SOON = np.where(np.arange(TOKENS) == END_TOKEN, np.float32(3), np.float32(0))


def grown(seed: int, home: int | None, made: tuple[Event, ...] = (), most: int = 40) -> list[Event]:
    """A piece of C and A that likes to end."""
    events = grow_from_nothing(
        babbler("folk"), [], may_end_at=0, style=Style(bias=SOON), seed=seed, tokens=TWO_NOTES, home=home,
        made=made,
    )  # type: ignore[arg-type]  # fmt: skip
    return [*made, *islice(events, most)]


def last_note(events: list[Event]) -> int:
    return next((event.pitch % 12 for event in reversed(events) if event.kind == Kind.ON), -1)


@pytest.mark.parametrize("home", [0, 9])
def test_the_last_note_is_the_tonic(home: int):
    free = [grown(seed, None) for seed in range(8)]
    assert any(events[-1].kind == Kind.END and last_note(events) != home for events in free)
    held = [grown(seed, home) for seed in range(8)]
    ended = [events for events in held if events[-1].kind == Kind.END]
    assert len(ended) >= 4
    assert {last_note(events) for events in ended} == {home}


def test_also_after_a_beginning_that_is_given():
    """What was struck before counts: an end may come at once after a tonic, and after no other note."""
    for pitch in (60, 69):
        begun = (Event(0, Kind.ON, pitch, 0), Event(24, Kind.OFF, pitch), Event(24, Kind.PHRASE))
        ends_at_once = [grown(seed, 0, begun, most=1)[3].kind == Kind.END for seed in range(20)]
        assert any(ends_at_once) == (pitch == 60)
