"""What RtMidi's ring on JACK would do: 16 KiB, emptied once a period; too much is an error here."""

from live.stage.clock import MILLISECOND, SECOND, ManualClock
from live.stage.guards import EchoGuard
from live.stage.jack_sink import JackSink
from live.stage.outputs import Outputs

RING = 16 * 1024 - 1
MOST_EVENTS = 2_700
PERIOD_NS = 1_333_333


class Ring:
    """Stands where ``rtmidi.MidiOut`` does; the clock empties it on every multiple of a period."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.sent: list[bytes] = []
        self.filled = self.events = self.emptied = 0

    def send_message(self, message: bytes) -> None:
        assert message
        assert len(message) <= 3 or message[0] == 0xF0, "python-rtmidi refuses that"
        if (period := self.clock.now_ns() // PERIOD_NS) > self.emptied:
            self.filled, self.events, self.emptied = 0, 0, period
        self.filled += 4 + len(message)
        self.events += 1
        assert self.filled <= RING, "RtMidi would spin or drop"
        assert self.events <= MOST_EVENTS, "the port would drop"
        self.sent.append(message)


class Setup:
    def __init__(self) -> None:
        self.clock = ManualClock(SECOND)
        self.ring = Ring(self.clock)
        sink = JackSink(self.ring, self.clock, lambda seconds: self.clock.advance(round(seconds * SECOND)))
        sink.period_ns = PERIOD_NS
        self.outputs = Outputs([sink], self.clock, EchoGuard())


def test_a_long_sysex_leaves_in_pieces_byte_for_byte() -> None:
    for size in (4, 1000, 15_996, 15_997, 16_384, 100_000):
        setup = Setup()
        message = bytes((0xF0, *(n % 128 for n in range(size - 2)), 0xF7))
        setup.outputs.put(0, message, 0)
        assert b"".join(setup.ring.sent) == message
        assert (len(setup.ring.sent) == 1) == (size <= 15_996)
        assert setup.outputs.sent == 1


def test_a_flood_waits_for_room() -> None:
    setup = Setup()
    for n in range(20_000):
        setup.outputs.put(0, b"\xf8" if n % 2 else b"\x90\x3c\x40", 0)
        setup.clock.advance(300)
    assert len(setup.ring.sent) == 20_000


def test_ordinary_playing_never_waits() -> None:
    setup = Setup()
    begin = setup.clock.now_ns()
    for _ in range(10_000):
        setup.outputs.put(0, b"\x90\x3c\x40", 0)
        setup.clock.advance(MILLISECOND // 4)
    assert setup.clock.now_ns() == begin + 10_000 * MILLISECOND // 4


def test_at_the_end_a_long_sysex_is_cut_short_but_ended() -> None:
    setup = Setup()
    setup.outputs.hurry = True
    setup.outputs.put(0, bytes((0xF0, *bytes(40_000), 0xF7)), 0)
    assert len(setup.ring.sent) == 2
    assert setup.ring.sent[-1] == b"\xf7"
    setup.outputs.put(0, b"\xf0\x01\x02\xf7", 0)
    assert setup.ring.sent[-1] == b"\xf0\x01\x02\xf7"
