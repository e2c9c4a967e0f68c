"""One examination of this machine: everything that ``antiphon doctor`` measures, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import NamedTuple

import onnxruntime as ort

from live.doctor import machine, measures
from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings
from live.doctor.figures import Figure
from live.doctor.loopback import LoopPeer
from live.doctor.playing import Inside, Player
from live.engine.loaded import Loaded
from live.engine.provider import ProviderChoice
from live.ports import NO_VIRTUAL_PORTS, choose_api
from live.stage.clock import sharpen_timers

MODELS = ("chorale", "piano", "folk")


class Amounts(NamedTuple):
    """How much is measured."""

    events: int
    trips: int
    echoes: int
    planned: int
    strikes: int
    phrases: int


USUAL = Amounts(events=300, trips=300, echoes=25, planned=300, strikes=110, phrases=4)
QUICK = Amounts(events=60, trips=50, echoes=8, planned=40, strikes=12, phrases=1)


@dataclass
class Findings:
    """Figures, and the facts that explain them. ``api`` is None where no MIDI system was measured."""

    figures: list[Figure] = field(default_factory=list)
    api: str | None = None
    period_frames: int = 0
    period_ms: float = 0.0
    realtime: bool = False
    platform: str = sys.platform
    hardware: str = ""
    governor: str | None = None
    others: machine.Others = machine.NOBODY
    runtime: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def figure(self, name: str) -> Figure | None:
        """The figure of a name, or None where it was not measured."""
        return next((each for each in self.figures if each.name == name), None)


def examine(
    api: str,
    provider: str,
    amounts: Amounts,
    say: Callable[[str], None],
    located: Callable[[str], str] = str,
) -> Findings:
    """Measure. Blocks for as long; ``say`` is told what is going on. Main thread.

    ``located`` gives the manifest to be used in place of a shipped model.
    Raises ``PortError`` where the MIDI system asked for does not answer, ``AntiphonError`` where the
    provider asked for cannot be had. Leaves no port and no process.
    """
    sharpen_timers()
    found = Findings(hardware=machine.describe(), governor=machine.governor())
    found.runtime = f"ONNX Runtime {ort.__version__}"
    choice = ProviderChoice(provider, say=say)
    found.api = _api(api, found.remarks)
    say("looking at what else is running")
    found.others = machine.others()

    def picked(name: str) -> str:
        where = choice.pick(name)
        found.providers[name] = f"on {where.provider}: {where.why}"
        return where.provider

    networks = Loaded(picked)
    for name in MODELS:
        say(f"model {name}")
        found.figures += measures.steps(name, networks.get(located(name)), amounts.events)
    say("stage process")
    found.figures.append(measures.round_trip(amounts.trips))
    names = port_names()
    if found.api is not None:
        say("bare echo through MIDI ports")
        found.figures.append(measures.echo(found.api, names, amounts.echoes))
    with ExitStack() as stack:
        daemon = MeasuredDaemon(lambda name: networks.get(located(name)), stage_settings(found.api, names))
        stack.enter_context(daemon)
        found.realtime = daemon.ready.realtime
        found.period_frames, found.period_ms = daemon.ready.period_frames, daemon.period_ms
        player: Player
        if found.api is None:
            player = Inside(daemon)
            say("planned notes")
            found.figures.append(measures.lateness(daemon, amounts.planned))
        else:
            player = peer = stack.enter_context(LoopPeer(found.api, names))
            say("planned notes")
            found.figures.append(measures.planned(daemon, peer, amounts.planned))
        say("harmony")
        found.figures += measures.harmonize(daemon, player, amounts.strikes)
        say("answers")
        found.figures += measures.answers(daemon, player, amounts.phrases)
        found.remarks += daemon.complaints
    return found


def _api(wanted: str, remarks: list[str]) -> str | None:
    if wanted == "none":
        return None
    api = choose_api(wanted)
    if api is None:
        remarks.append("no MIDI system answers, so only what happens inside Antiphon was measured")
    elif api in NO_VIRTUAL_PORTS:
        remarks.append(f"{api} has no virtual ports, so only what happens inside Antiphon was measured")
        return None
    return api
