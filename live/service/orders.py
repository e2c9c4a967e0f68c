"""What the process that serves and the one that works say to each other: small lines of JSON.

The first line is the order. What is long (notes, files) is written to the job's folder as whole answers,
which the process that serves hands on unread: it may be the one that plays, where no call may take long.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["read", "continue", "harmonize", "compose"]


class Order(BaseModel):
    """What to do. ``file`` was sent under ``name``; answers go to ``folder``.

    ``idle``: run only when nobody else wants the processor.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    folder: Path
    file: Path | None = None
    name: str = ""
    wish: dict[str, Any] = {}
    idle: bool = True
    cpu_seconds: float
    memory_bytes: int


class Word(BaseModel):
    """What the process that works has to tell.

    ``progress`` has ``number`` and ``share``; ``read`` and ``made`` have ``line``, a file in the folder with
    the answer's line; ``made`` also ``file``, the music, and ``name`` and ``type`` for it; ``failed`` has
    ``status`` and ``reason``.
    """

    model_config = ConfigDict(frozen=True)

    what: Literal["waiting", "read", "progress", "made", "failed", "done"]
    before: int = 0
    number: int = 1
    share: float = 0.0
    line: Path | None = None
    file: Path | None = None
    name: str = ""
    type: str = ""
    status: int = 500
    reason: str = ""
