"""A continuation that may be stopped: what was made is kept, and can be gone on with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from live.commands.journal import EVERY, Journal
from live.commands.targets import Target
from live.errors import AntiphonError
from live.offline.continuing import Continuing
from live.offline.made import Made, Progress


def keep_going(
    running: Continuing,
    output: Path | None,
    continuing: Callable[[int], Continuing],
    target: Target,
    progress: Progress,
    *,
    resume: bool,
    given: bool,
) -> Made:
    """Make it, with a journal beside ``output`` (none: nothing is kept).

    ``continuing`` makes one for another seed: that of the journal, unless one was ``given``. When it is
    stopped, ``target`` gets what was made, and the interrupt goes on.
    """
    if output is None:
        if resume:
            raise AntiphonError("--resume goes on with a file: give -o FILE")
        running.go_on(progress)
        return running.made()
    journal = Journal(output)
    if resume:
        about, events = journal.read()
        if not given:
            running = continuing(int(about["seed"]))
        if other := _difference(about, running.about()):
            raise AntiphonError(f"cannot go on with {journal.path}: it was made with another {other}")
        running.take_up(events)
    else:
        journal.begin(running.about())

    def told(share: float) -> None:
        if running.count - journal.written >= EVERY:
            journal.keep(running.events)
        progress(share)

    try:
        running.go_on(told)
    except BaseException:
        journal.keep(running.events)
        if not journal.written:
            journal.end()
        else:
            made = running.made(whole=False)
            target.save(made.music, made.added)
            print(
                f"antiphon: stopped; {made.notes} new notes are in {output}, the same command with --resume "
                "goes on",
                file=sys.stderr,
            )
        raise
    journal.end()
    return running.made()


def _difference(about: dict[str, object], wanted: dict[str, object]) -> str:
    """The name of the first thing that is not the same, or nothing."""
    names = {"sha256": "model", "music": "input", "may_end": "--to-end", "start": "place to start"}
    for name, value in wanted.items():
        if about.get(name) != value:
            return names.get(name, name)
    return ""
