"""The corpora of the commands that train and measure: the named ones, and anyone's own music."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from live.commands.lazy import corpus_module
from live.errors import AntiphonError
from live.files.tunes import SUFFIXES, tunes


def source(like: str, data: Path) -> Any:
    """A folder (or file) of somebody's own music. Raises ``AntiphonError`` for a kind that there is not."""
    own = corpus_module("training.own")
    if like not in own.LIKE:
        raise AntiphonError(f"--like is {' or '.join(own.LIKE)}, not {like!r}")
    return own.Source(like, data, tunes, SUFFIXES)


def splits_of(settings: Any, data: Path) -> Any:
    """The splits of the corpus that these settings are for."""
    own = corpus_module("training.own")
    if settings.data.startswith(own.OWN):
        return own.load(source(settings.data.removeprefix(own.OWN), data))[0]
    return corpus_module("training.corpus").load(settings.data, data, settings.corpus).splits
