"""What pages are told beside notes: learned knobs, ports, pedals of the companion, phrases; and takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import mido
import pytest
from aiohttp import web
from paneled import Paneled, opened, with_client
from test_choosing_ports import INPUTS, OUTPUTS, Link, virtual

from live.engine.capture import Capture
from live.engine.phrases import Phrases
from live.panel import takes as module
from live.panel.status import histogram
from live.panel.takes import Takes
from live.port_choice import PortChoice
from live.sessions import folder
from live.sessions.begin import record
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.settings import StageSettings


@pytest.fixture
def link() -> Link:
    return Link(virtual())


@pytest.fixture
def paneled(tmp_path: Path, link: Link, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paneled]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(folder, "data_folder", lambda: tmp_path / "data")
    with Paneled(tmp_path, ports=PortChoice(link)) as made:
        yield made


def test_a_knob_is_learned_shown_and_forgotten_in_every_page(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        assert (await two.find("learned"))["places"] == {}
        await one.say("act", name="learn", argument="temperature")
        assert (await two.find("learned"))["waiting"] == "temperature"
        for value in (30, 60, 90):
            await one.say("midi", at=0, bytes=[0xB0, 21, value])
        told = await two.find("learned", lambda told: told["places"])
        assert (told["places"], told["waiting"]) == ({"CC 21 on channel 1": "temperature"}, None)
        await one.say("act", name="unlearn", argument="temperature")
        assert (await two.find("learned"))["places"] == {}

    with_client(paneled, test)


def test_learning_is_given_up_and_what_was_learned_stays(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        await page.say("act", name="learn", argument="temperature")
        for value in (30, 60, 90):
            await page.say("midi", at=0, bytes=[0xB0, 21, value])
        await page.find("learned", lambda told: told["places"])
        await page.say("act", name="learn", argument="temperature")
        assert (await page.find("learned", lambda told: told["waiting"]))["waiting"] == "temperature"
        await page.say("act", name="learn", argument="cancel")
        told = await page.find("learned", lambda told: not told["waiting"])
        assert told["places"] == {"CC 21 on channel 1": "temperature"}

    with_client(paneled, test)


def test_ports_are_shown_chosen_and_refused_in_words(paneled: Paneled, link: Link):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        await two.find("hello")
        await one.say("look")
        listed = r.Text(r.Topic.LISTED, json.dumps([INPUTS, OUTPUTS]))
        while not link.looked:
            await asyncio.sleep(0.001)
        paneled.server.on_record(listed)
        told = await two.find("ports")
        assert [row[0] for row in told["outputs"]] == ["From Antiphon", "synth", "rack"]
        await one.say("port", end="output", name="synth", on=True)
        told = await two.find("ports")
        assert ["synth", True, True, False] in told["outputs"]
        assert link.settings.outputs[-1].name == "synth"
        await one.say("port", end="input", name="flute", on=True)
        refused = await one.find("told", lambda told: told["outcome"] == "refused")
        assert "flute" in refused["text"]

    with_client(paneled, test)


def test_the_companion_s_pedals_and_bends_are_told(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        await page.find("hello")
        await page.say("midi", at=0, bytes=[0xE0, 0, 96])
        assert (await page.find("moved"))["bytes"] == [0xE1, 0, 96]
        assert (await page.find("moved"))["bytes"] == [0xE2, 0, 96]

    with_client(paneled, test)


def test_the_end_of_a_phrase_is_told(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        await page.find("hello")
        history = paneled.session.history
        paneled.engine.do(history.phrase)
        assert (await page.find("phrase"))["who"] == "you"
        paneled.engine.do(lambda now_ns: history.phrase(7 * MILLISECOND, voice=0))
        told = await page.find("phrase")
        assert (told["who"], told["at"]) == ("companion", 7.0)

    with_client(paneled, test)


def test_a_histogram_counts_by_half_milliseconds_and_the_rest_together():
    counts = histogram([0, 499_999, 500_000, 9_999_999, 10_000_000, 10**12])
    assert (counts[0], counts[1], counts[19], counts[20]) == (2, 1, 1, 2)
    assert sum(counts) == 6


# -- takes ----------------------------------------------------------------------------------------------


@pytest.fixture
def taped(paneled: Paneled, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paneled]:
    """A session that is recorded; sessions are read here, for a child process looks elsewhere."""
    from live.sessions import take_away

    def run(module: str, *words: str) -> tuple[int, str]:
        monkeypatch.setattr(take_away.os, "nice", lambda _: 0)
        monkeypatch.setattr(take_away.signal, "signal", lambda *_: None)
        said: list[str] = []
        monkeypatch.setattr("builtins.print", lambda *words: said.extend(map(str, words)))
        return take_away.main(list(words)), "\n".join(said)

    monkeypatch.setattr(module, "run_python", run)
    done = paneled.session.capture
    paneled.engine.do(lambda _: record(paneled.session, StageSettings(), paneled.said.append))
    while paneled.session.capture is done:
        pass
    yield paneled
    paneled.engine.stop()
    paneled.session.capture.close()


async def played(client: aiohttp.ClientSession, paneled: Paneled, pitches: range) -> None:
    page = await opened(client, paneled)
    for pitch in pitches:
        await page.say("midi", at=0, bytes=[0x90, pitch, 80])
        await page.say("midi", at=0, bytes=[0x80, pitch, 0])
    while paneled.session.heard < 2 * len(pitches):
        await asyncio.sleep(0.005)


def pitches_of(data: bytes, folder: Path) -> list[int]:
    path = folder / "got.mid"
    path.write_bytes(data)
    first = mido.MidiFile(path).tracks[1]
    return [message.note for message in first if message.type == "note_on" and message.velocity]


def test_the_end_of_the_session_is_taken_away_as_midi(taped: Paneled, tmp_path: Path):
    async def test(client: aiohttp.ClientSession) -> None:
        async with client.get(f"{taped.base}session.mid") as response:
            assert response.status == 404
            assert "nothing was played yet" in await response.text()
        await played(client, taped, range(60, 65))
        for query in ("", "?seconds=30"):
            async with client.get(f"{taped.base}session.mid{query}") as response:
                assert response.status == 200, await response.text()
                assert "antiphon-" in response.headers["Content-Disposition"]
                assert pitches_of(await response.read(), tmp_path) == [60, 61, 62, 63, 64]
        for query, status in (("?bars=4", 409), ("?seconds=x", 400), ("?seconds=-1", 400)):
            async with client.get(f"{taped.base}session.mid{query}") as response:
                assert response.status == status

    with_client(taped, test)


def test_bars_are_counted_back_from_the_bar_line_in_their_own_tempo(taped: Paneled, tmp_path: Path):
    async def test(client: aiohttp.ClientSession) -> None:
        taped.engine.set_all({"time": "tempo", "tempo": 240.0, "meter": "3/4"})
        await played(client, taped, range(60, 62))
        async with client.get(f"{taped.base}session.mid?bars=4") as response:
            assert response.status == 200, await response.text()
            (tmp_path / "bars.mid").write_bytes(await response.read())
        found = mido.MidiFile(tmp_path / "bars.mid")
        tempo = next(message for message in found.tracks[0] if message.type == "set_tempo")
        assert mido.tempo2bpm(tempo.tempo) == pytest.approx(240)

    with_client(taped, test)


def test_sessions_are_listed_heard_again_and_taken_away(taped: Paneled, tmp_path: Path):
    async def test(client: aiohttp.ClientSession) -> None:
        await played(client, taped, range(60, 63))
        await asyncio.sleep(0.1)
        async with client.get(f"{taped.base}sessions.json") as response:
            (one,) = await response.json()
        assert (one["player"], one["modes"]) == (3, ["harmonize"])
        assert one["companion"] > 0
        async with client.get(f"{taped.base}sessions/{one['name']}.json") as response:
            found = await response.json()
        assert [note[3] for note in found["notes"] if note[0] == "you"] == [60, 61, 62]
        assert found["notes"][0][1] == 0
        assert found["length"] >= max(note[2] for note in found["notes"]) - 0.1
        async with client.get(f"{taped.base}sessions/{one['name']}.mid") as response:
            assert pitches_of(await response.read(), tmp_path) == [60, 61, 62]
        for name in ("nothing", "..%2f..%2fetc%2fpasswd", "2020-01-01-000000-1"):
            async with client.get(f"{taped.base}sessions/{name}.mid") as response:
                assert response.status == 404

    with_client(taped, test)


def test_a_session_that_is_not_recorded_cannot_be_taken_away(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        async with client.get(f"{paneled.base}session.mid") as response:
            assert response.status == 404
            assert "--no-capture" in await response.text()

    with_client(paneled, test)


def test_the_work_is_done_by_a_process_of_its_own(tmp_path: Path):
    """The real child, once."""

    async def run() -> None:
        takes = Takes(SimpleNamespace(session=None))  # type: ignore[arg-type]
        path = tmp_path / "one.jsonl"
        capture = Capture(path)
        capture.close()
        with pytest.raises(web.HTTPNotFound) as caught:
            await takes._made("midi", path, ".mid")
        assert "no session of Antiphon" in str(caught.value.text)

    asyncio.run(run())


def test_a_long_silence_ends_a_phrase_where_the_player_stopped():
    phrases, ended = Phrases(), []
    phrases.silent = ended.append
    second = 1000 * MILLISECOND
    phrases.strike(second, 60, 80)
    phrases.silence(2 * second, 60)
    phrases.strike(3 * second, 62, 80)
    assert ended == []
    phrases.silence(4 * second, 62)
    phrases.strike(9 * second, 64, 80)
    assert ended == [4 * second]
