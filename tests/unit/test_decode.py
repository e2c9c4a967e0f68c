import pytest

from live.stage import decode
from live.stage.decode import Decoder

ON, OFF = b"\x90\x3c\x40", b"\x80\x3c\x00"


@pytest.mark.parametrize(
    ("raw", "expected", "bad"),
    [
        ([0x90, 60, 64], [ON], 0),  # a note-on, as it always comes
        ([0xC3, 5], [b"\xc3\x05"], 0),  # a program change
        ([0xF8], [b"\xf8"], 0),  # clock
        ([0xF2, 1, 2], [b"\xf2\x01\x02"], 0),  # song position
        ([0xF6], [b"\xf6"], 0),  # tune request
        ([0xF0, 1, 2, 0xF7], [b"\xf0\x01\x02\xf7"], 0),  # sysex in one piece
        ([0x90, 60, 64, 62, 65], [ON, b"\x90\x3e\x41"], 0),  # running status
        ([0x90, 60, 0xF8, 64], [b"\xf8", ON], 0),  # clock within a note
        ([0xF0, 1, 0xF8, 2, 0xF7], [b"\xf8", b"\xf0\x01\x02\xf7"], 0),  # clock within sysex
        ([0xF0, 1, 0xF7, 0x80, 60, 0], [b"\xf0\x01\xf7", OFF], 0),
        ([0xF0, 1, 2, 0x90, 60, 64, 0xF7], [ON], 4),  # sysex cut off by a note; its end comes alone
        ([60, 64], [], 2),  # data without a status
        ([0x90, 60, 0x80, 60, 0], [OFF], 1),  # cut off by the next
        ([0xF4], [], 1),  # undefined
        ([0xF7], [], 1),  # an end without a beginning
        ([0xF2, 1, 2, 3], [b"\xf2\x01\x02"], 1),  # system messages have no running status
        ([0x90, 60, 64, 0xF3, 5, 62, 65], [ON, b"\xf3\x05"], 2),  # ... and end that of a channel
        ([], [], 0),
        ([300, -1], [], 2),  # no bytes at all
    ],
)
def test_raw_input_is_cut_into_messages(raw: list[int], expected: list[bytes], bad: int) -> None:
    decoder = Decoder()
    assert (decoder.feed(raw), decoder.bad_bytes) == (expected, bad)


def test_a_sysex_of_a_megabyte_comes_out_whole_however_a_driver_delivers_it() -> None:
    whole = bytes((0xF0, *(n % 128 for n in range(1_000_000)), 0xF7))
    for size in (len(whole), 65536, 1024, 256):
        decoder = Decoder()
        found = [
            message
            for first in range(0, len(whole), size)
            for message in decoder.feed(whole[first : first + size])
        ]
        assert found == [whole]
        assert decoder.bad_bytes == 0


def test_a_sysex_without_an_end_swallows_no_note_and_is_not_sent_on() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\xf0\x01\x02") == []
    assert decoder.feed(ON) == [ON]
    assert decoder.feed(OFF) == [OFF]
    assert decoder.bad_bytes == 3


def test_data_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "LONGEST_SYSEX", 1000)
    decoder = Decoder()
    decoder.feed(b"\xf0")
    for _ in range(100):
        assert decoder.feed(bytes(100)) == []
    assert decoder.bad_bytes == 10_001
    assert decoder.feed(ON) == [ON]


def test_a_message_may_come_in_pieces_and_its_status_is_remembered() -> None:
    decoder = Decoder()
    assert [decoder.feed([byte]) for byte in ON] == [[], [], [ON]]
    assert decoder.feed([62, 65]) == [b"\x90\x3e\x41"]
    assert decoder.bad_bytes == 0
