"""Files in the page and over HTTP, for real: Chromium, ``antiphon live`` and ``antiphon serve``."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon, children, runs
from jack_world import wait_until

EXAMPLES = Path(__file__).parents[2] / "live/examples"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SOON_MS = 60_000
TUNE = EXAMPLES / "example-tune.abc"
SOUNDING = "antiphon.sound.notes.size"
FIFTY_MB = 50_000_000


class Server(Daemon):
    """``antiphon serve``."""

    word = "serve"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield made
        made.close()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., tuple[Daemon, str]]]:
    """Starts a daemon, whose files are in a folder of the test; its address."""
    made: list[Daemon] = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def start(*arguments: str, kind: type[Daemon] = Server, **environment: str) -> tuple[Daemon, str]:
        daemon = kind(*arguments, home=tmp_path, TMPDIR=str(temporary), **environment)
        made.append(daemon)
        daemon.wait_until_ready()
        found = re.search(r"https?://\S+", daemon.said[0])
        assert found, daemon.said
        return daemon, found[0]

    yield start
    for daemon in made:
        daemon.close()
    assert [path for path in temporary.iterdir() if path.name.startswith("antiphon-")] == []


def live(started: Any) -> tuple[Daemon, str]:
    """``antiphon live`` with a panel and nothing else."""
    daemon, address = started("--api", "none", "--panel-at", "0", kind=Daemon)
    return daemon, address


def asked(address: str, body: bytes | None, **headers: str) -> tuple[int, bytes]:
    """Status and body of an answer."""
    request = urllib.request.Request(address, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def slow_job(address: str) -> subprocess.Popen[bytes]:
    """A client that has something made which takes a while."""
    example = EXAMPLES / "example-piano.mid"
    url = f"{address}api/continue?name=example.mid&seconds=600"
    return subprocess.Popen(["curl", "-sN", "--data-binary", f"@{example}", url, "-o", os.devnull])


def workers(daemon: Daemon) -> list[int]:
    """Processes that make music for it."""

    def called(pid: int) -> bytes:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return b""

    return [pid for pid in children(daemon.process.pid) if b"live.service.work" in called(pid)]


# -- a real browser -------------------------------------------------------------------------------------


class Visit:
    """A page of a browser, and all that it complains of."""

    def __init__(self, browser: Any, url: str, **more: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, **more)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(SOON_MS)
        self.page.goto(url)

    def until(self, what: str) -> None:
        self.page.wait_for_function(f"() => {what}")

    @property
    def words(self) -> str:
        return str(self.page.inner_text(".files-words"))

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


DROP = """async ([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(
            new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_file_is_dropped_on_the_instrument_seen_and_heard(started: Any, browser: Any):
    _, address = live(started)
    visit = Visit(browser, address)
    page = visit.page
    page.wait_for_selector("#connection.there")
    assert not page.locator("#files").is_visible()
    page.evaluate(DROP, ["my tune.abc", TUNE.read_text()])
    page.wait_for_selector(".file-source .file-card")
    assert page.locator("#files").is_visible(), "it has opened by itself"
    assert "G · 3/4" in page.inner_text(".file-source")
    page.click(".file-source button")
    visit.until(f"{SOUNDING} > 0 && antiphon.sound.level() > 0.01")
    page.keyboard.press("Escape")
    visit.until(f"{SOUNDING} === 0")
    assert not page.locator("#files").is_visible()
    page.click("#open-files")
    assert page.locator(".file-source .file-card").is_visible(), "it is still there"
    visit.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_file_is_continued_compared_and_kept(started: Any, browser: Any, tmp_path: Path):
    """On the page of ``antiphon serve``, which is the same: beside the instrument jobs wait for everybody."""
    server, address = started("--port", "0")
    visit = Visit(browser, address, accept_downloads=True)
    page = visit.page
    page.set_input_files("#file", TUNE)
    page.wait_for_selector(".file-source .file-card")
    page.fill("#file-bars", "2")
    page.click(".file-form .main")
    visit.until("document.querySelectorAll('.file-cards .file-card').length === 2")
    visit.until("document.querySelector('.files progress').hidden")
    coloured = page.evaluate(
        """[...document.querySelectorAll('.file-card canvas')].map((canvas) =>
            canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
                .some((each) => each))"""
    )
    assert coloured == [True, True, True]
    page.click(".file-cards .file-card:last-child button")
    visit.until("antiphon.sound.level() > 0.01")
    page.click(".file-cards .file-card:last-child button")
    visit.until(f"{SOUNDING} === 0")
    with page.expect_download() as download:
        page.click(".file-cards .file-card:first-child a")
    assert download.value.suggested_filename == "example-tune-continued-1.mid"
    download.value.save_as(tmp_path / "kept.mid")
    assert (tmp_path / "kept.mid").read_bytes().startswith(b"MThd")

    page.select_option("#file-kind", "compose")
    page.fill("#file-bars", "256")
    page.fill("#file-count", "4")
    page.click(".file-form .main")
    wait_until(lambda: workers(server))
    page.click("text=Cancel")
    visit.until("document.querySelector('.files-words').textContent === 'cancelled'")
    wait_until(lambda: not workers(server))

    page.set_input_files("#file", {"name": "bad.txt", "mimeType": "text/plain", "buffer": b"no music"})
    visit.until("document.querySelector('.files-words.bad')")
    assert "its name must end in" in visit.words
    visit.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_fifty_megabytes_are_refused_in_a_browser(started: Any, browser: Any):
    _, address = started("--port", "0")
    visit = Visit(browser, address)
    began = time.perf_counter()
    status, why = visit.page.evaluate(
        f"""async () => {{
            const body = new Blob([new Uint8Array({FIFTY_MB})]);
            const answer = await fetch("api/continue?name=large.mid", {{ method: "POST", body }});
            return [answer.status, await answer.text()];
        }}"""
    )
    assert (status, "too large" in why) == (413, True)
    assert time.perf_counter() - began < 10
    visit.page.evaluate(
        f"antiphon.files.take(new File([new Uint8Array({FIFTY_MB})], 'large.mid'))"
    )  # the page itself does not even try
    visit.until("document.querySelector('.files-words.bad')")
    assert visit.words == "large.mid is too large: at most 10 MB are taken"
    visit.context.close()
    assert len(visit.complaints) == 1, "Chromium's own, of 413"


# -- the processes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
def test_no_process_outlives_the_daemon(started: Any, number: int):
    daemon, address = live(started)
    with slow_job(address):
        wait_until(lambda: workers(daemon))
        (worker,) = workers(daemon)
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, worker) == 19)
        wait_until(lambda: os.sched_getscheduler(worker) == os.SCHED_IDLE)
        group = Path(f"/proc/{worker}/autogroup")
        assert not group.exists() or group.read_text().endswith(" nice 10\n")
        daemon.tell(number)
        code = daemon.wait()
        wait_until(lambda: not runs(worker))
    assert code == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    if number == signal.SIGTERM:
        assert daemon.complained == []


def test_a_client_that_goes_away_ends_its_job(started: Any):
    daemon, address = live(started)
    with slow_job(address) as client:
        wait_until(lambda: workers(daemon))
        client.kill()
    wait_until(lambda: not workers(daemon))
    assert daemon.stop() == 0


def test_served_without_the_instrument(started: Any):
    server, address = started("--port", "0", "--token", "s3cret")
    base = address.partition("?")[0]
    assert address == f"{base}?token=s3cret"
    assert asked(f"{base}health", None, Host="10.1.2.3")[0] == 200
    assert asked(f"{base}api/models", None)[0] == 401
    assert asked(f"{base}api/models?token=wrong", None)[0] == 401
    assert asked(f"{base}api/models", None, Authorization="Bearer s3cret")[0] == 200
    assert asked(f"{base}api/models?token=s3cret", None, Host="evil.example")[0] == 403
    assert asked(f"{base}api/models?token=s3cret", None, Origin="http://evil.example")[0] == 403
    assert b"files_alone.js" in asked(address, None)[1]
    status, why = asked(f"{base}api/continue?name=large.mid&token=s3cret", b"x" * FIFTY_MB)
    assert (status, b"too large" in why) == (413, True)
    tune = TUNE.read_bytes()
    status, made = asked(f"{base}api/continue?name=tune.abc&bars=2&token=s3cret", tune)
    assert (status, made[:4]) == (200, b"MThd")
    wait_until(lambda: children(server.process.pid) == [])
    assert "libonnxruntime" not in Path(f"/proc/{server.process.pid}/maps").read_text()
    assert server.stop() == 0
    assert server.complained == []
