"""``antiphon`` itself, told what to do by lines on its standard input: ``mode answer``, ``act keep 5``."""

import sys
import threading

from live.commands.main import run
from live.engine.engine import Engine

_start = Engine.start


def _listen(engine: Engine) -> None:
    for line in sys.stdin:
        name, *values = line.split()
        if name == "act":
            engine.act(*values)
        else:
            engine.set(name, values[0])


def _started(engine: Engine) -> None:
    _start(engine)
    threading.Thread(target=_listen, args=(engine,), daemon=True).start()


Engine.start = _started  # type: ignore[method-assign]
sys.exit(run(sys.argv[1:]))
