"""Masks let every true event pass, and no sequence that obeys them has a fault."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import performance_piece, score_piece

from models.events import Event, EventArray, Kind, from_array
from models.grid import PERFORMANCE, SCORE, Grid
from models.masks import is_legal, legal_tokens, legal_voices, legal_waits
from models.order import RANKS
from models.sampling import Style, pick
from models.sounding import Sounding, trace
from models.vocabulary import TOKEN, WAIT, WHO, choices, kind_and_pitch
from training.settings import load_settings
from training.views import plain_view

EVENTS = 10_000


def assert_all_pass(events: EventArray, grid: Grid, voices: int) -> None:
    """By the arrays that training uses, and by the question that the live path asks."""
    state = trace(events, 0, len(events) - 1, grid, voices)
    coming = choices(events, grid)[1:]
    at_once = coming[:, WAIT] == 0
    index = np.arange(len(coming))
    assert legal_waits(state, grid)[index, coming[:, WAIT]].all()
    assert legal_voices(state, at_once, grid)[index, coming[:, WHO]].all()
    assert legal_tokens(state, at_once, coming[:, WHO], grid)[index, coming[:, TOKEN]].all()
    step = Sounding.nothing(voices)
    for number, event in enumerate(from_array(events)):
        assert number == 0 or is_legal(step, event, grid), f"event {number}: {event}"
        step.apply(event, grid)


@given(st.integers(0, 10**6))
def test_every_event_of_a_performance_passes(seed: int):
    assert_all_pass(performance_piece(seed, notes=60).events(PERFORMANCE), PERFORMANCE, 1)


@given(st.integers(0, 10**6))
def test_every_event_of_a_melody_passes(seed: int):
    assert_all_pass(score_piece(seed).events(SCORE), SCORE, 1)


@given(st.integers(0, 10**6), st.integers(0, 3))
def test_every_event_of_four_voices_passes_whichever_is_given(seed: int, role: int):
    view = plain_view(score_piece(seed, voices=4), load_settings("chorale"), role)
    assert_all_pass(view.events, SCORE, 4)


@pytest.mark.parametrize(("grid", "voices"), [(PERFORMANCE, 1), (SCORE, 1), (SCORE, 4)])
def test_random_choices_under_the_masks_have_no_fault(grid: Grid, voices: int):
    """No stuck, orphan or zero-length note, no endless tick, nothing sounding at an end."""
    sounding: dict[tuple[int, int], int] = {}
    in_tick: Counter[int] = Counter()
    ends = 0
    for event in sampled(grid, voices, np.random.default_rng(voices)):
        place = (event.voice, event.pitch)
        in_tick[event.time] += 1
        if event.kind == Kind.ON:
            if grid.monophonic:
                for other in [each for each in sounding if each[0] == event.voice]:
                    assert sounding.pop(other) < event.time, "a note of no length was replaced"
            assert place not in sounding, "a note was struck that sounds"
            sounding[place] = event.time
        elif event.kind == Kind.OFF:
            assert place in sounding, "an off without its on"
            assert sounding.pop(place) < event.time, "a note of no length ended"
        elif event.kind == Kind.END:
            assert not sounding, "an end while notes sound"
            ends += 1
    assert ends, "the masks never allow the end"
    assert max(in_tick.values()) <= (voices * RANKS if grid.monophonic else 2 * 128 + 1)


def sampled(grid: Grid, voices: int, rng: np.random.Generator):
    """Events from random logits, short waits and ends of notes liked; a piece after each end."""
    state, made = Sounding.nothing(voices), 0
    style = Style(top_p=1.0)
    while made < EVENTS:
        waits = rng.normal(size=grid.time_bins) - 0.5 * np.arange(grid.time_bins)
        wait = pick(waits, legal_waits(state, grid), style, rng.random()).choice
        ticks, at_once = int(grid.bin_edges[wait]), np.array(wait == 0)
        who = legal_voices(state, at_once, grid)
        voice = pick(rng.normal(size=voices), who, style, rng.random()).choice
        legal = legal_tokens(state, at_once, np.array(voice), grid)
        liked = np.where(np.arange(len(legal)) < 128, -5.0, 0.0)
        token = pick(liked + rng.normal(size=len(legal)), legal, style, rng.random()).choice
        event = Event(int(state.now) + ticks, *kind_and_pitch(token), 0, voice)
        assert is_legal(state, event, grid)
        state.apply(event, grid)
        made += 1
        yield event
        if event.kind == Kind.END:
            after = Sounding.nothing(voices)
            after.now = np.array(event.time + 1, np.int32)
            state = after
