"""Records as 32 bytes each over a socketpair, both directions.

A table first (:data:`LAYOUTS`); packing is derived from it. Byte 0 is the kind, the rest belongs to
the record; little endian, zero padded.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Any

from live.stage import records as r

SIZE = 32
"""Bytes of every record."""

BACKLOG = 4 * 1024 * 1024
"""Bytes that wait for a reader that does not read, before new records are thrown away."""

_TEXT_PIECE = 27


def _with_last(record: Callable[..., r.Record], kind: type[IntEnum | IntFlag]) -> Callable[..., r.Record]:
    """Makes ``record`` from its fields, the last of which is a number of ``kind``."""

    def make(*fields: Any) -> r.Record:
        return record(*fields[:-1], kind(fields[-1]))

    return make


LAYOUTS: dict[type[r.Record], tuple[int, str, Callable[..., r.Record]]] = {
    # record: (kind, struct codes of its fields in order; "4p" is a message), how it is made again)
    r.Plan: (1, "q4pIIB", r.Plan),
    r.Cancel: (2, "IBBB", lambda tag, mode, *key: r.Cancel(tag, r.CancelMode(mode), *key)),
    r.ReleaseCompanion: (3, "", r.ReleaseCompanion),
    r.Panic: (4, "", r.Panic),
    r.SetThru: (5, "?B", r.SetThru),
    r.SetBlocked: (6, "BB?", r.SetBlocked),
    r.SetLateLimit: (7, "q", r.SetLateLimit),
    r.Silence: (8, "BBB", r.Silence),
    r.Stop: (9, "", r.Stop),
    r.SetClock: (10, "qid?B", r.SetClock),
    r.FromPage: (11, "qB4p", r.FromPage),
    r.Ready: (65, "?BBIII", r.Ready),
    r.Heard: (66, "qB4pB", _with_last(r.Heard, r.HeardFlag)),
    r.Sent: (67, "qq4pIIBB", _with_last(r.Sent, r.SentFlag)),
    r.Dropped: (68, "qq4pIIBB", _with_last(r.Dropped, r.DropReason)),
    r.Cancelled: (69, "III", r.Cancelled),
    r.PortLost: (70, "BB", lambda reason, number: r.PortLost(r.LostReason(reason), number)),
    r.Heartbeat: (71, "qqI", r.Heartbeat),
    r.SourceGone: (74, "B", r.SourceGone),
    r.OutputGone: (75, "B", r.OutputGone),
    r.OutputBack: (76, "B", r.OutputBack),
    r.Count: (72, "Bq", lambda counter, value: r.Count(r.Counter(counter), value)),
}
_TEXT = (73, struct.Struct(f"<BBB?{_TEXT_PIECE + 1}p"))
"""Text goes in pieces: topic, number, whether more follows, up to 27 bytes of UTF-8."""


def _structure(codes: str) -> struct.Struct:
    """The 32 bytes that hold a kind and these fields."""
    size = struct.calcsize("<B" + codes)
    assert size <= SIZE, codes
    return struct.Struct(f"<B{codes}{SIZE - size}x")


_PACK: dict[type[Any], tuple[int, struct.Struct]] = {
    record: (kind, _structure(codes)) for record, (kind, codes, _) in LAYOUTS.items()
}
_UNPACK: dict[int, tuple[struct.Struct, Callable[..., r.Record]]] = {
    kind: (_structure(codes), make) for kind, codes, make in LAYOUTS.values()
}


def pack(record: r.Record) -> bytes:
    """The bytes of one record: 32, or a multiple for a long text.

    Any thread, never blocks. Raises ``struct.error`` for a number out of its range.
    """
    if isinstance(record, r.Text):
        return _pack_text(record)
    kind, structure = _PACK[type(record)]
    return structure.pack(kind, *record)


def _pack_text(record: r.Text) -> bytes:
    data = record.text.encode()
    pieces = [data[i : i + _TEXT_PIECE] for i in range(0, len(data), _TEXT_PIECE)] or [b""]
    kind, structure = _TEXT
    return b"".join(
        structure.pack(kind, record.topic, record.number, n < len(pieces) - 1, piece)
        for n, piece in enumerate(pieces)
    )


class Unpacker:
    """Turns what a socket gives, in pieces of any size, into records. One thread."""

    def __init__(self) -> None:
        self._rest = b""
        self._text = b""

    def feed(self, data: bytes) -> list[r.Record]:
        """The records that are complete now. Raises ``ValueError`` for bytes that are no record."""
        data = self._rest + data
        whole = len(data) - len(data) % SIZE
        self._rest = data[whole:]
        found: list[r.Record] = []
        for start in range(0, whole, SIZE):
            record = self._one(data[start : start + SIZE])
            if record is not None:
                found.append(record)
        return found

    def _one(self, block: bytes) -> r.Record | None:
        kind = block[0]
        if kind == _TEXT[0]:
            _, topic, number, more, piece = _TEXT[1].unpack(block)
            self._text += piece
            if more:
                return None
            text, self._text = self._text, b""
            return r.Text(r.Topic(topic), text.decode(errors="replace"), number)
        known = _UNPACK.get(kind)
        if known is None:
            raise ValueError(f"not a record: kind {kind}")
        structure, make = known
        return make(*structure.unpack(block)[1:])


class RecordSocket:
    """One end of the socketpair. ``send`` is for any thread; ``receive`` for one thread only."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._unpacker = Unpacker()
        self._closed = False
        self.lost = 0
        """Records thrown away because the other side does not read."""

    def fileno(self) -> int:
        """The descriptor to select on."""
        return self._socket.fileno()

    def send(self, *records: r.Record) -> None:
        """Hand records over, in order and together. Any thread, never blocks, never raises for a
        closed or full socket: what does not fit waits until the next call of ``send`` or ``flush``.
        """
        data = b"".join(map(pack, records))
        with self._lock:
            if self._closed or len(self._waiting) > BACKLOG:
                self.lost += len(records)
                return
            if self._waiting:
                self._waiting += data
                self._push()
                return
            sent = self._try(data)
            if sent < len(data):
                self._waiting += data[sent:]

    def flush(self) -> bool:
        """Try again what did not fit. Whether nothing waits any more. Any thread, never blocks."""
        with self._lock:
            if self._waiting and not self._closed:
                self._push()
            return not self._waiting or self._closed

    def _push(self) -> None:
        while sent := self._try(bytes(self._waiting[: 256 * SIZE])):
            del self._waiting[:sent]

    def _try(self, data: bytes) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self._closed = True  # the reader's end of file says so to everybody who must know
            return len(data)

    def receive(self) -> list[r.Record] | None:
        """What has come since the last call, perhaps nothing; None when the other side is closed.

        One thread, never blocks: select on ``fileno`` first.
        """
        try:
            data = self._socket.recv(256 * SIZE)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            return None
        return self._unpacker.feed(data) if data else None

    def close(self) -> None:
        """Idempotent; any thread."""
        with self._lock:
            self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
