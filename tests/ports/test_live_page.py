"""More of the panel in a real browser: steering, learning, taking away, MIDI devices, other machines."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mido
import pytest
from daemon import Daemon
from visit import COMPANION, NEEDS, SOUNDING, Visit, address, chromium, starter

pytestmark = NEEDS
CERTIFICATE = Path(__file__).parents[1] / "certificate"
DEVICES = """
globalThis.wire = [];
const input = { id: "in", name: "Little Keys", type: "input", onmidimessage: null };
const output = { id: "out", name: "Big Synth", open() {}, send(bytes) { wire.push([...bytes]); } };
const ours = { id: "ours", name: "To Antiphon", open() {}, send() { throw new Error("a circle"); } };
const outputs = new Map([["out", output], ["ours", ours]]);
const access = { inputs: new Map([["in", input]]), outputs, onstatechange: null };
navigator.requestMIDIAccess = async () => access;
globalThis.keyboard = (...bytes) => {
    input.onmidimessage({ data: new Uint8Array(bytes), timeStamp: performance.now() });
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    yield from starter(tmp_path)


def test_a_knob_is_learned_by_a_click_and_moves_its_control(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    page = visit.page
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    page.click("#learn")
    page.click("[data-control=temperature] label")
    visit.until("document.querySelector('[data-control=temperature].waiting')")
    for value in (20, 40, 60):
        visit.midi(0xB0, 21, value)
    visit.until("document.querySelector('[data-control=temperature] .chip')?.textContent.includes('21')")
    page.click("#learn")
    for value in range(60, 128):
        visit.midi(0xB0, 21, value)
    visit.until("antiphon.controls.values.temperature === 2")
    visit.until("document.getElementById('control-temperature').value === '1000'")
    page.click("#learn")
    page.get_by_role("button", name="learn a knob for surprise").press("Enter")  # without a mouse
    visit.until("document.querySelector('[data-control=surprise].waiting')")
    page.get_by_role("button", name="Cancel").click()
    visit.until("!document.querySelector('.waiting')")
    page.get_by_role("button", name="forget the knob for temperature").click()
    visit.until("!document.querySelector('.chip')")
    visit.close()


def test_what_was_played_is_taken_away_and_heard_again(live: Any, browser: Any):
    visit = Visit(browser, address(live("--time", "tempo", "--tempo", "150")))
    page = visit.page
    visit.key("a", f"{COMPANION} > 0")
    page.keyboard.up("a")
    visit.play("sdf")
    visit.until(f"{SOUNDING} === 0")
    visit.tab("Takes")
    visit.until("[...document.getElementById('take-length').options].some((each) => each.value === 'bars=8')")
    page.select_option("#take-length", "bars=32")
    with page.expect_download() as downloaded:
        page.click("#take-download")
    file = mido.MidiFile(file=io.BytesIO(downloaded.value.path().read_bytes()))
    tempo = next(message for message in file.tracks[0] if message.type == "set_tempo")
    assert mido.tempo2bpm(tempo.tempo) == pytest.approx(150)
    pitches = [message.note for message in file.tracks[1] if message.type == "note_on" and message.velocity]
    assert pitches[-3:] == [62, 64, 65]
    page.wait_for_selector("#sessions li")
    page.get_by_role("button", name="hear the session").first.click()
    visit.until("[...antiphon.roll.notes.keys()].some((id) => id.startsWith('replay'))")
    visit.until("antiphon.sound.level() > 0.01")
    page.click("#replay-stop")
    visit.until(f"document.getElementById('replay').hidden && {SOUNDING} === 0")
    visit.close()


def test_time_and_phrases_are_on_the_roll(live: Any, browser: Any):
    visit = Visit(browser, address(live("--time", "tempo", "--tempo", "120", "--mode", "answer")))
    visit.until("antiphon.roll.barLines(antiphon.roll.now()).length > 0")  # bar lines to come
    visit.until("antiphon.roll.lines.length > 0")
    visit.play("adgkgda")
    visit.until("antiphon.roll.phrases.some(({ who }) => who === 'you')")
    visit.until("document.querySelector('#speaking .companion.on')")
    visit.until("!document.querySelector('#speaking .you.on')")
    visit.tab("Figures")
    visit.until("document.getElementById('fact-trip').textContent.includes('ms')")
    visit.close()


def test_bends_and_expression_reach_the_companion_s_sound(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    visit.key("g", f"{COMPANION} > 0 && {SOUNDING} > 1")
    visit.midi(0xE0, 0, 127)
    visit.until("antiphon.sound.lines.get('companion 1')?.bend > 150")
    visit.midi(0xB0, 11, 40)
    visit.until("antiphon.sound.lines.get('companion 1').loud < 0.3")
    visit.midi(0xE0, 0, 64)
    visit.until("antiphon.sound.lines.get('companion 1').bend === 0")
    visit.page.keyboard.up("g")
    visit.until(f"{SOUNDING} === 0")
    visit.close()


def test_a_keyboard_and_a_synth_of_the_page_s_machine(live: Any, browser: Any):
    visit = Visit(browser, address(live()), script=DEVICES)
    page = visit.page
    visit.tab("Sound")
    page.check("#webmidi-in")
    visit.until("document.getElementById('webmidi-why').textContent.includes('Little Keys')")
    assert page.locator("#webmidi-out option").all_text_contents() == ["none", "Big Synth"]
    page.select_option("#webmidi-out", "out")
    strike, let_go = "keyboard(0x90, 67, 90)", "keyboard(0x80, 67, 0)"
    began = "wire.some(([status, , velocity]) => (status & 0xf0) === 0x90 && velocity)"
    visit.hold(lambda: page.evaluate(strike), lambda: page.evaluate(let_go), began)
    page.evaluate(let_go)
    ended = """(() => {
        const down = new Set();
        for (const [status, pitch, velocity] of wire) {
            const name = `${status & 15} ${pitch}`;
            if ((status & 0xf0) === 0x90 && velocity) down.add(name);
            else if ((status & 0xf0) === 0x80) down.delete(name);
        }
        return down.size === 0;
    })()"""
    visit.until(ended)
    visit.hold(lambda: page.evaluate(strike), lambda: page.evaluate(let_go), f"!({ended})")
    page.select_option("#webmidi-out", "")  # with a chord down
    visit.until(ended)
    page.evaluate("keyboard(0xb0, 64, 127)")
    page.evaluate(let_go)
    page.wait_for_timeout(700)  # longer than a release
    assert page.evaluate("antiphon.sound.notes.has('you 67')"), "the pedal holds it"
    page.evaluate("keyboard(0xb0, 64, 0)")
    visit.until("!antiphon.sound.notes.has('you 67')")
    visit.close()


def test_from_another_machine_the_page_says_what_it_cannot_do_and_plays(live: Any, browser: Any):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine is in no network")
        own = asking.getsockname()[0]
    url = address(live(at="0.0.0.0:0"))
    assert f"//{own}:" in url
    visit = Visit(browser, url)
    visit.tab("Sound")
    assert "--tls" in visit.page.locator("#webmidi-why").inner_text()
    assert visit.page.locator("#webmidi-in").is_disabled()
    visit.page.locator("#roll").click(position={"x": 5, "y": 5})
    visit.key("g", f"{COMPANION} > 0 && {SOUNDING} > 1")
    visit.close()


def test_by_https_it_can(live: Any, browser: Any):
    files = (str(CERTIFICATE / "certificate.pem"), str(CERTIFICATE / "key.pem"))
    url = address(live("--tls", *files, at="0.0.0.0:0"))
    assert url.startswith("https://")
    visit = Visit(browser, url, ignore_https_errors=True)
    visit.tab("Sound")
    assert visit.page.locator("#webmidi-in").is_enabled()
    visit.key("g", f"{COMPANION} > 0 && {SOUNDING} > 1")
    visit.close()


def test_tabs_and_choices_are_worked_by_the_keyboard(live: Any, browser: Any):
    visit = Visit(browser, address(live()))
    page = visit.page
    page.get_by_role("tab", name="Play").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("antiphon.tabs.shown") == "Sound"
    assert page.locator("#tab-play").is_hidden()
    page.keyboard.press("ArrowLeft")
    page.focus("#control-mode input[value=harmonize]")
    page.keyboard.press("ArrowRight")
    visit.until("antiphon.controls.values.mode === 'answer'")
    visit.close()


def test_presets_are_kept_by_name_for_all_pages(live: Any, browser: Any):
    url = address(live())
    one, two = Visit(browser, url), Visit(browser, url)
    one.page.fill("#preset", "evening")
    one.page.get_by_role("button", name="Save").click()
    two.until("[...document.getElementById('presets').options].some(({ value }) => value === 'evening')")
    two.page.check("#control-mode input[value=duet]")
    one.until("antiphon.controls.values.mode === 'duet'")
    one.page.get_by_role("button", name="Load").click()
    two.until("antiphon.controls.values.mode === 'harmonize'")
    two.until("document.querySelector('#control-mode input[value=harmonize]').checked")
    one.close()
    two.close()
