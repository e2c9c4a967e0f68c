"""The files of a corpus, wherever they lie: a folder, a .zip or a .tar.gz, all read alike."""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from training.errors import CorpusError

Contents = dict[str, bytes]
"""What each file holds, by its path with forward slashes, sorted by path."""


def read_files(data: Path, wanted: Callable[[str], bool]) -> tuple[Contents, dict[str, str]]:
    """All files under ``data`` whose path is wanted; and why others could not be read.

    The folder that holds all of them is left out of their names.

    Raises :class:`CorpusError` when ``data`` is not there or is no folder, zip or tar.
    """
    if not data.exists():
        raise CorpusError(f"{data} does not exist")
    try:
        if data.is_dir():
            contents, broken = _folder(data, wanted)
        elif zipfile.is_zipfile(data):
            contents, broken = _zip(data, wanted)
        elif tarfile.is_tarfile(data):
            contents, broken = _tar(data, wanted)
        else:
            raise CorpusError(f"{data} is no folder, .zip or .tar.gz")
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error) as error:
        raise CorpusError(f"cannot read {data}: {error}") from error
    named = _without_common_folder(contents)
    return dict(sorted(named.items())), broken


def _without_common_folder(contents: Contents) -> Contents:
    """The same names for the same corpus, whether its outermost folder was given or lies below."""
    folders = [posixpath.dirname(name) for name in contents]
    common = posixpath.commonpath(folders) if folders else ""
    return {posixpath.relpath(name, common or "."): content for name, content in contents.items()}


def fingerprint(contents: Contents, *more: str) -> str:
    """A SHA-256 over names, sizes and contents of files, and over ``more``."""
    digest = hashlib.sha256()
    for text in more:
        digest.update(f"{len(text)}:{text}".encode())
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _folder(data: Path, wanted: Callable[[str], bool]) -> tuple[Contents, dict[str, str]]:
    contents: Contents = {}
    broken: dict[str, str] = {}
    for path in data.rglob("*"):
        name = path.relative_to(data).as_posix()
        if wanted(f"{data.resolve().as_posix()}/{name}") and path.is_file():
            try:
                contents[name] = path.read_bytes()
            except OSError as error:
                broken[name] = f"unreadable: {error.strerror}"
    return contents, broken


def _zip(data: Path, wanted: Callable[[str], bool]) -> tuple[Contents, dict[str, str]]:
    contents: Contents = {}
    broken: dict[str, str] = {}
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            if wanted(name) and not name.endswith("/"):
                try:  # a damaged member fails its checksum; the others are still good
                    contents[name] = archive.read(name)
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    broken[name] = f"unreadable: {error}"
    return contents, broken


def _tar(data: Path, wanted: Callable[[str], bool]) -> tuple[Contents, dict[str, str]]:
    contents: Contents = {}
    with tarfile.open(data) as archive:
        for member in archive:
            if member.isfile() and wanted(member.name) and (file := archive.extractfile(member)):
                contents[member.name] = file.read()
    return contents, {}
