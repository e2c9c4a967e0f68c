"""A session run again says the same, whatever was played, and whatever was changed while it was."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from babbler import babbler
from band import tune
from hypothesis import given, settings
from recorded import RecordedBand
from test_any_player import PLAYING

from live.errors import AntiphonError
from live.sessions.again import run_again
from live.sessions.lines import NOW, ORDER
from live.stage import records as r


@pytest.mark.parametrize(
    ("mode", "model"),
    [("harmonize", None), ("harmonize", "piano"), ("answer", "piano"), ("answer", "folk")],
)
@settings(max_examples=25)
@given(playing=PLAYING)
def test_any_session_run_again_is_the_same(mode: str, model: str | None, playing: list[tuple[int, object]]):
    with TemporaryDirectory() as folder:
        band = RecordedBand(
            Path(folder) / "one.jsonl", jitter_ms=12, networks=babbler, mode=mode, model=model
        )  # type: ignore[arg-type]
        band.play(tune([60, 64, 67], gap_ms=110, length_ms=80), rest_ms=700)
        for gap, what in playing:
            band.wait(gap)
            if isinstance(what, bytes):
                band.play([(0, what)])
            elif isinstance(what, list):
                band.play(tune(what, gap_ms=110, length_ms=80), rest_ms=400)
            else:
                with contextlib.suppress(AntiphonError):
                    band.set(*what)  # type: ignore[misc]
        file = band.close()
        ordered = [order for entry in file.entries() if entry.name == ORDER for order in entry.values]
        readings = sum(entry.name == NOW for entry in file.entries())
        outcome = run_again(file, babbler)  # type: ignore[arg-type]
    assert outcome.difference is None
    assert outcome.orders == len(ordered) > 0
    assert readings > 0
    assert not outcome.remarks


@pytest.mark.parametrize("mode", ["harmonize", "answer"])
def test_a_change_of_one_order_is_found(mode: str, tmp_path: Path):
    band = RecordedBand(tmp_path / "one.jsonl", networks=babbler, mode=mode)  # type: ignore[arg-type]
    band.play(tune([60, 64, 67, 72]), rest_ms=3000)
    file = band.close()
    text = file.path.read_bytes()
    orders = [line for line in text.splitlines() if line.startswith(b'["order"') and b'"Plan"' in line]
    line = orders[len(orders) // 2]
    assert r.Plan.__name__.encode() in line
    head, tail = line.split(b'"Plan",', 1)
    due, rest = tail.split(b",", 1)
    file.path.write_bytes(text.replace(line, head + b'"Plan",' + str(int(due) + 1).encode() + b"," + rest))
    outcome = run_again(file, babbler)  # type: ignore[arg-type]
    assert outcome.difference is not None
    assert "then " in outcome.difference
    assert str(int(due) + 1) in outcome.difference
