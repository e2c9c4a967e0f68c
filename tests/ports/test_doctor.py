"""``antiphon doctor`` for real: it measures, judges, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import rtmidi
from daemon import COMMAND, Daemon, children, options, runs
from jack_world import JackServer, wait_until

from live.doctor.clients import patiently
from live.stage import apis

NO_SERVER = {"JACK_DEFAULT_SERVER": "antiphon-test-no-such-server"}
INSIDE = {"chorale_heard", "chorale_chosen", "piano_rate", "folk_heard", "round_trip"}
INSIDE |= {"harmony_first", "harmony_all", "dropped", "fallbacks", "answer_first", "answer_late"}
THROUGH_PORTS = {"echo", "planned", "port_to_port", "port_to_port_all", "answer_arrives"}


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [str(COMMAND), "doctor", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment}
    )


def ports_on_jack() -> list[str]:
    client = patiently(lambda: rtmidi.MidiIn(apis.NUMBERS["jack"]))
    try:
        return client.get_ports()
    finally:
        client.delete()


@pytest.mark.jack
def test_it_measures_through_jack_beside_a_running_daemon(
    jack_server: JackServer, daemons: Callable[..., Daemon]
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    before = ports_on_jack()
    done = doctor("--quick", "--json", "--api", "jack")
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["met"] == (done.returncode == 0)
    assert told["met"] or told["advice"]
    figures = told["figures"]
    assert figures.keys() >= INSIDE | THROUGH_PORTS
    assert told["facts"]["api"] == "jack"
    assert told["facts"]["period_frames"] == jack_server.period
    for name in ("echo", "harmony_first", "harmony_all", "port_to_port", "planned", "answer_first"):
        assert figures[name]["n"] > 0, name
        assert 0 < figures[name]["p50"] < 500, (name, figures[name])
    assert figures["harmony_first"]["p50"] <= figures["harmony_all"]["p50"]
    assert figures["echo"]["p50"] < figures["port_to_port"]["p50"]
    assert figures["harmony_first"]["n"] == 12
    assert ports_on_jack() == before
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


@pytest.mark.jack
@pytest.mark.usefixtures("_jackd")
def test_a_period_that_is_too_large_is_a_missed_budget() -> None:
    large = JackServer(period=1024)
    try:
        done = doctor("--quick", "--json", "--api", "jack", JACK_DEFAULT_SERVER=large.name)
    finally:
        large.stop()
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert any(line.startswith("port to port: first voice: p99") for line in told["missed"])
    assert any("1024 frames (21.3 ms)" in line for line in told["advice"])
    assert told["figures"]["planned"]["p50"] > 2  # spread over the period, as nothing can help


def test_without_a_midi_system_it_measures_what_is_inside() -> None:
    done = doctor("--quick", "--json", "--api", "none", **NO_SERVER)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["facts"]["api"] is None
    assert told["figures"].keys() >= INSIDE | {"lateness"}
    assert not told["figures"].keys() & THROUGH_PORTS
    assert told["figures"]["harmony_all"]["n"] > 0


def test_a_midi_system_that_does_not_answer_is_one_line() -> None:
    done = doctor("--api", "jack", **NO_SERVER)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("antiphon: no JACK server answers")
    assert done.stderr.count("\n") == 1


def test_a_provider_that_nobody_knows_is_one_line() -> None:
    done = doctor("--api", "none", "--provider", "abacus")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "antiphon: provider must be one of auto, cpu, cuda, not 'abacus'\n"


@pytest.mark.jack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_it_ends_no_port_and_no_process_is_left(jack_server: JackServer, number: int) -> None:
    before = set(ports_on_jack())
    process = subprocess.Popen(
        [str(COMMAND), "doctor", "--api", "jack"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: set(ports_on_jack()) - before, 30)
        time.sleep(0.5)
        family = children(process.pid)
        assert family
        process.send_signal(number)
        assert process.wait(15) != 0
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not any(map(runs, family)))
    wait_until(lambda: set(ports_on_jack()) == before)  # neither the doctor's nor its player's
