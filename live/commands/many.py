"""One task for many files: side by side in processes, one bad file does not stop the rest.

Exit codes: 0 all done, 1 some of several failed, 2 the command line (or the only file) is wrong.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import typer

from live.commands.sources import Source
from live.commands.targets import Target
from live.errors import AntiphonError
from live.files.music import Music
from live.offline.made import Progress, unseen

SOME_FAILED = 1


@dataclass(frozen=True)
class Done:
    """What a task has to say: a line for people, facts for programs."""

    line: str
    facts: dict[str, Any] = field(default_factory=dict)


Task = Callable[[Music, Target, Progress], list[Done]]
"""Makes something of the music and saves it. Sent to other processes, so picklable."""


@dataclass(frozen=True)
class Wanted:
    """How it is done: ``label`` stands before the bar; ``jobs`` processes at most (None: all cores)."""

    word: str
    label: str
    as_json: bool = False
    jobs: int | None = None


def run(wanted: Wanted, found: Sequence[Source], targets: Sequence[Target], task: Task) -> None:
    """Do it for every source. Raises ``typer.Exit(1)`` where some of several failed."""
    pairs = list(zip(found, targets, strict=True))
    if len(pairs) == 1:
        with bar(wanted.label) as progress:
            done = _one(task, *pairs[0], progress)
        _say(wanted, [(pairs[0][0], done)])
        return
    results: list[tuple[Source, list[Done] | str]] = []
    with bar(wanted.label) as progress:
        for source, outcome in _side_by_side(wanted, pairs, task):
            results.append((source, outcome))
            progress(len(results) / len(pairs))
    order = {source: number for number, source in enumerate(found)}
    results.sort(key=lambda pair: order[pair[0]])
    _say(wanted, results)
    failed = sum(isinstance(outcome, str) for _, outcome in results)
    if not wanted.as_json:
        print(f"{len(results) - failed} of {len(results)} files done", file=sys.stderr)
    if failed:
        raise typer.Exit(SOME_FAILED)


def note_remarks(remarks: Sequence[str]) -> None:
    """A line each on standard error."""
    for remark in remarks:
        print(f"antiphon: {remark}", file=sys.stderr)


def say_done(wanted: Wanted, done: Sequence[Done]) -> None:
    """Lines, or the object for programs, of something that has no source."""
    if wanted.as_json:
        print(json.dumps({"command": wanted.word, "results": [each.facts for each in done], "failed": 0}))
        return
    for each in done:
        print(each.line, file=_human(each))


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar with the time left, on standard error, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(label, total=1.0)
        yield lambda share: shown.update(task, completed=share)


def _one(task: Task, source: Source, target: Target, progress: Progress) -> list[Done]:
    target.check(source)
    music = source.read()
    note_remarks(music.remarks)
    return task(music, target, progress)


def _side_by_side(
    wanted: Wanted, pairs: Sequence[tuple[Source, Target]], task: Task
) -> Iterator[tuple[Source, list[Done] | str]]:
    """Each source when it is done, with the reason where it failed."""
    workers = min(len(pairs), wanted.jobs or os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")  # ONNX Runtime's threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures: dict[Future[list[Done] | str], Source] = {
            pool.submit(_safe, task, source, target): source for source, target in pairs
        }
        try:
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except BrokenProcessPool:
                    yield futures[future], "its process was killed; perhaps memory ran out: try --jobs 1"
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _safe(task: Task, source: Source, target: Target) -> list[Done] | str:
    """In another process: a bad file, or a bug that it uncovers, is a line."""
    try:
        return _one(task, source, target, unseen)
    except AntiphonError as error:
        return " ".join(str(error).split())
    except Exception as error:
        if getattr(error, "user_error", False):
            return " ".join(str(error).split())
        return f"{source.path}: Antiphon failed at this ({type(error).__name__}: {error}); please report it"


def _say(wanted: Wanted, results: Sequence[tuple[Source, list[Done] | str]]) -> None:
    if wanted.as_json:
        rows: list[dict[str, Any]] = []
        for source, outcome in results:
            name = {"source": str(source.path)}
            if isinstance(outcome, str):
                rows.append({**name, "error": outcome})
            else:
                rows += [{**name, **each.facts} for each in outcome]
        failed = sum(isinstance(outcome, str) for _, outcome in results)
        print(json.dumps({"command": wanted.word, "results": rows, "failed": failed}))
        return
    for _, outcome in results:
        if isinstance(outcome, str):
            print(f"antiphon: {outcome}", file=sys.stderr)
        else:
            for each in outcome:
                print(each.line, file=_human(each))


def _human(done: Done) -> Any:
    """Standard output, unless the music goes there."""
    return sys.stderr if "-" in done.facts.get("files", ()) else sys.stdout
