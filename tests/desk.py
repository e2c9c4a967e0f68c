"""A band with everything that controls it: learned controllers, a channel for control, presets, players."""

from __future__ import annotations

from pathlib import Path

from babbler import babbler
from band import Band

from live.engine.errands import at_once
from live.engine.learned import LearnedFile
from live.engine.recall import Recall
from live.engine.remembering import Remembering
from live.engine.steering import Steering
from live.presets import Presets
from live.stage import records as r


class Desk(Band):
    """Its files are in ``folder``; ``said`` holds the lines for the musician. Thru is on."""

    def __init__(self, folder: Path, *, control_channel: int | None = None, **settings: object) -> None:
        super().__init__(networks=babbler, **settings)  # type: ignore[arg-type]
        self.said: list[str] = []
        self.folder = folder
        self.presets = Presets(folder / "presets.json")
        Remembering(self.session, at_once, self.said.append, folder / "players")
        recall = Recall(self.session, self.presets, at_once)
        self.steering = Steering(
            self.session,
            self.stage.order,
            at_once,
            self.said.append,
            LearnedFile(folder / "midi.json"),
            channel=None if control_channel is None else control_channel - 1,
            program=recall.program,
        )
        self.stage.order(r.SetThru(True))
        self.steering.begin()

    def hear(self, *messages: bytes) -> None:
        """The player sends these, 10 ms apart."""
        self.play([(10 * n, message) for n, message in enumerate(messages)], rest_ms=10)

    def get(self, name: str) -> object:
        """The present value of a control."""
        return getattr(self.session.settings, name)

    @property
    def heard(self) -> list[bytes]:
        """What went through thru or was played."""
        return [message for _, message in self.sent]
