"""What pages cost, and how soon they are told: ``python tests/benchmarks/panel.py``.

Strikes through JACK and the real processes: without a panel, with one that nobody looks at, with three
pages open, and with them and a file being continued, in turns; then a page plays by itself. Pages are sockets
in a process of their own, without a browser. Needs jackd; about three minutes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from jack_world import JackServer  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

import live  # noqa: E402
from live.doctor import measures  # noqa: E402
from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings  # noqa: E402
from live.doctor.figures import Figure, milliseconds  # noqa: E402
from live.doctor.loopback import LoopPeer  # noqa: E402
from live.engine.loaded import Loaded  # noqa: E402
from live.panel.place import Bound, Place  # noqa: E402
from live.panel.server import PanelServer  # noqa: E402
from live.presets import Presets  # noqa: E402
from live.stage import records as r  # noqa: E402

ROUNDS = 3
PAGES = 3
PLAYED = 200
PITCHES = (67, 69, 71, 72, 74, 72, 71, 69)


class PaneledDaemon(MeasuredDaemon):
    """And a panel, once :meth:`serve` was called."""

    server: PanelServer | None = None

    def serve(self) -> str:
        """Its address."""
        bound = Bound(Place("127.0.0.1", 0))
        self.server = PanelServer(bound, self.engine, Presets(), self.link.send, 1)
        self.server.start()
        return self.server.address

    def hear(self, record: r.StageRecord) -> None:
        super().hear(record)
        if self.server is not None:
            self.server.on_record(record)

    def hush(self) -> None:
        """No panel any more."""
        if self.server is not None:
            self.server.close()
            self.server = None


def pages(address: str, count: int) -> Any:
    """So many pages that listen, in a process of their own."""
    return beside("--pages", str(count), address)


def file_jobs(address: str) -> Any:
    """One file job after the other: upload, a process that loads a model and plays 30 s, download."""
    return beside("--jobs", address)


@contextmanager
def beside(*words: str) -> Iterator[None]:
    """This script doing something else, from when it says that it does."""
    command = [sys.executable, __file__, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.terminate()


def a_page_plays(address: str) -> list[int]:
    """Nanoseconds from a key in a page to the first note of the companion there."""
    command = [sys.executable, __file__, "--play", address]
    found = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(found.stdout)  # type: ignore[no-any-return]


# -- the pages' process ---------------------------------------------------------------------------------


async def _open(client: Any, address: str) -> Any:
    return await client.ws_connect(f"{address}ws", headers={"Origin": address.rstrip("/")})


async def _listen(address: str, count: int) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as client:
        sockets = [await _open(client, address) for _ in range(count)]
        print("open", flush=True)
        await asyncio.gather(*(_read(socket) for socket in sockets))


async def _have_made(address: str) -> None:
    import aiohttp

    tune = Path(live.__file__).with_name("examples") / "example-piano.mid"
    async with aiohttp.ClientSession() as client:
        for number in itertools.count():
            asked = {"name": tune.name, "seed": str(number)}
            headers = {"Accept": "application/x-ndjson"}
            url = f"{address}api/continue"
            async with client.post(url, params=asked, headers=headers, data=tune.read_bytes()) as response:
                assert response.status == 200, await response.text()
                async for line in response.content:
                    if number == 0 and b'"progress"' in line:
                        print("it is made", flush=True)
                assert b'"done"' in line


async def _read(socket: Any) -> None:
    async def ping() -> None:
        while True:
            await socket.send_str('{"is":"ping","sent":1}')
            await asyncio.sleep(2)

    pinging = asyncio.create_task(ping())
    async for frame in socket:
        json.loads(frame.data)
    pinging.cancel()


async def _play(address: str) -> list[int]:
    import aiohttp

    took: list[int] = []
    async with aiohttp.ClientSession() as client:
        socket = await _open(client, address)
        struck = 0

        async def read() -> None:
            nonlocal struck
            async for frame in socket:
                now = time.perf_counter_ns()
                for message in json.loads(frame.data):
                    begun = message["is"] == "plan" and any(
                        note[0] in ("committed", "sounding") and note[2] * 1e6 >= struck
                        for note in message["notes"]
                    )
                    if begun and struck:
                        took.append(now - struck)
                        struck = 0

        reading = asyncio.create_task(read())
        for number in range(PLAYED):
            pitch = PITCHES[number % len(PITCHES)]
            struck = time.perf_counter_ns()
            await socket.send_str(json.dumps({"is": "midi", "at": struck / 1e6, "bytes": [0x90, pitch, 80]}))
            await asyncio.sleep(measures.LENGTH)
            at = time.perf_counter_ns() / 1e6
            await socket.send_str(json.dumps({"is": "midi", "at": at, "bytes": [0x80, pitch, 0]}))
            await asyncio.sleep(measures.GAP - measures.LENGTH)
        reading.cancel()
        await socket.close()
    return took


# -- measuring ------------------------------------------------------------------------------------------


def merged(rounds: list[list[Figure]], beside: str) -> Iterator[Figure]:
    """The same figures of several rounds as one."""
    for same in zip(*rounds, strict=True):
        values = tuple(value for figure in same for value in figure.values)
        first = same[0]
        if not first.single:
            yield Figure(first.name, f"{first.what}, {beside}", values, first.unit, first.digits)


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("panel", "panel.py", "What pages of the panel cost, and how soon they are told.")
    benchmark.options.add_argument("--strikes", type=int, default=100, help="of each round")
    strikes = benchmark.begin().strikes
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    networks, names = Loaded(), port_names()
    ways = ("no panel", "panel, no page", f"{PAGES} pages", f"{PAGES} pages and a file job")
    found: dict[str, list[list[Figure]]] = {way: [] for way in ways}
    try:
        with (
            PaneledDaemon(lambda name: networks.get(model(name)), stage_settings("jack", names)) as daemon,
            LoopPeer("jack", names) as peer,
        ):
            list(measures.harmonize(daemon, peer, 20))  # warm
            for _ in range(ROUNDS):
                found["no panel"].append(list(measures.harmonize(daemon, peer, strikes)))
                address = daemon.serve()
                found["panel, no page"].append(list(measures.harmonize(daemon, peer, strikes)))
                with pages(address, PAGES):
                    found[ways[2]].append(list(measures.harmonize(daemon, peer, strikes)))
                    with file_jobs(address):
                        found[ways[3]].append(list(measures.harmonize(daemon, peer, strikes)))
                daemon.hush()
            daemon.turn_to("harmonize")
            played = a_page_plays(daemon.serve())
            daemon.hush()
    finally:
        server.stop()
    figures = [figure for beside, rounds in found.items() for figure in merged(rounds, beside)]
    figures.append(milliseconds("page", "a page's key -> first voice told to that page", played))
    benchmark.say("- JACK: dummy driver, 64 frames, 48 kHz; CPU", "", *table(figures, 64 / 48))
    benchmark.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pages"]:
        asyncio.run(_listen(sys.argv[3], int(sys.argv[2])))
    elif sys.argv[1:2] == ["--jobs"]:
        asyncio.run(_have_made(sys.argv[2]))
    elif sys.argv[1:2] == ["--play"]:
        print(json.dumps(asyncio.run(_play(sys.argv[2]))))
    else:
        main()
