"""The last line of the terminal, from a state; and what a terminal and a log get."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from band import Band

from live.commands import status_line
from live.commands.status_line import StatusLine, words

RUN = "import sys; from live.commands.main import run; sys.exit(run(sys.argv[1:]))"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(band: Band) -> str:
    return words(band.session.state())


def test_free_time_and_the_mode_at_first():
    assert told(Band(mode="off")).startswith("free time | key ")
    assert told(Band(mode="off")).endswith("| off: off")


def test_source_tempo_bar_beat_and_key():
    band = Band(mode="off", tempo=90.0, meter="3/4", key="G")
    band.set("time", "tempo")
    band.wait(1000 * 60 / 90 * 4.5)
    assert told(band).startswith("own tempo 90.0 2.2 of 3/4 | key G")
    assert "(locked)" in told(band)
    assert words(band.session.state(), moving=False).startswith("own tempo 90.0 in 3/4 | ")


def state(**changes: Any) -> dict[str, Any]:
    return Band(mode="off").session.state() | changes


def playing(confidence: float) -> dict[str, Any]:
    unknown = {"meter": None, "bar": None, "beat": None}
    return {"source": "playing", "tempo": 91.04, "confidence": confidence, **unknown}


def test_what_is_only_believed_says_how_much():
    text = words(state(time=playing(0.874), key_confidence=0.5))
    assert text.startswith("your playing 91.0 (87% sure) | key ")
    assert " (50% sure)" in text


def test_a_terminal_has_one_line_and_others_go_above_it():
    terminal = Terminal()
    line = StatusLine(terminal)
    line.show(state())
    line.show(state())
    line.say("antiphon: a fox")
    line.show(state())
    line.close()
    text = words(state())[:79]
    assert terminal.getvalue() == f"\r\x1b[K{text}\r\x1b[Kantiphon: a fox\n\r\x1b[K{text}\n"


def test_a_log_has_a_line_for_what_is_new_and_not_for_every_beat(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(status_line.time, "monotonic", lambda: now[0])
    log = io.StringIO()
    line = StatusLine(log)
    band = Band(mode="off", time="tempo")
    for _ in range(30):
        band.wait(100)
        band.session.time.wake(band.stage.clock.now_ns())
        line.show(band.session.state())
        now[0] += 0.1
    line.show(state())
    assert len(log.getvalue().splitlines()) == 2


def test_the_command_shows_it_on_a_terminal_and_leaves_it_in_order(tmp_path: Path):
    master, slave = pty.openpty()
    daemon = subprocess.Popen(
        [
            sys.executable, "-c", RUN, "live", "--api", "none", "--mode", "off",
            "--time", "tempo", "--tempo", "240", "--no-capture",
        ],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    os.close(slave)
    seen = b""
    until = time.monotonic() + 20
    while time.monotonic() < until and b"own tempo 240.0 2." not in seen:
        if select.select([master], [], [], 0.5)[0]:
            seen += os.read(master, 4096)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(10) == 0
    assert b"own tempo 240.0 1.1 of 4/4" in seen
    assert b"own tempo 240.0 2." in seen
    os.close(master)
