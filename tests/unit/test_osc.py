"""Control by OSC over real UDP: every control and action, answers, subscribers, hostile strangers."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Client, Served
from sounded import off, on

from live.control_kinds import Control
from live.controls import ACTIONS, BY_NAME, CONTROLS
from live.errors import AntiphonError
from live.osc import addresses, packets
from live.osc.inlet import MOST_WAITING, Inlet
from live.osc.server import MOST_SUBSCRIBERS, OscServer, Place
from live.presets import Presets
from live.stage import records as r

every_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path) as made:
        yield made


def answer_of(client: Client, address: str) -> list[object]:
    """The next answer that is no news of loading."""
    while (found := client.receive())[0] == addresses.LOADING:
        pass
    assert found[0] == address, found
    return found[1]


def as_told(value: object) -> object:
    return (
        int(value) if isinstance(value, bool) else pytest.approx(value) if isinstance(value, float) else value
    )


@every_control
def test_every_control_is_changed_asked_for_and_told(served: Served, control: Control):
    client, address = served.client(), addresses.control_address(control.name)
    assert client.ask(address) == (address, [as_told(control.default)])
    wanted = "piano" if control.name == "model" else control.from_unit(1.0)
    client.send((address, [wanted]))
    assert answer_of(client, address) == [as_told(wanted)]
    assert client.ask(address) == (address, [as_told(wanted)])
    assert getattr(served.session.settings, control.name) == wanted
    assert all(line.startswith(f"{control.name} only works in ") for line in served.said)


@every_control
def test_a_bad_value_comes_back_as_an_error_and_changes_nothing(served: Served, control: Control):
    client, address = served.client(), addresses.control_address(control.name)
    where, (line,) = client.ask(address, "\x01")
    assert where == addresses.ERROR
    assert control.name in str(line)
    assert client.ask(address) == (address, [as_told(control.default)])


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_every_action_has_an_address_and_an_answer(served: Served, action: object):
    client, address = served.client(), addresses.action_address(action.name)  # type: ignore[attr-defined]
    values = ["nothing of this name"] if action.argument else []  # type: ignore[attr-defined]
    where, _ = client.ask(address, *values)
    assert where in (addresses.ERROR, address)


def test_panic_reaches_the_stage(served: Served):
    assert served.client().ask("/antiphon/action/panic") == ("/antiphon/action/panic", [])
    assert any(isinstance(order, r.Panic) for order in served.orders)


def test_presets(served: Served):
    client = served.client()
    assert client.ask("/antiphon/preset/list") == ("/antiphon/preset/list", [])
    assert client.ask("/antiphon/preset/save", "one") == ("/antiphon/preset/save", ["one"])
    client.ask("/antiphon/voices", 1)
    assert client.ask("/antiphon/preset/list") == ("/antiphon/preset/list", ["one"])
    client.send(("/antiphon/preset/load", ["one"]))
    told = client.receive_all(len(CONTROLS) + 1)
    assert told["/antiphon/voices"] == [3], "the controls that it sets are told too"
    assert told["/antiphon/preset/load"] == ["one"]
    assert client.ask("/antiphon/voices") == ("/antiphon/voices", [3])
    assert client.ask("/antiphon/preset/delete", "one") == ("/antiphon/preset/delete", ["one"])
    where, (line,) = client.ask("/antiphon/preset/load", "one")
    assert (where, line) == (addresses.ERROR, "no preset named 'one': there are none yet")


def parts_of(state: dict[str, object]) -> int:
    """How many messages tell a state: one for each control, and for each other value."""
    others = [value for name, value in state.items() if name != "settings"]
    return len(CONTROLS) + sum(len(each) if isinstance(each, dict) else 1 for each in others)


def test_state_is_everything(served: Served):
    client = served.client()
    client.send((addresses.STATE, []))
    state = served.session.state()
    found = client.receive_all(parts_of(state))
    assert {addresses.control_address(control.name) for control in CONTROLS} <= set(found)
    assert found["/antiphon/state/model"] == ["chorale"]
    assert found["/antiphon/state/deadline"] == [0]
    assert found["/antiphon/state/time/source"] == ["free"]
    assert found["/antiphon/state/surprise/player"] == [""]


def test_a_subscriber_is_told_every_change_whoever_makes_it(served: Served):
    screen, desk = served.client(), served.client()
    desk.send((addresses.SUBSCRIBE, [screen.port]))
    screen.receive_all(parts_of(served.session.state()))
    desk.ask("/antiphon/voices", 2)
    assert screen.receive() == ("/antiphon/voices", [2])
    served.engine.set("mute", True, "cc 21 channel 1")
    assert screen.receive() == ("/antiphon/mute", [1])
    served.engine.set("voices", 9, "cc 22 channel 1")
    assert screen.receive() == (addresses.ERROR, ["voices must be 1 to 3, not 9"])
    desk.ask("/antiphon/voices", 9)
    assert screen.silent(), "an error goes to who made it"
    desk.send((addresses.UNSUBSCRIBE, [screen.port]))
    desk.ask("/antiphon/voices", 1)
    assert screen.silent()


def test_there_is_room_for_so_many_subscribers(served: Served):
    client = served.client()
    for port in range(MOST_SUBSCRIBERS):
        client.send((addresses.SUBSCRIBE, [20000 + port]))
    where, (line,) = client.ask(addresses.SUBSCRIBE, 30000)
    assert (where, line) == (addresses.ERROR, "there are 16 subscribers already")


@pytest.mark.parametrize("port", [0, -1, 65536, 1.5, "9000", True, float("nan")])
def test_a_port_that_is_none(served: Served, port: object):
    if port is True:
        pytest.skip("true is 1, which is a port")
    assert served.client().ask(addresses.SUBSCRIBE, port)[0] == addresses.ERROR


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ([("/antiphon/speed", [3])], "no address '/antiphon/speed'"),
        ([("/", [])], "no address '/'"),
        ([("/antiphon/mode", ["answer", "harmonize"])], "takes one argument at most, not 2"),
        ([("/antiphon/mode", ["x" * 2000])], "an argument is too long"),
    ],
)
def test_what_nobody_can_want_is_told_in_one_line(served: Served, parts: list[packets.Part], line: str):
    client = served.client()
    client.send(*parts)
    where, (found,) = client.receive()
    assert where == addresses.ERROR
    assert line in str(found)


def test_a_bundle_is_its_messages(served: Served):
    client = served.client()
    client.send(("/antiphon/voices", [1]), ("/antiphon/temperature", [0.5]))
    assert client.receive_all(2) == {"/antiphon/voices": [1], "/antiphon/temperature": [0.5]}


# -- who may listen where -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [("9000", ("127.0.0.1", 9000)), ("0.0.0.0:9000", ("0.0.0.0", 9000)), ("[::1]:7", ("::1", 7))],
)
def test_a_port_alone_is_for_this_machine_alone(text: str, place: tuple[str, int]):
    assert Place.parse(text) == place


@pytest.mark.parametrize("text", ["", "ninety", "70000", "-1", "host:", ":", "1e3", "٣", "9000:host"])
def test_what_is_no_port_is_told(text: str):
    with pytest.raises(AntiphonError, match="write it as PORT or HOST:PORT"):
        Place.parse(text)


def test_a_port_that_is_taken_is_one_clear_line(served: Served, tmp_path: Path):
    with pytest.raises(AntiphonError, match="choose another port with --osc"):
        OscServer(served.server.place, served.engine, Presets(tmp_path / "presets.json"))


def test_a_host_that_is_not_ours_is_one_line(served: Served, tmp_path: Path):
    with pytest.raises(AntiphonError, match=r"192\.0\.2\.1:9000"):
        OscServer(Place("192.0.2.1", 9000), served.engine, Presets(tmp_path / "presets.json"))


# -- strangers ----------------------------------------------------------------------------------------

WILD_VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(width=32),
    st.text(st.characters(codec="utf-8"), max_size=300),
    st.sampled_from(["answer", "piano", "C", "on", "\x00", "../x.json"]),
)
WILD_ADDRESSES = st.one_of(
    st.sampled_from([row.address for row in addresses.rows()]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40).map(
        lambda text: "/antiphon/" + text
    ),
)


def valid(served: Served) -> bool:
    chosen = served.session.settings
    return all(
        BY_NAME[f.name].checked(getattr(chosen, f.name)) == getattr(chosen, f.name) for f in fields(chosen)
    )


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("attacked")) as made:
        yield made


def lives(served: Served) -> bool:
    """It answers somebody who asks properly, and the engine runs."""
    client = served.client()
    for _ in range(20):
        client.send(("/antiphon/mode", []))
        if not client.silent(0.5):
            return not served.engine.failed.is_set() and valid(served)
    return False


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda b: b"#bundle\0" + b)))
def test_random_bytes_hurt_nobody(attacked: Served, data: bytes):
    attacked.client().throw(data)
    attacked.client().throw(b"/antiphon/voices\0\0\0\0" + data)
    assert valid(attacked)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=WILD_ADDRESSES, values=st.lists(WILD_VALUES, max_size=3))
def test_any_message_leaves_the_settings_valid(attacked: Served, address: str, values: list[object]):
    attacked.client().send((address, values))
    assert valid(attacked)


def test_it_still_lives_after_all_that(attacked: Served):
    time.sleep(0.5)
    assert lives(attacked)
    assert not [line for line in attacked.said if "\n" in line]


def test_bundles_in_bundles_and_the_largest_packets_hurt_nobody(served: Served):
    client = served.client()
    packet = packets.packet([("/antiphon/voices", [1])])
    while len(packet) < 60_000:
        packet = b"#bundle\0" + bytes(7) + b"\1" + len(packet).to_bytes(4, "big") + packet
    client.throw(packet)
    client.throw(packet[:7000])
    client.throw(b"/" + b"a" * 65_000)
    client.throw(b"/antiphon/voices\0\0\0\0," + b"[" * 4000)
    client.throw(b"")
    assert lives(served)
    assert served.session.settings.voices == 3


def test_unknown_types_fill_no_terminal(served: Served, capfd: pytest.CaptureFixture[str]):
    for _ in range(100):
        served.client().throw(b"/antiphon/voices\0\0\0\0,!?$\0\0\0\0")
    assert lives(served)
    assert capfd.readouterr().err == ""


def test_a_flood_delays_no_note(served: Served):
    """Loosely: the engine's own figures without a flood are below 2 ms, on a busy machine some more."""
    chance = random.Random(4)
    flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    unheard = "mode", "model", "mute", "split", "listen", "listen_low", "listen_high", "listen_transpose"
    names = [control.name for control in CONTROLS if control.name not in unheard]
    until, took = time.perf_counter() + 3, []
    struck = 0.0
    while time.perf_counter() < until:
        for _ in range(50):
            wanted = BY_NAME[chance.choice(names)]
            packet = packets.packet(
                [(addresses.control_address(wanted.name), [wanted.from_unit(chance.random())])]
            )
            flood.sendto(packet, served.server.place)
        if time.perf_counter() - struck > 0.1:
            struck = time.perf_counter()
            before = len(served.session.strikes)
            served.engine.on_record(r.Heard(served.clock.now_ns(), 0, on(60 + chance.randrange(12))))
            while len(served.session.strikes) == before and time.perf_counter() - struck < 2:
                time.sleep(0.0005)
            took.append(time.perf_counter() - struck)
            served.engine.on_record(r.Heard(served.clock.now_ns(), 0, off(60)))
    flood.close()
    assert len(took) > 10
    assert sorted(took)[len(took) // 2] < 0.05, took
    assert lives(served)


def test_what_waits_for_the_engine_has_a_limit():
    turns: list[object] = []
    inlet, done = Inlet(turns.append), []
    kept = [inlet.put(done.append) for _ in range(MOST_WAITING + 10)]
    assert kept.count(False) == 10
    assert len(turns) == 1, "the engine's queue holds one of ours, however many wait"
    while turns:
        turns.pop(0)(7)  # type: ignore[operator]
    assert done == [7] * MOST_WAITING
    assert inlet.put(done.append)
    assert len(turns) == 1
