"""Files appear whole or not at all: written beside their place under another name, then renamed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from live.errors import FileError


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, in place of what was there. Raises ``FileError``."""
    beside = _beside(path)
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise ``FileError`` now, before any work, where :func:`write_whole` would fail later."""
    folder = path.parent
    if not folder.is_dir():
        raise FileError(f"cannot write {path}: there is no folder {folder}")
    if path.is_dir():
        raise FileError(f"cannot write {path}: it is a folder")
    probe = _beside(path)
    try:
        probe.open("xb").close()
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        probe.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """A name in the same folder that nobody else uses."""
    return path.with_name(f".{path.stem[:100]}.{os.getpid()}.{secrets.token_hex(4)}.part")
