"""A real page: ``python tests/benchmarks/panel_page.py``: how soon a key and its harmony sound there.

A daemon without MIDI system and Chromium, both on this machine; a tune by the computer's keyboard. Times are
from the browser's own stamp of the key. *Sounds* is when Web Audio says that the first sample leaves. Needs
Playwright and Chromium; about half a minute.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from daemon import Daemon  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from visit import CHROMIUM, DESK, Visit, address, sync_api  # noqa: E402

from live.doctor.figures import Figure  # noqa: E402

TUNE = "gfdsafghjkjhgfds"
LENGTH_MS, GAP_MS = 120, 110


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("panel-page", "panel_page.py", (__doc__ or "").partition("\n")[0])
    benchmark.options.add_argument("--keys", type=int, default=100)
    count = benchmark.begin().keys
    rights = ["--no-sandbox"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as home, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=rights)
        daemon = Daemon("--api", "none", "--panel-at", "0", "--time", "tempo", home=Path(home))
        try:
            daemon.wait_until_ready()
            visit = Visit(browser, address(daemon), DESK)
            frames = []
            for number in range(count):
                visit.page.keyboard.down(TUNE[number % len(TUNE)])
                visit.page.wait_for_timeout(LENGTH_MS)
                visit.page.keyboard.up(TUNE[number % len(TUNE)])
                visit.page.wait_for_timeout(GAP_MS)
                if number % 6 == 5:
                    frames.append(visit.page.evaluate("antiphon.figures.frames"))
            found = visit.page.evaluate(
                """(({ own, here, sounded }) => ({ own, here, sounded,
                    latency: 1000 * (antiphon.sound.context.outputLatency || 0) }))(antiphon.figures)"""
            )
            version = browser.version
        finally:
            daemon.close()
        browser.close()
    figures = [
        Figure("page key", "key -> it sounds in the page", tuple(found["own"]), digits=1),
        Figure("page told", "key -> the first voice is told to the page", tuple(found["here"]), digits=1),
        Figure("page voice", "key -> a voice under it sounds in the page", tuple(found["sounded"]), digits=1),
    ]
    rate = sorted(frames[1:])
    benchmark.say(
        f"- Chromium {version}, headless: canvas by the processor, no sound card "
        f"(`outputLatency` {found['latency']:.0f} ms, counted in where Web Audio tells)",
        f"- frames a second of the roll meanwhile: median {rate[len(rate) // 2]}, least {rate[0]}",
        "",
        *table(figures),
    )
    benchmark.end()


if __name__ == "__main__":
    main()
