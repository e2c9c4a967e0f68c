"""Bytes that no player plays: floods, rubbish, cut-off messages, keys that are never let go.

``hostile`` gives packets as a driver would deliver them: at most 3 bytes, or a system exclusive message from
its 0xF0 on. Notes on the companion's channels are softer than the companion: they are no echoes of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice

SOFTER = 19
COMPANION = (1, 2, 3)
LONG = 2000


def hostile(seed: int, size: int) -> Iterator[bytes]:
    """Packets of ``size`` bytes together or a few more; then an end to everything that was begun."""
    rng = random.Random(seed)
    left = size
    while left > 0:
        for packet in rng.choice(SECTIONS)(rng):
            left -= len(packet)
            yield packet
    yield from the_end()


def the_end() -> Iterator[bytes]:
    """Every sysex ends, all keys and pedals are up."""
    yield b"\xf7"
    for channel in range(16):
        yield from (bytes((0xB0 | channel, number, 0)) for number in (64, 66, 69, 123, 121))


def sysex(length: int) -> bytes:
    """One message of ``length`` bytes."""
    return bytes((0xF0, *(n * 7 % 128 for n in range(length - 2)), 0xF7))


def pieces(message: bytes, first: int = 256) -> Iterator[bytes]:
    """As a driver with small buffers delivers it."""
    yield message[:first]
    yield from (message[at : at + 3] for at in range(first, len(message), 3))


# -- what it is made of -------------------------------------------------------------------------------


def _on(rng: random.Random, channel: int) -> bytes:
    most = SOFTER if channel in COMPANION else 127
    return bytes((0x90 | channel, rng.randrange(128), rng.randint(0, most)))


def _rubbish(rng: random.Random) -> Iterator[bytes]:
    for _ in range(60):
        packet = bytearray(rng.randbytes(rng.randint(1, 3)))
        if packet[0] & 0xF0 == 0x90:
            packet[1:] = bytes(min(byte, SOFTER) for byte in packet[1:])
        if any(byte & 0xF0 in (0x90, 0xF0) for byte in packet[1:]) or packet[0] == 0xF0:
            packet = packet[:1] if packet[0] != 0xF0 else bytearray(b"\xf7")
        yield bytes(packet)


def _notes(rng: random.Random) -> Iterator[bytes]:
    for _ in range(30):
        on = _on(rng, rng.randrange(16))
        yield on
        if rng.random() < 0.7:
            yield bytes((on[0] & 0x8F, on[1], 0))


def _running_status(rng: random.Random) -> Iterator[bytes]:
    yield _on(rng, 0)
    for _ in range(20):
        pitch = rng.randrange(128)
        yield bytes((pitch, rng.randrange(1, 128)))
        yield bytes((pitch, 0))


def _orphans(rng: random.Random) -> Iterator[bytes]:
    for _ in range(40):
        yield bytes((0x80 | rng.randrange(16), rng.randrange(128), rng.randrange(128)))


def _all_keys(rng: random.Random) -> Iterator[bytes]:
    channel = rng.randrange(16)
    held = [bytes((0x90 | channel, pitch, rng.randint(1, SOFTER))) for pitch in range(128)]
    rng.shuffle(held)
    yield from held
    if rng.random() < 0.5:
        yield from (bytes((0x80 | channel, on[1], 0)) for on in held)
    else:
        yield bytes((0xB0 | channel, 123, 0))


def _sysex(rng: random.Random) -> Iterator[bytes]:
    whole = sysex(rng.randint(2, LONG))
    if rng.random() < 0.5:
        yield whole
    else:
        for piece in pieces(whole, rng.randint(1, 256)):
            yield piece
            if rng.random() < 0.1:
                yield b"\xf8"


def _cut_off(rng: random.Random) -> Iterator[bytes]:
    """Sysex without an end, and messages without their last byte, with notes after them."""
    yield sysex(rng.randint(4, 40))[:-1]
    yield from islice(_notes(rng), 4)
    yield b"\xb0\x01"
    yield from islice(_notes(rng), 4)
    yield b"\xf7"


def _torn(rng: random.Random) -> Iterator[bytes]:
    """Byte by byte, with real-time bytes between."""
    for _ in range(20):
        for byte in _on(rng, 0):
            yield bytes((byte,))
            yield rng.choice((b"\xf8", b"\xfe", b"\xfa"))


def _flood(make: Callable[[random.Random], bytes], count: int) -> Callable[[random.Random], Iterator[bytes]]:
    def flood(rng: random.Random) -> Iterator[bytes]:
        yield from (make(rng) for _ in range(count))

    return flood


_clock = _flood(lambda _: b"\xf8", 400)
_sensing = _flood(lambda _: b"\xfe", 100)
_keys_up = _flood(lambda rng: bytes((0xB0 | rng.randrange(16), rng.randint(123, 127), 0)), 60)
_bends = _flood(lambda rng: bytes((0xE0, rng.randrange(128), rng.randrange(128))), 60)
_programs = _flood(lambda rng: bytes((0xC0 | rng.randrange(16), rng.randrange(128))), 100)
_controllers = _flood(
    lambda rng: bytes((0xB0 | rng.randrange(16), rng.randrange(128), rng.randrange(128))), 60
)
_pressure = _flood(lambda rng: bytes((0xD0, rng.randrange(128))), 60)
_panics = _flood(lambda rng: rng.choice((b"\xff", b"\xb0\x78\x00", b"\xb5\x78\x00")), 8)

SECTIONS = (
    _rubbish, _notes, _running_status, _orphans, _all_keys, _sysex, _cut_off, _torn, _clock, _sensing,
    _keys_up, _bends, _programs, _controllers, _pressure, _panics,
)  # fmt: skip
