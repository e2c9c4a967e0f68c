"""MusicXML, plain or zipped (``.mxl``), to the text that music21 reads."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from live.files.music import Music
from live.files.score import read_score
from live.files.text import decoded
from live.files.unreadable import UnreadableError

LARGEST = 100_000_000
"""Bytes of unpacked MusicXML that are still believed."""
LARGEST_CONTAINER = 100_000
"""The same of the list of scores in an archive."""


def read_musicxml(path: Path, data: bytes) -> Music:
    """The music of a MusicXML file, zipped or not whatever its name. Raises ``UnreadableError``."""
    if data.startswith(b"PK"):
        data = _unzipped(data)
    text = decoded(data)
    if not re.search(r"<score-partwise[\s>]", text):
        raise UnreadableError("it is not MusicXML (it holds no score-partwise)")
    return read_score(path, text, "musicxml", _programs(text))


def _programs(text: str) -> dict[str, int]:
    """The first program of each part. music21 would rather believe the part's name than a piano's program."""
    found = {}
    for part in re.finditer(r'<score-part [^>]*?id="([^"]*)".*?</score-part>', text, re.DOTALL):
        program = re.search(r"<midi-program>\s*(\d+)\s*</midi-program>", part[0])
        if program and 1 <= int(program[1]) <= 128:
            found[part[1]] = int(program[1]) - 1
    return found


def _unzipped(data: bytes) -> bytes:
    """The score in a ``.mxl`` archive: the first root file that its container names."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _entry(archive, _root_file(archive), LARGEST)
    except (UnreadableError, MemoryError):
        raise
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableError("its archive is damaged or cut short") from error
    except Exception as error:  # zlib.error and RuntimeError (encrypted) have no common base
        raise UnreadableError(f"its archive cannot be unpacked ({error})") from error


def _entry(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """What is stored under a name. No more than it says is ever unpacked."""
    size = archive.getinfo(name).file_size
    if size > most:
        raise UnreadableError(f"{name} in its archive is larger than {most / 1e6:g} MB")
    return archive.read(name)


def _root_file(archive: zipfile.ZipFile) -> str:
    try:
        container = ElementTree.fromstring(_entry(archive, "META-INF/container.xml", LARGEST_CONTAINER))
    except (KeyError, ElementTree.ParseError):
        scores = [name for name in archive.namelist() if name.endswith((".xml", ".musicxml"))]
        scores = [name for name in scores if not name.startswith("META-INF/")]
    else:
        found = (element.get("full-path") for element in container.iter())
        scores = [name for name in found if name]
    if not scores:
        raise UnreadableError("its archive holds no score")
    return scores[0]
