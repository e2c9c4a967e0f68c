"""Fixtures: JACK servers under the dummy driver, peers to connect to the daemon."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon import Daemon
from jack_world import Device, JackServer, Peer
from synth import Synth, soundfont


@pytest.fixture(scope="session")
def _jackd() -> None:
    if not (shutil.which("jackd") and shutil.which("jack_wait")):
        pytest.skip("no jackd on this machine")


@pytest.fixture(scope="session")
def jack_session(_jackd: None) -> Iterator[JackServer]:
    """One JACK server for all tests that leave it alive: 64 frames at 48 kHz."""
    server = JackServer()
    yield server
    server.stop()


@pytest.fixture
def jack_server(jack_session: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """The session's JACK server, as the default one of this process and its children."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_session.name)
    return jack_session


@pytest.fixture
def mortal_jack(_jackd: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[JackServer]:
    """A JACK server of the test's own, to be stopped, killed and started again."""
    server = JackServer()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    yield server
    server.stop()


@pytest.fixture
def peers() -> Iterator[Callable[..., Peer]]:
    """Makes peers, connected to the daemon (or the one with this number) that must be there already."""
    made: list[Peer] = []

    def make(number: int | None = None) -> Peer:
        made.append(Peer(number))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def devices() -> Iterator[Callable[[str, str], Device]]:
    """Makes keyboards and synths that daemons name: ``("keys" or "synth", name)``."""
    made: list[Device] = []

    def make(kind: str, name: str) -> Device:
        made.append(Device(kind, name))
        return made[-1]

    yield make
    for device in made:
        device.close()


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts ``antiphon live`` with these options; nothing of it is left after the test."""
    made: list[Daemon] = []

    def make(*arguments: str, **environment: str) -> Daemon:
        made.append(Daemon(*arguments, home=tmp_path, **environment))
        return made[-1]

    yield make
    for daemon in made:
        daemon.close()


@pytest.fixture
def synth(jack_server: JackServer) -> Iterator[Synth]:
    """FluidSynth on the session's JACK server, without reverb and chorus."""
    font = soundfont()
    if font is None or not shutil.which("fluidsynth"):
        pytest.skip("no FluidSynth or no SoundFont on this machine")
    made = Synth(font)
    yield made
    made.close()
