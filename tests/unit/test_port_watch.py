"""Named ports that come and go, without a MIDI system: a list of names stands in for it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import rtmidi

from live.stage import records as r
from live.stage.opened import OpenedPort
from live.stage.port_watch import PortWatch
from live.stage.settings import InputPort, OutputPort


class System:
    """The ports that there are, and what was opened."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.open: list[object] = []
        self.refuses = False

    def port(self) -> RtMidi:
        return RtMidi(self)


class RtMidi:
    def __init__(self, system: System) -> None:
        self.system = system

    def get_current_api(self) -> int:
        return rtmidi.API_LINUX_ALSA

    def get_ports(self) -> list[str]:
        return self.system.names

    def open_port(self, number: int, name: str) -> None:
        if self.system.refuses:
            raise rtmidi.RtMidiError("busy")
        self.system.open.append(self)

    def open_virtual_port(self, name: str) -> None:
        self.system.open.append(self)

    def close_port(self) -> None:
        if self in self.system.open:
            self.system.open.remove(self)

    def delete(self) -> None:
        self.system = System()


class Holder:
    def __init__(self) -> None:
        self.rt: object = None

    def plug(self, rt: object) -> None:
        self.rt = rt

    def unplug(self) -> None:
        self.rt = None


class Stage:
    def __init__(self, system: System) -> None:
        ports = [InputPort("To Antiphon", virtual=True), InputPort("keys"), OutputPort("synth")]
        self.holders = [Holder() for _ in ports]
        self.ports = [
            OpenedPort(number, port, system.port, holder)
            for number, (port, holder) in enumerate(zip(ports, self.holders, strict=True))
        ]
        self.news: list[r.PortNews] = []
        self.said: list[str] = []
        wiring = SimpleNamespace(ports=self.ports, is_dead=False)
        self.watch = PortWatch(wiring, None, self.news.append, self.said.append, 0.5, settling_seconds=0)

    def look(self) -> list[r.PortNews]:
        self.news.clear()
        self.watch.look()
        return list(self.news)


def test_a_port_that_goes_and_comes_is_one_line_each_and_the_others_stay_open() -> None:
    system = System("keys", "synth")
    stage = Stage(system)
    first = stage.holders[1].rt
    assert stage.look() == []
    system.names.remove("keys")
    assert stage.look() == [r.SourceGone(1)]
    assert stage.look() == []
    assert stage.holders[1].rt is None
    assert None not in (stage.holders[0].rt, stage.holders[2].rt)
    system.names.append("keys")
    assert stage.look() == []
    assert stage.holders[1].rt not in (None, first)
    assert len(system.open) == 3  # the one of the lost device was closed
    assert stage.said == [
        "MIDI port 'keys' has vanished; everything else goes on until it is back",
        "MIDI port 'keys' is back",
    ]


def test_an_output_is_numbered_as_the_engine_numbers_outputs() -> None:
    system = System("keys", "synth")
    stage = Stage(system)
    system.names.remove("synth")
    assert stage.look() == [r.OutputGone(0)]
    system.names.append("synth")
    assert stage.look() == [r.OutputBack(0)]


def test_a_port_that_cannot_be_opened_yet_is_tried_again() -> None:
    system = System("synth")
    stage = Stage(system)
    assert [port.plugged for port in stage.ports] == [True, False, True]
    system.names.append("keys")
    system.refuses = True
    stage.look()
    assert stage.said == []
    system.refuses = False
    stage.look()
    assert stage.said == ["MIDI port 'keys' is back"]
    assert stage.holders[1].rt in system.open


def test_a_port_that_is_not_there_at_the_start_is_said() -> None:
    stage = Stage(System("keys"))
    stage.watch.start()
    stage.watch.stop()
    assert stage.said == ["MIDI port 'synth' is not there; everything else plays until it comes"]


@pytest.mark.parametrize("names", [("keys", "synth"), ()])
def test_closing_leaves_nothing_open(names: tuple[str, ...]) -> None:
    system = System(*names)
    stage = Stage(system)
    for port in stage.ports:
        port.close()
    assert system.open == []
    assert [holder.rt for holder in stage.holders] == [None] * 3
