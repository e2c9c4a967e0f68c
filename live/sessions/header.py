"""The first line of a session's file: everything that must be known to play it, or to run it, again."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from live.sessions.lines import FORMAT
from live.stage.settings import StageSettings

if TYPE_CHECKING:
    from live.engine.session import Session

COMPUTES = ("machine", "processor", "onnxruntime", "numpy", "provider")
"""What makes the class of a machine: where these are the same, a model gives the same bits."""


class Header(BaseModel):
    """What held when the session began. ``now_ns`` (of ``perf_counter_ns``) was ``wall_ns`` since 1970."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    antiphon: str
    started: str
    wall_ns: int
    now_ns: int
    pid: int
    seed: int
    settings: dict[str, Any]
    models: dict[str, dict[str, str]]
    """SHA-256 of each file, by the name that the model was asked for."""
    ports: dict[str, Any]
    """The stage's settings."""
    machine: dict[str, str]

    @property
    def computes(self) -> dict[str, str]:
        """The class of the machine."""
        return {name: self.machine.get(name, "") for name in COMPUTES}

    @property
    def plan_port(self) -> int | None:
        """The output on which the plan was shown, if one was."""
        outputs = self.ports.get("outputs", [])
        return next((number for number, port in enumerate(outputs) if port.get("shows_plan")), None)


def header_of(session: Session, ports: StageSettings, now_ns: int, wall_ns: int) -> Header:
    """What is to be known of a session that begins now. Takes milliseconds."""
    return Header(
        format=FORMAT,
        antiphon=_version("antiphon"),
        started=datetime.fromtimestamp(wall_ns / 1e9).astimezone().isoformat(timespec="seconds"),
        wall_ns=wall_ns,
        now_ns=now_ns,
        pid=os.getpid(),
        seed=session.seed,
        settings=asdict(session.settings),
        models={name: network.manifest.sha256 for name, network in session.used.items()},
        ports=asdict(ports),
        machine=this_machine(session.used.values()),
    )


def this_machine(networks: Any = ()) -> dict[str, str]:
    """The machine and what computes on it; with the provider of the networks."""
    providers = {
        step.get_providers()[0]
        for network in networks
        if (step := getattr(network, "step", None)) is not None
    }
    return {
        "system": f"{sys.platform} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "onnxruntime": _version("onnxruntime-gpu") or _version("onnxruntime"),
        "provider": " ".join(sorted(providers)),
    }


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
