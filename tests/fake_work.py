"""A process in place of ``live.service.work``: what it does is in the name of the file that is sent."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def say(**word: Any) -> None:
    print(json.dumps(word), flush=True)


def main() -> None:
    order = json.loads(sys.stdin.readline())
    folder = Path(order["folder"])
    what = order["name"].partition(".")[0] or "compose"
    if what == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "garbage":
        print("no word", flush=True)
        return
    if what == "fault":
        say(what="failed", status=500, reason="Antiphon failed at this")
        return
    if what == "bad":
        say(what="failed", status=422, reason="cannot read bad.mid: it is bad")
        return
    line = folder / "read-0.json"
    line.write_text('{"what":"read","name":"tune"}')
    say(what="read", line=str(line))
    if what == "late":
        say(what="failed", status=422, reason="no such part")
        return
    if what == "halfway":
        os.kill(os.getpid(), signal.SIGKILL)
    for number in range(1, order["wish"].get("count", 1) + 1):
        say(what="progress", number=number, share=0.5)
        if what == "slow":
            (folder / "pid").write_text(str(os.getpid()))
            sys.stdin.read()
            return
        file, line = folder / f"made-{number}", folder / f"made-{number}.json"
        file.write_bytes(Path(order["file"]).read_bytes() if order["file"] else b"new")
        line.write_text(json.dumps({"what": "made", "number": number}))
        name = f"t\u00e4ne-{number}.mid"
        say(what="made", number=number, line=str(line), file=str(file), name=name, type="audio/midi")
    say(what="done")


main()
