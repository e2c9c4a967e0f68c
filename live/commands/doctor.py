"""``antiphon doctor``: measure on this machine, judge, say what to change. 1: a budget is missed."""

from __future__ import annotations

import json as json_
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from live.commands.options import Provider

TERMINATED = 128 + signal.SIGTERM


def doctor(
    api: Annotated[str, typer.Option(help="auto, alsa, jack, coremidi, or none.")] = "auto",
    provider: Provider = "auto",
    quick: Annotated[bool, typer.Option("--quick", help="Six seconds instead of thirty.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Play to Antiphon through this machine's MIDI system, measure, and judge. 1 if a budget is missed."""
    from rich.console import Console  # noqa: PLC0415

    from live.doctor import report  # noqa: PLC0415
    from live.doctor.examine import QUICK, USUAL, examine  # noqa: PLC0415
    from live.doctor.verdict import judge  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _end)  # ports and processes end in order
    found = examine(api, provider, QUICK if quick else USUAL, _progress)
    verdict = judge(found)
    if json:
        print(json_.dumps(report.to_json(found, verdict), indent=1))
    else:
        report.show(Console(), found, verdict)
    if not verdict.met:
        raise typer.Exit(1)


def _progress(words: str) -> None:
    """One line for who waits; no spinner, whose thread would disturb what is measured."""
    if sys.stderr.isatty():
        print(f"measuring: {words}", file=sys.stderr, flush=True)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(TERMINATED)
