"""An engine that is controlled by OSC, over real UDP, and a client; no ports, no models."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType

from babbler import babbler

from live.controls import Settings
from live.engine.engine import Engine
from live.engine.errands import Errands
from live.engine.recall import Recall
from live.engine.session import Session
from live.osc import packets
from live.osc.packets import Part
from live.osc.server import OscServer, Place
from live.presets import Presets
from live.stage import records as r
from live.stage.clock import SystemClock


class Client:
    """Somebody on the network."""

    def __init__(self, server: Place) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(5)
        self._server = server
        self._rest: list[tuple[str, list[object]]] = []

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def throw(self, data: bytes) -> None:
        """Any bytes."""
        self._socket.sendto(data, self._server)

    def send(self, *parts: Part) -> None:
        self.throw(packets.packet(parts))

    def receive(self) -> tuple[str, list[object]]:
        """The next message."""
        if not self._rest:
            self._rest = list(packets.messages(self._socket.recv(65536)))
        return self._rest.pop(0)

    def ask(self, address: str, *values: object) -> tuple[str, list[object]]:
        """Send one message; the next that comes."""
        self.send((address, values))
        return self.receive()

    def receive_all(self, count: int) -> dict[str, list[object]]:
        return dict(self.receive() for _ in range(count))

    def silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes."""
        self._socket.settimeout(seconds)
        try:
            found = self.receive()
            self._rest.insert(0, found)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(5)
        return False

    def close(self) -> None:
        self._socket.close()


class Served:
    """A context manager. ``orders`` is what the stage was told, ``said`` what the musician."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.orders: list[r.EngineRecord] = []
        self.said: list[str] = []
        chosen = Settings()
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        self._errands = Errands(lambda turn: self.engine.do(lambda _: turn()))
        self.clock = SystemClock()
        self.session = Session(
            babbler,  # type: ignore[arg-type]
            lambda *orders: self.orders.extend(orders),
            chosen,
            self.clock,
            errand=self._errands.send,
        )
        Recall(self.session, Presets(folder / "presets.json"), self._errands.send)
        self.engine = Engine(self.session, self.clock, self.said.append)
        self.server = OscServer(Place("127.0.0.1", 0), self.engine, Presets(folder / "presets.json"))
        self._clients: list[Client] = []

    def client(self) -> Client:
        self._clients.append(Client(self.server.place))
        return self._clients[-1]

    def __enter__(self) -> Served:
        self.engine.start()
        self.server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()
        self.engine.stop()
        self._errands.close()
        for client in self._clients:
            client.close()
