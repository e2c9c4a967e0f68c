"""One stream of events for two: the companion's share stays what the model gives it, wherever it leans."""

from __future__ import annotations

import numpy as np
import pytest
from babbler import babbler

from models.context import Context, Limits
from models.duo import Duo
from models.events import PITCHES, Event, Kind
from models.sampling import Draws, Style
from models.vocabulary import END_TOKEN, OFF_TOKENS, ON_TOKENS, TOKENS

PITCH = np.arange(PITCHES)
BELOW = PITCH < 60
LEGAL = np.arange(TOKENS) != END_TOKEN


def context() -> Context:
    found = Context(babbler("piano"))  # type: ignore[arg-type]
    found.hear(Event(0, Kind.START), Event(0, Kind.ON, 72, 80), Event(20, Kind.ON, 50, 60))
    return found


def logits(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=TOKENS).astype(np.float32) * 2


def shares(scores: np.ndarray) -> np.ndarray:
    weights = np.where(LEGAL, np.exp(scores.astype(np.float64) - scores.max()), 0.0)
    return weights / weights.sum()


def mass(scores: np.ndarray, pitches: np.ndarray) -> float:
    return float(shares(scores)[ON_TOKENS + np.flatnonzero(pitches)].sum())


def mine() -> np.ndarray:
    return BELOW & (PITCH != 50)  # 50 sounds


def test_nothing_wanted_changes_nothing():
    duo = Duo(mine(), mine())
    part = duo.recall(context())
    legal = LEGAL.copy()
    legal[ON_TOKENS + 50] = legal[ON_TOKENS + 72] = False
    np.testing.assert_allclose(part.tokens(logits(), legal, 0), logits(), atol=1e-5)
    assert part.waits(logits()) is not None
    np.testing.assert_array_equal(part.waits(logits()), logits())


@pytest.mark.parametrize("seed", range(5))
def test_a_lean_draws_but_begins_no_more_notes(seed: int):
    lean = -(((PITCH - 40) / 2.0) ** 2)
    found = Duo(mine(), mine(), lean).recall(context()).tokens(logits(seed), LEGAL, 0)
    before = mass(logits(seed), mine())
    assert mass(found, mine()) == pytest.approx(before, rel=1e-4)
    near = mine() & (abs(PITCH - 40) <= 6)
    assert mass(found, near) > 0.9 * before


@pytest.mark.parametrize("seed", range(5))
def test_what_a_hold_forbids_is_played_elsewhere(seed: int):
    c_major = np.isin(PITCH % 12, (0, 2, 4, 5, 7, 9, 11))
    legal = LEGAL.copy()
    legal[ON_TOKENS : ON_TOKENS + PITCHES] &= ~mine() | c_major
    found = Duo(mine(), mine() & c_major).recall(context()).tokens(logits(seed), legal, 0)
    found = np.where(legal, found, -1e9)
    assert mass(found, mine() & c_major) == pytest.approx(mass(logits(seed), mine()), rel=1e-4)


@pytest.mark.parametrize("rate", [0.25, 4.0])
def test_a_rate_multiplies_the_odds_of_the_companion(rate: float):
    found = Duo(mine(), mine(), rate=rate).recall(context()).tokens(logits(), LEGAL, 0)

    def odds(scores: np.ndarray) -> float:
        share = mass(scores, mine())
        return share / (1 - share)

    assert odds(found) == pytest.approx(rate * odds(logits()), rel=1e-4)


def test_of_what_is_begun_the_least_share_is_the_companions():
    unlikely = logits()
    unlikely[ON_TOKENS + np.flatnonzero(mine())] -= 12
    free = Duo(mine(), mine(), rate=4.0).recall(context()).tokens(unlikely, LEGAL, 0)
    assert mass(free, mine()) < 1e-3
    found = Duo(mine(), mine(), rate=4.0, least=0.2).recall(context()).tokens(unlikely, LEGAL, 0)
    assert mass(found, mine()) / mass(found, PITCH >= 0) == pytest.approx(0.2, rel=1e-3)
    likely = Duo(mine(), mine(), rate=4.0, least=0.2).recall(context()).tokens(logits(), LEGAL, 0)
    np.testing.assert_allclose(
        likely, Duo(mine(), mine(), rate=4.0).recall(context()).tokens(logits(), LEGAL, 0)
    )


def test_a_quicker_companion_makes_all_waits_shorter_by_its_share():
    waits = np.log(np.full(128, 0.05) * 0.95 ** np.arange(128)).astype(np.float32)  # 5 % in each tick
    part = Duo(mine(), mine(), rate=3.0, share=0.5).recall(context())
    found = np.exp(part.waits(waits).astype(np.float64))
    hazard = found[:40] / found[::-1].cumsum()[::-1][:40]
    usual = np.exp(waits.astype(np.float64))
    usual = usual[:40] / usual[::-1].cumsum()[::-1][:40]
    np.testing.assert_allclose(hazard, 1 - (1 - usual) ** 2.0, rtol=1e-3)  # 0.5 his as ever, 0.5 ours tripled


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(5))
def test_style_says_which_note_not_whose_nor_whether_one_ends(seed: int, temperature: float):
    scores = logits(seed)
    duo = Duo(mine(), mine(), temperature=temperature, top_p=0.5)
    found = duo.recall(context()).tokens(scores, LEGAL, 0)
    ons = slice(ON_TOKENS, ON_TOKENS + PITCHES)
    for group in (mine(), ~mine()):
        kept = group & (found[ons] > -1e6)
        assert 0 < kept.sum() < group.sum()
        assert scores[ons][kept].min() >= scores[ons][group & ~kept].max()
        assert mass(found, kept) == pytest.approx(mass(scores, group), rel=1e-4)
        tempered = mass(scores / temperature, kept) / mass(scores / temperature, group)
        assert tempered >= 0.5 - 1e-6
        between = scores[ons][kept] / temperature - found[ons][kept]
        np.testing.assert_allclose(between, between[0], atol=1e-3)
    offs = slice(OFF_TOKENS, OFF_TOKENS + PITCHES)
    np.testing.assert_array_equal(found[offs], scores[offs])


def test_the_share_is_learned_from_what_the_model_says():
    never, always = logits(), logits()
    never[ON_TOKENS : ON_TOKENS + 60] = -30
    always[ON_TOKENS + 60 :] = -30
    for scores, expected in ((never, 0.0), (always, 1.0)):
        duo = Duo(mine(), mine())
        for _ in range(80):
            duo.recall(context()).tokens(scores, LEGAL, 0)
        assert duo.share == pytest.approx(expected, abs=0.02)


def test_a_choice_takes_advice():
    """Where everything is mine and leans to one pitch, that is what is begun."""
    everything = np.ones(PITCHES, bool)
    lean = np.where(PITCH == 33, 0.0, -50.0)
    found = []
    for decision in range(30):
        here = context()
        choice = here.choose(Limits(), Style(1.0, 1.0), Draws(1, decision), Duo(everything, everything, lean))
        assert choice is not None
        if choice.event.kind == Kind.ON:
            found.append(choice.event.pitch)
    assert set(found) == {33}
