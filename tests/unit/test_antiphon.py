"""The companion from Python: begun and ended, changed, listened to; no MIDI system is needed."""

from __future__ import annotations

import gc
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sounded import off, on

from live import Antiphon
from live.control_kinds import Control
from live.controls import CONTROLS
from live.errors import AntiphonError

every_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def shared() -> Iterator[Antiphon]:
    with Antiphon(api="none", mode="harmonize", seed=1, say=lambda _: None) as made:
        yield made


@every_control
def test_every_control_is_set_and_got(shared: Antiphon, control: Control):
    value = "piano" if control.name == "model" else control.from_unit(1.0)
    shared.set(control.name, value)
    assert shared.get(control.name) == value
    assert shared.state()["settings"][control.name] == value
    shared.set(control.name, control.default)


@every_control
def test_every_control_can_be_given_at_the_start(control: Control):
    Antiphon(api="none", **{control.name: control.default})  # type: ignore[arg-type]
    with pytest.raises(AntiphonError, match=control.name):
        Antiphon(api="none", **{control.name: "\x00"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"speed": 3},
        {"api": "amiga"},
        {"channels": (10,)},
        {"control_channel": 0},
        {"osc": "everywhere"},
        {"learn": ("groove",)},
        {"preset": "nowhere"},
        {"provider": "abacus"},
        {"inputs": ("My Keyboard",)},
        {"mode": "answer", "model": "chorale"},
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_left_running(options: dict[str, object]):
    before = threading.active_count()
    with pytest.raises(AntiphonError) as raised:
        Antiphon(**{"api": "none", "mode": "off", "say": lambda _: None, **options}).start()  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
    until = time.perf_counter() + 5
    while threading.active_count() > before:
        assert time.perf_counter() < until, threading.enumerate()
        time.sleep(0.01)


def test_a_refusal_raises_and_changes_nothing(shared: Antiphon):
    before = shared.state()["settings"]
    for wrong in (("voices", 9), ("speed", 1), ("model", "folk"), ("mode", None)):
        with pytest.raises(AntiphonError):
            shared.set(*wrong)
    with pytest.raises(AntiphonError, match="nothing is answered"):
        shared.act("answer")
    with pytest.raises(AntiphonError, match="no action named 'dance'"):
        shared.act("dance")
    with pytest.raises(AntiphonError, match="no control named 'speed'"):
        shared.get("speed")
    assert shared.state()["settings"] == before


@pytest.mark.parametrize("message", [b"", b"\x40", b"\x90\x40", b"\x90\x40\x80", b"\xf5"])
def test_what_is_no_midi_cannot_be_played(shared: Antiphon, message: bytes):
    with pytest.raises(AntiphonError, match="not MIDI"):
        shared.play(message)


def test_it_hears_plays_and_ends_its_notes():
    sent: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    with Antiphon(api="none", mode="harmonize", seed=1) as antiphon:
        antiphon.listen(
            sent=lambda message, _: sent.put(message), heard=lambda message, _: heard.put(message)
        )
        antiphon.play(on(67) + off(67) + on(69))
        assert [heard.get(timeout=5) for _ in range(3)] == [on(67), off(67), on(69)]
        first = sent.get(timeout=5)
        assert first[0] == 0x91
        until = time.perf_counter() + 5
        while antiphon.state()["heard"] < 3:
            assert time.perf_counter() < until
        assert antiphon.state()["model"] == "chorale"
        antiphon.act("panic")
    messages = [first]
    while not sent.empty():
        messages.append(sent.get())
    sounding: set[tuple[int, int]] = set()
    for status, pitch, velocity in messages:
        key = (status & 0x0F, pitch)
        if status & 0xF0 == 0x90 and velocity:
            sounding.add(key)
        elif status & 0xF0 in (0x80, 0x90):
            sounding.discard(key)
    assert not sounding


def test_a_listener_that_fails_or_sleeps_is_its_own_affair(
    shared: Antiphon, capsys: pytest.CaptureFixture[str]
):
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    shared.listen(told=lambda _: 1 / 0)
    shared.listen(told=lambda news: told.put(news.name))
    shared.set("loudness", 0.5)
    assert told.get(timeout=5) == "loudness"
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_listener_may_change_things():
    done = threading.Event()
    with Antiphon(api="none", mode="off") as antiphon:

        def loud(message: bytes, _: int) -> None:
            antiphon.set("loudness", message[2] / 127)
            done.set()

        antiphon.listen(heard=loud)
        antiphon.play(on(60, 127))
        assert done.wait(5)
        assert antiphon.get("loudness") == 1.0


def test_many_threads_at_once(shared: Antiphon):
    wrong: list[BaseException] = []

    def change(number: int) -> None:
        try:
            for n in range(20):
                shared.set("temperature", 0.5 + (number + n) % 10 / 10)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []


def test_closing_is_idempotent_and_leaves_python_as_it_was():
    interval = sys.getswitchinterval()
    antiphon = Antiphon(api="none", mode="off").start()
    antiphon.close()
    antiphon.close()
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(interval, abs=2e-6)  # kept in whole microseconds


def test_importing_the_package_alone_is_light():
    code = "import live, sys; assert not {'numpy', 'onnxruntime', 'rtmidi'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_records_when_asked_to(tmp_path: Path):
    with Antiphon(api="none", mode="off", capture=True) as antiphon:
        antiphon.play(on(60))
        antiphon.set("patience", 2.0)
    (session,) = (tmp_path / "data").rglob("*.jsonl")
    names = [line.partition('"')[2].partition('"')[0] for line in session.read_text().splitlines()]
    assert names[0] == "session"
    assert names[-1] == "end"
    assert {"heard", "control"} <= set(names)
