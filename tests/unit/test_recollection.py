"""What is remembered is mixed into the heads by its weight, and never beyond what is legal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from test_phrase_memory import melody

from models.events import Event, Kind
from models.grid import PERFORMANCE, SCORE, Grid
from models.phrase_memory import PhraseMemory
from models.recollection import Recalled, Recollection
from models.sampling import log_probabilities
from models.vocabulary import OFF_TOKENS, TOKENS

MOTIF = (60, 62, 64, 65, 67, 64, 60, 59, 57)
LEGAL = np.ones(TOKENS, bool)
NOTHING_KNOWN = np.zeros(TOKENS, np.float32)


@dataclass
class Played:
    """A context: pitches 20 ticks apart, each let go after 15."""

    pitches: tuple[int, ...]
    grid: Grid = PERFORMANCE
    gap: int = 20
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, pitch in enumerate(self.pitches):
            self.events.append(Event(index * self.gap, Kind.ON, pitch, 64))
            if self.grid is PERFORMANCE:
                self.events.append(Event(index * self.gap + 3 * self.gap // 4, Kind.OFF, pitch))

    @property
    def now(self) -> int:
        return self.events[-1].time

    def recent(self, count: int) -> list[Event]:
        return self.events[-count:]


def recalled(
    weight: float, *pitches: int, shift: int = 0, since: int | None = None, gap: int = 20
) -> Recalled:
    memory = PhraseMemory([melody(*MOTIF)])
    found = Recollection(memory, weight, shift=shift, since=since).recall(Played(pitches, gap=gap))
    assert found is not None
    return found


def chances(logits: np.ndarray) -> np.ndarray:
    return np.exp(log_probabilities(logits, LEGAL))


def test_the_motif_goes_on_as_it_did_in_another_key():
    found = recalled(1.0, *(pitch + 3 for pitch in MOTIF[:5]))
    tokens = chances(found.tokens(NOTHING_KNOWN, LEGAL, 5))
    assert tokens[MOTIF[5] + 3] == pytest.approx(128 / TOKENS, rel=1e-3)


def test_how_likely_a_note_on_is_stays_as_it_was():
    for weight in (0.2, 0.5, 0.9, 1.0):
        tokens = chances(recalled(weight, *MOTIF[:5]).tokens(NOTHING_KNOWN, LEGAL, 5))
        assert tokens[:OFF_TOKENS].sum() == pytest.approx(OFF_TOKENS / TOKENS, rel=1e-5)
        assert tokens[OFF_TOKENS:] == pytest.approx(1 / TOKENS, rel=1e-5)


def test_more_weight_is_more_likely():
    chance = [
        chances(recalled(weight, *MOTIF[:5]).tokens(NOTHING_KNOWN, LEGAL, 5))[MOTIF[5]]
        for weight in (0.05, 0.2, 0.5, 0.8, 1.0)
    ]
    assert chance == sorted(chance)
    assert chance[0] < 0.01
    assert chance[-1] > 0.4


def test_a_longer_match_is_more_likely():
    chance = [
        chances(recalled(0.5, *MOTIF[first:5]).tokens(NOTHING_KNOWN, LEGAL, 5))[MOTIF[5]]
        for first in (2, 1, 0)
    ]
    assert chance == sorted(chance)


def test_what_is_illegal_stays_so():
    legal = LEGAL.copy()
    legal[MOTIF[5]] = False
    tokens = recalled(1.0, *MOTIF[:5]).tokens(NOTHING_KNOWN, legal, 5)
    assert np.array_equal(tokens, NOTHING_KNOWN), "nothing else is remembered, so the model alone chooses"


def test_a_wait_goes_with_the_pace():
    for gap in (16, 20, 30):
        found = recalled(0.5, *MOTIF[:5], gap=gap)
        waits = found.waits(np.zeros(PERFORMANCE.time_bins, np.float32))
        assert abs(int(waits.argmax()) - (gap - 3 * gap // 4)) <= 1


def test_a_loudness_is_remembered_for_the_note_that_comes():
    found = recalled(0.9, *MOTIF[:5])
    flat = np.zeros(32, np.float32)
    assert abs(int(found.loudness(flat, MOTIF[5]).argmax()) - 63 // 4) <= 1
    assert found.loudness(flat, MOTIF[5] + 1) is flat


def test_a_phrase_of_its_own_begins_as_a_phrase_began():
    found = recalled(1.0, 70, 75, shift=2, since=1000)
    assert chances(found.tokens(NOTHING_KNOWN, LEGAL, 5)).argmax() == MOTIF[0] + 2


def test_where_nothing_fits_nothing_is_said():
    memory = PhraseMemory([melody(*MOTIF)])
    strange = Played((40, 90, 41))
    assert Recollection(memory, 0.9).recall(strange) is None
    assert Recollection(memory, 0.0).recall(Played(MOTIF[:5])) is None
    assert Recollection(PhraseMemory(), 1.0).recall(Played(MOTIF[:5])) is None
    assert Recollection(memory, 1.0).recall(strange) is not None


def test_ticks_may_last_as_long_as_they_like():
    memory = PhraseMemory([melody(*MOTIF)])
    played = Played(MOTIF[:5], SCORE, gap=12)
    found = Recollection(memory, 0.5, tick_us=200_000 / 12).recall(played)
    assert found is not None
    assert int(found.waits(np.zeros(SCORE.time_bins, np.float32)).argmax()) == 12
