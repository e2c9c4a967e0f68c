"""The panel's server over real sockets: greeting, controls, keys, plans, two pages in step, strangers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from paneled import Paneled, opened, with_client

from live.panel import messages
from live.panel.pages import BURST, MOST_WAITING, TRUSTED_NS, Budget
from live.panel.pages import Page as Served
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.settings import PAGES

FIRST = 1
"""Source of the first page: there is one input."""


@pytest.fixture
def paneled(tmp_path: Path) -> Iterator[Paneled]:
    with Paneled(tmp_path) as made:
        yield made


def now_ms(paneled: Paneled) -> float:
    return paneled.clock.now_ns() / MILLISECOND


def heard(paneled: Paneled) -> list[r.Heard]:
    return [record for record in paneled.heard if isinstance(record, r.Heard)]


def test_a_page_is_greeted_and_told_how_it_stands(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        hello = await page.receive()
        assert (hello["is"], hello["page"]) == ("hello", 0)
        assert hello["settings"]["mode"] == paneled.session.settings.mode
        status = await page.find("status")
        assert status["model"] == paneled.session.playing

    with_client(paneled, test)


def test_the_clock_is_the_engine_s(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        before = now_ms(paneled)
        await page.say("ping", sent=7)
        pong = await page.find("pong")
        assert pong["sent"] == 7
        assert before <= pong["now"] <= now_ms(paneled)

    with_client(paneled, test)


def test_a_change_in_one_page_is_told_to_both(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        await two.find("hello")
        await one.say("set", name="voices", value=2)
        for page in (one, two):
            told = await page.find("told")
            assert (told["outcome"], told["name"], told["value"], told["page"]) == ("done", "voices", 2, 0)
        assert paneled.session.settings.voices == 2

    with_client(paneled, test)


def test_a_refusal_says_why_and_is_not_said_in_the_terminal_too(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        await page.say("set", name="voices", value=9)
        told = await page.find("told")
        assert told["outcome"] == "refused"
        assert "1 to 3" in told["text"]
        await page.say("act", name="no such", argument=None)
        assert "no action" in (await page.find("told"))["text"]
        assert paneled.said == []

    with_client(paneled, test)


def test_a_key_of_a_page_is_heard_harmonized_and_shown_elsewhere(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        await two.find("hello")
        at = now_ms(paneled)
        await one.say("midi", at=at, bytes=[0x90, 67, 80])
        shown = await two.find("heard")
        assert (shown["page"], shown["bytes"]) == (0, [0x90, 67, 80])
        assert shown["at"] == pytest.approx(at, abs=0.01)
        plan = await two.find("plan")
        assert {note[0] for note in plan["notes"]} <= {"committed", "sounding"}
        assert heard(paneled)[0].source == FIRST
        assert paneled.session.heard == 1

    with_client(paneled, test)


def test_the_keys_of_a_page_that_leaves_come_up(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        await two.find("hello")
        await one.say("midi", at=now_ms(paneled), bytes=[0x90, 67, 80])
        started = (await two.find("plan"))["notes"]
        await one.socket.close()
        ended: set[int] = set()
        while not {note[1] for note in started} <= ended:
            notes = (await two.find("plan"))["notes"]
            ended |= {note[1] for note in notes if note[0] == "ended"}
        assert r.SourceGone(FIRST) in paneled.heard

    with_client(paneled, test)


def test_a_page_is_told_what_does_nothing_now(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        page = await opened(client, paneled)
        assert (await page.find("idle"))["why"]["vary"] == "only in loop"
        await page.say("set", name="mode", value="loop")
        why = (await page.find("idle"))["why"]
        assert "vary" not in why
        assert why["voices"] == "only in harmonize"

    with_client(paneled, test)


def test_presets_are_listed_in_every_page(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        one, two = await opened(client, paneled), await opened(client, paneled)
        await two.find("hello")
        await one.say("act", name="save_preset", argument="evening")
        assert (await two.find("presets"))["names"] == ["evening"]

    with_client(paneled, test)


# -- strangers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}]
)
def test_another_site_gets_no_websocket(paneled: Paneled, headers: dict[str, str]):
    async def test(client: aiohttp.ClientSession) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await opened(client, paneled, **headers)
        assert caught.value.status == 403

    with_client(paneled, test)


def test_another_site_reads_no_page(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        for path in ("", "main.js", "controls.json"):
            async with client.get(paneled.base + path, headers={"Host": "evil.example"}) as response:
                assert response.status == 403
            async with client.get(paneled.base + path) as response:
                assert response.status == 200
                assert "default-src 'self'" in response.headers["Content-Security-Policy"]

    with_client(paneled, test)


def test_beyond_this_machine_the_token_is_needed_once(tmp_path: Path):
    with Paneled(tmp_path, host="0.0.0.0") as paneled:
        local = paneled.server.address.partition("?")[0]

        async def test(client: aiohttp.ClientSession) -> None:
            for path in ("", "controls.json", "?token=wrong", "?token=%C3%A4"):
                async with client.get(local + path) as response:
                    assert response.status == 401
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await opened(client, paneled)

        async def with_cookies() -> None:
            jar = aiohttp.CookieJar(unsafe=True)  # cookies of a numbered host
            async with aiohttp.ClientSession(cookie_jar=jar) as client:
                async with client.get(paneled.server.address) as response:
                    assert response.status == 200
                page = await opened(client, paneled)
                assert (await page.receive())["is"] == "hello"
                await page.socket.close()

        with_client(paneled, test)
        asyncio.run(with_cookies())


@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "not JSON",
        json.dumps({"is": "midi", "at": 0, "bytes": [300]}),
        json.dumps({"is": "midi", "at": 0, "bytes": [60, 60]}),
        json.dumps({"is": "midi", "at": 0, "bytes": [0x90, 60]}),
        json.dumps({"is": "midi", "at": 0, "bytes": [True, 1, 1]}),
        json.dumps({"is": "set", "name": "x" * messages.LONGEST, "value": 1}),
        b"bytes",
    ],
)
def test_what_is_no_message_ends_its_page_and_no_other(paneled: Paneled, frame: str | bytes):
    async def test(client: aiohttp.ClientSession) -> None:
        good, bad = await opened(client, paneled), await opened(client, paneled)
        await bad.find("hello")
        await (bad.socket.send_bytes(frame) if isinstance(frame, bytes) else bad.socket.send_str(frame))
        while (await bad.socket.receive(5)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert bad.socket.close_code in (1003, 1008, 1009)
        await good.say("ping", sent=1)
        assert (await good.find("pong"))["sent"] == 1
        assert heard(paneled) == []

    with_client(paneled, test)


def test_there_are_only_so_many_pages(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        pages = [await opened(client, paneled) for _ in range(PAGES)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await opened(client, paneled)
        assert caught.value.status == 503
        await pages[3].socket.close()
        await asyncio.sleep(0.1)
        assert (await (await opened(client, paneled)).find("hello"))["page"] == 3

    with_client(paneled, test)


def test_a_large_body_is_refused(paneled: Paneled):
    async def test(client: aiohttp.ClientSession) -> None:
        async with client.post(f"{paneled.base}controls.json", data=b"x" * 2**20) as response:
            assert response.status == 405

    with_client(paneled, test)


# -- one page, without a socket -----------------------------------------------------------------------


class Deaf:
    """A socket that takes nothing."""

    closed = False


def page() -> Served:
    return Served(0, FIRST, Deaf(), lambda: '{"is":"hello"}')  # type: ignore[arg-type]


def test_a_slow_page_loses_messages_and_begins_anew():
    async def test() -> None:
        slow = page()
        for number in range(3 * MOST_WAITING):
            slow.put(str(number))
        waiting = list(slow._waiting)
        assert len(waiting) <= MOST_WAITING
        assert slow.lost + len(waiting) >= 3 * MOST_WAITING
        assert waiting[0] == '{"is":"hello"}'
        assert waiting[-1] == str(3 * MOST_WAITING - 1)

    asyncio.run(test())


@pytest.mark.parametrize(
    ("back_ms", "wanted_ms"), [(0, 0), (3, 3), (99, 99), (101, 0), (-5, 0), (1e300, 0), (-1e300, 0)]
)
def test_a_stamp_is_believed_up_to_100_ms_back(back_ms: float, wanted_ms: float):
    async def test() -> None:
        now = 10**12
        (record,) = page().key(now / MILLISECOND - back_ms, [0x90, 60, 80], now)
        assert record == r.FromPage(now - round(wanted_ms * MILLISECOND), FIRST, b"\x90\x3c\x50")

    asyncio.run(test())


def test_what_a_page_did_first_is_heard_first():
    async def test() -> None:
        one, now = page(), 10**12
        (first,) = one.key(now / MILLISECOND, [0x90, 60, 80], now)
        (second,) = one.key(now / MILLISECOND - 50, [0x80, 60, 0], now)
        assert second.stamp_ns >= first.stamp_ns
        assert TRUSTED_NS == 100 * MILLISECOND

    asyncio.run(test())


def test_a_page_that_says_too_much_is_read_more_slowly():
    budget = Budget(0.0)
    pauses = [budget.wait(0.0) for _ in range(int(BURST) + 100)]
    assert pauses[: int(BURST)] == [0.0] * int(BURST)
    assert pauses[-1] > 0.2
    assert budget.wait(10.0) == 0.0
