"""A band whose session is recorded, as the daemon records it."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

from band import Band

from live.engine.capture import Capture
from live.sessions.file import SessionFile
from live.sessions.header import header_of
from live.sessions.lines import SESSION
from live.stage.clock import MILLISECOND
from live.stage.settings import InputPort

WALL_NS = 1_790_000_000_000_000_000


class RecordedBand(Band):
    """A band and its file. With ``jitter_ms`` the engine finds that up to so much time has passed."""

    def __init__(self, path: Path, *, jitter_ms: float = 0, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.path = path
        ports = replace(self.stage.settings, inputs=(InputPort("Keyboard"),))
        self.session.capture = Capture(path, clock=self.stage.clock)
        header = header_of(self.session, ports, self.stage.clock.now_ns(), WALL_NS)
        self.session.capture.write(SESSION, header.now_ns, header.model_dump())
        while not path.stat().st_size:
            time.sleep(0.001)
        chance = random.Random(5)
        clock = self.stage.clock
        self.session._readings = lambda: clock.now_ns() + round(chance.uniform(0, jitter_ms) * MILLISECOND)

    def close(self) -> SessionFile:
        """Stop, close the file, open it for reading."""
        self.stop()
        self.session.capture.close()
        return SessionFile(self.path)
