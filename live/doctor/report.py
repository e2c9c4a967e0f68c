"""The findings and the verdict as a table for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from live.doctor.budgets import BUDGETS, budget, missed
from live.doctor.examine import Findings
from live.doctor.figures import SHARES
from live.doctor.verdict import Verdict

LEGEND = (
    "key: when the stage process saw it; sent: when the port call had returned; port to port: from another "
    "process through the MIDI system, Antiphon and the MIDI system back into that process.",
    "phrase end: when the engine took the phrase for ended; the silence that tells it is no latency, but an "
    "answer begins on purpose 10 to 50 ms later.",
)
"""What the words of the table mean."""


def show(console: Console, found: Findings, verdict: Verdict) -> None:
    """Print facts, the table and the verdict."""
    for name, value in facts(found).items():
        console.print(f"[bold]{name}[/]: {escape(value)}", soft_wrap=True, highlight=False)
    table = Table("", box=None, pad_edge=False)
    for name in (*SHARES, "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("budget", no_wrap=True)
    for figure in found.figures:
        bad = missed(figure, found.period_ms)
        wanted = budget(figure.name, figure.unit, found.period_ms)
        mark = "" if figure.name not in BUDGETS else "[red]missed[/] " if bad else "[green]met[/] "
        table.add_row(
            escape(figure.what), *map(figure.said, SHARES), str(len(figure.values)), mark + escape(wanted)
        )
    console.print(table)
    for line in LEGEND:
        console.print(line, style="dim", soft_wrap=True, highlight=False)
    for remark in found.remarks:
        console.print(f"[yellow]{escape(remark)}[/]", soft_wrap=True, highlight=False)
    console.print(f"[bold {'green' if verdict.met else 'red'}]{verdict.words}[/]", soft_wrap=True)
    for each in verdict.missed:
        console.print(f"- {escape(str(each))}", soft_wrap=True, highlight=False)
    if verdict.advice:
        console.print("What to change:" if not verdict.met else "Still to be improved:")
    for line in verdict.advice:
        console.print(f"- {escape(line)}", soft_wrap=True, highlight=False)


def facts(found: Findings) -> dict[str, str]:
    """What explains the figures, in words."""
    system = found.api or "none"
    if found.period_frames:
        system += f", period {found.period_frames} frames ({found.period_ms:.1f} ms)"
    elif found.api:
        system += ", without a period"
    busy = f"{found.others.share:.0%} busy before"
    if found.others.names:
        busy += f" ({', '.join(found.others.names)})"
    return {
        "machine": found.hardware,
        "processor": busy + (f", governor {found.governor}" if found.governor else ""),
        "MIDI system": system,
        "real-time priority": "granted" if found.realtime else "not granted",
        "models": f"{found.runtime}, {_where(found.providers)}",
    }


def _where(providers: dict[str, str]) -> str:
    """Which models compute where; one word for all where they agree."""
    if len(set(providers.values())) == 1:
        return next(iter(providers.values()))
    return "; ".join(f"{name} {where}" for name, where in providers.items())


def to_json(found: Findings, verdict: Verdict) -> dict[str, Any]:
    """Everything, for programs. Figures by name; ``max`` alone where there is one number."""
    told = asdict(found)
    del told["figures"]
    return {
        "met": verdict.met,
        "verdict": verdict.words,
        "missed": [str(each) for each in verdict.missed],
        "advice": verdict.advice,
        "facts": told,
        "figures": {
            each.name: {
                "what": each.what,
                "unit": each.unit,
                "n": len(each.values),
                **({key: each.at(key) for key in (*SHARES, "min", "spread")} if each.values else {}),
                "budget": budget(each.name, each.unit, found.period_ms),
                "met": not missed(each, found.period_ms),
            }
            for each in found.figures
        },
    }
