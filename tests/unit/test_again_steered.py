"""A session that was steered by knobs, program changes, presets and actions, run again bit for bit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from babbler import babbler
from band import tune
from recorded import RecordedBand
from sounded import controller

from live.engine.errands import at_once
from live.engine.learned import LearnedFile
from live.engine.recall import Recall
from live.engine.steering import Steering
from live.presets import Presets
from live.sessions import lines
from live.sessions.again import run_again


def test_a_steered_session_run_again_is_the_same(tmp_path: Path):
    player = RecordedBand(tmp_path / "one.jsonl", jitter_ms=12, networks=babbler)
    recall = Recall(player.session, Presets(tmp_path / "presets.json"), at_once)
    steering = Steering(
        player.session,
        player.stage.order,
        at_once,
        lambda _: None,
        LearnedFile(tmp_path / "midi.json"),
        channel=15,
        program=recall.program,
    )
    steering.begin()
    player.act("save_preset", "first")
    player.act("learn", "temperature")
    player.act("learn", "mode=answer")
    player.play([(n, controller(1, value)) for n, value in enumerate((0, 60, 127))], rest_ms=20)
    player.play(tune([60, 64, 67, 65]), rest_ms=100)
    player.play([(n, controller(22, value)) for n, value in enumerate((127, 0))], rest_ms=20)
    player.play([(0, controller(1, 10)), (5, controller(22, 127))], rest_ms=20)
    player.play(tune([62, 64, 65]), rest_ms=100)
    player.act("answer")
    player.wait(3000)
    player.set("mute", True)
    player.play(tune([62, 64, 65]), rest_ms=4000)
    player.play([(0, bytes((0xCF, 0)))], rest_ms=20)
    assert player.session.settings.mode == "harmonize"
    assert not player.session.settings.mute
    player.session.set_all({"mode": "answer", "model": "folk"}, player.stage.clock.now_ns())
    player.session.set_all({"mode": "harmonize", "model": "chorale"}, player.stage.clock.now_ns())
    player.play(tune([60, 64, 67, 65]), rest_ms=100)
    player.act("panic")
    player.play([(0, controller(1, 90)), *tune([72, 71, 69])], rest_ms=500)
    file = player.close()
    names = [entry.name for entry in file.entries()]
    assert names.count(lines.STEERED) == 9
    assert lines.ACT in names
    outcome = run_again(file, babbler)  # type: ignore[arg-type]
    assert outcome.difference is None
    assert outcome.notes > 20
    told = dataclasses.asdict(player.session.settings)
    assert told["model"] == "chorale"
