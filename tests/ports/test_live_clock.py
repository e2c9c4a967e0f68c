"""MIDI clock in and out through JACK: against its transport, and as another program receives it."""

from __future__ import annotations

import signal
import statistics
import subprocess
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from daemon import Daemon
from jack_transport import EXACT_BPM, RATE, Transport, missing_programs
from jack_world import JackServer, wait_until

from live import Antiphon
from live.beat.pulse import Pulse

pytestmark = pytest.mark.jack
INPUT = "To Antiphon:To Antiphon"
BPM = 7 * EXACT_BPM

if missing := missing_programs():
    pytest.skip(f"no {', '.join(missing)} on this machine", allow_module_level=True)


class Clock:
    """``jack_midi_clock``, connected to us."""

    def __enter__(self) -> Clock:
        command = ["jack_midi_clock", "-d", "0.5", INPUT]
        null = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=null, stderr=null)
        time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        self._process.send_signal(signal.SIGINT)  # jackd stalls over a client that is killed
        self._process.wait()


def roll(transport: Transport, frame: int) -> None:
    transport.locate(frame)
    time.sleep(0.3)
    transport.play()


def watched(antiphon: Antiphon, seconds: float) -> list[tuple[int, Pulse]]:
    """What our pulse was, every 5 ms."""
    found, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        pulse = antiphon._daemon.session.time.pulse
        if pulse is not None:
            found.append((time.perf_counter_ns(), pulse))
        time.sleep(0.005)
    return found


def errors_ms(transport: Transport, seen: list[tuple[int, Pulse]]) -> list[float]:
    found = []
    for at_ns, pulse in seen:
        truth = transport.quarter_at(at_ns)
        if truth is not None:
            found.append(abs(pulse.quarter_at(at_ns) - truth) * pulse.quarter_ns / 1e6)
    return sorted(found)


def test_our_pulse_is_that_of_jacks_transport(jack_server: JackServer):
    said: list[str] = []
    with (
        Antiphon(mode="off", api="jack", say=said.append) as antiphon,
        Transport() as transport,
        Clock() as clock,
    ):
        transport.tempo(BPM)
        time.sleep(0.3)
        roll(transport, 0)
        time.sleep(0.5)
        steady = watched(antiphon, 5)
        transport.stop()
        wait_until(lambda: antiphon.state()["time"]["source"] == "free")
        began = len(transport.places)
        roll(transport, round(64 * 60 / BPM * RATE) + jack_server.period + 1)
        time.sleep(1)
        located = watched(antiphon, 2)
        bar = antiphon.state()["time"]["bar"]
        clock.end()
        wait_until(lambda: said[-1] == "MIDI clock stopped coming: free time")
        transport.stop()
    assert len(steady) > 500
    assert errors_ms(transport, steady)[len(steady) // 2] <= 3.0  # p50: others may use the machine too
    first = next(place.at_ns for place in transport.places[began:] if place.rolling)
    assert all(at_ns > first for at_ns, _ in located)
    assert errors_ms(transport, located)[len(located) // 2] <= 5.0  # jack_midi_clock is 1.4 ms late then
    assert bar in (18, 19, 20)
    assert [line for line in said if line.startswith("time from MIDI clock")]


def test_a_clock_of_ours_arrives_evenly_and_whole(
    jack_server: JackServer, daemons: Callable[..., Daemon], tmp_path: Path
):
    daemon = daemons("--mode", "off", "--time", "tempo", "--tempo", "120", "--clock-out", "--no-capture")
    daemon.wait_until_ready()
    received = tmp_path / "received"
    with received.open("w") as out, subprocess.Popen(["jack_midi_dump", "-a"], stdout=out) as dump:
        time.sleep(0.5)
        subprocess.run(["jack_connect", "From Antiphon:From Antiphon", "midi-monitor:input"], check=True)
        time.sleep(6)
        daemon.stop()
        time.sleep(0.3)
        dump.send_signal(signal.SIGINT)
    events = [line.split() for line in received.read_text().splitlines() if ":" in line]
    frames = [int(each[0].rstrip(":")) for each in events if each[1] == "f8"]
    names = [each[1] for each in events if each[1] != "f8"]
    assert names[-1] == "fc"  # the end of the daemon stops the receivers' song
    assert set(names[:-1]) <= {"fa", "fb", "f2"}
    assert len(frames) > 5 * 48
    length, begin = statistics.linear_regression(range(len(frames)), frames)
    assert length == pytest.approx(1000, abs=1)
    off = sorted(abs(frame - begin - n * length) for n, frame in enumerate(frames))
    assert off[len(off) // 2] <= 2 * jack_server.period
    assert max(after - before for before, after in pairwise(frames)) < 2000  # no tick is missing
