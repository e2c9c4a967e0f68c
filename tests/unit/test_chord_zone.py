"""The left hand below the split: when its chord is known, and what goes by it."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at

from live.commands.status_line import words
from live.engine.told import Outcome
from live.errors import AntiphonError
from models.chord import Chord

SPLIT = 60
WAYS = [
    ("harmonize", "chorale"),
    ("harmonize", "piano"),
    ("answer", "piano"),
    ("answer", "folk"),
    ("duet", "piano"),
]


def band(**settings: object) -> Band:
    return Band(networks=babbler, **{"split": SPLIT, "key": "C", **settings})  # type: ignore[arg-type]


def chord(*pitches: int, gap: float = 0) -> list[tuple[float, bytes]]:
    return [(place * gap, on(pitch)) for place, pitch in enumerate(pitches)]


def let_go(*pitches: int, gap: float = 0) -> list[tuple[float, bytes]]:
    return [(place * gap, off(pitch)) for place, pitch in enumerate(pitches)]


def names(player: Band) -> list[object]:
    """The chords that were told, in order."""
    return [each.value for each in player.told if each.name == "chord_now"]


def harmony(player: Band) -> dict[int, int]:
    return sounding_at(sounded(player.sent), player.now_ms)


def classes(player: Band) -> set[int]:
    return {pitch % 12 for pitch in harmony(player).values()}


def test_a_chord_struck_within_50_ms_has_one_name():
    player = band()
    player.play(chord(48, 52, 55, 58, gap=16), rest_ms=100)
    assert names(player) == ["C7"]
    assert all(each.outcome is Outcome.DONE for each in player.told)


def test_it_is_said_50_ms_after_the_first_key():
    player = band()
    player.play(chord(48, 52, 55, gap=5), rest_ms=39)
    assert names(player) == []
    player.wait(2)
    assert names(player) == ["C"]


def test_a_chord_rolled_more_slowly_is_waited_for():
    player = band()
    player.play(chord(48, 52, 55, 58, gap=25), rest_ms=100)
    assert names(player) == ["C7"]


def test_it_stays_when_the_keys_are_let_go_one_by_one():
    player = band()
    player.play(chord(48, 52, 55, 58), rest_ms=300)
    player.play(let_go(55, 48, 58, 52, gap=120), rest_ms=500)
    assert names(player) == ["C7"]
    assert player.session.state()["chord"] == "C7"


def test_a_stab_is_a_chord():
    player = band()
    player.play([*chord(50, 53, 57), *[(20, off(p)) for p in (50, 53, 57)]], rest_ms=100)
    assert names(player) == ["Dm"]


def test_a_finger_of_the_chord_before_may_come_up_late():
    player = band()
    player.play(chord(48, 52, 55), rest_ms=200)
    player.play([(0, on(57)), (30, off(55))], rest_ms=200)
    assert names(player) == ["C", "Am/C"]
    player.play([(0, on(55)), (120, off(57))], rest_ms=200)
    assert names(player)[-1] == "C"


def test_what_is_no_chord_changes_nothing():
    player = band()
    player.play(chord(48, 52, 55), rest_ms=200)
    player.play(let_go(48, 52, 55), rest_ms=200)
    player.play(chord(48, 49, 50), rest_ms=200)
    assert names(player) == ["C"]


def test_the_split_is_a_key_by_name_or_number_or_off():
    player = band(split="off")
    for said, meant in (("C4", 60), (55, 55), ("f#3", 54), ("off", 0), ("48", 48), ("Bb2", 46), (127.0, 127)):
        player.set("split", said)
        assert player.session.settings.split == meant
    for bad in ("H3", 128, "C99", "", None, 3.5, "low"):
        with pytest.raises(AntiphonError, match="split must be off, or a key like C4 or 60"):
            player.set("split", bad)


def test_it_is_shown():
    player = band()
    assert player.session.state()["chord"] is None
    assert "chord" not in words(player.session.state())
    player.play(chord(45, 48, 52), rest_ms=100)
    assert "| chord Am |" in words(player.session.state())
    player.set("split", "off")
    assert player.session.state()["chord"] is None
    player.set("split", 60)
    assert player.session.state()["chord"] is None, "it was forgotten"


def test_the_left_hand_is_no_melody():
    player = band()
    player.play(chord(36, 40, 43), rest_ms=300)
    assert player.sent == []
    player.play([(0, on(72))], rest_ms=20)
    assert set(harmony(player)) == {1, 2, 3}
    player.play([(0, off(72))], rest_ms=100)
    assert not harmony(player), "keys of the zone are down, and no melody is"


@pytest.mark.parametrize(("mode", "model"), WAYS)
def test_all_harmony_goes_by_it(mode: str, model: str):
    player = band(mode=mode, model=model, hold="hard")
    player.play(chord(42, 45, 49), rest_ms=200)
    player.play(tune([67, 68, 70, 72, 74, 73, 71, 69], gap_ms=200, length_ms=180), rest_ms=6000)
    struck = {note.pitch % 12 for note in sounded(player.sent)}
    assert struck
    assert struck <= set(Chord.parse("F#m").classes)


@pytest.mark.parametrize("model", ["chorale", "piano"])
def test_harmony_is_held_hard_without_a_hold_and_softly_with_a_soft_one(model: str):
    def strange(hold: str) -> float:
        found: list[int] = []
        for seed in range(4):
            player = band(model=model, hold=hold, seed=seed)
            player.play(chord(42, 45, 49), rest_ms=100)
            player.play(tune(range(65, 85), gap_ms=200), rest_ms=100)
            found += [note.pitch % 12 for note in sounded(player.sent)]
        return sum(each not in (6, 9, 1) for each in found) / len(found)

    assert strange("off") == strange("hard") == 0
    assert strange("soft") > 0


@pytest.mark.parametrize("model", ["piano", "folk"])
def test_a_line_goes_by_it_softly(model: str):
    def inside(split: object) -> float:
        found: list[int] = []
        for seed in range(6):
            player = band(mode="answer", model=model, split=split, seed=seed)
            player.play(chord(42, 45, 49), rest_ms=100)
            player.play(let_go(42, 45, 49))
            player.play(tune([67, 68, 70, 72, 74, 73], gap_ms=200), rest_ms=6000)
            found += [note.pitch % 12 in (6, 9, 1) for note in sounded(player.sent)]
        return sum(found) / len(found)

    with_zone = inside(60)
    assert inside("off") + 0.2 < with_zone < 1.0


def test_the_zone_goes_before_the_chord_that_is_set():
    player = band(chord="F#", hold="hard")
    player.play([(0, on(72))], rest_ms=100)
    assert classes(player) <= {6, 10, 1}
    player.play(chord(45, 48, 52), rest_ms=100)
    assert classes(player) <= {9, 0, 4}


@pytest.mark.parametrize("model", ["chorale", "piano"])
def test_held_voices_go_by_the_nearest_steps_when_the_chord_changes(model: str):
    player = band(model=model)
    player.play(chord(48, 52, 55), rest_ms=100)
    player.play([(0, on(79))], rest_ms=500)
    before = harmony(player)
    player.play([*let_go(48, 52, 55), *chord(50, 53, 57)], rest_ms=45)
    assert harmony(player) == before
    player.wait(10)
    after = harmony(player)
    assert {pitch % 12 for pitch in before.values()} <= {0, 4, 7}
    assert {pitch % 12 for pitch in after.values()} <= {2, 5, 9}
    assert before.keys() == after.keys()
    order = sorted(before, key=lambda voice: (before[voice], -voice))
    assert order == sorted(after, key=lambda voice: (after[voice], -voice))
    assert all(abs(before[voice] - after[voice]) <= 4 for voice in before)
    assert max(after.values()) < 79
    player.play([(0, off(79))], rest_ms=100)
    assert not still_sounding(message for _, message in player.sent)


def test_common_tones_are_not_struck_again():
    player = band(model="chorale")
    player.play(chord(48, 52, 55), rest_ms=100)
    player.play([(0, on(79))], rest_ms=300)
    before, count = harmony(player), len(sounded(player.sent))
    player.play([(0, off(55)), (0, on(57))], rest_ms=100)  # C becomes Am: G steps to A
    after = harmony(player)
    moved = [voice for voice in before if before[voice] != after[voice]]
    assert all(before[voice] % 12 == 7 for voice in moved)
    assert len(sounded(player.sent)) == count + len(moved)


@pytest.mark.parametrize("model", ["chorale", "piano"])
def test_another_chord_while_nothing_sounds_begins_nothing(model: str):
    player = band(model=model)
    player.play(tune([72, 74, 76]), rest_ms=500)
    count = len(player.sent)
    player.play(chord(48, 52, 55), rest_ms=200)
    assert len(player.sent) == count


def held(player: Band) -> dict[int, int]:
    """Voice -> real pitch as the model holds it."""
    policy = player.session.policy
    onsets = policy._ear.context.state.onsets  # type: ignore[attr-defined]
    shift = policy._ear.shift  # type: ignore[attr-defined]
    return {v: int(onsets[v].argmax()) - shift for v in range(1, 4) if (onsets[v] >= 0).any()}


@pytest.mark.parametrize("later", [40, 900])
@pytest.mark.parametrize("voices", [1, 2, 3])
def test_the_model_is_told_where_the_voices_went(later: int, voices: int):
    player = band(model="chorale", voices=voices)
    player.play(chord(48, 52, 55), rest_ms=100)
    player.play(tune([72, 76, 74, 72]), rest_ms=100)
    player.play([*[(later, each) for _, each in chord(50, 53, 57)], (later, on(79))][::-1][:1], rest_ms=later)
    player.play([*let_go(48, 52, 55), *chord(50, 53, 57)], rest_ms=100)
    told = held(player)
    assert {pitch % 12 for pitch in told.values()} <= {2, 5, 9}
    sounds = harmony(player)
    assert {voice: told[voice] for voice in sounds} == sounds
    player.set("key", "D")  # all of it is heard again in another key
    player.wait(20)
    assert held(player) == told


def test_cc_120_and_lost_ports_leave_no_key_in_the_zone():
    player = band()
    player.play(chord(48, 52, 55), rest_ms=100)
    player.play([(0, controller(120, 0))], rest_ms=100)
    assert not player.session.stage.hearing.zone
    player.play([(0, on(48))], rest_ms=10)
    player.play([(0, controller(123, 0))], rest_ms=100)
    assert not player.session.stage.hearing.zone


def test_a_split_moved_under_keys_that_are_down_leaves_nothing_stuck():
    player = band(split=60)
    player.play([(0, on(55)), (0, on(64))], rest_ms=100)
    player.set("split", 67)
    player.play([(0, off(64)), (10, on(64)), (20, off(64)), (30, off(55))], rest_ms=200)
    assert not still_sounding(message for _, message in player.sent)
    assert not player.session.stage.hearing.sounding


def test_the_left_hand_does_not_interrupt_an_answer_or_keep_it_waiting():
    player = band(mode="answer", model="folk", longest_answer=8.0)
    player.play(chord(48, 52, 55), rest_ms=50)
    player.play(tune([67, 69, 71, 72], gap_ms=250), rest_ms=1200)
    count = player.session.policy.answers  # type: ignore[attr-defined]
    assert count == 1
    while not harmony(player):
        player.wait(1)
    sounds = harmony(player)
    player.play([*let_go(48, 52, 55), *chord(50, 53, 57)], rest_ms=5)
    assert harmony(player) == sounds
    assert player.session.policy._plan is not None  # type: ignore[attr-defined]
