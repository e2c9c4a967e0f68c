import socket

import pytest

from live.stage import records as r
from live.stage.wire import BACKLOG, SIZE, RecordSocket, Unpacker, pack

EVERYTHING = [
    r.Plan(2**62, b"\x90\x3c\x40", 2**32 - 1, 7, 1),
    r.Cancel(3, r.CancelMode.KEEP, 15, 127),
    r.ReleaseCompanion(),
    r.Panic(),
    r.SetThru(True, 2),
    r.SetBlocked(4, 64, False),
    r.SetLateLimit(10**9),
    r.Silence(1, 2, 3),
    r.Stop(),
    r.SetClock(2**40, -5, 20_833_333.25, False, 255),
    r.FromPage(-5, 9, b"\x90\x3c\x40"),
    r.Ready(True, 2, 1, 4_000_000, 64, 48_000),
    r.Heard(-5, 1, b"\xf8", r.HeardFlag.THRU),
    r.Sent(1, 2, b"\xc0\x01", 3, 4, 5, r.SentFlag.MERGED | r.SentFlag.EARLY_END),
    r.Dropped(1, 2, b"\x90\x01\x02", 3, 4, 5, r.DropReason.ENDED),
    r.Cancelled(1, 2, 3),
    r.PortLost(r.LostReason.SERVER, 1),
    r.Heartbeat(1, 2, 3),
    r.Count(r.Counter.ECHOES, 2**40),
    r.SourceGone(3),
    r.OutputGone(1),
    r.OutputBack(1),
    r.Text(r.Topic.INPUT, "", 3),
    r.Text(r.Topic.ERROR, "ein langer Satz über Anschlüsse, " * 9),
]


def test_every_record_comes_out_as_it_went_in() -> None:
    data = b"".join(map(pack, EVERYTHING))
    assert len(data) % SIZE == 0
    whole = Unpacker().feed(data)
    assert [(type(record), record) for record in whole] == [(type(x), x) for x in EVERYTHING]


def test_pieces_of_any_size_make_the_same_records() -> None:
    data = b"".join(map(pack, EVERYTHING))
    unpacker = Unpacker()
    found = [record for n in range(0, len(data), 7) for record in unpacker.feed(data[n : n + 7])]
    assert found == EVERYTHING


def test_every_type_of_record_is_covered() -> None:
    assert {type(record) for record in EVERYTHING} == {*r.EngineRecord.__args__, *r.StageRecord.__args__}


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError, match="not a record: kind 200"):
        Unpacker().feed(bytes([200]) + bytes(SIZE - 1))


def test_a_reader_that_does_not_read_neither_blocks_nor_fills_memory() -> None:
    a, b = socket.socketpair()
    with a, b:
        writer, reader = RecordSocket(a), RecordSocket(b)
        beat = r.Heartbeat(1, 2, 3)
        count = 2 * BACKLOG // SIZE
        for _ in range(count // 64):
            writer.send(*[beat] * 64)
        assert writer.lost > 0
        received = 0
        while received < count - writer.lost:
            found = reader.receive()
            assert found is not None
            received += len(found)
            writer.flush()
        assert writer.flush()
        assert reader.receive() == []
        reader.close()


def test_the_other_side_gone_is_none_and_sending_does_not_raise() -> None:
    a, b = socket.socketpair()
    with a, b:
        one, other = RecordSocket(a), RecordSocket(b)
        one.send(r.Stop())
        one.close()
        one.close()
        assert other.receive() == [r.Stop()]
        assert other.receive() is None
        other.send(r.Stop())
        other.send(r.Stop())
        other.close()
