"""Pictures of the panel in a real browser: ``python tests/benchmarks/panel_pictures.py --write docs/panel``.

A daemon without MIDI system, Chromium, a tune played by the computer's keyboard: desk and phone, dark and
light, and each tab. Needs Playwright and Chromium; about two minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "ports")]

from daemon import Daemon  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

DESK, PHONE = {"width": 1360, "height": 850}, {"width": 360, "height": 740}
TUNE = "gfdsafghj"
TABS = ("Takes", "Figures")


def opened(browser: Any, url: str, size: dict[str, int], scheme: str, **more: Any) -> Any:
    context = browser.new_context(viewport=size, color_scheme=scheme, **more)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#connection.there")
    page.wait_for_selector("#control-mode", state="attached")
    return page


def play(page: Any, keys: str, held_ms: int = 260) -> None:
    for key in keys:
        page.keyboard.down(key)
        page.wait_for_timeout(held_ms)
        page.keyboard.up(key)
        page.wait_for_timeout(40)


def take(page: Any, path: Path) -> None:
    page.screenshot(path=path)
    print(path)


def desk(browser: Any, url: str, folder: Path, scheme: str) -> None:
    page = opened(browser, url, DESK, scheme)
    play(page, TUNE + TUNE)
    page.keyboard.down("h")
    page.wait_for_timeout(300)
    take(page, folder / f"desk-{scheme}.png")
    if scheme == "dark":
        page.click("#big")
        page.wait_for_timeout(300)
        take(page, folder / "stage.png")
    page.keyboard.up("h")
    if scheme == "light":
        for tab in TABS:
            page.get_by_role("tab", name=tab).click()
            if tab == "Takes":
                page.wait_for_selector("#sessions li")
            page.wait_for_timeout(1500)
            take(page, folder / f"tab-{tab.lower()}.png")
    page.context.close()


def answered(browser: Any, url: str, folder: Path) -> None:
    """What is about to sound, in the mode answer."""
    page = opened(browser, url, DESK, "dark")
    play(page, TUNE + "kjhgf")
    page.wait_for_function(
        """() => {
            const now = antiphon.roll.now();
            const own = [...antiphon.roll.notes.values()].filter(({ who }) => who !== 'you');
            return own.filter(({ from }) => from < now).length > 4 && own.some(({ from }) => from > now + 30)
                && own.some(({ from, to }) => from < now && to > now + 100);
        }""",
        timeout=30_000,
    )
    take(page, folder / "answer.png")
    page.context.close()


def phone(browser: Any, url: str, folder: Path, scheme: str) -> None:
    more = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    page = opened(browser, url, PHONE, scheme, **more)
    page.locator("#begin").tap()
    play(page, TUNE)
    page.keyboard.down("h")
    page.wait_for_timeout(300)
    take(page, folder / f"phone-{scheme}.png")
    page.keyboard.up("h")
    page.context.close()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--write", type=Path, required=True, metavar="FOLDER")
    folder = options.parse_args().write
    folder.mkdir(parents=True, exist_ok=True)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    rights = ["--no-sandbox"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=rights)
        arguments = ("--api", "none", "--panel-at", "0", "--seed", "3", "--time", "tempo", "--tempo", "96")
        daemon = Daemon(*arguments, home=Path(home))
        try:
            daemon.wait_until_ready()
            found = re.search(r"http://\S+", daemon.said[0])
            assert found
            for scheme in ("dark", "light"):
                desk(browser, found[0], folder, scheme)
                phone(browser, found[0], folder, scheme)
            page = opened(browser, found[0], DESK, "dark")
            page.locator("#control-mode input[value=answer]").check()
            page.wait_for_function("() => antiphon.controls.values.mode === 'answer'")
            page.context.close()
            answered(browser, found[0], folder)
        finally:
            daemon.close()
        browser.close()


if __name__ == "__main__":
    main()
