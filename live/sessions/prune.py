"""Old sessions go when all together are larger than they may be."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from live.sessions.folder import SUFFIX
from live.sessions.hold import is_held


def prune(folder: Path, most_bytes: int, keep: Path | None = None) -> list[Path]:
    """Delete sessions of a folder, the oldest first, until at most ``most_bytes`` are left. Those deleted.

    ``keep`` stays, and so does whatever a running program writes. Touches nothing but session files.
    """
    sizes: list[tuple[Path, int]] = []
    for path in sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.name):
        with contextlib.suppress(OSError):
            sizes.append((path, path.stat().st_size))
    total = sum(size for _, size in sizes)
    gone: list[Path] = []
    for path, size in sizes:
        if total <= most_bytes:
            break
        if path == keep or is_held(path):
            continue
        with contextlib.suppress(OSError):  # another daemon was quicker, or the folder is read-only
            path.unlink()
            gone.append(path)
            total -= size
    return gone


def prune_in_background(folder: Path, most_bytes: int, keep: Path | None) -> threading.Thread:
    """The same in a thread of its own, which is returned. Never blocks."""
    thread = threading.Thread(target=prune, args=(folder, most_bytes, keep), name="prune", daemon=True)
    thread.start()
    return thread
