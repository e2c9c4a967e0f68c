"""The service of files: what is taken, refused, waits, goes on and ends; a fake process makes the music."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from filed import LINES, SOON, Filed, line, run, until

from live.service import limits
from live.service.jobs import Allowed

ONE = Allowed(running=1, waiting=1)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_answer_is_the_file():
    async def test(filed: Filed) -> None:
        async with filed.post("continue", b"notes", name="tune.mid") as response:
            assert response.status == 200
            assert response.content_type == "audio/midi"
            assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''t%C3%A4ne-1.mid"
            assert await response.read() == b"notes"
        assert await filed.told("compose") == (200, b"new")

    run(test)


def test_everything_as_one_object_or_line_by_line():
    async def test(filed: Filed) -> None:
        async with filed.post(
            "continue", b"x", {"Accept": "application/json"}, name="tune.mid", count=2
        ) as whole:
            found = await whole.json()
        assert found["read"]["name"] == "tune"
        assert [made["number"] for made in found["made"]] == [1, 2]
        async with filed.post("harmonize", b"x", LINES, name="tune.mid", count=2) as lines:
            told = [await line(lines) for _ in range(6)]
            assert await lines.content.read() == b""
        assert [each["what"] for each in told] == ["read", "progress", "made", "progress", "made", "done"]
        status, why = await filed.told("continue", b"x", name="tune.mid", count=2)
        assert (status, b"count" in why) == (422, True)

    run(test)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("bad.mid", 422, "cannot read bad.mid: it is bad"),
        ("crash.mid", 422, "cannot read crash.mid"),
        ("halfway.mid", 500, "Antiphon failed"),
        ("fault.mid", 500, "Antiphon failed"),
        ("garbage.mid", 500, "Antiphon failed"),
        ("late.mid", 422, "no such part"),
        ("tune.txt", 422, "name: the name of the file must end in one of .mid"),
        ("../tune.mid", 422, "name: it must be the name of a file, without folders"),
        ("tune\n.mid", 422, "name: it must be the name"),
        ("x" * 300 + ".mid", 422, "name: String should have at most 200"),
    ],
)
def test_what_cannot_be_done_is_one_line(name: str, status: int, words: str):
    async def test(filed: Filed) -> None:
        found, why = await filed.told("continue", b"x", name=name)
        assert found == status
        assert why.decode().startswith(words)
        assert why.count(b"\n") == 1
        assert str(filed.folder) not in why.decode()
        assert bool(filed.said) == ((status == 500 and name != "garbage.mid") or name == "crash.mid")

    run(test)


def test_what_fails_after_the_first_line_is_the_last_line():
    async def test(filed: Filed) -> None:
        async with filed.post("continue", b"x", LINES, name="late.mid") as response:
            assert response.status == 200
            assert (await line(response))["what"] == "read"
            assert await line(response) == {"what": "failed", "reason": "no such part"}
        async with filed.post("continue", b"x", LINES, name="bad.mid") as response:
            assert response.status == 422

    run(test)


def test_one_runs_one_waits_more_are_refused_and_who_leaves_makes_room():
    async def test(filed: Filed) -> None:
        first = await filed.post("continue", b"x", LINES, name="slow.mid")
        pid = await filed.pid()
        second = await filed.post("continue", b"x", LINES, name="tune.mid")
        assert await line(second) == {"what": "waiting", "before": 1}
        async with filed.post("continue", b"x", name="tune.mid") as third:
            assert third.status == 503
            assert int(third.headers["Retry-After"]) > 0
        first.close()  # the client goes away in the middle
        await until(lambda: gone(pid))
        told = [await line(second) for _ in range(4)]
        assert [each["what"] for each in told] == ["read", "progress", "made", "done"]
        second.close()
        await until(lambda: not filed.left)

    run(test, ONE)


def test_who_leaves_while_waiting_makes_room():
    async def test(filed: Filed) -> None:
        first = await filed.post("continue", b"x", LINES, name="slow.mid")
        await filed.pid()
        second = await filed.post("continue", b"x", LINES, name="tune.mid")
        await line(second)
        second.close()
        await until(lambda: len(filed.left) == 1)
        third = await filed.post("continue", b"x", LINES, name="tune.mid")
        assert third.status == 200
        third.close()
        first.close()

    run(test, ONE)


def test_who_sends_half_a_file_and_leaves_leaves_nothing():
    async def test(filed: Filed) -> None:
        port = int(filed.base.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "POST /api/continue?name=tune.mid HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n"
        writer.write(head.encode() + b"MThd")
        await writer.drain()
        await until(lambda: filed.left)
        writer.transport.abort()
        await until(lambda: not filed.left)
        assert await filed.told("continue", b"x", name="tune.mid") == (200, b"x")

    run(test, Allowed(running=1, waiting=0))


def test_a_job_that_takes_too_long_ends():
    async def test(filed: Filed) -> None:
        status, why = await filed.told("continue", b"x", name="slow.mid")
        assert (status, b"more than" in why) == (422, True)
        await until(lambda: not filed.left)

    run(test, Allowed(seconds=0.5))


def test_the_end_of_the_server_is_the_end_of_its_jobs():
    pids: list[int] = []

    async def test(filed: Filed) -> None:
        filed.open.append(await filed.post("continue", b"x", LINES, name="slow.mid"))
        pids.append(await filed.pid())

    run(test)
    assert gone(pids[0])


def test_a_file_that_is_too_large_is_refused_at_once(monkeypatch: pytest.MonkeyPatch):
    async def test(filed: Filed) -> None:
        port = int(filed.base.rpartition(":")[2])
        head = "POST /api/read?name=tune.mid HTTP/1.1\r\nHost: here\r\nContent-Length: 50000000\r\n{}\r\n"
        for more in ("", "Expect: 100-continue\r\n"):  # nothing of the body was sent
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.format(more).encode())
            assert b" 413 " in await asyncio.wait_for(reader.readline(), 2)
            writer.close()
            await writer.wait_closed()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "POST /api/read?name=tune.mid HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        for _ in range(200):  # its length is not said
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        assert b" 413 " in await asyncio.wait_for(reader.readline(), SOON)
        writer.transport.abort()
        assert filed.left == []
        monkeypatch.setattr("live.service.upload.LARGEST_FILE", 10)
        assert (await filed.told("continue", b"x" * 10, name="tune.mid"))[0] == 200
        assert (await filed.told("continue", b"x" * 11, name="tune.mid"))[0] == 413

    run(test)
    assert limits.LARGEST_FILE == 10_000_000


def test_who_asks_before_he_sends_is_told_to_go_on():
    async def test(filed: Filed) -> None:
        async with filed.post("read", b"x", {"Expect": "100-continue"}, name="tune.mid") as response:
            assert response.status == 200
        async with filed.post("read", b"x", {"Expect": "gold"}, name="tune.mid") as response:
            assert response.status == 417

    run(test)


def test_no_file_and_a_packed_one():
    async def test(filed: Filed) -> None:
        assert (await filed.told("continue", b"", name="tune.mid"))[0] == 422
        async with filed.post("continue", b"x", {"Content-Encoding": "gzip"}, name="tune.mid") as response:
            assert response.status == 415

    run(test)


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch):
    class Full:
        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def write(self, _: bytes) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def test(filed: Filed) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", lambda *_: Full())
            status, why = await filed.told("continue", b"x", name="tune.mid")
        assert (status, b"No space left" in why) == (507, True)
        filed.jobs._folder = filed.folder / "nowhere"
        assert (await filed.told("continue", b"x", name="tune.mid"))[0] == 507
        filed.jobs._folder = filed.folder
        assert (await filed.told("continue", b"x", name="tune.mid"))[0] == 200

    run(test)


def test_no_process_to_be_had_is_said(monkeypatch: pytest.MonkeyPatch):
    def none(*_: object) -> int:
        raise OSError(errno.EAGAIN, "no")

    async def test(filed: Filed) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("live.spawn.start", none)
            assert (await filed.told("continue", b"x", name="tune.mid"))[0] == 503
        assert (await filed.told("continue", b"x", name="tune.mid"))[0] == 200

    run(test)


def test_many_at_once_are_done_or_refused():
    async def test(filed: Filed) -> None:
        asked = [filed.told("continue", bytes([number]), name="tune.mid") for number in range(1, 13)]
        answers = await asyncio.gather(*asked)
        done = [body for status, body in answers if status == 200]
        assert len(done) >= 3
        assert len({*done}) == len(done), "each got its own"
        assert {status for status, _ in answers} <= {200, 503}
        await until(lambda: not filed.jobs.running)

    run(test, Allowed(running=2, waiting=1))


def test_it_says_that_it_is_there():
    async def test(filed: Filed) -> None:
        async with filed.client.get(f"{filed.base}/health") as response:
            assert await response.json() == {"status": "ok", "running": 0}

    run(test)
