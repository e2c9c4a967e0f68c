"""The deadline of a harmony note: when the model is late, a rule plays in time; counted and captured."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from babbler import Babbler, babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from sounded import controller, off, on, sounded, sounding_at

from live.commands.live import troubles_of
from live.engine.diatonic import TRIADS, harmony_under

MELODY = [67, 69, 71, 72, 74, 72, 71, 67]
RANGES = ((57, 84), (50, 77), (45, 70), (35, 64))
DEADLINE_MS = 20


class Slow(Babbler):
    """Each call of the heads takes so many milliseconds of the band's clock; the stage plays on meanwhile."""

    def __init__(self, milliseconds: Iterable[float], model: str) -> None:
        super().__init__(babbler(model).manifest)
        self.player: Band | None = None
        self._takes = itertools.cycle(milliseconds)

    def logits(self, *tensors: object) -> dict[str, object]:
        if self.player is not None:
            self.player.stage.run(next(self._takes))
        return super().logits(*tensors)  # type: ignore[arg-type]


class Log:
    """Stands where a capture stands."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []

    def write(self, *line: object) -> None:
        self.lines.append(line)


def slow_band(milliseconds: Iterable[float], model: str = "chorale", **options: object) -> Band:
    network = Slow(milliseconds, model)
    network.player = Band(networks=lambda _: network, key="C", **options)  # type: ignore[arg-type, return-value]
    return network.player


def missed(player: Band) -> int:
    return player.session.counts["deadline"]


def test_a_model_that_is_in_time_is_never_stood_in_for():
    player = slow_band([0])
    player.play(tune(MELODY), rest_ms=500)
    assert missed(player) == 0


def test_a_slow_model_is_stood_in_for_at_the_deadline():
    player = slow_band([30])
    player.session.capture = log = Log()  # type: ignore[assignment]
    start = player.now_ms
    player.play([(0, on(67)), (200, off(67))], rest_ms=500)
    notes = sounded(player.sent)
    assert sorted(note.channel for note in notes) == [1, 2, 3]
    assert {note.start - start for note in notes} == {DEADLINE_MS}
    assert {note.pitch % 12 for note in notes} <= set(TRIADS[67 % 12])
    assert missed(player) == 3
    assert [line[0] for line in log.lines].count("deadline") == 1
    assert not still_sounding(message for _, message in player.sent)


def test_at_the_end_the_musician_is_told_how_often():
    player = slow_band([30])
    player.play([(0, on(67)), (200, off(67))], rest_ms=500)
    assert troubles_of(player.session.state()).startswith("3 were played by a rule")
    quick = slow_band([0])
    quick.play([(0, on(67)), (200, off(67))], rest_ms=500)
    assert not troubles_of(quick.session.state())


def test_the_model_is_told_what_the_rule_played():
    player = slow_band([30])
    player.play([(0, on(67))], rest_ms=100)
    chord = sounding_at(sounded(player.sent), player.now_ms)
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    assert {event.voice: event.pitch for event in context.recent() if event.voice} == chord


def test_what_the_model_has_chosen_in_time_stays():
    """Its first voice after 12 ms, its second after 24: the rule plays the second and the third."""
    player = slow_band([12])
    start = player.now_ms
    player.play([(0, on(67)), (200, off(67))], rest_ms=500)
    begun = {note.channel: note.start - start for note in sounded(player.sent)}
    assert len(begun) == 3
    assert sorted(begun.values()) in ([12, 20, 20], [12, 12, 20], [12, 20])
    assert 0 < missed(player) < 3


@settings(max_examples=20)
@given(
    st.lists(st.sampled_from([0.0, 3.0, 10.0, 19.0, 25.0, 120.0]), min_size=1, max_size=12),
    st.lists(st.integers(40, 90), min_size=1, max_size=10),
    st.sampled_from([0, 20, 120]),
)
def test_a_performance_model_is_stood_in_for_as_well(delays: list[float], melody: list[int], pedal: int):
    player = slow_band(delays, model="piano")
    start = player.now_ms
    player.play([(0, controller(64, pedal)), *tune(melody, gap_ms=1500, length_ms=400)], rest_ms=500)
    notes = sounded([*player.sent])
    for index, pitch in enumerate(melody):
        begun = start + 1500 * index
        assert sounding_at(notes, begun + DEADLINE_MS + 0.5)
        struck = [note.pitch for note in notes if begun <= note.start <= begun + DEADLINE_MS]
        assert all(below < pitch for below in struck)
        assert not [note for note in notes if begun + DEADLINE_MS < note.start < begun + 1500]
    player.play([(0, controller(64, 0))], rest_ms=500)
    assert not still_sounding(message for _, message in player.sent)


@pytest.mark.parametrize("deadline", [5, 50, 200])
def test_the_deadline_is_a_control(deadline: float):
    player = slow_band([1000], deadline=deadline)
    start = player.now_ms
    player.play([(0, on(67))], rest_ms=1)
    assert {note.start - start for note in sounded(player.sent)} == {deadline}


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([0.0, 0.0, 3.0, 10.0, 19.0, 25.0, 120.0]), min_size=1, max_size=12),
    st.lists(st.integers(57, 84), min_size=1, max_size=10),
    st.sampled_from([80, 290, 330]),
    st.sampled_from([1, 2, 3]),
)
def test_whatever_the_delays_each_voice_sounds_by_the_deadline_and_ends(
    delays: list[float], melody: list[int], length: int, voices: int
):
    melody = melody if length < 300 else sorted(set(melody))
    player = slow_band(delays, voices=voices)
    start = player.now_ms
    player.play(tune(melody, gap_ms=1500, length_ms=5 * length), rest_ms=2000)
    notes = sounded(player.sent)
    for index, pitch in enumerate(melody):
        chord = sounding_at(notes, start + 1500 * index + DEADLINE_MS + 0.5)
        assert len(chord) == voices
        assert all(below < pitch for below in chord.values())
        for channel in chord:
            assert (
                len(
                    [
                        n
                        for n in notes
                        if n.channel == channel and n.start <= start + 1500 * index + 30 < n.end
                    ]
                )
                <= 1
            )
    assert not still_sounding(message for _, message in player.sent)


@given(
    st.integers(60, 127),
    st.sets(st.sampled_from([1, 2, 3]), min_size=1),
    st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(0, 127)),
)
def test_the_rule_stays_in_the_chord_and_under_the_melody(
    melody: int, voices: set[int], held: dict[int, int]
):
    found = harmony_under(melody, voices, RANGES, held)
    assert set(found) == voices
    pitches = [melody, *(found[voice] for voice in sorted(found))]
    assert all(one >= other for one, other in itertools.pairwise(pitches))
    assert pitches[1] < melody
    assert {pitch % 12 for pitch in pitches} <= set(TRIADS[melody % 12])
    if len(voices) > 1:
        assert pitches[-1] % 12 == TRIADS[melody % 12][0]


def test_every_chord_of_the_rule_holds_the_note_over_it():
    assert all(pitch in chord for pitch, chord in enumerate(TRIADS))


def test_a_voice_of_the_rule_moves_by_the_nearest_way():
    first = harmony_under(72, (1, 2, 3), RANGES, {})
    second = harmony_under(74, (1, 2, 3), RANGES, first)
    assert max(abs(second[voice] - first[voice]) for voice in (1, 2)) <= 4
