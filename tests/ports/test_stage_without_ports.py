"""The real stage process without any MIDI system: start, talk, end, replacement."""

import os
import signal
import sys
from pathlib import Path

import pytest
from jack_world import wait_until

from live.errors import PortError
from live.stage import records as r
from live.stage.link import StageLink
from live.stage.settings import OutputPort, StageSettings

ON, OFF = b"\x91\x3c\x40", b"\x81\x3c\x40"


def of(told: list, kind: type) -> list:
    return [record for record in told if isinstance(record, kind)]


@pytest.fixture
def told() -> list:
    return []


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_orders_are_carried_out_and_the_end_is_in_order(told: list) -> None:
    with StageLink(StageSettings(), told.append) as link:
        pid = link.pid
        assert link.ready is not None
        assert link.ready.pid == pid
        link.send(r.Plan(0, ON, 1))
        wait_until(lambda: of(told, r.Dropped))  # long ago: late
        link.send(r.SetLateLimit(2**62), r.Plan(0, ON, 1, 5))
        wait_until(lambda: of(told, r.Sent))
        assert of(told, r.Sent)[0].cause == 5
        link.send(r.Cancel(1))
        wait_until(lambda: of(told, r.Cancelled))
        assert of(told, r.Cancelled) == [r.Cancelled(1, 0, 1)]
    assert not alive(pid)
    link.close()  # idempotent
    assert of(told, r.PortLost) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_stage_alone_ends_it_in_order(told: list, number: int) -> None:
    with StageLink(StageSettings(late_limit_ns=2**62), told.append) as link:
        link.send(r.Plan(0, ON, 1))
        wait_until(lambda: of(told, r.Sent))
        os.kill(link.pid, number)
        wait_until(lambda: of(told, r.Text))
        assert of(told, r.Sent)[-1].message == OFF
        assert of(told, r.PortLost) == [r.PortLost(r.LostReason.ENDED)]
        assert len(of(told, r.Text)) == 1
        link.send(r.Plan(0, ON, 1))  # nobody there; nothing raised


def test_a_killed_stage_is_replaced_and_told_what_it_must_know(told: list) -> None:
    with StageLink(StageSettings(late_limit_ns=2**62), told.append) as link:
        first = link.pid
        link.send(r.SetLateLimit(2**61), r.Plan(0, ON, 1))
        wait_until(lambda: of(told, r.Sent))
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: of(told, r.Ready))
        assert link.pid != first
        assert of(told, r.PortLost) == [r.PortLost(r.LostReason.DIED)]
        assert len(of(told, r.Text)) == 1
        link.send(r.Plan(0, ON, 2))
        wait_until(lambda: any(sent.tag == 2 for sent in of(told, r.Sent)))


def test_a_stage_that_hangs_is_killed_and_replaced(told: list) -> None:
    with StageLink(StageSettings(), told.append) as link:
        first = link.pid
        os.kill(first, signal.SIGSTOP)  # no heartbeats any more
        wait_until(lambda: of(told, r.Ready))
        assert of(told, r.PortLost) == [r.PortLost(r.LostReason.CALL_STUCK)]
        assert not alive(first)


@pytest.mark.skipif(sys.platform != "linux", reason="names a MIDI system of Linux")
def test_ports_that_do_not_open_are_one_error(told: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "antiphon-test-no-such-server")
    settings = StageSettings("jack", outputs=(OutputPort("From Antiphon", virtual=True),))
    link = StageLink(settings, told.append)
    with pytest.raises(PortError, match="cannot open MIDI ports on jack"):
        link.start()
    assert link.pid is None
    assert told == []


def test_a_file_of_our_name_where_the_musician_works_is_not_ours(
    told: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "live.py").write_text("raise SystemExit('not Antiphon')")
    monkeypatch.chdir(tmp_path)
    with StageLink(StageSettings(), told.append) as link:
        assert link.ready is not None
