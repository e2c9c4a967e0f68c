"""A session from which an input goes in the middle, run again: a keyboard that leaves is an input, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from babbler import babbler
from band import tune
from recorded import RecordedBand
from sounded import on

from live.sessions import lines
from live.sessions.again import run_again
from live.stage import records as r


def test_every_report_has_the_name_by_which_it_is_read():
    assert {name: lines.NAMES[kind] for name, kind in lines.REPORTS.items()} == {
        name: name for name in lines.REPORTS
    }


@pytest.mark.parametrize("mode", ["harmonize", "answer", "duet", "loop"])
def test_a_keyboard_is_unplugged_with_keys_down(mode: str, tmp_path: Path):
    player = RecordedBand(tmp_path / "one.jsonl", jitter_ms=12, networks=babbler, mode=mode)
    player.play([*tune([60, 64, 67, 65, 62, 60], gap_ms=150), (900, on(72)), (900, on(76))], rest_ms=200)
    player.stage.performer.take_note(r.SourceGone(0))
    player.wait(3000)
    player.play(tune([62, 64, 65, 67]), rest_ms=4000)
    file = player.close()
    assert [entry.values for entry in file.entries() if entry.name == "source gone"] == [[0]]
    outcome = run_again(file, babbler)  # type: ignore[arg-type]
    assert outcome.difference is None
    assert outcome.notes
