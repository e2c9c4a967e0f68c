"""Varied loops: how far a round goes from what was played, and what holds whatever is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from looped import BAR, BEAT, Played, looper, rounds, strikes
from sounded import Sounded, on, sounded

from live.beat.pulse import Bars, Pulse, Source
from live.engine.closing import bars_on, phrase_on
from live.engine.take import Note, Take
from live.engine.variation import fate, room, weights
from models.sampling import Draws

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
TUNE: Played = [
    (n * 250, 200, pitch, 60 + n)
    for n, pitch in enumerate([60, 62, 64, 65, 67, 69, 67, 65, 64, 62, 60, 59, 60, 64, 62])
]


def played_round(
    vary: float, model: str = "piano", count: int = 8, **settings: object
) -> list[list[Sounded]]:
    """So many rounds of two bars."""
    player = looper(model, vary=vary, **settings)
    began = player.now_ms
    player.play(strikes(TUNE), rest_ms=2 * BAR * count + 3 * BAR)
    first = sounded(player.sent)[0].start
    begins = began + round((first - began) / BAR) * BAR
    return rounds(player, begins, 2 * BAR)[:count]


def changed(notes: list[Sounded]) -> float:
    """Of the tune, the share that has another pitch or place."""
    kept = {(round(note.start), note.pitch) for note in notes}
    return sum((at, pitch) not in kept for at, _, pitch, _ in TUNE) / len(TUNE)


@MODELS
def test_the_further_the_knob_the_more_is_changed(model: str):
    means = []
    for vary in (0.0, 0.15, 0.3, 0.5, 0.75, 1.0):
        found = played_round(vary, model)
        means.append(sum(map(changed, found)) / len(found))
    assert means[0] == 0
    assert all(before < after for before, after in pairwise(means)), means
    assert means[-1] > 0.9
    assert means[2] == pytest.approx(0.3, abs=0.1)


@MODELS
def test_each_round_varies_what_was_played(model: str):
    """Rounds differ from each other, and late ones are no farther from the tune than early ones."""
    found = played_round(0.4, model, count=16)
    assert len({tuple(note.pitch for note in notes) for notes in found}) > 12
    shares = [changed(notes) for notes in found]
    assert sum(shares[8:]) == pytest.approx(sum(shares[:8]), abs=1.6)


@MODELS
@pytest.mark.parametrize("vary", [0.3, 1.0])
def test_each_note_has_one_in_its_place(model: str, vary: float):
    """As many as there were, none nearer to the next than half the way, each as long as it was."""
    for notes in played_round(vary, model):
        assert len(notes) == len(TUNE)
        for index, note in enumerate(notes):
            if vary < 0.5:
                assert note.start == pytest.approx(TUNE[index][0], abs=0.01)
            assert note.end - note.start <= 200.01


def test_with_a_pulse_what_moves_goes_by_sixteenths():
    phrase: Played = [(n * 1000, 300, 60 + n, 80) for n in range(4)]
    player = looper(vary=1.0)
    began = player.now_ms
    player.play(strikes(phrase), rest_ms=24 * BAR)
    starts = [note.start - began for note in sounded(player.sent)]
    assert {round(start % 125, 2) % 125 for start in starts} == {0.0}
    assert any(round(start) % 1000 for start in starts), "none has moved"


def test_the_same_note_is_changed_all_the_more():
    for seed in range(200):
        for weight in (0.0, 0.4, 1.0):
            fates = [fate(vary / 20, weight, Draws(7, seed)) for vary in range(21)]
            assert not fates[0].anew
            assert fates[20].anew
            assert all(after.anew >= before.anew for before, after in pairwise(fates))
            assert all(after.moved >= before.moved for before, after in pairwise(fates))


def test_what_carries_the_phrase_holds_out_longest():
    notes = (
        Note(0.0, 0.9, 60, 80, True),
        Note(1.25, 0.2, 62, 80, True),
        Note(2.0, 1.5, 64, 80, True),
        Note(3.5, 0.3, 65, 80, True),
    )
    first, passing, long, last = weights(Take(notes, 4.0), on_pulse=True)
    assert passing < min(first, long, last)


def test_room_is_half_the_way_to_the_neighbours():
    notes = [Note(place, 0.2, 60, 80, True) for place in (0.0, 1.0, 1.01, 3.0)]
    assert room(notes, 1, 4.0) == (0.5, 2.0)
    assert room(notes, 3, 4.0) == (pytest.approx(2.005), 3.5)


@MODELS
@pytest.mark.parametrize("vary", [0.0, 0.6])
def test_a_hard_hold_holds_all_of_it(model: str, vary: float):
    found = played_round(vary, model, hold="hard", chord="Dm")
    assert {note.pitch % 12 for notes in found for note in notes} <= {2, 5, 9}
    if vary == 0:
        assert [note.pitch for note in found[0]][:6] == [62, 62, 65, 65, 65, 69]
    assert all(len(notes) == len(TUNE) for notes in found)


@pytest.mark.parametrize(("loudness", "times"), [(0.75, 1.0), (0.375, 0.5), (1.5, 2.0)])
def test_loudness_is_the_level_of_the_loop_which_is_as_played_by_default(loudness: float, times: float):
    (notes,) = played_round(0.0, count=1, loudness=loudness)
    assert [note.velocity for note in notes] == [min(127, round(v * times)) for *_, v in TUNE]


def test_a_melody_is_varied_above_what_is_kept():
    """A model of single lines is told the top notes alone."""
    chords: Played = [(n * BEAT, 300, pitch, 80) for n in range(4) for pitch in (48, 52, 67 + n)]
    player = looper("folk", vary=1.0)
    player.play(strikes(chords), rest_ms=8 * BAR)
    low = [note.pitch for note in sounded(player.sent) if note.pitch in (48, 52)]
    assert len(low) > 16
    high = [note.pitch for note in sounded(player.sent) if note.pitch not in (48, 52)]
    assert set(high) - {67, 68, 69, 70}


def test_what_is_drawn_is_not_what_the_player_holds():
    player = looper(vary=1.0, hold="hard", chord="C")
    player.play(strikes(TUNE), rest_ms=4 * BAR)
    held = (60, 64, 67, 72, 55)
    player.play([(0, on(pitch)) for pitch in held])
    since = player.now_ms + 450  # what was ordered before that was not known
    player.wait(4 * BAR)
    drawn = {note.pitch for note in sounded(player.sent) if note.start > since}
    assert drawn
    assert not drawn & set(held)


class TestClosing:
    PULSE = Pulse(0, 0.0, 5e8, Source.TEMPO, bars=Bars.parse("4/4"))

    @pytest.mark.parametrize(
        ("until", "pressed", "bars"),
        [(3.9, False, 1), (4.9, False, 1), (5.1, False, 2), (4.9, True, 1), (5.5, True, 2), (0.5, True, 1)],
    )
    def test_a_phrase_is_whole_bars(self, until: float, pressed: bool, bars: int):
        assert phrase_on(self.PULSE, 0.0, 3.0, until, pressed=pressed).length == 4 * bars

    def test_an_onset_is_never_left_out_but_by_the_pedal(self):
        assert phrase_on(self.PULSE, 0.0, 4.0, 4.5, pressed=False).length == 8
        assert phrase_on(self.PULSE, 0.0, 4.0, 4.5, pressed=True).length == 4

    def test_bars_go_by_the_lines(self):
        closed = bars_on(self.PULSE, 2, 14.5, 15.0, pressed=False)
        assert (closed.start, closed.end, closed.first_after(16.5)) == (8.0, 16.0, 20.0)

    def test_beats_where_bars_are_not_known(self):
        closed = phrase_on(self.PULSE._replace(bars=None), 0.0, 4.5, 5.2, pressed=False)
        assert (closed.length, closed.unit) == (5.0, 1.0)
