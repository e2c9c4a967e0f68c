"""Work that takes long (loading a model, writing a file), done beside the engine, never in its thread."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable
from typing import TypeVar

from live.errors import AntiphonError
from models.manifest import ModelError

T = TypeVar("T")
Then = Callable[[T | Exception], None]
"""What is done with the result, or with the error that a person can put right."""
Errand = Callable[[Callable[[], T], Then[T]], None]
"""Does a job, then calls the other with the result."""


def at_once(job: Callable[[], T], then: Then[T]) -> None:
    """Where nobody waits for anything: tests, replay, files. A fault in the job is raised."""
    try:
        result: T | Exception = job()
    except (AntiphonError, ModelError) as error:
        result = error
    then(result)


class Errands:
    """A thread that does one job after the other. ``hand_back`` takes what is to be done with the result."""

    def __init__(self, hand_back: Callable[[Callable[[], None]], None], name: str = "errands") -> None:
        self._hand_back = hand_back
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def send(self, job: Callable[[], T], then: Then[T]) -> None:
        """Do ``job`` soon, then hand ``then`` and the result back. Any thread, never blocks."""

        def both() -> None:
            result = _result(job)
            self._hand_back(lambda: then(result))

        self._jobs.put(both)

    def close(self) -> None:
        """Finish the jobs that wait. Idempotent; blocks for as long as they take, 5 s at most."""
        self._jobs.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _result(job: Callable[[], T]) -> T | Exception:
    try:
        return job()
    except (AntiphonError, ModelError) as error:
        return error
    except Exception as error:  # a fault of ours must not end the music
        traceback.print_exc()
        return AntiphonError(f"that failed: {error}")
