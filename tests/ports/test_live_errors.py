"""What cannot be is exit code 2 and one line on standard error; what can be goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from under_test import model

from live.commands.live import QUIET_SECONDS
from live.ports import list_ports
from models.step import find_manifest

NO_SERVER = {"JACK_DEFAULT_SERVER": "antiphon-test-no-such-server"}


def refused(daemon: Daemon) -> str:
    """The one line with which it did not start."""
    assert daemon.wait(30) == 2
    assert daemon.said == []
    assert len(daemon.complained) == 1, daemon.complained
    assert not list(daemon.home.rglob("*.jsonl")), "a record of a session that never was"
    return daemon.complained[0]


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    """The manifest of a copy of the chorale model, to be spoilt."""
    manifest = find_manifest(model("chorale"))
    for path in manifest.parent.glob("chorale.*"):
        shutil.copy(path, tmp_path)
    return tmp_path / "chorale.json"


@pytest.mark.jack
@pytest.mark.parametrize("what", ["input", "output"])
def test_a_port_that_does_not_exist(
    jack_server: JackServer, daemons: Callable[..., Daemon], what: str
) -> None:
    line = refused(daemons("--api", "jack", f"--{what}", "my old DX7", "--mode", "off"))
    assert line.startswith(f"antiphon: there is no MIDI {what} 'my old DX7'; there ")


@pytest.mark.jack
def test_jack_asked_for_and_no_server(daemons: Callable[..., Daemon]) -> None:
    line = refused(daemons("--api", "jack", "--mode", "off", **NO_SERVER))
    assert line.startswith("antiphon: no JACK server answers")


def test_a_midi_system_that_nobody_knows(daemons: Callable[..., Daemon]) -> None:
    assert "there is no MIDI system 'amiga' here" in refused(daemons("--api", "amiga"))


def test_a_model_that_does_not_exist(daemons: Callable[..., Daemon]) -> None:
    line = refused(daemons("--model", "telemann", **NO_SERVER))
    assert line.startswith("antiphon: no model named 'telemann': there are ")


def test_a_model_file_that_does_not_exist(daemons: Callable[..., Daemon], tmp_path: Path) -> None:
    path = tmp_path / "nowhere.json"
    assert refused(daemons("--model", str(path), **NO_SERVER)) == f"antiphon: no model at {path}"


def test_a_manifest_of_another_version(daemons: Callable[..., Daemon], copied_model: Path) -> None:
    facts = json.loads(copied_model.read_text())
    copied_model.write_text(json.dumps(facts | {"contract": facts["contract"] + 1}))
    line = refused(daemons("--model", str(copied_model), **NO_SERVER))
    assert "contract is" in line
    assert "export the model again" in line


def test_a_manifest_that_is_no_manifest(daemons: Callable[..., Daemon], copied_model: Path) -> None:
    copied_model.write_text("{}")
    assert "is not a usable manifest" in refused(daemons("--model", str(copied_model), **NO_SERVER))


def test_a_damaged_onnx_file(daemons: Callable[..., Daemon], copied_model: Path) -> None:
    step = copied_model.with_name("chorale.step.onnx")
    step.write_bytes(step.read_bytes()[:-100])
    line = refused(daemons("--model", str(copied_model), **NO_SERVER))
    assert "chorale.step.onnx is damaged" in line


def test_an_onnx_file_of_which_only_the_checksum_is_right(
    daemons: Callable[..., Daemon], copied_model: Path
) -> None:
    noise = bytes(range(256)) * 8
    copied_model.with_name("chorale.step.onnx").write_bytes(noise)
    facts = json.loads(copied_model.read_text())
    facts["sha256"]["chorale.step.onnx"] = hashlib.sha256(noise).hexdigest()
    copied_model.write_text(json.dumps(facts))
    line = refused(daemons("--model", str(copied_model), **NO_SERVER))
    assert "ONNX Runtime cannot load chorale.step.onnx" in line


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--mode", "accompany"), "mode must be harmonize, answer, duet, loop or off"),
        (("--voices", "4"), "voices must be 1 to 3"),
        (("--channels", "10"), "channel 10 cannot be used"),
        (("--key", "H-dur"), "key"),
        (("--patience", "0"), "patience must be 0.5 to 8"),
    ],
)
def test_options_that_cannot_be(daemons: Callable[..., Daemon], wrong: tuple[str, ...], said: str) -> None:
    assert said in refused(daemons(*wrong, **NO_SERVER))


def test_models_in_the_wrong_mode(daemons: Callable[..., Daemon]) -> None:
    chorale, folk = model("chorale"), model("folk")
    assert "cannot answer" in refused(daemons("--mode", "answer", "--model", chorale, **NO_SERVER))
    assert "cannot harmonise" in refused(daemons("--mode", "harmonize", "--model", folk, **NO_SERVER))


def test_without_any_midi_system_it_says_so_and_goes_on_until_sigterm(
    daemons: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    if _alsa_answers():
        pytest.skip("ALSA's sequencer opens on this machine")
    daemon = daemons(*options("harmonize")[2:], **NO_SERVER)
    daemon.wait_until_ready()
    (line,) = daemon.said
    assert line.startswith("ready: no MIDI system answers; mode harmonize; play at http://127.0.0.1:")
    time.sleep(1.5)
    assert daemon.process.poll() is None
    assert daemon.stop() == 0
    assert len(daemon.said) == 1
    assert daemon.complained == []


def _alsa_answers() -> bool:
    try:
        return bool(list_ports("alsa"))
    except ValueError:
        return False


@pytest.mark.jack
def test_nothing_heard_for_ten_seconds_is_one_line_naming_the_inputs(
    jack_server: JackServer, daemons: Callable[..., Daemon]
) -> None:
    daemon = daemons(*options("off"))
    daemon.wait_until_ready()
    begin = time.perf_counter()
    wait_until(lambda: daemon.complained, QUIET_SECONDS + 10)
    assert time.perf_counter() - begin > QUIET_SECONDS - 1
    time.sleep(1)
    assert daemon.complained == [
        "antiphon: nothing heard yet; listening to: To Antiphon (see antiphon ports)"
    ]
    assert daemon.stop() == 0


@pytest.mark.jack
def test_what_was_heard_is_not_missed(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("off"))
    daemon.wait_until_ready()
    peers().send(bytes((0x90, 60, 64)), bytes((0x80, 60, 64)))
    time.sleep(QUIET_SECONDS + 1)
    assert daemon.complained == []
    assert daemon.stop() == 0
