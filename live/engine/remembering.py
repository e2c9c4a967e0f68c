"""Phrases under a player's name: taken up beside the music, kept one by one; nobody waits for the disk."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from live.engine.errands import Errand
from live.engine.session import Session
from live.engine.told import LATER, Outcome
from live.phrase_lines import PhraseLine, memory_of, pack, unpack
from live.player_file import PlayerFile, checked_name
from live.sessions import lines
from models.phrase_memory import Note, PhraseMemory


def take_up(
    session: Session, player: str, packed: str, now_ns: int, memory: PhraseMemory | None = None
) -> None:
    """Go on with these phrases; all of them go into the capture, so that a replay needs no other file.

    ``memory`` is what is packed, where that was made beside the music. Raises ``ValueError``.
    """
    session.capture.write(lines.MEMORY, now_ns, player, packed)
    session.history.phrases.take_up(memory_of(unpack(packed)) if memory is None else memory, player)


class _Loaded(NamedTuple):
    phrases: list[PhraseLine]
    packed: str
    memory: PhraseMemory


class Remembering:
    """The action ``player``, and the file of whoever plays. Engine thread only; never blocks."""

    def __init__(
        self,
        session: Session,
        errand: Errand[object],
        say: Callable[[str], None],
        folder: Path | None = None,
    ) -> None:
        self._session, self._errand, self._say, self._folder = session, errand, say, folder
        self._phrases = session.history.phrases
        self._phrases.finished = self._keep
        self._phrases.forgotten = self._drop
        self._file: PlayerFile | None = None
        self._ids: list[str] = []
        """Of the phrases of the memory, and of older ones."""
        self._count = itertools.count()
        session.actions["player"] = self.player

    def player(self, name: object, now_ns: int, who: str) -> object:
        """From now on this is who plays. What nobody's name stood on becomes his."""
        file = PlayerFile(checked_name(name), self._folder)
        self._phrases.finish()
        nobodys = self._all() if self._file is None else []

        def load() -> object:
            if nobodys:
                file.change(add=nobodys)
            phrases = file.load(self._say)
            return _Loaded(phrases, pack(phrases), memory_of(phrases))

        def begin(result: object) -> None:
            if isinstance(result, _Loaded):
                self._file = file
                self._ids = [each.id for each in result.phrases]
                take_up(self._session, file.player, result.packed, self._session.now_ns(), result.memory)
                self._session.tell(Outcome.DONE, "player", name, who)
            else:
                self._session.tell(Outcome.REFUSED, "player", name, who, str(result))

        self._errand(load, begin)
        return LATER

    def close(self) -> None:
        """Nobody plays any more: what was under way is a phrase, too. Call it when the engine has ended."""
        self._phrases.finish()

    def _all(self) -> list[PhraseLine]:
        phrases = self._phrases.memory.phrases
        ids = self._ids[len(self._ids) - len(phrases) :]
        return [PhraseLine(name, tuple(notes)) for name, notes in zip(ids, phrases, strict=True)]

    def _keep(self, notes: list[Note]) -> None:
        """A phrase is over."""
        name = f"{time.time_ns():x}-{os.getpid():x}-{next(self._count)}"
        self._ids.append(name)
        file, phrase = self._file, PhraseLine(name, tuple(notes))
        if file is not None:
            self._errand(lambda: file.change(add=[phrase]), self._complain)

    def _drop(self, count: int) -> None:
        """The last phrases are forgotten."""
        first = len(self._ids) - count
        file, ids = self._file, self._ids[first:]
        del self._ids[first:]
        if file is not None and ids:
            self._errand(lambda: file.change(remove=ids), self._complain)

    def _complain(self, result: object) -> None:
        if isinstance(result, Exception):
            self._say(str(result))
