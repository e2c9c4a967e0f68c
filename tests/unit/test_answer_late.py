"""An answer on a machine that was busy elsewhere: late, but there."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from legality import only_legal_events

from live.stage import records as r
from models.context import Context

STALL_NS = 900_000_000


@pytest.mark.parametrize("model", ["piano", "folk"])
@pytest.mark.parametrize("stalled", [0, 1, 3, 5])
def test_an_engine_that_stalls_while_it_plans_answers_late_but_answers(
    model: str, stalled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The choice of the event with number ``stalled`` takes 900 ms."""
    player = Band(networks=babbler, mode="answer", model=model, seed=1, key="C")
    player.play(tune([60, 64, 67, 64]), rest_ms=200)
    choose, calls = Context.choose, []

    def slow(*arguments):
        calls.append(1)
        if len(calls) == stalled + 1:
            player.stage.clock.advance(STALL_NS)
        return choose(*arguments)

    monkeypatch.setattr(Context, "choose", slow)
    with only_legal_events():
        player.wait(5000)
    assert len(calls) > stalled
    dropped = [report for report in player.stage.reports if isinstance(report, r.Dropped)]
    struck = [at for at, message in player.sent if message[0] & 0xF0 == 0x90]
    assert len(dropped) <= 1 + stalled
    assert struck
    assert player.session.lateness
    assert max(player.session.lateness) <= 50_000_000 or dropped
    assert not still_sounding(message for _, message in player.sent)
