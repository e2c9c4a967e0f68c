"""How the benchmark of duets plays to a session in zero time, and what it counts of tentative notes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from band import Band, tune
from duet_run import Watch, until

from live.engine.plans import Tentative
from live.stage.clock import MILLISECOND

CHANNEL = 1


def meant(at_ms: float, pitch: int) -> Tentative:
    return Tentative(round(at_ms * MILLISECOND), None, CHANNEL, pitch, 64)


def test_a_note_that_is_meant_on_is_one_note():
    band = Band(mode="off")
    watch, begun = Watch(band), band.now_ms
    band.session.plans.tentative([meant(begun + 50, 60), meant(begun + 90, 64)])
    band.wait(10)
    band.session.plans.tentative([meant(begun + 55, 60), meant(begun + 90, 65)])
    assert [each.pitch for each in band.session.plans.meant] == [60, 65]
    band.wait(100)
    said = {note.pitch: (note.due_ns, since) for note, since in watch.end()}
    assert set(said) == {60, 64, 65}
    assert said[60] == (round((begun + 55) * MILLISECOND), round(begun * MILLISECOND))
    assert said[65][1] == round((begun + 10) * MILLISECOND)


def test_what_is_not_due_yet_is_not_counted():
    band = Band(mode="off")
    watch = Watch(band)
    band.session.plans.tentative([meant(band.now_ms + 50, 60)])
    assert watch.end() == []


@pytest.mark.parametrize("mode", ["harmonize", "answer"])
def test_from_one_thing_that_happens_to_the_next_is_the_same_as_step_by_step(mode: str):
    """Within the millisecond by which the steps are late."""
    sent = []
    for step in (False, True):
        band = Band(mode=mode, seed=6)
        start = band.now_ms
        for at, message in tune((60, 62, 64, 65, 67, 65, 64, 62), 250, 200):
            band.wait(start + at - band.now_ms) if step else until(band, round((start + at) * MILLISECOND))
            band.stage.hear(message)
            band._deliver()
        band.wait(6000) if step else until(band, round((start + 7950) * MILLISECOND))
        sent.append([(at, message) for at, message in band.sent if at < start + 7000])
    assert len(sent[0]) == len(sent[1]) > 6
    assert [message for _, message in sent[0]] == [message for _, message in sent[1]]
    np.testing.assert_allclose([at for at, _ in sent[0]], [at for at, _ in sent[1]], atol=2)
