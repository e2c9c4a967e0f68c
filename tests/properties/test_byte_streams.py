"""A port is a stream of bytes: how it is cut into pieces is no matter, and rubbish costs only itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from live.stage import messages
from live.stage.decode import Decoder

data = st.integers(0, 127)
channel_messages = st.builds(
    lambda kind, channel, one, two: bytes((kind | channel, one, two)[: messages.DATA_BYTES[kind] + 1]),
    st.sampled_from(sorted(messages.DATA_BYTES)),
    st.integers(0, 15),
    data,
    data,
)
real_time = st.integers(0xF8, 0xFF).map(lambda byte: bytes((byte,)))
sysex = st.lists(data, max_size=20).map(lambda inside: bytes((0xF0, *inside, 0xF7)))
common = st.sampled_from([b"\xf1\x05", b"\xf2\x01\x02", b"\xf3\x07", b"\xf6"])
whole = st.one_of(channel_messages, sysex, common)
rubbish = st.lists(st.integers(0, 255), max_size=12).map(bytes)


def decoded(*packets: bytes) -> tuple[list[bytes], int]:
    decoder = Decoder()
    return [message for packet in packets for message in decoder.feed(packet)], decoder.bad_bytes


@given(st.lists(st.one_of(whole, real_time, rubbish), max_size=30), st.lists(st.integers(1, 9), min_size=1))
def test_how_the_stream_is_cut_into_pieces_is_no_matter(stream: list[bytes], sizes: list[int]) -> None:
    raw, pieces, at = b"".join(stream), [], 0
    while at < len(raw):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(raw[at : at + size])
        at += size
    assert decoded(*pieces) == decoded(raw) == decoded(*stream)


@given(st.lists(st.one_of(whole, real_time), max_size=12), st.data())
def test_whole_messages_come_out_whatever_real_time_bytes_are_inside_them(
    stream: list[bytes], choose: st.DataObject
) -> None:
    raw = bytearray(b"".join(stream))
    ticks = choose.draw(st.lists(st.integers(0, len(raw)), max_size=8))
    for place in sorted(ticks, reverse=True):
        raw.insert(place, 0xF8)
    found, bad = decoded(bytes(raw))
    assert bad == 0
    assert [m for m in found if m[0] < 0xF8] == [m for m in stream if m[0] < 0xF8]
    assert Counter(found) == Counter(stream) + Counter({b"\xf8": len(ticks)})


@given(rubbish, channel_messages)
def test_after_any_rubbish_the_next_message_is_heard(before: bytes, message: bytes) -> None:
    decoder = Decoder()
    found = decoder.feed(before)
    assert decoder.feed(message) == [message]
    assert sum(map(len, found)) + decoder.bad_bytes <= 2 * len(before)  # a running status counts again
