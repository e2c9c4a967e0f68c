"""Routes of the voices: channels, ranges, curves, programs, and the player's bends."""

from __future__ import annotations

from live.engine.curves import shaped
from live.engine.routing import Route, Routing
from live.stage import records as r

BEND, REST = b"\xe0\x00\x60", b"\xe0\x00\x40"


class Synth:
    """What a routing sends, in the order of due times."""

    def __init__(self, *routes: Route) -> None:
        self.routes = routes
        self.orders: list[r.Plan] = []
        self.routing = Routing(self._take, lambda: self.routes)

    def _take(self, *orders: r.Plan) -> None:
        self.orders += orders

    def change(self, *routes: Route) -> list[bytes]:
        self.routes = routes
        return self.told(lambda: self.routing.follow(0))

    def express(self, message: bytes) -> list[bytes]:
        return self.told(lambda: self.routing.express(message, 0))

    def told(self, do) -> list[bytes]:
        self.orders.clear()
        do()
        return [order.message for order in sorted(self.orders, key=lambda order: order.due_ns)]


def test_a_program_is_told_with_its_bank_before_it_at_distinct_times() -> None:
    synth = Synth(Route(1, program=52, bank=130), Route(2))
    told = synth.told(lambda: synth.routing.take_up(5))
    assert told == [b"\xb1\x00\x01", b"\xb1\x20\x02", b"\xc1\x33"]
    assert [order.due_ns for order in synth.orders] == [5, 6, 7]


def test_a_program_is_told_when_it_or_its_channel_changes_and_when_the_synth_came_back() -> None:
    synth = Synth(Route(1, program=52), Route(2))
    assert synth.told(lambda: synth.routing.take_up(0)) == [b"\xc1\x33"]
    assert synth.change(Route(1, program=52, low=50), Route(2)) == []
    assert synth.change(Route(1, program=53), Route(2)) == [b"\xc1\x34"]
    assert synth.change(Route(4, program=53), Route(2, program=1)) == [b"\xc4\x34", b"\xc2\x00"]
    assert synth.told(lambda: synth.routing.take_up(0)) == [b"\xc4\x34", b"\xc2\x00"]
    assert synth.change(Route(4), Route(2, program=1)) == []  # nothing says which one was there before


def test_of_voices_on_one_channel_the_first_that_names_a_program_has_it() -> None:
    synth = Synth(Route(1), Route(1, program=7), Route(1, program=9))
    assert synth.told(lambda: synth.routing.take_up(0)) == [b"\xc1\x06"]


def test_a_channel_that_was_bent_is_followed_to_rest_and_a_new_one_is_told_the_bend() -> None:
    synth = Synth(Route(1), Route(2))
    assert synth.express(BEND) == [b"\xe1\x00\x60", b"\xe2\x00\x60"]
    assert synth.change(Route(5), Route(2)) == [b"\xe5\x00\x60"]
    assert synth.express(REST) == [b"\xe5\x00\x40", b"\xe2\x00\x40", b"\xe1\x00\x40"]
    assert synth.express(BEND) == [b"\xe5\x00\x60", b"\xe2\x00\x60"]
    assert synth.express(b"\xb0\x01\x20") == [b"\xb5\x01\x20", b"\xb2\x01\x20"]


def test_a_note_out_of_range_is_folded_and_one_that_fits_nowhere_is_silent() -> None:
    assert Route(1, transpose=-12, low=48, high=72).pitch(79) == 67
    assert Route(1, low=48, high=72).pitch(30) == 54
    assert Route(1, low=60, high=60).pitch(72) == 60
    assert Route(1, low=60, high=60).pitch(71) is None
    assert Route(1, low=72, high=48).pitch(79) == 67  # as a musician turns two knobs, one comes first
    assert Route(1, transpose=48).pitch(100) == 124


def test_curves() -> None:
    assert [shaped(64, curve, 90) for curve in ("soft", "linear", "hard", "fixed")] == [84, 64, 42, 90]
