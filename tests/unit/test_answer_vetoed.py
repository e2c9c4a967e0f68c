"""A veto: nothing more of an answer begins, what sounds rings out, and the next phrase is answered."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from sounded import NEVER, off, on, sounded

from live.errors import AntiphonError
from live.stage import records as r
from models.events import Kind

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
PHRASE = [60, 64, 67, 64]


def band(model: str, seed: int = 1) -> Band:
    return Band(networks=babbler, mode="answer", model=model, seed=seed, key="C")


def until_it_answers(player: Band) -> float:
    """When the first note of an answer came."""
    before = len(player.sent)
    player.play(tune(PHRASE))
    while len(player.sent) == before:
        player.wait(1)
    return player.now_ms


def heard_by_the_model(player: Band) -> list[int]:
    events = player.session.policy._ear.context.recent()  # type: ignore[attr-defined]
    return [event.pitch for event in events if event.kind == Kind.ON]


@MODELS
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 30), after_ms=st.integers(0, 1500))
def test_nothing_begins_any_more_and_nothing_is_cut(model: str, seed: int, after_ms: int):
    player, other = band(model, seed), band(model, seed)
    with only_legal_events():
        for each in (player, other):
            until_it_answers(each)
            each.wait(after_ms)
        player.act("veto")
        at = player.now_ms
        player.wait(2500)
        other.wait(1000)
    notes, as_planned = sounded(player.sent), sounded(other.sent)
    begun = [note for note in as_planned if note.start <= at]
    assert [note[:4] for note in notes] == [note[:4] for note in begun], "what was out by then, and no more"
    for note, planned in zip(notes, begun, strict=True):
        assert note.end != NEVER
        if planned.end <= at + 300:  # an answer is planned 400 ms ahead
            assert note.end == planned.end, "it ends where that was planned"
        else:
            assert note.end > at + 300, "nothing is cut"
    assert not still_sounding(player.stage.sent)
    assert heard_by_the_model(player) == PHRASE + [note.pitch for note in notes]
    assert player.session.policy.status().startswith("listening")


@MODELS
def test_what_has_a_planned_end_ends_there(model: str):
    """Of notes whose end the stage knew already, that is the end."""
    player = band(model, 3)
    until_it_answers(player)
    known: dict[tuple[int, int], float] = {}
    while not known:
        player.wait(1)
        sounding = {(note.channel, note.pitch) for note in sounded(player.sent) if note.end == NEVER}
        for entry in sorted(player.stage.performer._scheduler._heap, reverse=True):
            key = (entry.plan.message[0] & 0x0F, entry.plan.message[1])
            if entry.plan.message[0] & 0xF0 == 0x80 and key in sounding:
                known[key] = entry.at_ns / 1e6
    player.act("veto")
    player.wait(5000)
    ended = {(note.channel, note.pitch): note.end for note in sounded(player.sent)}
    for key, end in known.items():
        assert ended[key] == pytest.approx(end, abs=1.0)


@MODELS
def test_the_next_phrase_is_answered_as_usual(model: str):
    player = band(model)
    until_it_answers(player)
    player.wait(200)
    player.act("veto")
    player.wait(3000)
    before = len(player.sent)
    player.play(tune(PHRASE), rest_ms=8000)
    assert len(player.sent) > before
    assert player.session.policy.answers == 2  # type: ignore[attr-defined]
    assert not still_sounding(player.stage.sent)


@MODELS
@pytest.mark.parametrize("when", ["waiting", "planned"])
def test_an_answer_that_has_not_begun_does_not_come(model: str, when: str):
    player = band(model)
    player.play(tune(PHRASE))
    policy = player.session.policy
    while when == "planned" and policy._plan is None:  # type: ignore[attr-defined]
        player.wait(1)
    player.act("veto")
    player.wait(5000)
    assert player.sent == []
    assert heard_by_the_model(player) == PHRASE
    player.play(tune(PHRASE), rest_ms=8000)
    assert player.sent, "the next phrase is"


def test_a_key_while_it_rings_out_ends_it():
    player = band("piano", 2)
    until_it_answers(player)
    player.wait(300)
    player.act("veto")
    with only_legal_events():
        player.play([(0, on(84)), (100, off(84))], rest_ms=10)
    assert not still_sounding(player.stage.sent)
    player.wait(5000)
    assert heard_by_the_model(player).count(84) >= 1


def test_a_lost_report_of_the_veto_stops_nothing():
    player = band("piano", 2)
    until_it_answers(player)
    player.wait(300)
    deliver, player._deliver = player._deliver, lambda: None  # type: ignore[method-assign]
    player.session.act("veto", None, player.stage.clock.now_ns())
    player.stage.reports.clear()
    player._reported = 0
    player._deliver = deliver  # type: ignore[method-assign]
    player.wait(5000)
    assert player.session.policy._plan is None  # type: ignore[attr-defined]
    before = len(player.sent)
    player.play(tune(PHRASE), rest_ms=8000)
    assert len(player.sent) > before


@MODELS
def test_vetoed_twice_is_vetoed_once(model: str):
    player = band(model)
    until_it_answers(player)
    orders: list[object] = []
    send = player.session._to_stage
    player.session._to_stage = lambda *given: (orders.extend(given), send(*given))  # type: ignore[func-returns-value]
    player.act("veto")
    player.session.act("veto", None, player.stage.clock.now_ns())
    assert sum(isinstance(order, r.Cancel) for order in orders) == 1


@pytest.mark.parametrize(
    "options", [{"mode": "harmonize"}, {"mode": "harmonize", "model": "piano"}, {"mode": "off"}]
)
def test_a_mode_that_plans_nothing_ahead_says_so(options: dict[str, str]):
    player = Band(networks=babbler, **options)  # type: ignore[arg-type]
    with pytest.raises(AntiphonError, match="nothing is planned ahead in this mode"):
        player.act("veto")
