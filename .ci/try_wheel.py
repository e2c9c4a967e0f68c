"""A wheel as a user gets it: ``python .ci/try_wheel.py dist/antiphon-*.whl``.

Installs it into a fresh environment, goes to an empty folder, and uses it: files in and out, the
instrument with its page, the service. On every system; needs nothing but Python.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

ON_WINDOWS = os.name == "nt"
FILES = (
    [
        "continue",
        "example-piano.mid",
        "-o",
        "answer.mid",
        "--seconds",
        "5",
        "--plot",
        "answer.png",
        "--seed",
        "1",
    ],
    ["harmonize", "example-tune.abc", "-o", "chorale.mid", "--seed", "1"],
    ["compose", "-o", "tune.mid", "--bars", "8", "--seed", "1"],
)
SERVERS = (
    (["live", "--panel-at", "8997"], r"play at (http\S+)"),
    (["serve", "--port", "8998"], r"files at (http\S+)"),
)


def main() -> None:
    """Raise what goes wrong; say what went well."""
    (wheel,) = (Path(name).resolve() for name in sys.argv[1:])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        away = Path(name)
        venv.create(away / "venv", with_pip=True)
        programs = away / "venv" / ("Scripts" if ON_WINDOWS else "bin")
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
        antiphon = str(programs / "antiphon")
        for words in FILES:
            subprocess.run([antiphon, *words], cwd=away, check=True, env=environment(away))
            for made in (away / word for word in words if word.endswith((".mid", ".png"))):
                if made.name != "example-piano.mid" and made.stat().st_size < 100:
                    raise SystemExit(f"{made.name} is empty")
        for words, ready in SERVERS:
            served(antiphon, words, ready, away)
    print("the wheel is whole")


def served(antiphon: str, words: list[str], ready: str, away: Path) -> None:
    """Start a server, open its page and all that the page names, stop it as a person would."""
    group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if ON_WINDOWS else {}  # type: ignore[attr-defined]
    server = subprocess.Popen(
        [antiphon, *words], cwd=away, env=environment(away), stdout=subprocess.PIPE, text=True, **group
    )
    try:
        assert server.stdout is not None
        line = next(line for line in server.stdout if line.startswith("ready:"))
        found = re.search(ready, line)
        if found is None:
            raise SystemExit(f"antiphon {words[0]} says no address: {line}")
        page = opened(found[1])
        for part in re.findall(r'(?:src|href)="([^"#:?]+)"', page):
            opened(found[1].partition("?")[0].rstrip("/") + "/" + part.lstrip("/"))
        print(line.strip())
    finally:
        server.send_signal(signal.CTRL_BREAK_EVENT if ON_WINDOWS else signal.SIGINT)  # type: ignore[attr-defined]
        code = server.wait(timeout=20)
    if code and not ON_WINDOWS:  # Windows has no Ctrl-C for a process without a terminal
        raise SystemExit(f"antiphon {words[0]} ends with {code}")


def opened(address: str) -> str:
    """What is there, as text. An answer other than 200 is an error."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        text: str = answer.read().decode()
    if not text:
        raise SystemExit(f"nothing at {address}")
    return text


def environment(away: Path) -> dict[str, str]:
    """As it is here, with the user's folders in a place of their own and no checkout in the way."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    places = {name: str(away / "home") for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    return {**kept, **places}


if __name__ == "__main__":
    main()
