"""What the companion listens to: channels, a range, transposed, through a curve."""

from __future__ import annotations

import pytest
from sounded import controller, off, on

from live.engine.listening import Filter, Listening


class Ears:
    def __init__(self, **chosen: object) -> None:
        self.filter = Filter(**chosen)
        self.listening = Listening(lambda: self.filter)

    def hear(self, *messages: bytes, source: int = 0) -> list[bytes]:
        return [part for message in messages for part in self.listening.hear(source, message)]


def test_only_the_channels_that_are_listened_to_are_heard() -> None:
    ears = Ears(channels=frozenset({1}))
    assert ears.hear(on(60), controller(64, 127), b"\xe0\x00\x60", b"\xd0\x20") == []
    said = [on(60, channel=1), controller(64, 127, 1), b"\xe1\x00\x60", b"\xd1\x20", off(60, channel=1)]
    assert ears.hear(*said) == said
    assert ears.hear(b"\xf8", b"\xff") == [b"\xf8", b"\xff"]


def test_keys_outside_the_range_are_not_heard() -> None:
    ears = Ears(low=60, high=72)
    assert ears.hear(on(59), off(59), on(73), off(73)) == []
    assert ears.hear(on(60), on(72)) == [on(60), on(72)]


def test_transposition_and_curve() -> None:
    assert Ears(transpose=-2, curve="hard").hear(on(60, 64), off(60)) == [on(58, 42), off(58)]
    assert Ears(transpose=12).hear(on(120), off(120)) == []


def test_a_note_off_finds_its_note_on_after_every_change() -> None:
    ears = Ears()
    ears.hear(on(60), on(64))
    ears.filter = Filter(transpose=5, channels=frozenset({3}), low=100)
    assert ears.hear(off(60)) == [off(60)]
    ears.filter = Filter(transpose=5)
    assert ears.hear(on(64)) == [off(64), on(69)]  # struck again without a note-off
    assert ears.hear(off(64)) == [off(69)]


def test_two_keys_heard_as_one_are_up_when_both_are() -> None:
    ears = Ears()
    ears.hear(on(60), on(60, channel=1))
    ears.hear(on(60), source=1)
    assert ears.hear(off(60), off(60, channel=1)) == []
    assert ears.hear(off(60), source=1) == [off(60)]


@pytest.mark.parametrize(
    ("away", "rest"),
    [
        (controller(64, 100), controller(64, 0)),
        (controller(1, 5), controller(1, 0)),
        (controller(11, 5), controller(11, 127)),
        (b"\xe0\x01\x40", b"\xe0\x00\x40"),
        (b"\xd0\x05", b"\xd0\x00"),
        (b"\xa0\x3c\x05", b"\xa0\x3c\x00"),
    ],
)
def test_what_was_moved_is_heard_until_it_is_at_rest(away: bytes, rest: bytes) -> None:
    ears = Ears()
    ears.hear(away)
    ears.filter = Filter(channels=frozenset())
    assert ears.hear(away, rest, away) == [away, rest]
    ears.filter = Filter()
    ears.hear(away)
    assert ears.hear(controller(121, 0)) == [rest]
    ears.hear(away)
    assert list(ears.listening.lost(0)) == [rest]
    assert ears.hear(controller(121, 0)) == []


def test_all_notes_off_means_the_keys_of_its_channel_and_source() -> None:
    ears = Ears()
    ears.hear(on(60), on(62, channel=1))
    ears.hear(on(64), source=1)
    assert ears.hear(controller(123, 0)) == [off(60)]
    assert ears.hear(controller(123, 0, 1)) == [off(62, channel=1)]
    assert ears.hear(controller(120, 0)) == [controller(120, 0)]


def test_a_source_that_vanishes_lets_go_its_own_keys() -> None:
    ears = Ears()
    ears.hear(on(60), controller(64, 127))
    ears.hear(on(60), on(62), source=1)
    assert list(ears.listening.lost(1)) == [off(62)]
    assert list(ears.listening.lost(0)) == [off(60), controller(64, 0)]


def test_a_keyboard_that_changes_its_channel_with_a_key_down() -> None:
    ears = Ears()
    ears.hear(on(60))
    assert ears.hear(off(60, channel=4)) == [off(60)]
