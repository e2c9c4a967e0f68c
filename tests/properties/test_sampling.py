"""Choosing: masks, temperature, top-p, surprise, and where randomness comes from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.sampling import Draws, Style, log_probabilities, mass, pick

LOGITS = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=40).map(
    lambda values: np.array(values, np.float32)
)
UNIFORM = st.floats(0, 1, exclude_max=True)
STYLES = st.builds(Style, st.floats(0.1, 2), st.floats(0.05, 1))
PLAIN = Style(temperature=1, top_p=1)


@st.composite
def masked(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    logits = draw(LOGITS)
    legal = np.array(draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits))))
    legal[draw(st.integers(0, len(logits) - 1))] = True
    return logits, legal


@given(masked(), STYLES, UNIFORM)
def test_only_legal_choices_are_made(given_: tuple[np.ndarray, np.ndarray], style: Style, uniform: float):
    logits, legal = given_
    assert legal[pick(logits, legal, style, uniform).choice]


@given(masked())
def test_probabilities_add_up_over_legal_choices(given_: tuple[np.ndarray, np.ndarray]):
    logits, legal = given_
    probabilities = np.exp(log_probabilities(logits, legal))
    assert np.isclose(probabilities.sum(), 1)
    assert (probabilities[~legal] == 0).all()
    assert np.isclose(mass(logits, legal, slice(None)), 1)


@given(masked(), STYLES, UNIFORM)
def test_surprise_is_told_at_temperature_one(
    given_: tuple[np.ndarray, np.ndarray], style: Style, uniform: float
):
    logits, legal = given_
    picked = pick(logits, legal, style, uniform)
    assert np.isclose(picked.nats, -log_probabilities(logits, legal)[picked.choice])


@given(LOGITS, st.floats(0.05, 0.99), UNIFORM)
def test_top_p_keeps_the_fewest_choices_that_hold_the_mass(logits: np.ndarray, top_p: float, uniform: float):
    probabilities = np.exp(log_probabilities(logits, None))
    choice = pick(logits, None, Style(1, top_p), uniform).choice
    likelier = probabilities[probabilities > probabilities[choice]].sum()
    assert likelier < top_p + 1e-9


@given(LOGITS, UNIFORM)
def test_a_small_top_p_always_takes_the_likeliest(logits: np.ndarray, uniform: float):
    assert np.isclose(logits[pick(logits, None, Style(1, 1e-9), uniform).choice], logits.max())


@given(LOGITS, UNIFORM, st.floats(0.1, 2), st.floats(0.1, 2))
def test_a_higher_temperature_never_makes_the_likeliest_likelier(
    logits: np.ndarray, uniform: float, one: float, other: float
):
    def share(temperature: float) -> float:
        scaled = log_probabilities((logits / temperature).astype(np.float64), None)
        return float(np.exp(scaled.max()))

    cool, hot = sorted((one, other))
    assert share(hot) <= share(cool) + 1e-9
    best = pick(logits, None, Style(hot, 1), uniform).choice == logits.argmax()
    first = logits.argmax() == 0  # then the likeliest stands first, so a larger share holds every draw
    assert not (best and first) or pick(logits, None, Style(cool, 1), uniform).choice == 0


def test_choices_come_as_often_as_they_are_likely():
    logits = np.log(np.array([0.5, 0.2, 0.3], np.float32))
    draws = Draws(1, 2)
    found = np.bincount([pick(logits, None, PLAIN, draws.uniform()).choice for _ in range(20_000)])
    np.testing.assert_allclose(found / 20_000, [0.5, 0.2, 0.3], atol=0.015)


@given(st.integers(-(2**40), 2**70), st.integers(0, 2**40), st.integers(1, 20))
def test_the_nth_draw_depends_on_seed_decision_and_n_alone(seed: int, decision: int, count: int):
    one, other = Draws(seed, decision), Draws(seed, decision)
    cancelled = Draws(seed, decision + 1)
    first = [one.uniform() for _ in range(count)]
    cancelled.uniform()
    assert [other.uniform() for _ in range(count)] == first
    assert all(0 <= value < 1 for value in first)


def test_draws_are_even_and_differ_between_decisions_and_seeds():
    values = np.array([[Draws(seed, decision).uniform() for decision in range(200)] for seed in range(200)])
    assert len(np.unique(values)) == values.size
    counts = np.histogram(values, bins=20, range=(0, 1))[0] / values.size
    np.testing.assert_allclose(counts, 0.05, atol=0.006)
    assert abs(np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]) < 0.02
