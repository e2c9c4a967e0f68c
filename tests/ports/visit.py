"""A page of the panel in Chromium, and the daemon that it is of."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDS = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")]
SOON_MS = 20_000
TRIES = 5
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
COMPANION = "[...antiphon.roll.notes.values()].filter((note) => note.who === 'companion').length"
SOUNDING = "antiphon.sound.notes.size"


def chromium() -> Iterator[Any]:
    """A browser, for a fixture."""
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield made
        made.close()


def starter(home: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons with a panel, for a fixture."""
    started: list[Daemon] = []

    def start(*arguments: str, at: str = "0") -> Daemon:
        daemon = Daemon("--api", "none", "--panel-at", at, *arguments, home=home)
        started.append(daemon)
        daemon.wait_until_ready()
        return daemon

    yield start
    for daemon in started:
        daemon.close()


def address(daemon: Daemon) -> str:
    found = re.search(r"https?://\S+", daemon.said[0])
    assert found, daemon.said
    return found[0]


class Visit:
    """A page of a browser, and all that it complains of."""

    def __init__(
        self, browser: Any, url: str, size: dict[str, int] = DESK, script: str = "", **more: Any
    ) -> None:
        self.context = browser.new_context(viewport=size, **more)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(SOON_MS)
        if script:
            self.page.add_init_script(script)
        self.page.goto(url)
        self.page.wait_for_selector("#connection.there", state="attached")
        self.page.wait_for_selector("#control-mode", state="attached")

    def until(self, what: str) -> None:
        self.page.wait_for_function(f"() => {what}")  # a string alone would be eval: forbidden

    def hold(self, press: Callable[[], object], release: Callable[[], object], what: str) -> None:
        """Press until it has this effect, and keep it down: on a crowded machine a key may come to the
        engine so late that it was missed (250 ms), as a musician's would."""
        for _ in range(TRIES):
            press()
            with contextlib.suppress(sync_api.TimeoutError):
                self.page.wait_for_function(f"() => {what}", timeout=SOON_MS / TRIES)
                return
            release()
        raise AssertionError(what)

    def key(self, key: str, what: str) -> None:
        """The same with a key of the computer."""
        keyboard = self.page.keyboard
        self.hold(lambda: keyboard.down(key), lambda: keyboard.up(key), what)

    def play(self, keys: str, held_ms: int = 150) -> None:
        for key in keys:
            self.page.keyboard.down(key)
            self.page.wait_for_timeout(held_ms)
            self.page.keyboard.up(key)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def midi(self, *data: int) -> None:
        """As if a MIDI keyboard of this page's machine said it."""
        self.page.evaluate(
            "(bytes) => antiphon.link.send('midi', { at: antiphon.roll.now(), bytes })", list(data)
        )

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []
