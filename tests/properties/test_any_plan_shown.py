"""On the port that shows the plan no note is ever stuck, and what it says is never taken for music."""

from __future__ import annotations

import contextlib
from typing import Any

from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from sounded import NEVER, off, on, sounded

from live.engine.lights import AHEAD_NS, CHANNELS, MOST, Lights
from live.engine.plan_notes import Phase
from live.engine.plans import Plans, Tentative
from live.errors import AntiphonError
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.rehearsal import Rehearsal

MS = MILLISECOND
notes = st.lists(st.tuples(st.integers(-50, 4000), st.integers(60, 63), st.integers(0, 127)), max_size=12)
deeds = st.one_of(
    st.tuples(st.just("mean"), notes),
    st.tuples(st.just("order"), st.integers(-10, 3000), st.integers(60, 63), st.integers(1, 3)),
    st.tuples(st.just("cancel"), st.integers(1, 3), st.sampled_from(r.CancelMode)),
    st.tuples(st.just("say"), st.sampled_from([r.Panic(), r.ReleaseCompanion(), r.SetLateLimit(0)])),
    st.tuples(st.just("news"), st.sampled_from([r.OutputGone(1), r.OutputBack(1), r.OutputGone(0)])),
    st.tuples(st.just("wait"), st.integers(0, 2500)),
    st.tuples(st.just("busy"), st.integers(0, 400)),
    st.tuples(st.just("lost")),
)


class Shown:
    """Plans, lights and a stage with the third port: what is ordered is done, and reported."""

    def __init__(self) -> None:
        self.stage = Rehearsal(plan_port=True)
        self.stage.clock.advance(10**9)
        self.plans = Plans()
        self.orders: list[Any] = []
        self.plans.watch(Lights(self.send, 1).watch, self.now_ns)

    @property
    def lit(self) -> list[tuple[int, int, int]]:
        """(milliseconds from the start, status, pitch) of what the third port said."""
        found = self.stage.plan_sink.deliveries
        return [(each.at_ns // MS - 1000, each.message[0], each.message[1]) for each in found]

    @property
    def now_ns(self) -> int:
        return self.stage.clock.now_ns()

    def send(self, *orders: r.EngineRecord) -> None:
        self.orders += orders
        self.stage.order(*orders)
        self.plans.ordered(orders)

    def turn(self) -> None:
        for report in self.stage.reports:
            assert getattr(report, "port", 0) == 0 or isinstance(report, r.OutputGone | r.OutputBack)
            self.plans.reported(report)
        self.stage.reports.clear()
        self.plans.settle(self.now_ns)

    def do(self, what: str, *rest: Any) -> None:
        now = self.now_ns
        if what == "mean":
            self.plans.tentative(
                Tentative(now + at * MS, None, 1, pitch, velocity) for at, pitch, velocity in rest[0]
            )
        elif what == "order":
            at, pitch, tag = rest
            self.send(r.Plan(now + at * MS, on(pitch, 70, 1), tag))
            self.send(r.Plan(now + (at + 90) * MS, off(pitch, 1), tag))
        elif what == "cancel":
            self.send(r.Cancel(*rest))
        elif what == "say":
            self.send(rest[0])
        elif what == "news":
            self.stage.performer.take_note(rest[0])
        elif what == "wait":
            self.stage.run(rest[0])
        elif what == "busy":  # the stage comes to nothing meanwhile
            self.stage.clock.advance(rest[0] * MS)
            self.stage.performer.play_due()
        elif what == "lost":
            self.stage.performer.end_everything()
            self.plans.reported(r.PortLost(r.LostReason.DIED))
        self.turn()


@settings(max_examples=300, deadline=None)
@given(st.lists(deeds, max_size=30))
def test_every_note_on_of_the_third_port_gets_its_note_off(sequence: list[tuple[Any, ...]]):
    shown = Shown()
    for deed in sequence:
        shown.do(*deed)
        assert len({order.tag for order in shown.orders if isinstance(order, r.Plan)}) <= len(shown.orders)
    shown.stage.run(6000)  # without another word of the engine: it was killed
    assert not still_sounding(shown.stage.plan_sink.messages)
    struck = [message for message in shown.stage.plan_sink.messages if message[0] & 0xF0 == 0x90]
    assert {message[0] & 0x0F for message in struck} <= set(CHANNELS.values())


@settings(max_examples=200, deadline=None)
@given(st.lists(deeds, max_size=30))
def test_nor_when_the_stage_ends_in_the_midst(sequence: list[tuple[Any, ...]]):
    shown = Shown()
    for deed in sequence:
        shown.do(*deed)
    shown.stage.performer.close()
    assert not still_sounding(shown.stage.plan_sink.messages)


def test_a_light_goes_on_when_a_note_is_near_and_off_when_it_begins():
    shown = Shown()
    shown.do("mean", [(3000, 60, 90)])
    shown.do("wait", 2500)
    shown.do("order", 500, 60, 1)
    shown.do("wait", 1000)
    assert shown.lit == [(1000, 0x91, 60), (2500, 0x81, 60), (2500, 0x90, 60), (3000, 0x80, 60)]
    assert CHANNELS == {Phase.COMMITTED: 0, Phase.TENTATIVE: 1}
    assert AHEAD_NS == 2000 * MS


def test_a_note_that_moves_keeps_its_light():
    shown = Shown()
    shown.do("mean", [(500, 60, 90)])
    shown.do("wait", 100)
    shown.do("mean", [(600, 60, 90)])
    shown.do("wait", 100)
    shown.do("mean", [(300, 60, 90)])
    shown.do("wait", 1000)
    assert [
        (each.at_ns // MS - 1000, each.message[0] & 0xF0) for each in shown.stage.plan_sink.deliveries
    ] == [
        (0, 0x90),
        (500, 0x80),
    ]


def test_a_key_that_is_to_sound_twice_is_lit_twice():
    shown = Shown()
    shown.do("mean", [(500, 60, 90), (700, 60, 90), (710, 60, 90)])
    shown.do("wait", 1000)
    assert shown.lit == [(0, 0x91, 60), (500, 0x81, 60), (520, 0x91, 60), (700, 0x81, 60)]


def test_only_the_nearest_are_shown_and_the_next_follow():
    shown = Shown()
    shown.do("mean", [(10 * n, 30 + n, 64) for n in range(1, MOST + 9)])
    shown.do("wait", 1)
    assert len(shown.stage.plan_sink.messages) == MOST
    shown.do("mean", [(10 * n, 30 + n, 64) for n in range(8, MOST + 9)])
    shown.do("wait", 1)
    assert len(still_sounding(shown.stage.plan_sink.messages)) == MOST


def test_the_music_of_the_same_moment_goes_first():
    shown = Shown()
    sent: list[int] = []
    for number, sink in enumerate((shown.stage.sink, shown.stage.plan_sink)):
        send = sink.send
        sink.send = lambda message, due, number=number, send=send: (sent.append(number), send(message, due))  # type: ignore[method-assign, misc]
    shown.do("mean", [(400, 64, 90)])
    shown.do("order", 400, 60, 1)
    shown.do("wait", 399)
    sent.clear()
    shown.do("wait", 2)
    assert sent == [0, 1, 1]


def test_the_echo_of_a_light_is_not_heard_as_the_player():
    shown = Shown()
    shown.do("mean", [(500, 60, 90)])
    shown.stage.hear(on(60, 90, CHANNELS[Phase.TENTATIVE]))
    assert not [report for report in shown.stage.reports if isinstance(report, r.Heard)]


def test_no_clock_goes_to_the_third_port():
    shown = Shown()
    shown.send(r.SetClock(shown.now_ns, 0, 20.0 * MS))
    shown.do("wait", 200)
    shown.stage.performer.take_note(r.OutputBack(1))
    shown.do("wait", 200)
    assert len(shown.stage.sink.messages) > 15
    assert shown.stage.sink.messages.count(b"\xfa") == 1, "and the song goes on when it comes back"
    assert shown.stage.plan_sink.messages == []


@settings(max_examples=30, deadline=None)
@given(
    mode=st.sampled_from(
        [
            ("answer", "piano"),
            ("answer", "folk"),
            ("duet", "piano"),
            ("loop", "folk"),
            ("harmonize", "chorale"),
        ]
    ),
    more=st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from(["veto", "panic", "answer", "loop", "key", "mute"])),
        max_size=5,
    ),
)
def test_the_music_is_the_same_with_and_without_the_third_port(
    mode: tuple[str, str], more: list[tuple[int, str]]
):
    bands = [
        Band(networks=babbler, mode=mode[0], model=mode[1], key="C", plan_port=shown)
        for shown in (False, True)
    ]
    for band in bands:
        band.play(tune([60, 64, 67, 64]), rest_ms=700)
        for wait, what in more:
            band.wait(wait)
            with contextlib.suppress(AntiphonError):
                if what == "key":
                    band.play([(0, on(72)), (60, off(72))])
                elif what == "mute":
                    band.set("mute", not band.session.settings.mute)
                else:
                    band.act(what)
        band.wait(1500)
        band.stop()
    without, shown = bands
    assert without.sent == shown.sent
    for name in ("heard", "sent", "dropped"):
        assert getattr(without.session, name) == getattr(shown.session, name)
    assert list(without.session.lateness) == list(shown.session.lateness)
    assert without.session.history.since(0) == shown.session.history.since(0)
    assert without.stage.performer.counts == shown.stage.performer.counts
    assert all(note.end != NEVER for note in sounded(shown.lit))
    if mode[0] == "answer" and not more:
        assert len(sounded(shown.lit)) >= len(sounded(shown.sent)) > 0
