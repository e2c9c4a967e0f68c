"""Held to a target: tilted choices, the course of a companion, and a made model kept to its bits per note."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sampling import Draws, Picked, Style, log_probabilities, pick
from models.surprise import NATS_PER_BIT, REMEMBERED, Course, Spending
from models.tilt import PLAUSIBLE, tilted

LOGITS = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=60).map(
    lambda values: np.array(values, np.float32)
)


def mean_surprise(weights: np.ndarray, log_p: np.ndarray) -> float:
    return float(-(weights @ log_p) / weights.sum())


@given(LOGITS, st.floats(0, 30))
def test_the_mean_is_as_wanted_or_as_near_as_the_plausible_choices_allow(logits: np.ndarray, wanted: float):
    log_p = log_probabilities(logits, None)
    plausible = log_p >= log_p.max() + np.log(PLAUSIBLE)
    most = mean_surprise(plausible.astype(float), log_p)
    least = -float(log_p.max())
    found = mean_surprise(tilted(log_p, wanted), log_p)
    assert least - 1e-9 <= found <= most + 1e-9
    if wanted >= most:
        assert found == pytest.approx(most)
    elif wanted >= mean_surprise(np.where(plausible, np.exp(40 * (log_p - log_p.max())), 0), log_p):
        assert found == pytest.approx(wanted, abs=0.05)  # found between two powers


@given(LOGITS, st.floats(0, 30))
def test_what_is_likelier_stays_likelier_and_what_is_not_plausible_is_never_taken(
    logits: np.ndarray, wanted: float
):
    log_p = log_probabilities(logits, None)
    weights = tilted(log_p, wanted)
    order = np.argsort(-log_p, kind="stable")
    assert (np.diff(weights[order]) <= 1e-12).all()
    assert (weights[log_p < log_p.max() + np.log(PLAUSIBLE) - 1e-9] == 0).all()


@given(LOGITS, st.data(), st.floats(0, 4), st.floats(0, 1, exclude_max=True))
def test_a_target_never_leaves_the_masks(
    logits: np.ndarray, data: st.DataObject, surprise: float, uniform: float
):
    legal = np.array(data.draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits))))
    legal[data.draw(st.integers(0, len(logits) - 1))] = True
    picked = pick(logits, legal, Style(surprise=surprise), uniform)
    log_p = log_probabilities(logits, legal)
    assert legal[picked.choice]
    assert picked.nats == pytest.approx(-log_p[picked.choice])
    p = np.exp(log_p[legal])
    assert picked.entropy == pytest.approx(float(-(p * log_p[legal]).sum()), abs=1e-9)
    if legal.sum() == 1:
        assert picked.nats == picked.entropy == 0


@given(LOGITS, st.floats(0, 1, exclude_max=True), st.floats(0.1, 2), st.floats(0.05, 1))
def test_a_target_takes_the_place_of_temperature_and_top_p(
    logits: np.ndarray, uniform: float, temperature: float, top_p: float
):
    one = pick(logits, None, Style(temperature, top_p, surprise=1.2), uniform)
    assert one == pick(logits, None, Style(surprise=1.2), uniform)


@given(st.lists(st.floats(0, 30), min_size=1, max_size=120))
def test_the_figure_is_the_mean_of_the_last_fifty_notes(nats: list[float]):
    spending = Spending()
    for each in nats:
        spending.said(each / 2, note=False)  # the end of a note counts towards the next
        spending.said(each / 2, note=True)
    assert spending.course.bits == pytest.approx(np.mean(nats[-REMEMBERED:]) / NATS_PER_BIT)


@given(st.lists(st.floats(0, 30), max_size=80), st.floats(0.5, 20))
def test_a_course_that_was_kept_is_as_if_the_plan_had_not_been(nats: list[float], bits: float):
    spending, plain = Spending(5.0), Spending(5.0)
    for each in (spending, plain):
        each.aim(bits)
        each.said(3.0, 2.0, note=True)
    kept = spending.course
    for each in nats:
        spending.said(each, each, note=True)
    spending.course = kept
    assert spending.course == plain.course
    assert spending.styled(Style()) == plain.styled(Style())


@given(st.floats(0.1, 15), st.lists(st.floats(0, 40), max_size=60))
def test_what_was_overspent_lowers_the_next_choices_and_what_was_saved_raises_them(
    target: float, nats: list[float]
):
    course = Course(5.0)
    for each in nats:
        course = course.said(each, 5.0, target, note=True)
    over = course._replace(debt=course.debt + 1)
    assert over.share(target) <= course.share(target)
    assert abs(course.debt) <= 4 * target + 1e-9


def test_without_a_target_a_style_is_left_alone():
    style = Style(0.7, 0.9)
    assert Spending().styled(style) is style


class MadeModel:
    """Three heads a note, of changing entropy, and an end of the note before it; the same for each seed."""

    def __init__(self, seed: int, spread: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._spread = spread

    def note(self, spending: Spending, draws: Draws) -> None:
        mood = self._rng.uniform(0.3, 1.7)  # now sure, now hesitating
        for last in (False, False, True):
            logits = (self._rng.normal(size=40) * self._spread * mood).astype(np.float32)
            picked: Picked = pick(logits, None, spending.styled(Style()), draws.uniform())
            spending.said(picked.nats, picked.entropy, note=last)


@pytest.mark.parametrize("bits", [6.0, 8.0, 12.0, 16.0])
@pytest.mark.parametrize("seed", range(4))
def test_fifty_notes_of_a_made_model_are_within_a_tenth_of_the_target(bits: float, seed: int):
    model, spending = MadeModel(seed, spread=2.5), Spending()
    spending.aim(bits)
    draws = Draws(seed, 0)
    for _ in range(30):  # finds out what the model's notes cost
        model.note(spending, draws)
    for _ in range(10):
        for _ in range(REMEMBERED):
            model.note(spending, draws)
        assert spending.course.bits == pytest.approx(bits, rel=0.1)


@pytest.mark.parametrize(("bits", "end"), [(0.2, "least"), (60.0, "most")])
def test_a_target_out_of_reach_saturates_and_is_forgotten_soon(bits: float, end: str):
    model, spending = MadeModel(1, spread=2.5), Spending()
    draws = Draws(1, 0)
    spending.aim(bits)
    for _ in range(200):
        model.note(spending, draws)
    reached = spending.course.bits
    assert reached is not None
    assert reached > 2 * bits if end == "least" else reached < bits / 2
    spending.aim(9.0)
    for _ in range(2 * REMEMBERED):
        model.note(spending, draws)
    assert spending.course.bits == pytest.approx(9.0, rel=0.1)
