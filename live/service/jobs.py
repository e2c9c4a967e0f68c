"""The jobs that are under way: a few run, a few wait, more are refused.

Everything belongs to the thread of the loop that serves.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from pydantic import ValidationError

from live.service.child import NO_PROCESS, Child
from live.service.limits import JOB_BYTES, JOB_SECONDS, RUNNING, WAITING
from live.service.orders import Kind, Order, Word
from live.service.refusal import GoneError, RefusedError

COMMAND = (sys.executable, "-P", "-m", "live.service.work")
"""-P: a musician's ./live.py is not ours."""
LOOK_SECONDS = 0.1
"""So often it is looked whether the client is still there."""
QUIET_SECONDS = 10.0
"""When nothing was told for so long, something is: proxies close what is silent."""
END_SECONDS = 2.0

Tell = Callable[[Word], Awaitable[None]]
Gone = Callable[[], bool]


@dataclass(frozen=True)
class Allowed:
    """How much is done. ``idle``: only when nobody else wants the processor."""

    running: int = RUNNING
    waiting: int = WAITING
    seconds: float = JOB_SECONDS
    memory_bytes: int = JOB_BYTES
    idle: bool = True


class Place:
    """A place among the jobs, with a folder for what is sent."""

    def __init__(self, jobs: Jobs, folder: Path) -> None:
        self.folder = folder
        self.child: Child | None = None
        self._jobs = jobs

    async def run(
        self, kind: Kind, wish: dict[str, Any], tell: Tell, gone: Gone, file: Path | None, name: str
    ) -> None:
        """In its turn; each word is told. Raises ``RefusedError``, and ``GoneError`` when ``gone``."""
        allowed = self._jobs.allowed
        order = Order(
            kind=kind,
            folder=self.folder,
            file=file,
            name=name,
            wish=wish,
            idle=allowed.idle,
            cpu_seconds=allowed.seconds,
            memory_bytes=allowed.memory_bytes,
        )
        await self._jobs.run(self, order, tell, gone)


class Jobs:
    """``command`` is what works, ``folder`` where files that are sent are kept until they are done with;
    ``say`` takes a line for whoever looks after the server."""

    def __init__(
        self,
        allowed: Allowed | None = None,
        *,
        command: Sequence[str] = COMMAND,
        folder: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.allowed = allowed or Allowed()
        self._command, self._folder, self._say = command, folder, say
        self._line: deque[object] = deque()
        self._inside = 0
        self._children: set[Child] = set()
        self._left: list[Child] = []
        """All whose files may still be there."""
        self._stopped = False

    @property
    def running(self) -> int:
        """Processes that work."""
        return len(self._children)

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """Raises ``RefusedError`` where there is none."""
        if self._stopped or self._inside >= self.allowed.running + self.allowed.waiting:
            raise RefusedError(503, "too many jobs are under way: try again in a few seconds")
        self._inside += 1
        place = None
        try:
            place = Place(self, self._new_folder())
            yield place
        finally:
            self._inside -= 1
            if place is not None and place.child is None:
                rmtree(place.folder, ignore_errors=True)
            elif place is not None and place.child is not None:
                place.child.release()

    def _new_folder(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(prefix="antiphon-", dir=self._folder))
        except OSError as error:
            raise RefusedError(507, f"there is no room for a file here: {error.strerror}") from error

    async def run(self, place: Place, order: Order, tell: Tell, gone: Gone) -> None:
        """See ``Place.run``."""
        await self._turn(tell, gone)
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[bytes | int] = asyncio.Queue()

        def hear(said: bytes | int) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(lambda: self._hear(child, heard, said))  # when it has its name

        child = Child(self._command, order.model_dump_json().encode() + b"\n", order.folder, hear)
        self._children.add(child)
        self._left = [each for each in self._left if each.there] + [child]
        place.child = child
        await self._listen(order, heard, tell, gone)

    def _hear(self, child: Child, heard: asyncio.Queue[bytes | int], said: bytes | int) -> None:
        if isinstance(said, int):
            self._children.discard(child)  # the next one may begin
        heard.put_nowait(said)

    async def _turn(self, tell: Tell, gone: Gone) -> None:
        me = object()
        self._line.append(me)
        told: tuple[int, int] | None = None
        try:
            for look in range(sys.maxsize):
                before = self._line.index(me)
                if not before and len(self._children) < self.allowed.running:
                    return
                if gone():
                    raise GoneError
                if self._stopped:
                    raise RefusedError(503, "Antiphon ends")
                now = (before, look // round(QUIET_SECONDS / LOOK_SECONDS))
                if now != told and look:  # one that is just ending is not worth a word
                    told = now
                    await tell(Word(what="waiting", before=before + len(self._children)))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._line.remove(me)

    async def _listen(self, order: Order, heard: asyncio.Queue[bytes | int], tell: Tell, gone: Gone) -> None:
        """Until it has ended."""
        loop = asyncio.get_running_loop()
        end_at, quiet_at = loop.time() + self.allowed.seconds, loop.time() + QUIET_SECONDS
        read = False
        while True:
            try:
                said = await asyncio.wait_for(heard.get(), LOOK_SECONDS)
            except TimeoutError:
                said = b""
            if gone():
                raise GoneError
            if loop.time() > end_at:
                raise self._too_long()
            if isinstance(said, int):
                raise self._ended(order, said, read)
            if said:
                word = self._understood(said)
                if word.what == "failed":
                    self._report(order, word)
                    raise RefusedError(word.status, word.reason)
                read = read or word.what == "read"
                await tell(word)
                if word.what == "done":
                    return
                quiet_at = loop.time() + QUIET_SECONDS
            elif loop.time() > quiet_at:
                quiet_at = loop.time() + QUIET_SECONDS
                await tell(Word(what="waiting"))

    def _too_long(self) -> RefusedError:
        return RefusedError(
            422, f"it takes more than {self.allowed.seconds:.0f} s: ask for less, or send less"
        )

    def _understood(self, said: bytes) -> Word:
        try:
            return Word.model_validate_json(said)
        except ValidationError as error:
            raise RefusedError(500, "Antiphon failed at this: please report it") from error

    def _ended(self, order: Order, code: int, read: bool) -> RefusedError:
        """Why it has ended without a last word."""
        if self._stopped:
            return RefusedError(503, "Antiphon ends")
        if code == NO_PROCESS:
            return RefusedError(503, "no process can be started on this machine now: try again later")
        self._say(f"a file job ended by itself (exit code {code})")
        if order.file is not None and not read:
            return RefusedError(422, f"cannot read {order.name}: it is too much, or damaged")
        return RefusedError(500, "Antiphon failed at this: please report it")

    def _report(self, order: Order, word: Word) -> None:
        if word.status == 500:
            self._say(f"a file job failed ({order.kind}): {word.reason}")

    # -- the end ------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Every job ends now, and there are no others. Never blocks."""
        self._stopped = True
        for child in self._children:
            child.kill()

    def join(self) -> None:
        """Wait until all processes and their files are gone; after ``stop``. Blocks for a moment."""
        for child in self._left:
            child.release()
            child.join(END_SECONDS)
