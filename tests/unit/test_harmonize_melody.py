"""Harmonize: which of the player's notes is the melody."""

from __future__ import annotations

from babbler import babbler
from band import Band
from sounded import off, on, sounded, sounding_at

from models.events import Kind


def melody_heard(player: Band) -> list[int]:
    """The melody notes that the model knows of."""
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    return [event.pitch for event in context.recent() if event.kind == Kind.ON and event.voice == 0]


def band(**settings: object) -> Band:
    return Band(networks=babbler, key="C", **settings)


def test_a_lower_note_under_a_held_one_gets_no_harmony():
    player = band()
    player.play([(0, on(72)), (300, on(64))], rest_ms=5)
    before = len(player.sent)
    player.play([(0, off(64))], rest_ms=200)
    assert len(sounded(player.sent)) == before == 3
    assert melody_heard(player) == [72]


def test_a_higher_note_over_a_held_one_is_the_melody():
    player = band()
    player.play([(0, on(64)), (300, on(72))], rest_ms=5)
    assert melody_heard(player) == [64, 72]
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_of_a_chord_only_the_highest_note_is_harmonised_whatever_the_order():
    for order in ([60, 64, 67], [67, 64, 60], [64, 60, 67], [60, 67, 64]):
        player = band()
        player.play([(5 * index, on(pitch)) for index, pitch in enumerate(order)], rest_ms=5)
        assert melody_heard(player) == [67], order
        chord = sounding_at(sounded(player.sent), player.now_ms)
        assert set(chord) == {1, 2, 3}
        assert max(chord.values()) < 67


def test_a_higher_note_within_30_ms_replaces_the_melody_and_later_it_follows():
    for gap, heard in ((10, [72]), (29, [72]), (31, [67, 72]), (100, [67, 72])):
        player = band()
        player.play([(0, on(67)), (gap, on(72))], rest_ms=5)
        assert melody_heard(player) == heard, gap


def test_a_replaced_melody_leaves_no_trace_in_the_model():
    """The context is what it would be if the lower note had never been struck."""
    player, plain = band(), band()
    player.play([(0, on(67)), (20, on(71))], rest_ms=5)
    plain.play([(0, on(67)), (20, off(67))])  # the same time passes
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    again = context.fork()
    events = context.recent()
    again.rollback(len(events))
    again.hear(*events)
    assert again.hidden == context.hidden
    assert [event.pitch for event in events if event.kind == Kind.ON and event.voice == 0] == [71]


def test_voices_of_a_replaced_melody_move_only_where_they_clash():
    for seed in range(12):
        player = Band(networks=babbler, key="C", seed=seed)
        player.play([(0, on(67))])
        before = sounding_at(sounded(player.sent), player.now_ms)
        player.play([(20, on(74))], rest_ms=1)
        after = sounding_at(sounded(player.sent), player.now_ms)
        if not any((pitch - 74) % 12 in (1, 11) for pitch in before.values()):
            assert after == before, "nothing clashed, and yet a voice moved"
        assert set(after) == {1, 2, 3}


def test_a_change_of_key_between_two_notes_of_a_chord_keeps_the_melody_single():
    """The context was heard again in another key 2 ms after the first note; the second one replaces it."""
    player = Band(networks=babbler)
    player.play([(0, on(67))], rest_ms=1)
    player.set("key", "D")
    player.play([(15, on(74))], rest_ms=5)
    assert len(melody_heard(player)) == 1
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_the_lower_note_of_a_falling_legato_is_the_melody_when_the_higher_is_let_go():
    player = band()
    player.play([(0, on(72)), (300, on(69)), (330, off(72))], rest_ms=5)
    assert melody_heard(player) == [72, 69]
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_a_lower_note_that_was_held_long_does_not_become_the_melody():
    player = band()
    player.play([(0, on(72)), (300, on(64)), (900, off(72))], rest_ms=5)
    assert melody_heard(player) == [72]
