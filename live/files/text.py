"""Bytes of a text file to text, whatever wrote it."""

from __future__ import annotations

import codecs

from live.files.unreadable import UnreadableError


def decoded(data: bytes) -> str:
    """UTF-16 where a byte order mark says so, else UTF-8, else Latin-1 (old kern and ABC files).

    Raises ``UnreadableError`` for an empty file and for bytes that are no text.
    """
    if not data.strip():
        raise UnreadableError("it is empty")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise UnreadableError("it is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
