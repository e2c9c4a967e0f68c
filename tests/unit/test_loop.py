"""Loops: what is looped, when it begins, how long it is, and what ends it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from band import Band, still_sounding, tune
from desk import Desk
from looped import BAR, BEAT, PHRASE, as_played, looper, rounds, strikes
from sounded import controller, off, on, sounded

from live.errors import AntiphonError
from live.stage import records as r

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])


@MODELS
def test_a_phrase_goes_round_note_for_note(model: str):
    player = looper(model)
    began = player.now_ms
    player.play(strikes(PHRASE), rest_ms=20_000)
    found = rounds(player, began + 2 * BAR, BAR)
    assert len(found) >= 8
    for notes in found[:8]:
        assert as_played(notes) == PHRASE
    assert player.session.policy.status().startswith("looping 5 notes, round ")


def test_fifty_rounds_do_not_drift():
    player = looper()
    began = player.now_ms
    player.play(strikes(PHRASE), rest_ms=53 * BAR)
    found = rounds(player, began + 2 * BAR, BAR)
    assert [notes[0].start for notes in found[:50]] == pytest.approx([0.0] * 50, abs=1e-3)


@MODELS
def test_in_free_time_a_loop_has_its_own_length(model: str):
    player = looper(model)
    player.set("time", "free")
    player.play(strikes(PHRASE), rest_ms=20_000)
    notes = sounded(player.sent)
    firsts = [note.start for note in notes[::5]]
    assert len(firsts) > 6
    gaps = {round(after - before, 3) for before, after in pairwise(firsts)}
    assert gaps == {1485.0 + 495.0}, "the next note comes after the player's usual gap"
    for index, first in enumerate(firsts[:-1]):
        one = [
            note._replace(start=note.start - first, end=note.end - first) for note in notes[index * 5 :][:5]
        ]
        assert as_played(one) == PHRASE


def test_what_the_pedal_held_is_held():
    player = looper()
    began = player.now_ms
    pedal = [(10, controller(64, 127)), (50, on(48)), (90, off(48)), (1750, controller(64, 0))]
    player.play(pedal, rest_ms=8000)
    (note,) = rounds(player, began + 2 * BAR, BAR)[0]
    assert (note.pitch, round(note.end - note.start, 3)) == (48, 1700.0)


def test_a_phrase_that_begins_before_the_bar_stays_before_the_bar():
    player = looper()
    began = player.now_ms
    player.play([(1500, on(67)), (1700, off(67)), (2000, on(72)), (3100, off(72))], rest_ms=12_000)
    starts = [note.start - began for note in sounded(player.sent)]
    assert starts[:4] == pytest.approx([5500, 6000, 7500, 8000])


def test_a_little_too_long_is_forgiven_and_a_note_on_the_next_bar_is_not():
    for last, bars in ((2300, 1), (2700, 2)):
        player = looper()
        player.play([(0, on(60)), (last, off(60))], rest_ms=14_000)
        starts = [note.start for note in sounded(player.sent)]
        assert starts[1] - starts[0] == pytest.approx(bars * BAR)
    player = looper()
    player.play([(0, on(60)), (200, off(60)), (1980, on(64)), (2200, off(64))], rest_ms=14_000)
    assert [note.pitch for note in sounded(player.sent)][:4] == [60, 64, 60, 64]
    starts = [note.start for note in sounded(player.sent)]
    assert starts[2] - starts[0] == pytest.approx(2 * BAR)


def test_the_tempo_is_followed():
    player = looper()
    began = player.now_ms
    player.play(strikes([(0, 400, 60, 80), (500, 400, 62, 80), (1000, 400, 64, 80)]), rest_ms=6000 - 1400)
    player.set("tempo", 60)
    player.wait(12_000)
    late = [note for note in sounded(player.sent) if note.start > began + 8000]
    gaps = [after.start - before.start for before, after in pairwise(late)]
    assert {round(gap) for gap in gaps} == {1000, 2000}
    assert {round(note.end - note.start) for note in late[:-1]} == {800}


def test_swing_and_grid():
    player = looper(swing=60.0, grid=1.0)
    began = player.now_ms
    player.play(strikes([(10, 100, 60, 80), (290, 100, 62, 80), (505, 100, 64, 80)]), rest_ms=6000)
    first = rounds(player, began + BAR, BAR)[0]
    assert [note.start for note in first] == pytest.approx([0, 300, 500], abs=0.01)


@MODELS
def test_who_plays_over_it_does_not_stop_it(model: str):
    player = looper(model, thru=False)
    began = player.now_ms
    player.play(strikes(PHRASE), rest_ms=2 * BAR)
    player.play(tune([60, 62, 64, 72, 71, 67] * 6, gap_ms=130, length_ms=100), rest_ms=BAR)
    for notes in rounds(player, began + 2 * BAR, BAR):
        assert as_played(notes) == PHRASE


def test_who_plays_on_before_the_loop_has_begun_has_one_phrase():
    player = looper()
    began = player.now_ms
    player.play(strikes([(0, 300, 60, 80), (500, 300, 62, 80), (1980, 300, 64, 80)]), rest_ms=5 * BAR)
    notes = sounded(player.sent)
    assert [note.pitch for note in notes[:6]] == [60, 62, 64] * 2
    assert notes[3].start - notes[0].start == pytest.approx(2 * BAR)
    assert notes[0].start - began == pytest.approx(2 * BAR)


class TestThePedal:
    def test_it_closes_the_loop_on_the_line(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE))  # the last note ends after 1775 ms
        player.wait(100)
        player.act("loop", "take")
        player.wait(4 * BAR)
        assert sounded(player.sent)[0].start - began == pytest.approx(BAR)

    def test_a_pedal_that_comes_late_joins_in(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE))
        player.wait(BAR + 300 - (player.now_ms - began))
        player.act("loop")
        player.wait(4 * BAR)
        assert as_played(rounds(player, began + BAR, BAR)[0])[0][0] == 510
        assert as_played(rounds(player, began + BAR, BAR)[1]) == PHRASE

    def test_in_free_time_it_says_how_long_the_loop_is(self):
        player = looper()
        player.set("time", "free")
        player.play(strikes(PHRASE[:2]), rest_ms=700)
        length = 690 + 700 + 15  # to the first note that can still be sent in time
        player.act("loop", "take")
        player.wait(5000)
        starts = [note.start for note in sounded(player.sent)]
        assert starts[2] - starts[0] == pytest.approx(length, abs=1.1)

    def test_a_key_that_is_down_sounds_to_the_end_of_the_loop(self):
        player = looper()
        began = player.now_ms
        player.play([(0, on(60)), (400, off(60)), (1000, on(48))], rest_ms=950)
        player.act("loop", "take")
        player.wait(3 * BAR)
        notes = rounds(player, began + BAR, BAR)[1]
        assert [(note.pitch, round(note.end)) for note in notes] == [(60, 400), (48, 2000)]

    def test_what_was_played_over_it_takes_its_place(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE), rest_ms=0)
        player.wait(3 * BAR - (player.now_ms - began))
        player.play([(0, on(50)), (900, off(50)), (1000, on(52)), (1900, off(52))])
        player.act("loop", "take")
        player.wait(4 * BAR)
        notes = [note for note in sounded(player.sent) if note.start > began + 4 * BAR - 1]
        assert [note.pitch for note in notes[:6]] == [50, 52] * 3
        assert notes[0].start - began == pytest.approx(4 * BAR)
        assert [note.pitch for note in sounded(player.sent) if note not in notes] == [60, 64, 67, 72, 71] * 2

    def test_again_stops_it_and_again_begins_the_same(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE), rest_ms=2 * BAR + 700)
        player.act("loop")
        assert not still_sounding(message for _, message in player.sent)
        before = len(player.sent)
        player.wait(2 * BAR)
        assert len(player.sent) == before
        player.act("loop")
        player.wait(3 * BAR)
        again = [note for note in sounded(player.sent) if note.start > began + 4 * BAR]
        assert (again[0].start - began) % BAR == pytest.approx(0)
        assert [note.pitch for note in again[:5]] == [60, 64, 67, 72, 71]

    def test_after_a_stop_nothing_begins_by_itself(self):
        player = looper()
        player.play(strikes(PHRASE), rest_ms=3 * BAR)
        player.act("loop", "stop")
        before = len(player.sent)
        player.play(tune([55, 57, 59]), rest_ms=3 * BAR)
        assert len(player.sent) == before
        player.act("loop")
        player.wait(3 * BAR)
        again = sounded(player.sent)[-6:]
        assert [note.pitch for note in again] == [55, 57, 59] * 2
        assert again[3].start - again[0].start == pytest.approx(BAR)

    @pytest.mark.parametrize(
        ("do", "line"),
        [
            ("take", "there is nothing to loop yet: play a phrase first"),
            ("stop", "there is no loop to stop"),
            ("again", "loop must be told take, stop or toggle, not 'again'"),
        ],
    )
    def test_one_line_says_what_is_wrong(self, do: str, line: str):
        with pytest.raises(AntiphonError, match=line):
            looper().act("loop", do)

    def test_nothing_new_is_one_line(self):
        player = looper()
        player.play(strikes(PHRASE), rest_ms=2 * BAR)
        with pytest.raises(AntiphonError, match="nothing was played since this loop began"):
            player.act("loop", "take")

    def test_another_mode_has_no_loop(self):
        with pytest.raises(AntiphonError, match="set mode to loop"):
            looper(mode="answer").act("loop")

    def test_what_was_played_before_the_mode_was_chosen(self):
        player = looper(mode="answer")
        player.play(strikes(PHRASE), rest_ms=100)
        player.set("mode", "loop")
        player.act("loop", "take")
        player.wait(3 * BAR)
        assert [note.pitch for note in sounded(player.sent)][:5] == [60, 64, 67, 72, 71]


class TestBars:
    def test_the_last_bars_are_looped_with_their_rests(self):
        player = looper(loop_bars=2)
        began = player.now_ms
        for pitch in (60, 62, 64, 65):  # one note a bar, on its second beat
            player.play([(500, on(pitch)), (900, off(pitch))], rest_ms=BAR - 900)
        player.act("loop", "take")
        player.wait(6 * BAR)
        found = rounds(player, began + 4 * BAR, 2 * BAR)
        assert as_played(found[0]) == [(500, 400, 64, 80), (2500, 400, 65, 80)]
        assert as_played(found[1]) == as_played(found[0])

    def test_by_themselves_they_are_looped_when_the_player_pauses(self):
        player = looper(loop_bars=1)
        began = player.now_ms
        player.play(strikes([(n * BEAT, 400, 60 + n, 80) for n in range(8)]), rest_ms=5 * BAR)
        first = sounded(player.sent)[0].start - began
        assert [note.pitch for note in sounded(player.sent)][:8] == [64, 65, 66, 67] * 2
        assert first == pytest.approx(3 * BAR)

    def test_bars_in_which_nothing_was_played_are_no_loop(self):
        player = looper(loop_bars=1, patience=8.0)
        player.set("tempo", 300)  # a bar lasts 800 ms
        said: list[str] = []
        player.session.say = said.append
        player.play([(0, on(60)), (100, off(60))], rest_ms=1800)
        player.act("loop", "take")
        player.wait(1000)
        assert said == ["nothing was played in these bars: there is nothing to loop"]
        assert player.session.policy.status().startswith("listening")

    def test_without_a_beat_the_phrase_is_looped_and_one_line_says_so(self):
        player = looper(loop_bars=2)
        said: list[str] = []
        player.session.say = said.append
        player.set("time", "free")
        player.play(strikes(PHRASE), rest_ms=6000)
        assert [note.pitch for note in sounded(player.sent)][:5] == [60, 64, 67, 72, 71]
        assert said.count("loop_bars needs a beat with bars: the last phrase is looped instead") == 1


class TestEnds:
    def looping(self, **settings: object) -> Band:
        player = looper(**settings)  # type: ignore[arg-type]
        player.play(strikes(PHRASE), rest_ms=2 * BAR + 600)
        return player

    def test_a_veto_silences_the_rest_of_the_round(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE), rest_ms=0)
        player.wait(3 * BAR + 100 - (player.now_ms - began))
        player.act("veto")
        player.wait(3 * BAR)
        one, vetoed, after, *_ = rounds(player, began + 2 * BAR, BAR)
        assert len(one) == 5
        assert as_played(vetoed) == PHRASE[:1]
        assert as_played(after) == PHRASE

    def test_mute_is_heard_at_once_and_the_loop_goes_on_unheard(self):
        player = looper()
        began = player.now_ms
        player.play(strikes(PHRASE), rest_ms=0)
        player.wait(2 * BAR + 1100 - (player.now_ms - began))
        player.set("mute", True)
        assert not still_sounding(message for _, message in player.sent)
        player.wait(2 * BAR)
        player.set("mute", False)
        player.wait(2 * BAR)
        found = rounds(player, began + 2 * BAR, BAR)
        assert [len(notes) for notes in found[:3]] == [4, 0, 1]
        assert as_played(found[3]) == PHRASE

    @pytest.mark.parametrize("end", ["panic", "mode", "stop", "lost", "gone"])
    def test_what_ends_it(self, end: str):
        player = self.looping()
        match end:
            case "panic":
                player.act("panic")
            case "mode":
                player.set("mode", "harmonize")
            case "stop":
                player.act("loop", "stop")
            case "lost":
                player.stage.performer.end_everything()
                player.session.on_record(r.PortLost(r.LostReason.SERVER), player.stage.clock.now_ns())
            case "gone":
                player.play([(0, on(60))])
                player.session.on_record(r.SourceGone(0), player.stage.clock.now_ns())
        player.wait(1)
        assert not still_sounding(message for _, message in player.sent)
        before = len(player.sent)
        player.wait(3 * BAR)
        assert len(player.sent) == before
        assert player.session.plans.meant == ()

    @pytest.mark.parametrize("end", ["panic", "lost"])
    def test_before_the_first_loop_the_next_phrase_is_waited_for(self, end: str):
        player = looper()
        player.play(strikes(PHRASE[:2]))
        if end == "panic":
            player.act("panic")
        else:
            player.session.on_record(r.PortLost(r.LostReason.SERVER), player.stage.clock.now_ns())
        player.wait(2 * BAR)
        assert player.session.policy.status() == "listening, 0 loops"
        player.play(strikes(PHRASE), rest_ms=2 * BAR)
        assert [note.pitch for note in sounded(player.sent)][:5] == [60, 64, 67, 72, 71]

    def test_what_is_meant_is_told(self):
        player = looper()
        began = player.now_ms
        player.play(strikes([(n * BEAT, 300, 60 + n, 80) for n in range(8)]), rest_ms=0)
        player.wait(7 * BAR - (player.now_ms - began))
        meant = player.session.plans.meant
        assert [(note.pitch, note.velocity, note.channel) for note in meant] == [
            (60 + n, 80, 1) for n in range(1, 8)
        ]
        first = meant[0]
        assert first.due_ns / 1e6 - began == pytest.approx(7 * BAR + BEAT, abs=1)
        assert first.ends_ns == first.due_ns + 300_000_000


def test_a_pedal_that_was_learned_takes_and_stops(tmp_path: Path):
    desk = Desk(tmp_path, mode="loop", model="piano")
    desk.set("time", "free")
    desk.act("learn", "loop")
    desk.play([(0, controller(66, 127)), (50, controller(66, 0))], rest_ms=50)
    desk.play(strikes(PHRASE[:2]))
    desk.play([(0, controller(66, 127)), (50, controller(66, 0))], rest_ms=500)
    assert desk.session.policy.status().startswith("looping 2 notes")
    desk.play([(0, controller(66, 127)), (50, controller(66, 0))], rest_ms=500)
    assert desk.session.policy.status() == "listening, 1 loops"
