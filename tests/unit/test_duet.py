"""Duet: the companion plays while the player plays, beside him, and what it plays is what the model hears."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from legality import only_legal_events
from sounded import Sounded, off, on, sounded

from live.engine.alone import CARRIES_NS, ENDS_NS, RINGS_NS
from live.engine.duet import AHEAD_NS, COMMITTED_NS
from live.errors import AntiphonError
from live.stage import records as r
from live.stage.clock import MILLISECOND
from models.events import Event, Kind

HIGH = [84, 86, 88, 89, 88, 86, 84, 83]
LOW = [36, 38, 40, 41, 40, 38, 36, 43]
SEEDS = pytest.mark.parametrize("seed", range(3))


def duet(seed: int = 1, **settings: object) -> Band:
    return Band(networks=babbler, seed=seed, **{"mode": "duet", "time": "free", **settings})


def play(player: Band, pitches: list[int], times: int = 2, gap_ms: float = 200) -> None:
    player.play(tune(pitches * times, gap_ms=gap_ms, length_ms=0.9 * gap_ms))


def notes(player: Band) -> list[Sounded]:
    return sounded(player.sent)


def context_of(player: Band) -> list[Event]:
    return player.session.policy._ear.context.recent()  # type: ignore[attr-defined, no-any-return]


@SEEDS
@pytest.mark.parametrize("pitches", [HIGH, LOW])
def test_it_plays_while_the_player_plays_where_he_does_not(pitches: list[int], seed: int):
    player = duet(seed)
    with only_legal_events():
        play(player, pitches)
    found = notes(player)
    assert len(found) > 4
    if pitches is HIGH:
        assert max(note.pitch for note in found) < min(HIGH)
    else:
        assert min(note.pitch for note in found) > max(LOW)


@SEEDS
def test_with_cover_it_plays_where_he_does_too(seed: int):
    middle = [62, 66, 69, 64, 67, 61]
    beside, covering = duet(seed), duet(seed, cover=True)
    for player in (beside, covering):
        with only_legal_events():
            play(player, middle, 4)

    def inside(player: Band) -> int:
        return sum(min(middle) <= note.pitch <= max(middle) for note in notes(player))

    assert inside(covering) > 3
    assert inside(beside) <= 1  # before it is known where he plays


@SEEDS
def test_it_does_not_double_what_he_plays(seed: int):
    """He plays everywhere, also where the companion just is."""
    player = duet(seed, cover=True)
    begun = player.now_ms
    messages = tune([60 + (step * 7) % 24 for step in range(60)], gap_ms=90, length_ms=170)
    player.play(messages)
    down: dict[int, float] = {}
    played = [(begun + at, int(message[0] == 0x90), message) for at, message in messages]
    played += [(note.start, -1, bytes((0x90, note.pitch, 1))) for note in notes(player)]
    for at, whose, message in sorted(played):
        if whose == -1:  # before what he strikes in that very moment, which nobody knew
            assert message[1] not in down, f"{message[1]} at {at} is his since {down[message[1]]}"
        elif message[0] == 0x90:
            down[message[1]] = at
            assert not any(
                note.pitch == message[1] and note.start <= at and note.end > at + 1 for note in notes(player)
            )
        else:
            down.pop(message[1], None)


@SEEDS
def test_the_model_hears_the_player_and_exactly_what_was_sent(seed: int):
    player = duet(seed)
    with only_legal_events():
        play(player, HIGH, 3)
    player.wait(30)
    struck = [event for event in context_of(player) if event.kind == Kind.ON]
    sent = [(note.pitch, note.velocity) for note in notes(player)]
    own = [(event.pitch, event.velocity) for event in struck if event.pitch < min(HIGH)]
    assert own == sent[len(sent) - len(own) :]
    assert [event.pitch for event in struck if event.pitch >= min(HIGH)][-8:] == HIGH


@SEEDS
def test_only_what_is_due_soon_has_been_ordered(seed: int):
    player = duet(seed)
    orders: list[tuple[int, r.EngineRecord]] = []
    order = player.session._to_stage

    def noted(*records: r.EngineRecord) -> None:
        orders.extend((player.stage.clock.now_ns(), each) for each in records)
        order(*records)

    player.session._to_stage = noted
    play(player, HIGH)
    ahead = [each.due_ns - at for at, each in orders if isinstance(each, r.Plan)]
    assert len(ahead) > 10
    assert max(ahead) <= COMMITTED_NS
    assert min(ahead) >= -2 * MILLISECOND


@SEEDS
def test_what_is_tentative_is_what_comes_if_he_does_nothing(seed: int):
    came = told = 0
    for extra in range(4):
        player = duet(seed * 10 + extra)
        play(player, HIGH)
        player.wait(70)
        until = min(_surprise_ns(player), player.stage.clock.now_ns() + AHEAD_NS)
        meant = [note for note in player.session.plans.meant if note.due_ns < until]
        player.wait(AHEAD_NS / MILLISECOND + 1)
        begun = [(round(note.start), note.pitch, note.velocity) for note in notes(player)]
        told += len(meant)
        came += sum((round(n.due_ns / MILLISECOND), n.pitch, n.velocity) in begun for n in meant)
    assert came == told > 0


def _surprise_ns(player: Band) -> int:
    """Until then nothing is known that was not known when it was planned."""
    plan = player.session.policy._plan  # type: ignore[attr-defined]
    return plan.imagined_ns if plan.imagined_ns is not None else 2**62  # type: ignore[no-any-return]


@SEEDS
def test_a_veto_leaves_silence_then_it_goes_on(seed: int):
    player = duet(seed)
    play(player, HIGH)
    player.wait(10)
    while not player.session.plans.meant:
        player.wait(5)
    ordered = {note.due_ns for note in player.session.policy._own if not note.sent}  # type: ignore[attr-defined]
    begun = player.now_ms
    player.act("veto")
    assert player.session.plans.meant == ()
    player.wait(AHEAD_NS / MILLISECOND - 10)
    between = [note for note in notes(player) if note.start > begun]
    assert {round(note.start * MILLISECOND) for note in between} <= ordered
    player.wait(1500)
    assert len([note for note in notes(player) if note.start > begun]) > len(between)


@SEEDS
def test_when_he_stops_it_goes_on_for_a_while_and_rests(seed: int):
    player = duet(seed)
    play(player, HIGH)
    stopped = player.now_ms
    player.wait(20_000)
    found = notes(player)
    assert max(note.start for note in found) > stopped + 1000
    assert max(note.start for note in found) < stopped + ENDS_NS / MILLISECOND + 1
    assert max(note.end for note in found) < stopped + (ENDS_NS + RINGS_NS) / MILLISECOND + 100
    assert player.session.wake_at_ns is None
    assert player.session.policy.status().startswith("resting")
    before = len(player.sent)
    play(player, HIGH)
    assert len(player.sent) > before + 4


def test_it_becomes_softer_and_sparser_towards_the_end():
    early, late = [], []
    for seed in range(12):
        player = duet(seed)
        play(player, HIGH)
        stopped = player.now_ms
        player.wait(10_000)
        early += [note for note in notes(player) if stopped < note.start < stopped + 2000]
        late += [note for note in notes(player) if stopped + 4000 < note.start]
    assert len(late) < 0.8 * len(early)

    def loudness(found: list[Sounded]) -> float:
        return sum(note.velocity for note in found) / len(found)

    assert loudness(late) < 0.9 * loudness(early)


def test_a_chord_that_is_held_for_ever_is_not_accompanied_for_ever():
    player = duet()
    play(player, HIGH)
    struck = player.now_ms
    player.play([(0, on(84)), (0, on(88))], rest_ms=40_000)
    last = max(note.start for note in notes(player))
    assert struck + CARRIES_NS / MILLISECOND < last
    assert last < struck + (CARRIES_NS + ENDS_NS) / MILLISECOND + 1
    assert not still_sounding(message for _, message in player.sent)


def test_with_bars_it_ends_before_a_bar_line():
    player = duet(time="tempo", tempo=120, meter="4/4")
    play(player, HIGH)
    stopped = player.now_ms
    player.wait(12_000)
    last = max(note.start for note in notes(player))
    assert stopped + 3000 < last < stopped + 6001  # the line lies 4 to 6 s later


@pytest.mark.parametrize("model", ["folk", "chorale"])
def test_models_of_single_voices_are_refused_in_one_line(model: str):
    player = Band(networks=babbler, mode="off", model=model)
    with pytest.raises(AntiphonError, match=f"^model {model} cannot play a duet: use piano$"):
        player.set("mode", "duet")


@pytest.mark.parametrize("how", ["off", "answer", "mute", "panic", "lost"])
def test_whatever_ends_it_ends_its_notes(how: str):
    player = duet()
    play(player, HIGH)
    while not any(note.end == float("inf") for note in notes(player)):
        player.wait(5)
    if how == "panic":
        player.act("panic")
    elif how == "mute":
        player.set("mute", True)
    elif how == "lost":
        player.stage.performer.end_everything()
        player.session.on_record(r.PortLost(r.LostReason.SERVER), player.stage.clock.now_ns())
    else:
        player.set("mode", how)
    player.wait(2)
    assert not still_sounding(message for _, message in player.sent)
    before = len(player.sent)
    player.wait(300)
    assert len(player.sent) == before
    assert player.session.plans.meant == ()


def test_a_hard_hold_keeps_it_to_the_scale():
    player = duet(key="C", hold="hard")
    play(player, HIGH, 6)
    found = notes(player)
    assert len(found) > 20
    assert {note.pitch % 12 for note in found} <= {0, 2, 4, 5, 7, 9, 11}


def test_its_notes_go_the_way_of_voice_1():
    player = duet(voice1_channel=7, voice1_transpose=-12, voice1_low=36, voice1_high=59)
    with only_legal_events():
        play(player, HIGH, 6)
    found = notes(player)
    assert len(found) > 20
    assert {note.channel for note in found} == {6}
    assert all(36 <= note.pitch <= 59 for note in found)


def test_a_way_too_narrow_for_most_pitches_leaves_the_others():
    player = duet(voice1_low=48, voice1_high=52)
    with only_legal_events():
        play(player, HIGH, 8)
        player.wait(10_000)
    assert {note.pitch for note in notes(player)} <= set(range(48, 53))
    assert not still_sounding(message for _, message in player.sent)


def test_its_onsets_are_drawn_to_the_grid():
    player = duet(time="tempo", tempo=100, grid=1.0)
    play(player, HIGH, 4, gap_ms=150)
    sixteenth = 150.0
    pulse = player.session.time.pulse
    assert pulse is not None
    found = notes(player)
    assert len(found) > 10
    line = pulse.ns_at(0) / MILLISECOND
    away = [abs((note.start - line + sixteenth / 2) % sixteenth - sixteenth / 2) for note in found]
    assert sum(each < 0.01 for each in away) > 0.5 * len(away)  # others were decided after their point


@pytest.mark.parametrize("stall_ms", [60, 400, 3000])
def test_an_engine_that_stalled_goes_on(stall_ms: int):
    player = duet()
    with only_legal_events():
        for _ in range(4):
            play(player, HIGH, 1)
            player.stage.clock.advance(stall_ms * MILLISECOND)
            before = len(player.sent)
            play(player, HIGH, 1)
            assert len(player.sent) > before
        player.wait(10_000)
    assert not still_sounding(message for _, message in player.sent)


def test_lost_reports_leave_no_note_behind():
    player = duet()
    for _ in range(3):
        play(player, HIGH, 1)
        player._reported = len(player.stage.reports)
        player.stage.run(300)
        player._reported = len(player.stage.reports)  # an engine that was told nothing of this
        player.session.on_record(r.Count(r.Counter.REPORTS_LOST, 1), player.stage.clock.now_ns())
        player.wait(5)
        assert not still_sounding(message for _, message in player.sent)


def test_it_goes_on_from_what_was_played_in_another_mode():
    player = duet(mode="answer")
    player.play(tune(HIGH, gap_ms=150, length_ms=120))
    player.set("mode", "duet")
    heard = [event.pitch for event in context_of(player) if event.kind == Kind.ON]
    assert heard[-8:] == HIGH
    before = len(player.sent)
    player.play([(0, on(84)), (150, off(84)), (200, on(86)), (350, off(86))], rest_ms=600)
    assert len(player.sent) > before


def test_it_listens_to_some_notes_before_it_joins_in():
    player = duet()
    player.play(tune(HIGH[:2], gap_ms=300, length_ms=250))
    assert not player.sent


@SEEDS
def test_each_key_is_begun_once_until_it_is_ended(seed: int):
    """On the wire a second owner of a key would be merged: nothing of that happens."""
    player = duet(seed)
    play(player, HIGH, 4, gap_ms=70)
    flags = [each.flags for each in player.stage.reports if isinstance(each, r.Sent)]
    assert len(flags) > 20
    assert not any(each & r.SentFlag.MERGED for each in flags)
