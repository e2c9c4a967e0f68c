"""Presets while playing: loaded by name or by program change, saved, deleted; nobody waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from live.engine.errands import Errand
from live.engine.session import Session
from live.engine.told import LATER, Outcome
from live.presets import Preset, Presets, name_of

T = TypeVar("T")


class Recall:
    """Engine thread only; never blocks. What was asked for is told when it is done."""

    def __init__(self, session: Session, presets: Presets, errand: Errand[object]) -> None:
        self._session, self._presets, self._errand = session, presets, errand
        session.actions |= {
            "load_preset": self.load,
            "save_preset": self.save,
            "delete_preset": self.delete,
        }

    def load(self, name: object, now_ns: int, who: str) -> object:
        """All values of a preset in one moment; what is wrong in it is left out, and told in one line."""
        return self._send(lambda: self._presets.load(name_of(name)), "load_preset", name, who, self._set)

    def program(self, number: int, now_ns: int) -> None:
        """A program change (0-127): the preset of that place."""
        who = f"program {number + 1}"

        def load() -> Preset:
            return self._presets.load(self._presets.number(number + 1))

        self._send(load, "load_preset", number + 1, who, self._set)

    def save(self, name: object, now_ns: int, who: str) -> object:
        """Keep the present settings under a name."""
        settings = self._session.settings
        return self._send(lambda: self._presets.save(name_of(name), settings), "save_preset", name, who)

    def delete(self, name: object, now_ns: int, who: str) -> object:
        """Forget a preset."""
        return self._send(lambda: self._presets.delete(name_of(name)), "delete_preset", name, who)

    def _set(self, preset: Preset, who: str) -> None:
        self._session.set_all(preset.values, self._session.now_ns(), who)
        if preset.complaint:
            self._session.tell(Outcome.REFUSED, "preset", "", who, preset.complaint)

    def _send(
        self,
        job: Callable[[], T],
        action: str,
        value: object,
        who: str,
        then: Callable[[T, str], None] = lambda *_: None,
    ) -> object:
        def done(result: T | Exception) -> None:
            if isinstance(result, Exception):
                self._session.tell(Outcome.REFUSED, action, value, who, str(result))
            else:
                then(result, who)
                self._session.tell(Outcome.DONE, action, value, who)

        self._errand(job, done)  # type: ignore[arg-type]
        return LATER
