"""What the doctor says of made figures: the verdict, the advice that fits the cause, and the exit code."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from live.commands import doctor as command
from live.commands import main
from live.doctor import examine, report
from live.doctor.examine import Findings
from live.doctor.figures import Figure, number
from live.doctor.machine import Others
from live.doctor.verdict import REALTIME_HOWTO, judge

HEALTHY = Findings(
    figures=[
        Figure("harmony_first", "key -> first voice sent", (1.5,) * 100),
        Figure("harmony_all", "key -> all three voices sent", (4.0,) * 100),
        Figure("port_to_port", "port to port", (4.0,) * 100),
        Figure("planned", "planned notes", (0.5, 1.8)),
        number("dropped", "dropped", 0),
        number("fallbacks", "deadlines missed", 0),
    ],
    api="jack",
    period_frames=64,
    period_ms=64 / 48,
    realtime=True,
    platform="linux",
    hardware="made for this test",
    governor="performance",
    runtime="ONNX Runtime 1.0",
    providers={"chorale": "on cpu: as asked for", "piano": "on cpu: as asked for"},
)


def sick(**facts: object) -> Findings:
    """The same machine, too slow for the first voice."""
    slow = Figure("harmony_first", "key -> first voice sent", (3.0,) * 100)
    return replace(HEALTHY, figures=[slow, *HEALTHY.figures[1:]], **facts)


def advice(found: Findings) -> str:
    return " | ".join(judge(found).advice)


def test_a_machine_that_keeps_all_budgets_is_fit_and_needs_no_advice():
    verdict = judge(HEALTHY)
    assert verdict.met
    assert verdict.words == "All budgets are met: this machine is fit for the stage."
    assert verdict.missed == verdict.advice == []


def test_a_missed_budget_is_named_with_what_was_found_and_wanted():
    verdict = judge(sick())
    assert not verdict.met
    assert verdict.words == "1 budget is missed: not yet fit for the stage."
    assert [str(each) for each in verdict.missed] == [
        "key -> first voice sent: p50 3.00 ms, wanted p50 <= 2 ms"
    ]
    assert advice(sick()) == "fewer voices are quicker: antiphon live --voices 2, or 1"


def test_other_programs_are_named_first():
    lines = judge(sick(others=Others(0.8, ("firefox", "make")))).advice
    assert "80% of the processor (firefox, make)" in lines[0]
    assert "other programs" not in advice(sick(others=Others(0.1, ("firefox",))))


def test_a_lazy_governor_is_told_how_to_hurry():
    assert "cpupower frequency-set -g performance" in advice(sick(governor="powersave"))
    assert "cpupower" not in advice(sick(governor=None))


def test_without_real_time_priority_linux_is_told_the_exact_lines():
    assert REALTIME_HOWTO in judge(sick(realtime=False)).advice
    assert judge(replace(HEALTHY, realtime=False)).advice == [REALTIME_HOWTO]  # good luck, this time
    assert "rtprio" not in advice(sick(realtime=False, platform="darwin"))


def test_a_large_period_is_to_be_made_smaller():
    large = replace(HEALTHY, period_frames=1024, period_ms=1024 / 48)
    assert judge(large).met  # notes spread over one period, as they must
    assert "1024 frames (21.3 ms)" in advice(large)
    late = Figure("port_to_port", "port to port", (30.0,) * 100)
    said = advice(replace(large, figures=[*large.figures, late]))
    assert "set 64 or 128" in said
    assert "fewer voices" not in said


def test_deadlines_that_the_model_missed_are_spoken_of():
    found = replace(HEALTHY, figures=[number("fallbacks", "deadlines missed", 7)])
    assert judge(found).met
    assert "at 7 strikes" in advice(found)


def test_without_a_midi_system_the_verdict_says_how_far_it_goes():
    assert "without a MIDI system" in judge(replace(HEALTHY, api=None)).words


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch):
    """The machine that ``antiphon doctor`` finds."""

    def find(found: Findings) -> None:
        monkeypatch.setattr(examine, "examine", lambda *_: found)
        monkeypatch.setattr(command.signal, "signal", lambda *_: None)

    return find


def test_the_command_exits_1_when_a_budget_is_missed(examined, capsys: pytest.CaptureFixture):
    examined(sick(realtime=False))
    assert main.run(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["met"] is False
    assert told["missed"] == ["key -> first voice sent: p50 3.00 ms, wanted p50 <= 2 ms"]
    assert REALTIME_HOWTO in told["advice"]
    assert told["figures"]["harmony_first"] == {
        "what": "key -> first voice sent",
        "unit": "ms",
        "n": 100,
        **dict.fromkeys(("p50", "p95", "p99", "max", "min"), 3.0),
        "spread": 0.0,
        "budget": "p50 <= 2 ms, p99 <= 5 ms",
        "met": False,
    }


def test_the_command_exits_0_when_all_are_met(examined, capsys: pytest.CaptureFixture):
    examined(HEALTHY)
    assert main.run(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "All budgets are met" in said
    assert "64 frames (1.3 ms)" in said


def test_the_report_shows_every_figure_and_what_was_missed():
    screen = io.StringIO()
    found = sick(remarks=["a remark"])
    report.show(Console(file=screen, width=120), found, judge(found))
    said = screen.getvalue()
    for each in found.figures:
        assert each.what in said
    assert "missed p50 <= 2 ms, p99 <= 5 ms" in said
    assert "met spread <= 2.33 ms" in said
    assert "a remark" in said
    assert "What to change:\n- fewer voices" in said


def test_models_on_different_providers_are_named_apart():
    found = replace(HEALTHY, providers={"chorale": "on cpu: slower", "piano": "on cuda: faster"})
    assert report.facts(found)["models"].endswith("chorale on cpu: slower; piano on cuda: faster")
