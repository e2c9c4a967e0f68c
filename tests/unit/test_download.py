"""The download, tried against a server on this machine (the official address is out of reach here)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from training.download import INSTRUCTIONS, MAESTRO_ADDRESS, MAESTRO_SHA256, download_maestro
from training.errors import CorpusError

CONTENT = b"a small archive" * 50_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    served = tmp_path / "served"
    served.mkdir()
    (served / "corpus.zip").write_bytes(CONTENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/corpus.zip"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_whole_file_arrives_and_is_kept(address: str, tmp_path: Path):
    folder = tmp_path / "data"
    place = download_maestro(folder, address=address, sha256=SHA256, progress=False)
    assert place == folder / "corpus.zip"
    assert place.read_bytes() == CONTENT
    gone = address.replace("corpus.zip", "elsewhere/corpus.zip")
    assert download_maestro(folder, address=gone, sha256=SHA256, progress=False) == place


def test_a_wrong_checksum_leaves_nothing_behind(address: str, tmp_path: Path):
    folder = tmp_path / "data"
    with pytest.raises(CorpusError, match="SHA-256"):
        download_maestro(folder, address=address, sha256="0" * 64, progress=False)
    assert list(folder.iterdir()) == []


def test_a_missing_file_and_a_missing_server_are_one_clear_error(address: str, tmp_path: Path):
    for wrong in (address + ".not", "http://127.0.0.1:9/corpus.zip"):
        with pytest.raises(CorpusError, match="cannot download"):
            download_maestro(tmp_path / "data", address=wrong, sha256=SHA256, progress=False)


def test_a_folder_that_cannot_be_made_is_one_clear_error(address: str, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CorpusError, match="cannot write"):
        download_maestro(tmp_path / "file" / "data", address=address, sha256=SHA256, progress=False)


def test_the_official_address_is_named_for_each_corpus():
    assert MAESTRO_ADDRESS in INSTRUCTIONS["piano"]
    assert "ccarh/essen-folksong-collection" in INSTRUCTIONS["folk"]
    assert "craigsapp/bach-370-chorales" in INSTRUCTIONS["chorale"]
    assert len(MAESTRO_SHA256) == 64
