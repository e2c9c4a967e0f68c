"""Bytes of one input, in pieces of any size, as whole MIDI messages. Never blocks.

A port is read as the stream of bytes that MIDI is: running status, real-time bytes inside other messages, a
system exclusive message in as many pieces as a driver likes. What is cut off or no MIDI is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from live.stage.messages import DATA_BYTES, SYSTEM_DATA_BYTES

LONGEST_SYSEX = 8 * 1024 * 1024
"""Bytes; a longer one is thrown away, so that rubbish without an end does not fill the memory."""

_SYSEX, _SYSEX_END, _REALTIME = 0xF0, 0xF7, 0xF8
_STATUS = re.compile(rb"[\x80-\xff]")


class Decoder:
    """What one input has begun and not finished. One thread."""

    def __init__(self) -> None:
        self.bad_bytes = 0
        """Bytes that were no MIDI, or of messages that were cut off."""
        self._partial = b""  # a message under way; after a whole one its status alone (running status)
        self._sysex: bytearray | None = None

    def feed(self, data: Sequence[int]) -> list[bytes]:
        """The messages that are whole now; a system exclusive one without the real-time bytes inside it."""
        try:
            raw = bytes(data)
        except ValueError:
            self.bad_bytes += len(data)
            return []
        if self._sysex is None and _is_whole(raw):
            self._end_partial(raw[0])
            return [raw]
        found: list[bytes] = []
        place = 0
        while place < len(raw):
            if self._sysex is not None and raw[place] < 0x80:
                place = self._more_sysex(self._sysex, raw, place)
            else:
                self._one(raw[place], found)
                place += 1
        return found

    def _one(self, byte: int, found: list[bytes]) -> None:
        """Any byte but the data of a system exclusive message."""
        if byte >= _REALTIME:
            found.append(bytes((byte,)))
        elif byte < 0x80:
            self._data(byte, found)
        elif byte == _SYSEX_END:
            self._end_sysex(found)
        else:
            self._cut_off_sysex()
            self._end_partial(byte)
            if byte == _SYSEX:
                self._sysex = bytearray((byte,))
            elif byte < _SYSEX or SYSTEM_DATA_BYTES.get(byte):
                self._partial = bytes((byte,))
            elif byte in SYSTEM_DATA_BYTES:
                found.append(bytes((byte,)))
            else:
                self.bad_bytes += 1

    def _data(self, byte: int, found: list[bytes]) -> None:
        if not self._partial:
            self.bad_bytes += 1
            return
        self._partial += bytes((byte,))
        status = self._partial[0]
        if len(self._partial) - 1 == DATA_BYTES.get(status & 0xF0, SYSTEM_DATA_BYTES.get(status)):
            found.append(self._partial)
            self._partial = self._partial[:1] if status < _SYSEX else b""

    def _end_partial(self, status: int) -> None:
        """A message begins: one under way is cut off. Remembers a running status."""
        if status < _REALTIME:
            self.bad_bytes += max(0, len(self._partial) - 1)
            self._partial = bytes((status,)) if status < _SYSEX else b""

    def _more_sysex(self, sysex: bytearray, raw: bytes, place: int) -> int:
        """Take in data up to the next status byte; where that is."""
        status = _STATUS.search(raw, place)
        until = len(raw) if status is None else status.start()
        sysex += raw[place:until]
        if len(sysex) > LONGEST_SYSEX:
            self._cut_off_sysex()
        return until

    def _end_sysex(self, found: list[bytes]) -> None:
        if self._sysex is None:
            self._end_partial(_SYSEX_END)
            self.bad_bytes += 1
            return
        self._sysex.append(_SYSEX_END)
        found.append(bytes(self._sysex))
        self._sysex = None

    def _cut_off_sysex(self) -> None:
        """Its end has not come: it is not sent on, receivers would wait for the end for ever."""
        if self._sysex is not None:
            self.bad_bytes += len(self._sysex)
            self._sysex = None


def _is_whole(raw: bytes) -> bool:
    """One complete message and nothing else: the case that always happens."""
    if not raw or raw[0] < 0x80:
        return False
    if raw[0] == _SYSEX:
        status = _STATUS.search(raw, 1)
        return status is not None and raw[-1] == _SYSEX_END and status.start() == len(raw) - 1
    wanted = DATA_BYTES.get(raw[0] & 0xF0, SYSTEM_DATA_BYTES.get(raw[0]))
    if wanted is None:
        return raw[0] >= _REALTIME and len(raw) == 1
    return len(raw) == wanted + 1 and _STATUS.search(raw, 1) is None
