"""The service of files with the process that makes music, and what it says of itself."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from filed import LINES, Filed, run

from live.commands.main import run as antiphon
from live.files.write import WRITERS
from live.panel import messages
from live.service import formats, limits, wishes
from live.service.api import WISHES
from live.service.description import description
from live.service.jobs import Allowed

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "live/examples"
TUNE = EXAMPLES / "example-tune.abc"
FREELY = Allowed(idle=False)
"""Machines that test are busy."""
PAGE = Path(messages.__file__).with_name("page")


def test_what_is_made_is_what_the_command_makes(tmp_path: Path):
    output = tmp_path / "out.mid"
    words = [str(EXAMPLES / "example-piano.mid"), "-o", str(output), "--seconds", "2", "--seed", "7"]
    assert antiphon(["continue", *words]) == 0

    async def test(filed: Filed) -> None:
        body = (EXAMPLES / "example-piano.mid").read_bytes()
        sent = {"name": "example-piano.mid", "seconds": "2", "seed": "7"}
        assert await filed.told("continue", body, **sent) == (200, output.read_bytes())

    run(test, FREELY, real=True)


def test_every_answer_is_as_described():
    async def test(filed: Filed) -> None:
        tune = TUNE.read_bytes()
        status, read = await filed.told("read", tune, name="tune.abc")
        assert status == 200
        assert wishes.Read.model_validate_json(read).key == "G"
        async with filed.post("harmonize", tune, LINES, name="tune.abc", count=2) as response:
            lines = [json.loads(line) for line in (await response.read()).splitlines()]
        kinds: dict[str, Any] = {
            "waiting": wishes.WaitingLine, "read": wishes.ReadLine, "progress": wishes.ProgressLine,
            "made": wishes.MadeLine, "done": wishes.DoneLine,
        }  # fmt: skip
        for line in lines:
            kinds[line["what"]].model_validate(line)
        made = [line for line in lines if line["what"] == "made"]
        assert [len(each["parts"]) for each in made] == [3, 3]
        assert made[1]["seed"] == made[0]["seed"] + 1
        assert base64.b64decode(made[0]["file"]["base64"]).startswith(b"MThd")
        asked = {"Accept": "application/json"}
        async with filed.post(
            "compose", None, asked, bars=2, key="F#m", meter="3/4", format="svg"
        ) as response:
            result = wishes.Result.model_validate_json(await response.read())
        assert result.read is None
        assert b"<svg" in base64.b64decode(result.made[0].file.base64)
        async with filed.client.get(f"{filed.base}/api/models") as response:
            models = wishes.Models.model_validate_json(await response.read())
        assert {"chorale", "folk", "piano"} <= {model.name for model in models.models}

    run(test, FREELY, real=True)


def bomb(where: str, size: int) -> bytes:
    """A ``.mxl`` whose entry ``where`` is unpacked to so many bytes."""
    made = io.BytesIO()
    archive = zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open(where, "w") as entry:
        for _ in range(size // 2**20):
            entry.write(bytes(2**20))
    return made.getvalue()


@pytest.mark.parametrize("where", ["META-INF/container.xml", "score.xml"])
def test_a_bomb_in_an_archive_is_refused(where: str):
    async def test(filed: Filed) -> None:
        data = bomb(where, 200 << 20)
        assert len(data) < 1_000_000
        status, why = await filed.told("read", data, name="bomb.mxl")
        assert status == 422
        assert f"cannot read bomb.mxl: {where} in its archive is larger than" in why.decode()

    run(test, FREELY, real=True)


def test_a_file_that_needs_too_much_memory_is_refused():
    """A MIDI file of two megabytes is hundreds of megabytes of messages."""
    body = b"\x00\x90\x40\x40" + b"\x01\x40\x00\x00\x40\x40" * 400_000 + b"\x00\xff\x2f\x00"
    data = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk" + len(body).to_bytes(4, "big") + body

    async def test(filed: Filed) -> None:
        status, why = await filed.told("read", io.BytesIO(data), name="long.mid")
        assert status == 422
        words = (
            b"long.mid needs more than the 200 MB of memory that",
            b"cannot read long.mid: it is too much",
        )
        assert why.startswith(words)  # where memory ends, not every library can still say so

    run(test, Allowed(memory_bytes=200 * 2**20, idle=False), real=True)


def test_the_description_is_openapi_and_complete():
    found = description()
    pytest.importorskip("openapi_spec_validator").validate(found)
    posted = {
        path.rpartition("/")[2]: each["post"] for path, each in found["paths"].items() if "post" in each
    }
    assert posted.keys() == WISHES.keys()
    for kind, operation in posted.items():
        assert {each["name"] for each in operation["parameters"]} == set(wishes.names(WISHES[kind]))
        assert all(each["description"] for each in operation["parameters"])
        assert {"413", "422", "503"} <= operation["responses"].keys()
        assert ("requestBody" in operation) == (kind != "compose")

    async def test(filed: Filed) -> None:
        async with filed.client.get(f"{filed.base}/api/openapi.json") as response:
            assert await response.json() == found

    run(test)


def test_what_is_given_can_be_written_and_the_page_knows_the_limits():
    assert formats.WRITTEN.keys() <= WRITERS.keys()
    words = (PAGE / "file_job.js").read_text(encoding="utf-8")
    assert f"LARGEST = {limits.LARGEST_FILE:_};" in words
    endings = re.search(r"ENDINGS = (\[.*?\]);", words)
    assert endings is not None
    assert tuple(json.loads(endings[1])) == formats.READ


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_the_examples_of_the_docs_do_what_they_say(tmp_path: Path):
    page = (ROOT / "docs/api-http.md").read_text(encoding="utf-8")
    commands = [
        line.strip()
        for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("curl ")
    ]
    assert len(commands) >= 6
    shutil.copy(TUNE, tmp_path / "tune.abc")
    shutil.copy(EXAMPLES / "example-piano.mid", tmp_path / "piece.mid")

    async def test(filed: Filed) -> None:
        for command in commands:
            words = shlex.split(command.replace("http://127.0.0.1:8765", filed.base))
            words += ["--silent", "--show-error", "--fail", "--max-time", "120"]
            done = await asyncio.to_thread(
                subprocess.run, words, cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (command, done.stderr)
            if "x-ndjson" in command:
                assert json.loads(done.stdout.splitlines()[-1]) == {"what": "done"}
        made = [path for path in tmp_path.iterdir() if path.name not in ("tune.abc", "piece.mid")]
        assert len(made) >= 3
        assert all(path.stat().st_size > 100 for path in made)

    run(test, FREELY, real=True)
