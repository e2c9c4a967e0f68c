"""Where the corpora come from: a download for MAESTRO, instructions for the others."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

from rich.console import Console
from rich.progress import DownloadColumn, Progress

from training.errors import CorpusError

MAESTRO_ADDRESS = "https://storage.googleapis.com/magentadata/datasets/maestro/v3.0.0/maestro-v3.0.0-midi.zip"
MAESTRO_SHA256 = "70470ee253295c8d2c71e6d9d4a815189e35c89624b76d22fce5a019d5dde12c"
"""As published at https://magenta.withgoogle.com/datasets/maestro."""

INSTRUCTIONS = {
    "piano": f"MAESTRO v3.0.0 (57 MB, CC BY-NC-SA 4.0): {MAESTRO_ADDRESS}",
    "folk": (
        "Essen folk songs in kern (CCARH: personal and academic use): "
        "git clone https://github.com/ccarh/essen-folksong-collection"
    ),
    "chorale": (
        "370 Bach chorales in kern (CC BY-NC-SA 4.0): "
        "git clone https://github.com/craigsapp/bach-370-chorales"
    ),
}
"""One line for each corpus: what it is, its licence, where to get it."""

BLOCK = 1 << 18
TIMEOUT_SECONDS = 30


def download_maestro(
    folder: Path,
    *,
    address: str = MAESTRO_ADDRESS,
    sha256: str = MAESTRO_SHA256,
    progress: bool = True,
) -> Path:
    """The official zip in ``folder`` (made if need be); kept if it is there already and whole.

    Raises :class:`CorpusError` when it cannot be had or its SHA-256 is not the published one; then
    nothing is left behind.
    """
    place = folder / address.rsplit("/", 1)[-1]
    try:
        if place.exists() and _checksum(place) == sha256:
            return place
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    except OSError as error:
        raise CorpusError(f"cannot write to {folder}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            _fetch(address, file.write, progress)
        found = _checksum(Path(temporary))
        if found != sha256:
            raise CorpusError(f"{address} has SHA-256 {found}, not {sha256} as published")
        os.replace(temporary, place)
    except (OSError, URLError) as error:
        raise CorpusError(f"cannot download {address}: {error}") from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return place


def _fetch(address: str, write: Callable[[bytes], object], progress: bool) -> None:
    columns = (*Progress.get_default_columns(), DownloadColumn())
    shown = Progress(*columns, console=Console(stderr=True), disable=not progress)
    with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer, shown:
        length = answer.headers.get("Content-Length")
        task = shown.add_task("downloading", total=int(length) if length else None)
        while block := answer.read(BLOCK):
            write(block)
            shown.advance(task, len(block))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
