"""An hour at twenty notes a second, in no time: nothing lost, nothing stuck, memory flat, ledgers empty.

In real time, with the real daemon: ``tests/benchmarks/hour.py``.
"""

from __future__ import annotations

import gc
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from babbler import babbler
from band import shipped
from long_run import LongRun
from virtuoso import performance

from models.step import Network

SMALL = {"echoes sent", "doubles"}
"""What is remembered of keys that were played: bounded by how many keys there are."""


@contextmanager
def without_collector() -> Iterator[None]:
    """As in the daemon, where it runs only when nobody has played for half a second."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def an_hour(networks: Callable[[str], Network], minutes: int, first: int, change: int) -> LongRun:
    """Minute by minute, the modes in turns. Blocks in use may not grow after minute ``first``."""
    run = LongRun(networks, mode="harmonize")
    blocks: dict[int, int] = {}
    thru_sum = 0
    for minute in range(minutes):
        played = list(performance(60, seed=minute))
        thru_sum = zlib.crc32(b"".join(each.message for each in played), thru_sum)
        run.play(played)
        run.wait(20)  # an answer may come, and ends
        assert not run.wire.sounding
        assert not run.wire.pedals
        if minute % change == change - 1:
            run.set("mode", "answer" if run.session.settings.mode == "harmonize" else "harmonize")
        run.act("forget", "all")  # what is remembered of the player grows until 16,000 notes, as it should
        del played
        blocks[minute] = sys.getallocatedblocks()
    run.stop()
    run.assert_nothing_lost()
    assert run.wire.player_sum == thru_sum, "thru is byte for byte, in order"
    left = {name: size for name, size in run.ledgers.items() if size and name not in SMALL}
    assert not left
    assert run.wire.counts["struck while sounding"] == 0
    growth = max(blocks[minute] - blocks[first] for minute in blocks if minute >= minutes - change)
    print(f"{run.told}, {run.wire.counts}; blocks: {blocks[first]} then {growth:+}")
    assert growth < 3000, blocks
    return run


@pytest.mark.timeout(1200)
def test_an_hour_at_twenty_notes_a_second() -> None:
    with without_collector():
        run = an_hour(babbler, minutes=60, first=9, change=3)
    assert run.wire.counts["notes"] > 72_000
    assert run.told["sent"] > 10_000, "both modes play"


def test_a_few_minutes_with_the_shipped_models() -> None:
    with without_collector():
        run = an_hour(shipped, minutes=4, first=1, change=1)
    assert run.told["sent"] > 1_000
