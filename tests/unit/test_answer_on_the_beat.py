"""Answers on a beat: their first note, their onsets on the grid, their eighths swung."""

from __future__ import annotations

import statistics
from itertools import pairwise
from random import Random

import pytest
from babbler import babbler
from band import Band, tune
from metered import Answered, answers
from sounded import off, on, sounded

from live.beat.beats import beat_quarters

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
PHRASES = 25


def band(model: str = "piano", **settings: object) -> Band:
    player = Band(networks=babbler, mode="answer", model=model, longest_answer=2, **settings)
    player.set("time", "tempo")
    return player


def answered(model: str, count: int, **settings: object) -> list[Answered]:
    return list(answers(band(model, **settings), count, Random(count)))


@MODELS
@pytest.mark.parametrize(
    ("tempo", "meter"), [(90, "4/4"), (120, "3/4"), (180, "6/8"), (66, "2/2"), (40, "4/4"), (240, "4/4")]
)
def test_the_first_note_is_on_a_beat(model: str, tempo: float, meter: str):
    """In all meters together 300 phrases, 150 for each model."""
    found = answered(model, PHRASES, tempo=tempo, meter=meter)
    assert len(found) == PHRASES
    for each in found:
        assert each.notes, "no answer"
        beat = beat_quarters(each.pulse.bars)
        assert each.beside(beat) <= 1
        beat_ms = beat * each.pulse.quarter_ns / 1e6
        assert 349 <= each.notes[0].start - each.over <= 760 + beat_ms, "not the next beat after the silence"


@MODELS
def test_the_first_note_is_on_a_bar_line(model: str):
    for each in answered(model, 12, tempo=140, meter="3/4", answer_on="bar"):
        assert each.beside(3) <= 1


@MODELS
def test_free_answers_do_not_wait_for_beats(model: str):
    found = answered(model, 12, tempo=60, answer_on="free")
    assert statistics.mean(each.beside(1) for each in found) > 80
    assert max(each.notes[0].start - each.over for each in found) < 850


@MODELS
def test_in_free_time_there_is_no_beat_to_wait_for(model: str):
    """The same to the nanosecond, whatever the grid is."""
    sent = []
    for settings in ({}, {"grid": 1.0, "swing": 70.0, "answer_on": "bar"}):
        player = Band(networks=babbler, mode="answer", model=model, **settings)
        player.play(tune([60, 64, 67, 64]), rest_ms=4000)
        sent.append(player.sent)
    assert sent[0] == sent[1] != []


@MODELS
def test_an_answer_that_is_asked_for_waits_for_the_beat(model: str):
    player = band(model, tempo=60)
    player.play([(0, on(60)), (100, off(60)), (150, on(64))], rest_ms=60)
    player.act("answer")
    assert player.session.policy.status() == "listening, 0 answers"
    player.wait(1200)
    first = sounded(player.sent)[0].start
    pulse = player.session.time.pulse
    assert pulse is not None
    assert first == pytest.approx(pulse.ns_at(1) / 1e6, abs=0.01)


@MODELS
def test_who_plays_on_before_the_beat_gets_no_answer_and_one_phrase(model: str):
    player = band(model, tempo=60)
    began = player.now_ms
    player.play(tune([60, 62, 64, 65], gap_ms=100, length_ms=80))
    for _ in range(3):  # decided already when the key goes down, 30 ms before each beat
        player.wait(1000 - (player.now_ms - began) % 1000 - 30)
        player.play([(0, on(67)), (80, off(67))])
    assert not player.sent
    over = player.now_ms
    player.wait(6000)
    notes = sounded(player.sent)
    assert notes[-1].end - notes[0].start > 0.6 * min(2000, over - began)
    assert player.session.policy._phrase_ns == pytest.approx((over - began) * 1e6, abs=2e6)  # type: ignore[attr-defined]


def test_grid_draws_onsets_to_the_sixteenths_by_its_strength():
    mean = {}
    for grid in (0.0, 0.5, 1.0):
        found = answered("piano", PHRASES, tempo=100, grid=grid)
        mean[grid] = statistics.mean(
            each.beside(0.25, index) for each in found for index in range(len(each.notes))
        )
    assert mean[0] > 25, "the model is not on the grid by itself: 37.5 ms were evenly spread"
    assert mean[0.5] == pytest.approx(mean[0] / 2, rel=0.2)
    assert mean[1] < 0.01


def test_notes_of_a_chord_are_drawn_to_one_point():
    for each in answered("piano", PHRASES, tempo=100, grid=1.0):
        for one, other in zip(each.notes, each.notes[1:], strict=False):
            assert other.start - one.start < 0.01 or other.start - one.start > 140


def test_drawn_notes_keep_their_lengths():
    """As long as without grid, note by note: the model says the same until it hears itself."""
    lengths = []
    for grid in (0.0, 1.0):
        notes = answered("piano", 1, tempo=100, grid=grid)[0].notes
        lengths.append(sorted((note.pitch, round(note.end - note.start, 2)) for note in notes))
    assert len(lengths[0]) > 5
    assert lengths[0] == lengths[1]


@MODELS
def test_second_eighths_stand_where_swing_says(model: str):
    found = answered(model, PHRASES, tempo=100, grid=1.0, swing=66.7)
    places = [place % 1 for each in found for place in each.quarters]
    quarter_ms = 600
    seconds = [abs(place - 2 / 3) * quarter_ms <= 1 for place in places if 0.5 <= place < 0.75]
    assert len(seconds) > 10
    assert statistics.mean(seconds) > 0.9, "now and then the babbler begins a note beside the eighths"
    assert not any(abs(place - 1 / 2) * quarter_ms <= 1 for place in places), "an eighth stands straight"
    assert all(each.beside(1) <= 1 for each in found), "beats swing"


@MODELS
def test_compound_beats_do_not_swing(model: str):
    found = answered(model, 10, tempo=150, meter="6/8", grid=1.0, swing=75.0)
    unit = 1 / 24 if model == "folk" else 0.25
    assert max(each.beside(unit, index) for each in found for index in range(len(each.notes))) < 0.01


@pytest.mark.parametrize("swing", [60.0, 66.7])
def test_folk_hears_swung_eighths_as_eighths(swing: float):
    player = band("folk", tempo=120, swing=swing)
    for number in range(9):
        player.play([(0, on(60 + number)), (100, off(60 + number))])
        place = (number + 1) // 2 + (swing / 100 if number % 2 == 0 else 0)
        player.wait(place * 500 - (player.now_ms - 1000))
    ticks = [event.time for event in player.session.policy._ear.context.recent() if event.pitch]  # type: ignore[attr-defined]
    onsets = sorted(set(ticks))
    assert {tick % 12 for tick in onsets} <= {0, 6}, onsets


@MODELS
def test_the_beat_of_a_midi_clock_is_kept_and_its_tempo_followed(model: str):
    player = Band(networks=babbler, mode="answer", model=model, grid=1.0)
    phrase = tune([60, 64, 67, 64] * 5, gap_ms=140, length_ms=110)
    beats, ticks, at, tick_ms = [], [(0.0, b"\xfa")], 10.0, 60_000 / 110 / 24
    for number in range(24 * 16):
        if number % 24 == 0:
            beats.append(player.now_ms + at)
        ticks.append((at, b"\xf8"))
        at += tick_ms if number < 24 * 6 else tick_ms * 0.8  # quicker while the answer is played
    later = [(500 + moment, message) for moment, message in phrase]
    player.play(sorted(ticks + later, key=lambda each: each[0]))
    onsets = [note.start for note in sounded(player.sent)]
    assert onsets
    points = {part / 4 for part in range(4)} | ({1 / 3, 2 / 3} if model == "folk" else set())
    grid = [one + (other - one) * point for one, other in pairwise(beats) for point in points]
    assert min(abs(onsets[0] - beat) for beat in beats) < 3
    assert onsets[-1] > beats[9], "it ends before the tempo has changed"
    caught_up = beats[6] + 1000  # planned ahead, made up for, and the clock's tempo is not believed at once
    for onset in onsets:
        if onset < beats[6] or onset > caught_up:
            assert min(abs(onset - point) for point in grid) < 5, onset
