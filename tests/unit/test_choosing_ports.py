"""Ports that are chosen while Antiphon plays: what sounds because of the port that is left ends, there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import rtmidi

from live import ports
from live.errors import PortError
from live.port_choice import SPARE, PortChoice
from live.ports import PortList
from live.stage import records as r
from live.stage.clock import ManualClock
from live.stage.opened import OpenedPort
from live.stage.pair_sink import PairSink
from live.stage.performer import Performer
from live.stage.port_watch import PortWatch
from live.stage.settings import InputPort, OutputPort, StageSettings
from live.stage.sinks import RecordingSink

ON, OFF = b"\x90\x3c\x40", b"\x80\x3c\x40"
PEDAL_DOWN, PEDAL_UP = b"\xb0\x40\x7f", b"\xb0\x40\x00"
INPUTS = ("To Antiphon", "keys", "pads", "organ", "wind", "From Antiphon 2")
OUTPUTS = ("synth", "rack", "To Antiphon")


class Link:
    """What the stage's link does, without a stage."""

    def __init__(self, settings: StageSettings) -> None:
        self.settings = settings
        self.looked = 0

    def use_port(self, number: int, name: str) -> None:
        self.settings = self.settings.with_port(number, name)

    def look(self) -> None:
        self.looked += 1


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., StageSettings]:
    """The settings of a daemon that was started with these ports."""
    there = PortList("alsa", ("keys 20:0", "pads 24:0"), ("synth 20:0", "rack 24:0"))
    monkeypatch.setattr(ports, "list_ports", lambda _: there)
    return lambda *arguments: ports.choose("alsa", *arguments, spare=SPARE)


def choice(settings: StageSettings, **options: bool) -> tuple[PortChoice, Link]:
    link = Link(settings)
    made = PortChoice(link, **options)
    made.listed(json.dumps([INPUTS, OUTPUTS]))
    return made, link


def virtual() -> StageSettings:
    spare = tuple(InputPort("") for _ in range(SPARE))
    return StageSettings(
        "alsa",
        (InputPort("To Antiphon", virtual=True), *spare),
        (OutputPort("From Antiphon", virtual=True), OutputPort("", beside=True)),
    )


def test_a_daemon_has_places_for_ports_that_are_chosen_later(chosen: Callable[..., StageSettings]):
    settings = chosen(["To Antiphon"])
    assert [port.name for port in settings.inputs] == ["To Antiphon", *[""] * SPARE]
    assert [port.beside for port in settings.outputs] == [False, True]
    named = chosen(["keys"], "synth")
    assert [port.beside for port in named.outputs] == [False]
    assert all(port.thru for port in named.inputs)  # as the control says


def test_keyboards_are_added_and_let_go():
    made, link = choice(virtual())
    made.choose("input", "keys", True)
    made.choose("input", "pads", True)
    made.choose("input", "pads", True)
    assert [port.name for port in link.settings.inputs] == ["To Antiphon", "keys", "pads", ""]
    made.choose("input", "keys", False)
    assert made.state()["inputs"] == [
        ["To Antiphon", True, True, True],
        ["pads", True, True, False],
        ["keys", False, True, False],
        ["organ", False, True, False],
        ["wind", False, True, False],
    ]


def test_a_synth_plays_beside_our_virtual_port_and_another_in_its_place():
    made, link = choice(virtual())
    for name in ("synth", "rack"):
        made.choose("output", name, True)
        assert [port.name for port in link.settings.outputs] == ["From Antiphon", name]
    made.choose("output", "rack", False)
    assert [row[:2] for row in made.state()["outputs"]] == [
        ["From Antiphon", True],
        ["synth", False],
        ["rack", False],
    ]


def test_a_named_output_is_exchanged(chosen: Callable[..., StageSettings]):
    made, link = choice(chosen(["keys"], "synth"))
    made.choose("output", "rack", True)
    assert [port.name for port in link.settings.outputs] == ["rack"]


@pytest.mark.parametrize(
    ("end", "name"), [("input", "flute"), ("output", "To Antiphon"), ("sideways", "keys")]
)
def test_what_is_not_there_or_ours_is_refused(end: str, name: str):
    made, link = choice(virtual())
    before = link.settings
    with pytest.raises(PortError):
        made.choose(end, name, True)
    assert link.settings == before


def test_there_are_only_so_many_places():
    made, _ = choice(virtual())
    for name in ("keys", "pads", "organ"):
        made.choose("input", name, True)
    with pytest.raises(PortError, match="let one go"):
        made.choose("input", "wind", True)


def test_an_output_that_somebody_needs_stays():
    made, _ = choice(virtual(), fixed=True)
    with pytest.raises(PortError, match="cannot be changed"):
        made.choose("output", "synth", True)


# -- the stage ------------------------------------------------------------------------------------------


class Device:
    """A synth that is plugged in as long as the port watch wants it."""

    def __init__(self, clock: ManualClock) -> None:
        self.sink = RecordingSink(clock)
        self.plugged: str | None = None
        self.got: list[tuple[str, bytes]] = []
        self.lead_ns = 0
        self.pieces = self.sink.pieces
        self.close = self.sink.close

    def plug(self, rt: RtMidi) -> None:
        self.plugged = rt.opened

    def unplug(self) -> None:
        self.plugged = None

    def send(self, message: bytes, due_ns: int) -> None:
        if self.plugged is not None:
            self.got.append((self.plugged, message))


class RtMidi:
    """A MIDI system with some ports."""

    names = ("synth", "rack")
    opened = ""

    def get_current_api(self) -> int:
        return rtmidi.API_LINUX_ALSA

    def get_ports(self) -> list[str]:
        return list(self.names)

    def open_port(self, number: int, name: str) -> None:
        self.opened = self.names[number]

    def open_virtual_port(self, name: str) -> None:
        self.opened = name

    def close_port(self) -> None:
        self.opened = ""

    def delete(self) -> None: ...


class Wires:
    """A stage with our virtual output, and a place beside it."""

    is_dead = False

    def __init__(self) -> None:
        clock = ManualClock()
        self.reports: list[object] = []
        self.said: list[str] = []
        self.listed: list[str] = []
        settings = StageSettings(
            outputs=(OutputPort("From Antiphon", virtual=True), OutputPort("", beside=True))
        )
        self.ours, self.beside = Device(clock), Device(clock)
        pair = PairSink(self.ours, self.beside)
        self.performer = Performer(settings, [pair], clock, lambda *told: self.reports.extend(told))
        self.ports = [
            OpenedPort(number, port, RtMidi, device)
            for number, (port, device) in enumerate(
                zip(settings.outputs, (self.ours, self.beside), strict=True)
            )
        ]
        self.ports[1].serves = 0
        self.watch = PortWatch(self, None, self.put, self.said.append, 0.1, 0, self.listed.append)  # type: ignore[arg-type]

    def put(self, item: object) -> None:
        """The sender's turn, at once."""
        if callable(item):
            item(self.performer)
        else:
            self.performer.take_note(item)  # type: ignore[arg-type]

    def use(self, name: str) -> None:
        self.watch.want(1, name)
        self.watch.look()

    def order(self, *orders: r.EngineRecord) -> None:
        for order in orders:
            self.performer.obey(order)
        self.performer.play_due()


def test_a_chosen_synth_gets_the_same_and_the_one_before_gets_every_end():
    wires = Wires()
    wires.use("synth")
    wires.order(r.Plan(0, PEDAL_DOWN, 0), r.Plan(0, ON, 7))
    wires.use("rack")
    assert wires.beside.got == [("synth", PEDAL_DOWN), ("synth", ON), ("synth", OFF), ("synth", PEDAL_UP)]
    assert [message for _, message in wires.ours.got] == [PEDAL_DOWN, ON, OFF, PEDAL_UP]
    wires.order(r.Plan(0, ON, 8))
    assert wires.beside.got[-1] == ("rack", ON)
    wires.use("")
    assert wires.beside.got[-1] == ("rack", OFF)
    assert wires.beside.plugged is None
    wires.order(r.Plan(0, ON, 9))
    assert wires.beside.got[-1] == ("rack", OFF)
    assert wires.ours.got[-1][1] == ON
    assert wires.said == []


def test_the_engine_is_told_so_that_programs_are_told_again():
    wires = Wires()
    wires.use("synth")
    wires.watch.look()
    assert r.OutputBack(0) in wires.reports
    wires.reports.clear()
    wires.use("rack")
    wires.watch.look()
    assert [each for each in wires.reports if isinstance(each, r.PortNews)] == [
        r.OutputGone(0),
        r.OutputBack(0),
    ]


def test_a_port_that_is_not_there_is_waited_for():
    wires = Wires()
    wires.use("flute")
    assert not wires.ports[1].plugged
    RtMidi.names = ("synth", "rack", "flute")
    try:
        wires.watch.look()
        assert wires.beside.plugged == "flute"
    finally:
        RtMidi.names = ("synth", "rack")


def test_a_sender_that_is_stuck_keeps_its_port(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("live.stage.port_watch._LEAVING_SECONDS", 0.01)
    wires = Wires()
    wires.use("synth")
    monkeypatch.setattr(wires.watch, "_deliver", lambda _: None)
    wires.use("rack")
    assert (wires.beside.plugged, wires.ports[1].name) == ("synth", "synth")
    assert "does not answer" in wires.said[0]


def test_which_ports_there_are_is_told_once_and_when_it_changes():
    wires = Wires()
    wires.watch.look()
    assert wires.listed == []
    wires.watch.list_ports()
    wires.watch.look()
    wires.watch.look()
    assert [json.loads(text) for text in wires.listed] == [[[], ["synth", "rack"]]]
