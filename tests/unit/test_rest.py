"""Between two things to be done the engine rests: a moment that stays in the past would keep it busy."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, tune

MOST_AT_ONCE = 150
"""Turns without time passing: half a second of music, planned two events a turn, is far below."""


def wake_till_it_rests(band: Band) -> int:
    """How often it wants to be woken in this moment."""
    for count in range(MOST_AT_ONCE):
        at_ns, now_ns = band.session.wake_at_ns, band.stage.clock.now_ns()
        if at_ns is None or at_ns > now_ns:
            return count
        band.session.wake(now_ns)
        band._deliver()
    pytest.fail(f"does not rest at {band.now_ms} ms: {band.session.policy}")


@pytest.mark.parametrize("swing", [50.0, 58.0, 66.7, 75.0])
@pytest.mark.parametrize("mode", ["harmonize", "answer", "duet", "loop"])
def test_it_rests_between_its_turns(mode: str, swing: float):
    band = Band(networks=babbler, mode=mode, swing=swing, tempo=97.0)
    band.set("time", "tempo")
    turns = 0
    for phrase in ([60, 64, 67, 72, 71, 69, 67], [48, 55, 60, 64]):
        band.play(tune(phrase, gap_ms=210))
        for _ in range(4000):
            band.wait(1)
            turns += wake_till_it_rests(band)
    assert turns < 8 * 60
