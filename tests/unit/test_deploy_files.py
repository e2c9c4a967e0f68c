"""The examples in deploy/ and the images fit the service: its limits, its port, what it is called with."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from live.commands.main import application
from live.service.limits import JOB_SECONDS, LARGEST_FILE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROXIES = sorted(path for path in DEPLOY.iterdir() if path.name == "Caddyfile" or path.suffix == ".conf")


@pytest.mark.parametrize("path", PROXIES, ids=lambda path: path.name)
def test_a_proxy_lets_through_what_the_service_takes(path: Path):
    text = path.read_text()
    megabytes = int(re.search(r"(?:client_max_body_size|max_size) (\d+)MB?;?", text, re.IGNORECASE)[1])
    seconds = int(re.search(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", text)[1])
    assert megabytes * 10**6 > LARGEST_FILE
    assert seconds > JOB_SECONDS
    assert "127.0.0.1:8765" in text


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        (DEPLOY / "antiphon.service", r"ExecStart=\S+/antiphon (.+)"),
        (ROOT / "Dockerfile", r"CMD \[(\"serve\".+)\]"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_what_is_started_is_a_command_of_ours(path: Path, pattern: str):
    word, *arguments = shlex.split(re.search(pattern, path.read_text())[1].replace(",", ""))
    parsed = typer.main.get_command(application([word])).commands[word].make_context(word, arguments)
    assert parsed.params["port"] == 8765


def test_nothing_is_left_out_of_an_image_that_it_copies():
    ignored = (ROOT / ".dockerignore").read_text().split()
    for name in ("Dockerfile", "Dockerfile.train"):
        for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / name).read_text(), re.MULTILINE):
            for source in [word for word in line.split()[:-1] if not word.startswith("--")]:
                assert f"!{source}" in ignored, f"{name} copies {source}"
                assert (ROOT / source).exists()
