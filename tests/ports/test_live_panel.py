"""The panel in a real browser: ``antiphon live`` without any MIDI system, and Chromium."""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from daemon import Daemon
from visit import COMPANION, DESK, NEEDS, PHONE, SOUNDING, Visit, address, chromium, starter

pytestmark = NEEDS


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    yield from starter(tmp_path)


def test_a_newcomer_plays_by_the_computer_s_keyboard_and_hears_harmony(live: Any, browser: Any):
    visit = Visit(browser, address(live("--mode", "harmonize")))
    assert visit.page.locator("#begin").is_visible()
    assert visit.page.evaluate("antiphon.sound.context") is None, "no sound before a tap"
    visit.key("g", f"{COMPANION} > 0 && {SOUNDING} > 1")
    assert visit.page.locator("#begin").is_hidden()
    assert visit.page.locator(".key.you").count() == 1
    visit.until("antiphon.sound.level() > 0.02")
    visit.until("document.querySelectorAll('.key.companion').length > 0")
    visit.page.keyboard.up("g")
    visit.until(f"{SOUNDING} === 0")
    assert visit.page.locator(".key.you, .key.companion").count() == 0
    visit.close()


def test_an_answer_is_seen_before_it_sounds(live: Any, browser: Any):
    visit = Visit(browser, address(live("--mode", "answer", "--seed", "3")))
    visit.play("adgkgda")
    visit.page.evaluate(
        """antiphon.early = 0; setInterval(() => {
            for (const note of antiphon.roll.notes.values())
                if (note.who === 'companion' && note.from > antiphon.roll.now() + 20) antiphon.early++;
        }, 5)"""
    )
    visit.until(f"{COMPANION} > 2")
    visit.until("antiphon.early > 0")
    visit.until("antiphon.sound.level() > 0.02")
    visit.close()


def test_panic_is_silence(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    visit.key("g", f"{SOUNDING} > 1")
    visit.until("antiphon.sound.level() > 0.02")
    visit.page.keyboard.press("Escape")
    visit.until(f"{SOUNDING} === 0")
    visit.until("antiphon.sound.level() < 0.003")
    visit.page.keyboard.up("g")
    visit.close()


def test_fingers_play_the_piano_on_the_screen(live: Any, browser: Any):
    visit = Visit(browser, address(live()), PHONE, has_touch=True, is_mobile=True)
    visit.page.locator("#begin").tap()
    box = visit.page.locator("#piano").bounding_box()
    cdp = visit.context.new_cdp_session(visit.page)
    points = [{"x": box["x"] + box["width"] * at, "y": box["y"] + box["height"] * 0.9} for at in (0.05, 0.35)]

    def touch() -> None:
        cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
        visit.until("document.querySelectorAll('.key.you').length === 2")

    def lift() -> None:
        cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    visit.hold(touch, lift, f"{COMPANION} > 0")
    lift()
    visit.until("document.querySelectorAll('.key.you').length === 0")
    visit.close()


def test_two_pages_are_in_step(live: Any, browser: Any):
    url = address(live())
    one, two = Visit(browser, url), Visit(browser, url)
    one.page.check("#control-mode input[value=answer]")
    two.until("document.querySelector('#control-mode input[value=answer]').checked")
    two.until("document.getElementById('fact-mode').textContent === 'answer'")
    one.page.get_by_role("button", name="Lock the key").click()
    two.until("document.querySelector('[data-act=lock_key][aria-pressed=true]')")
    one.play("a", 200)
    two.until("[...antiphon.roll.notes.values()].some((note) => note.who === 'you')")
    one.close()
    two.close()


def test_a_value_that_cannot_be_is_told_and_taken_back(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    visit.page.fill("#control-voices", "7")
    visit.page.press("#control-voices", "Tab")
    visit.page.wait_for_selector("#lines p")
    assert "1 to 3" in visit.page.locator("#lines").inner_text()
    assert visit.page.input_value("#control-voices") == "3"
    visit.close()


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "dark"), (PHONE, "light")], ids=["desk, dark", "phone, light"]
)
def test_a_screen_reader_finds_nothing_wrong_and_nothing_is_wider_than_the_screen(
    live: Any, browser: Any, size: Any, scheme: str
):
    visit = Visit(browser, address(live()), size, color_scheme=scheme, bypass_csp=True)
    visit.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    visit.until(
        "document.querySelector('[data-control=vary].idle .why').textContent.includes('only in loop')"
    )
    visit.page.evaluate("document.querySelectorAll('[data-tab]').forEach((each) => (each.hidden = false))")
    found = Axe().run(visit.page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    visit.close()


REACHED = """(() => {
    globalThis.reached = new Set();
    globalThis.unseen = [];
    addEventListener("focusin", ({ target }) => {
        reached.add(target);
        const shown = target.type === "radio" ? target.nextElementSibling : target;
        if (getComputedStyle(shown).outlineStyle === "none") unseen.push(target.outerHTML);
    });
    const kinds = "a[href], button, input, select, summary, [tabindex='0']";
    globalThis.missed = () => [...document.querySelectorAll(kinds)]
        .filter((each) => each.checkVisibility() && !each.disabled)
        .filter((each) => !each.matches("[role=tab][aria-selected=false]"))
        .filter((each) => !(each.type === "radio" && !each.checked))
        .filter((each) => !reached.has(each)).map((each) => each.outerHTML);
})()"""
PANICS = """(() => {
    const send = antiphon.link.send.bind(antiphon.link);
    globalThis.panics = 0;
    antiphon.link.send = (name, fields) => {
        if (name === "act" && fields.name === "panic") panics++;
        send(name, fields);
    };
})()"""


def test_all_of_it_is_reached_by_tab_and_escape_is_panic_everywhere(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    page = visit.page
    page.evaluate(REACHED)
    for _ in range(60):
        page.keyboard.press("Tab")
    assert page.evaluate("missed()") == []
    assert page.evaluate("unseen") == []
    page.evaluate(PANICS)
    page.click("#begin")
    places = [
        "#preset",
        "#control-voices",
        "[data-control=mode] input:checked",
        "#piano",
        "#volume",
        "summary",
    ]
    for place in places:
        page.focus(place)
        page.keyboard.press("Escape")
    assert page.evaluate("panics") == len(places)
    page.click("#open-files")
    page.focus("#file-bars")
    page.keyboard.press("Escape")
    visit.until("!document.getElementById('files').open")
    assert page.evaluate("panics") == len(places) + 1
    visit.close()


def test_a_page_comes_back_when_the_daemon_does(live: Any, browser: Any):
    first = live()
    url = address(first)
    visit = Visit(browser, url)
    assert first.stop() == 0
    visit.page.wait_for_selector("#connection.away")
    live(at=url.rstrip("/").rpartition(":")[2])
    visit.page.wait_for_selector("#connection.there")
    visit.key("g", f"{COMPANION} > 0")
    visit.page.keyboard.up("g")
    visit.context.close()


class OtherSite(BaseHTTPRequestHandler):
    """A page of somebody else, on this machine too: browsers ask before a page from afar may do even less."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another site</title><link rel=icon href=data:,>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other_site() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), OtherSite) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


SOCKET = """(url) => new Promise((done) => {
    const socket = new WebSocket(url);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
})"""


def test_another_site_s_page_gets_no_websocket(live: Any, browser: Any, other_site: str):
    url = address(live())
    visit = Visit(browser, url, bypass_csp=True)  # that of our page is not what is tested
    address_of_socket = url.replace("http", "ws") + "ws"
    assert visit.page.evaluate(SOCKET, address_of_socket) == "open"
    visit.page.goto(other_site)
    assert visit.page.evaluate(SOCKET, address_of_socket) == "refused"
    request = urllib.request.Request(url, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
    caught.value.close()
    visit.context.close()


def test_a_taken_port_is_one_line_and_no_panel_is_none(live: Any, tmp_path: Path):
    port = address(live()).rstrip("/").rpartition(":")[2]
    refused = Daemon("--api", "none", "--panel-at", port, home=tmp_path)
    assert refused.wait() == 2
    assert len(refused.complained) == 1
    assert "--panel-at" in refused.complained[0]
    refused.close()
    without = Daemon("--api", "none", "--no-panel", home=tmp_path)
    without.wait_until_ready()
    assert "http" not in without.said[0]
    assert without.stop(signal.SIGINT) == 0
    without.close()


def test_what_is_played_in_a_page_is_in_the_session(live: Any, browser: Any, tmp_path: Path):
    daemon = live()
    visit = Visit(browser, address(daemon))
    visit.play("adg")
    visit.until(f"{SOUNDING} === 0")
    visit.close()
    assert daemon.stop() == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "session" in str(path).lower()]
    lines = [
        json.loads(line)
        for path in files
        if path.suffix == ".jsonl"
        for line in path.read_text().splitlines()
    ]
    assert lines, files
    assert sum(1 for line in lines if "heard" in line) >= 6, lines[:5]
