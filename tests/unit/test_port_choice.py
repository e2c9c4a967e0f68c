import pytest

from live import ports
from live.errors import PortError
from live.ports import PortList, choose, keyboards, match
from live.stage.settings import InputPort, OutputPort, StageSettings

ALSA = PortList(
    "alsa",
    (
        "Midi Through:Midi Through Port-0 14:0",
        "LPK25:LPK25 MIDI 1 20:0",
        "Ardour:out 130:0",
        "System:Announce 0:1",
    ),
    ("Midi Through:Midi Through Port-0 14:0", "LPK25:LPK25 MIDI 1 20:0", "FLUID Synth (7):x 129:0"),
)


@pytest.fixture
def alsa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "list_ports", lambda _: ALSA)


def test_an_exact_name_wins_over_parts() -> None:
    assert match("Piano", ["Piano 2", "Piano"], "input") == "Piano"


def test_a_part_of_one_name_is_enough_in_any_case() -> None:
    assert match("lpk", ALSA.inputs, "input") == "LPK25:LPK25 MIDI 1 20:0"


def test_a_part_of_several_names_is_refused_with_them() -> None:
    with pytest.raises(PortError, match="could be any of: Piano 2, Piano 3"):
        match("Piano", ["Piano 2", "Piano 3"], "input")


def test_a_port_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(PortError, match="there is no MIDI output 'Nord'; there are: A, B"):
        match("Nord", ["A", "B"], "output")
    with pytest.raises(PortError, match="there are none at all"):
        match("Nord", [], "output")


def test_devices_are_told_from_programs_and_loops() -> None:
    assert keyboards(ALSA) == ["LPK25:LPK25 MIDI 1 20:0"]
    jack = PortList("jack", ("system:midi_capture_1", "ardour:MIDI out", "a2j:Nord [20]"), ())
    assert keyboards(jack) == ["system:midi_capture_1", "a2j:Nord [20]"]
    mac = PortList("coremidi", ("IAC Driver Bus 1", "Keystation 49"), ())
    assert keyboards(mac) == ["Keystation 49"]


@pytest.mark.usefixtures("alsa")
def test_without_names_the_virtual_ports_and_the_only_keyboard() -> None:
    chosen = choose("alsa")
    assert chosen.inputs == (
        InputPort("To Antiphon", virtual=True),
        InputPort("LPK25:LPK25 MIDI 1 20:0"),
    )
    assert chosen.outputs == (OutputPort("From Antiphon", virtual=True),)


FIRST = {
    "alsa": (("Antiphon:From Antiphon 131:0",), ("Antiphon:To Antiphon 130:0",)),
    "jack": (("From Antiphon:From Antiphon",), ("To Antiphon:To Antiphon",)),
    "coremidi": (("From Antiphon",), ("To Antiphon",)),
}
SECOND = {
    "alsa": (("Antiphon:From Antiphon 2 133:0",), ("Antiphon:To Antiphon 2 132:0",)),
    "jack": (("From Antiphon 2:From Antiphon 2",), ("To Antiphon 2:To Antiphon 2",)),
    "coremidi": (("From Antiphon 2",), ("To Antiphon 2",)),
}


def names_beside(monkeypatch: pytest.MonkeyPatch, api: str, *daemons: dict) -> list[str]:
    inputs = sum((each[api][0] for each in daemons), ())
    outputs = sum((each[api][1] for each in daemons), ())
    monkeypatch.setattr(ports, "list_ports", lambda _: PortList(api, inputs, outputs))
    return [port.name for port in choose(api).ports]


@pytest.mark.parametrize("api", list(FIRST))
def test_each_daemon_has_ports_of_its_own_name(monkeypatch: pytest.MonkeyPatch, api: str) -> None:
    assert names_beside(monkeypatch, api) == ["To Antiphon", "From Antiphon"]
    assert names_beside(monkeypatch, api, FIRST) == ["To Antiphon 2", "From Antiphon 2"]
    assert names_beside(monkeypatch, api, FIRST, SECOND) == ["To Antiphon 3", "From Antiphon 3"]
    assert names_beside(monkeypatch, api, SECOND) == ["To Antiphon", "From Antiphon"]


def test_a_daemon_with_one_virtual_port_keeps_both_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    there = PortList("jack", ("synth:out",), ("To Antiphon:To Antiphon", "synth:in"))
    monkeypatch.setattr(ports, "list_ports", lambda _: there)
    assert [port.name for port in choose("jack").ports] == ["To Antiphon 2", "From Antiphon 2"]
    assert choose("jack", ["To Antiphon"]).inputs == (InputPort("To Antiphon 2", virtual=True),)


@pytest.mark.usefixtures("alsa")
def test_thru_is_on_for_a_named_input_and_can_be_set_for_all() -> None:
    assert choose("alsa", ["LPK"], "FLUID").inputs == (InputPort("LPK25:LPK25 MIDI 1 20:0", thru=True),)
    assert [port.thru for port in choose("alsa", ["LPK"], thru=False).inputs] == [False]
    assert [port.thru for port in choose("alsa", thru=True).inputs] == [True, True]


@pytest.mark.usefixtures("alsa")
def test_the_same_input_named_twice_is_one() -> None:
    assert len(choose("alsa", ["LPK", "LPK25"]).inputs) == 1


def test_windows_needs_named_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "list_ports", lambda _: PortList("winmm", ("loopMIDI Port",), ()))
    with pytest.raises(PortError, match="install loopMIDI"):
        choose("winmm")


def test_without_a_midi_system_there_is_nothing_to_name() -> None:
    assert choose(None) == StageSettings()
    with pytest.raises(PortError, match="no MIDI system"):
        choose(None, ["x"])


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(PortError, match="no MIDI system 'oss' here"):
        ports.list_ports("oss")


def test_settings_survive_the_command_line() -> None:
    settings = StageSettings("jack", (InputPort("a", True, True),), (OutputPort("b"),), 7)
    assert StageSettings.from_json(settings.to_json()) == settings


PLAN = {
    "alsa": (("Antiphon:Antiphon Plan 134:0",), ()),
    "jack": (("Antiphon Plan:Antiphon Plan",), ()),
    "coremidi": (("Antiphon Plan",), ()),
}


@pytest.mark.parametrize("api", list(FIRST))
@pytest.mark.parametrize("name", ["", "Antiphon Plan"])
def test_a_third_port_shows_the_plan(monkeypatch: pytest.MonkeyPatch, api: str, name: str) -> None:
    for daemons, suffix in (((), ""), ((FIRST,), " 2"), ((PLAN,), " 2"), ((FIRST, PLAN, SECOND), " 3")):
        names_beside(monkeypatch, api, *daemons)
        chosen = choose(api, plan=name)
        assert chosen.outputs == (
            OutputPort(f"From Antiphon{suffix}", virtual=True),
            OutputPort(f"Antiphon Plan{suffix}", virtual=True, shows_plan=True),
        )
        assert chosen.plan_port == 1
        assert StageSettings.from_json(chosen.to_json()) == chosen


@pytest.mark.usefixtures("alsa")
def test_a_port_of_that_name_shows_the_plan() -> None:
    chosen = choose("alsa", [], None, plan="fluid")
    assert [port.shows_plan for port in chosen.outputs] == [False, True]
    assert "FLUID" in chosen.outputs[1].name
    assert choose("alsa").plan_port is None
    with pytest.raises(PortError, match="there is no MIDI plan port 'lamp'; there are: "):
        choose("alsa", plan="lamp")


def test_the_plan_needs_a_port_that_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PortError, match="no MIDI system"):
        choose(None, plan="")
    monkeypatch.setattr(ports, "list_ports", lambda _: PortList("winmm", ("loop",), ("synth", "lights")))
    with pytest.raises(PortError, match="--plan-port; there are: synth, lights"):
        choose("winmm", ["loop"], "synth", plan="")
    assert choose("winmm", ["loop"], "synth", plan="lights").plan_port == 1
