"""Sizes as people write them: 500MB, 2 GB, or none for no limit."""

from __future__ import annotations

import re

from live.errors import AntiphonError

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
NO_LIMIT = ("none", "all", "unlimited")


def parse_size(text: str) -> int | None:
    """Bytes; None for no limit. Raises ``AntiphonError`` for what is no size."""
    if text.strip().casefold() in NO_LIMIT:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?i?b?)\s*", text.casefold())
    unit = found and (found[2] if found[2].endswith("b") or not found[2] else found[2] + "b")
    if found is None or unit not in _UNITS:
        raise AntiphonError(f"{text!r} is no size: write it like 500MB or 2GB, 0 or none")
    return round(float(found[1]) * _UNITS[unit])


def size_words(count: int) -> str:
    """``12.3 MB``."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"
