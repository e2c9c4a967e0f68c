"""Which provider computes a model: measured once where there is a card, remembered, and never guessed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from under_test import model

from live.engine import cuda, provider_probe
from live.engine.provider import Picked, ProviderChoice
from live.errors import AntiphonError
from models.manifest import ModelError
from models.step import load_network

MODEL = "chorale"


class Machine:
    """A machine with or without a card: what it says, and how often it was measured."""

    def __init__(self, cache: Path, why_not: str | None = None, **found: float | str) -> None:
        self.cache, self.why_not, self.found = cache, why_not, found
        self.measured: list[str] = []
        self.said: list[str] = []

    def pick(self, wanted: str = "auto") -> Picked:
        choice = ProviderChoice(
            wanted,
            say=self.said.append,
            problem=lambda: self.why_not,
            measure=self._measure,
            cache=self.cache,
        )
        return choice.pick(model(MODEL))

    def _measure(self, name: str) -> dict[str, float | str]:
        self.measured.append(name)
        return self.found


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    return lambda *args, **found: Machine(tmp_path / "cache" / "providers.json", *args, **found)


def test_without_a_card_nothing_is_measured_or_remembered(machine: Callable[..., Machine]):
    bare = machine("there is no NVIDIA driver")
    assert bare.pick() == Picked("cpu", "there is no NVIDIA driver")
    assert bare.measured == bare.said == []
    assert not bare.cache.exists()


@pytest.mark.parametrize(("cuda_ms", "expected"), [(0.2, "cuda"), (0.9, "cpu"), (3.0, "cpu")])
def test_a_card_is_taken_only_when_it_is_clearly_faster(
    machine: Callable[..., Machine], cuda_ms: float, expected: str
):
    picked = machine(cpu=1.0, cuda=cuda_ms).pick()
    assert picked.provider == expected
    assert "1.00 ms" in picked.why
    assert f"{cuda_ms:.2f} ms" in picked.why


def test_it_is_measured_once_and_said_once(machine: Callable[..., Machine]):
    first = machine(cpu=1.0, cuda=0.1)
    assert first.pick() == first.pick()
    again = machine(cpu=1.0, cuda=9.0)
    assert again.pick().provider == "cuda"
    assert (len(first.measured), len(first.said), again.measured, again.said) == (1, 1, [], [])


def test_another_runtime_or_driver_is_measured_again(
    machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
):
    old = machine(cpu=1.0, cuda=0.1)
    old.pick()
    monkeypatch.setattr("onnxruntime.__version__", "99.0")
    new = machine(cpu=1.0, cuda=2.0)
    assert new.pick().provider == "cpu"
    monkeypatch.setattr(cuda, "driver_version", lambda: "NVRM version: 1000")
    newer = machine(cpu=1.0, cuda=0.1)
    assert newer.pick().provider == "cuda"
    assert len(json.loads(old.cache.read_text())) == 3


def test_libraries_that_do_not_load_leave_the_processor(machine: Callable[..., Machine]):
    broken = machine(cpu=1.0, problem="CUDA cannot be used: its libraries do not load")
    assert broken.pick() == Picked("cpu", "CUDA cannot be used: its libraries do not load")
    broken.pick()
    assert len(broken.measured) == 1


@pytest.mark.parametrize("damage", [b"{", b"[]", b"\xff\xfe", b'{"other": 1}'])
def test_a_damaged_cache_is_measured_again(machine: Callable[..., Machine], damage: bytes):
    there = machine(cpu=1.0, cuda=0.1)
    there.cache.parent.mkdir()
    there.cache.write_bytes(damage)
    assert there.pick().provider == "cuda"
    assert machine(cpu=1.0, cuda=9.0).pick().provider == "cuda"


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    assert Machine(tmp_path / "file" / "providers.json", cpu=1.0, cuda=0.1).pick().provider == "cuda"


def test_what_is_asked_for_is_not_measured(machine: Callable[..., Machine]):
    there = machine(cpu=1.0, cuda=9.0)
    assert there.pick("cpu").provider == "cpu"
    assert there.pick("cuda").provider == "cuda"
    assert there.measured == []


def test_cuda_asked_for_where_it_cannot_be_is_one_line(machine: Callable[..., Machine]):
    with pytest.raises(AntiphonError, match=r"^CUDA cannot be used: no card; --provider cpu plays without$"):
        machine("no card").pick("cuda")


def test_another_word_is_refused():
    with pytest.raises(AntiphonError, match="one of auto, cpu, cuda, not 'gpu'"):
        ProviderChoice("gpu")


@pytest.mark.skipif(cuda.problem() is None, reason="there is a graphics card")
def test_a_network_asked_onto_a_card_that_is_not_there_is_refused_in_silence(capfd: pytest.CaptureFixture):
    with pytest.raises(ModelError, match="CUDA cannot be used"):
        load_network(model(MODEL), "cuda")
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(cuda.problem() is None, reason="there is a graphics card")
def test_the_probe_times_the_processor_and_says_why_not_the_card():
    found = provider_probe.probe(model(MODEL))
    assert 0 < found["cpu"] < 1000
    assert "CUDA cannot be used" in found["problem"]


def test_a_probe_that_dies_is_a_problem(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert provider_probe.probe(MODEL) == {"problem": "CUDA ended the process that tried it"}
