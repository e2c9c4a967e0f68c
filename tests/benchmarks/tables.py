"""What all benchmarks share: their options, the lines that say how it was measured, and the tables."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from section import put

from live.doctor.budgets import budget, missed
from live.doctor.figures import SHARES, Figure
from live.doctor.machine import describe


class Benchmark:
    """One script and its section in a Markdown file. ``options`` may be added to before ``begin``."""

    def __init__(self, name: str, script: str, description: str) -> None:
        self.options = argparse.ArgumentParser(description=description)
        self.options.add_argument("--write", type=Path, metavar="FILE", help="put the table into this file")
        self.options.add_argument("--note", default="nothing else", help="what else the machine was doing")
        self._name, self._script = name, f"tests/benchmarks/{script}"
        self._lines: list[str] = []

    def begin(self) -> argparse.Namespace:
        """Read the command line, and remember how it was called."""
        self.chosen = self.options.parse_args()
        told = [Path(each).name if Path(each).is_absolute() else each for each in sys.argv[1:]]
        self.say(
            f"- machine: {describe()}",
            f"- date: {date.today().isoformat()}",
            f"- command: `python {shlex.join([self._script, *told])}`",
            f"- beside it: {self.chosen.note} (load average before: {os.getloadavg()[0]:.1f})",
        )
        return self.chosen

    def say(self, *lines: str) -> None:
        """Print lines, and keep them."""
        for line in lines:
            print(line, flush=True)
        self._lines += lines

    def end(self) -> None:
        """Write what was said into the file, if one was named."""
        if self.chosen.write:
            put(self.chosen.write, self._name, self._script, "\n".join(self._lines))


def table(figures: Iterable[Figure], period_ms: float = 0.0) -> Iterator[str]:
    """A Markdown table of figures with their budgets."""
    yield "| what | " + " | ".join(SHARES) + " | n | budget |"
    yield "| --- |" + " --: |" * (len(SHARES) + 1) + " --- |"
    for figure in figures:
        wanted = budget(figure.name, figure.unit, period_ms)
        if missed(figure, period_ms):
            wanted += " **missed**"
        cells = [figure.what, *map(figure.said, SHARES), str(len(figure.values)), wanted]
        yield "| " + " | ".join(cells) + " |"
