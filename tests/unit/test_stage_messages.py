import pytest

from live.stage import messages


@pytest.mark.parametrize(
    ("raw", "expected", "bad"),
    [
        ([0x90, 60, 64], [b"\x90\x3c\x40"], 0),  # a note-on, as it always comes
        ([0xC3, 5], [b"\xc3\x05"], 0),  # a program change
        ([0xF8], [b"\xf8"], 0),  # clock
        ([0xF2, 1, 2], [b"\xf2\x01\x02"], 0),  # song position
        ([0xF0, 1, 2, 0xF7], [b"\xf0\x01\x02\xf7"], 0),  # sysex in one piece
        ([0xF0, 1, 2], [b"\xf0\x01\x02"], 0),  # ... and without its end
        ([0x90, 60, 64, 62, 65], [b"\x90\x3c\x40", b"\x90\x3e\x41"], 0),  # running status
        ([0x90, 60, 0xF8, 64], [b"\xf8", b"\x90\x3c\x40"], 0),  # clock within a note
        ([0xF0, 1, 0xF7, 0x80, 60, 0], [b"\xf0\x01\xf7", b"\x80\x3c\x00"], 0),
        ([60, 64], [], 2),  # data without a status
        ([0x90, 60], [], 1),  # cut off
        ([0x90, 60, 0x80, 60, 0], [b"\x80\x3c\x00"], 1),  # cut off by the next
        ([0xF4], [], 1),  # undefined
        ([0xF7], [], 1),  # an end without a beginning
        ([], [], 0),
        ([300, -1], [], 2),  # no bytes at all
    ],
)
def test_raw_input_is_cut_into_messages(raw: list[int], expected: list[bytes], bad: int) -> None:
    assert messages.split(raw) == (expected, bad)


def test_a_note_on_of_velocity_0_is_a_note_off() -> None:
    assert messages.is_note_off(b"\x90\x3c\x00")
    assert not messages.is_note_on(b"\x90\x3c\x00")
    assert messages.is_note_on(b"\x9f\x3c\x01")
