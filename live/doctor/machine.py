"""What this machine is, and what else it does."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import NamedTuple

import psutil

_CPU_INFO = Path("/proc/cpuinfo")
_GOVERNORS = Path("/sys/devices/system/cpu")
_LEAST_SHARE = 5.0
_LOOK_SECONDS = 0.5


class Others(NamedTuple):
    """What other programs do meanwhile. ``share`` of all cores, 0 to 1; ``names`` of the busiest."""

    share: float
    names: tuple[str, ...]


NOBODY = Others(0.0, ())


def others() -> Others:
    """Look for half a second, before anything of ours is busy. Blocks for as long."""
    seen = {each.pid: each for each in psutil.process_iter() if each.pid != os.getpid()}
    for process in seen.values():
        _percent(process)
    share = psutil.cpu_percent(interval=_LOOK_SECONDS) / 100
    busy = sorted(((_percent(each), each) for each in seen.values()), key=lambda pair: -pair[0])[:3]
    names = [_name(each) for percent, each in busy if percent >= _LEAST_SHARE]
    return Others(share, tuple(dict.fromkeys(names)))


def _percent(process: psutil.Process) -> float:
    try:
        return float(process.cpu_percent())
    except psutil.Error:
        return 0.0


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return "a program that has ended"


def governor() -> str | None:
    """How the processor's frequency is governed, the least eager core's; None where nothing tells."""
    found = set()
    for path in _GOVERNORS.glob("cpu[0-9]*/cpufreq/scaling_governor"):
        try:
            found.add(path.read_text().strip())
        except OSError:
            continue
    return ", ".join(sorted(found)) or None


def describe() -> str:
    """The processor, its cores, the system and Python."""
    name = platform.processor() or platform.machine()
    try:
        lines = _CPU_INFO.read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
