"""A session run again says the same, whatever was played, and whatever was changed while it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from babbler import babbler
from band import tune
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import RecordedBand
from test_any_player import PLAYING
from tiny import Tiny

from live.errors import AntiphonError
from live.sessions.again import run_again
from live.sessions.lines import NOW, ORDER
from live.stage import records as r

Playing = list[tuple[int, object]]
ACTIONS = st.sampled_from(["panic", "answer", "keep", "lock_key", "forget", "loop", "veto"])
TOGETHER = st.fixed_dictionaries(
    {},
    optional={
        "mute": st.booleans(),
        "voices": st.integers(1, 3),
        "mode": st.sampled_from(["harmonize", "answer", "duet", "loop", "off"]),
        "deadline": st.sampled_from([2.0, 8.0]),
        "hold": st.sampled_from(["off", "soft", "hard"]),
        "chord": st.sampled_from(["off", "Am", "F#dim"]),
        "thru": st.booleans(),
        "split": st.sampled_from([0, 60, 62]),
        "style": st.sampled_from(["chorale", "thirds", "sixths", "chords"]),
        "surprise": st.sampled_from([0.0, 2.0, 9.0]),
        "memory": st.sampled_from([0.0, 0.5, 1.0]),
        "vary": st.sampled_from([0.0, 0.6, 1.0]),
    },
)
MORE = st.tuples(st.sampled_from([0, 20, 300]), st.one_of(ACTIONS, TOGETHER))
"""What of control, several at once, may come between."""


def mixed(playing: Playing, more: Playing, chance: Random) -> Playing:
    """The one among the other."""
    found = list(playing)
    for each in more:
        found.insert(chance.randint(0, len(found)), each)
    return found


@pytest.mark.parametrize(
    ("mode", "model"),
    [
        ("harmonize", None),
        ("harmonize", "piano"),
        ("answer", "piano"),
        ("answer", "folk"),
        ("duet", None),
        ("loop", "piano"),
        ("loop", "folk"),
    ],
)
@settings(max_examples=40)
@given(
    playing=st.builds(mixed, PLAYING, st.lists(MORE, max_size=6), st.randoms()),
    feed_ms=st.sampled_from([None, 1.0, 7.0, 150.0]),
    plan_port=st.booleans(),
    watched=st.booleans(),
)
def test_any_session_run_again_is_the_same(
    mode: str, model: str | None, playing: Playing, feed_ms: float | None, plan_port: bool, watched: bool
):
    assert_the_same_again(babbler, mode, model, playing, feed_ms, plan_port=plan_port, watched=watched)


@pytest.mark.train
@pytest.mark.parametrize(
    ("mode", "backbone"),
    [
        ("harmonize", "gru"),
        ("harmonize", "transformer"),
        ("answer", "transformer"),
        ("answer", "lstm"),
        ("duet", "transformer"),
        ("loop", "transformer"),
        ("loop", "lstm"),
    ],
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(playing=PLAYING)
def test_with_real_networks_too(tiny: Callable[[str], Tiny], mode: str, backbone: str, playing: Playing):
    """Memories of the graphs as well: rings that wrap, states taken back."""
    network = tiny(backbone).live
    keeps_mode = [
        each for each in playing if not (isinstance(each[1], tuple) and each[1][0] in ("mode", "model"))
    ]
    assert_the_same_again(lambda _: network, mode, None, keeps_mode)


def assert_the_same_again(
    networks: Any,
    mode: str,
    model: str | None,
    playing: Playing,
    feed_ms: float | None = None,
    *,
    plan_port: bool = False,
    watched: bool = False,
) -> None:
    """``watched``: from some moment on somebody is told the plan, of whom nothing is written."""
    with TemporaryDirectory() as folder:
        band = RecordedBand(
            Path(folder) / "one.jsonl",
            jitter_ms=12,
            networks=networks,
            mode=mode,
            model=model,
            feed_ms=feed_ms,
            plan_port=plan_port,
        )
        band.play(tune([60, 64, 67], gap_ms=110, length_ms=80), rest_ms=700)
        for number, (gap, what) in enumerate(playing):
            band.wait(gap)
            if watched and number == 1:
                band.session.plans.watch(lambda *_: None, band.stage.clock.now_ns())
            if isinstance(what, bytes):
                band.play([(0, what)])
            elif isinstance(what, list):
                band.play(tune(what, gap_ms=110, length_ms=80), rest_ms=400)
            elif isinstance(what, str):
                band.session.act(what, None, band.stage.clock.now_ns())
                band.wait(1)
            elif isinstance(what, dict):
                band.session.set_all(what, band.stage.clock.now_ns())
                band.wait(1)
            else:
                with contextlib.suppress(AntiphonError):
                    band.set(*what)  # type: ignore[misc]
        file = band.close()
        ordered = [order for entry in file.entries() if entry.name == ORDER for order in entry.values]
        readings = sum(entry.name == NOW for entry in file.entries())
        outcome = run_again(file, networks)
    assert outcome.difference is None
    assert outcome.orders == len(ordered)
    assert ordered or mode == "duet"  # which may find nothing to say beside three notes
    assert readings > 0
    assert not outcome.remarks


@pytest.mark.parametrize("mode", ["harmonize", "answer", "duet", "loop"])
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
