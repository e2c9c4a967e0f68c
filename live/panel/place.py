"""Where the panel is: the address that is listened to, and the one that a person opens."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from typing import TYPE_CHECKING, NamedTuple

from live.control_kinds import shown
from live.errors import AntiphonError, PortError

if TYPE_CHECKING:
    from ssl import SSLContext

PORT = 8765
LOCAL = "127.0.0.1"
LOCALS = frozenset((LOCAL, "localhost", "::1"))
"""Hosts that are reached from this machine alone."""
_TRIES = 20


class Place(NamedTuple):
    """A host of ours, and a port; None: ours if it is free, else the next."""

    host: str = LOCAL
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Place:
        """From ``9000``, ``0.0.0.0``, ``0.0.0.0:9000`` or ``[::1]:9000``. Raises ``AntiphonError``."""
        word = text.strip()
        if word.isascii() and word.isdigit():
            return cls(LOCAL, _port(text, word))
        host, port = word, None
        if word.startswith("["):
            host, end, rest = word[1:].partition("]")
            if not end:
                raise _unclear(text)
            port = _port(text, rest.removeprefix(":")) if rest else None
        elif word.count(":") == 1:
            host, _, rest = word.partition(":")
            port = _port(text, rest)
        if host == "localhost":
            host = LOCAL
        try:
            return cls(str(ipaddress.ip_address(host)), port)
        except ValueError as error:
            raise _unclear(text) from error


def _unclear(text: str) -> AntiphonError:
    return AntiphonError(f"--panel-at {shown(text)}: write it as ADDRESS, PORT or ADDRESS:PORT, like 0.0.0.0")


def _port(text: str, word: str) -> int:
    if not word.isascii() or not word.isdigit() or not 0 <= int(word) < 65536:
        raise _unclear(text)
    return int(word)


class Bound:
    """A place that is listened to, and the word that lets one in. Whoever connects waits to be answered.

    ``tls``: https, by what :func:`live.panel.tls.context` made. Raises ``PortError`` where the place cannot
    be had. Knows nothing of the server and its library.
    """

    def __init__(self, where: Place, tls: SSLContext | None = None) -> None:
        self.host, self.tls = where.host, tls
        self.socket = listening(where)
        self.token = None if where.host in LOCALS else secrets.token_urlsafe(16)
        """What a page from another machine must know; None where only this machine is listened to."""
        self.port = int(self.socket.getsockname()[1])
        self.address = address(self.socket, self.token, self.scheme)
        """What a person opens in a browser."""

    @property
    def scheme(self) -> str:
        """What addresses begin with."""
        return "http" if self.tls is None else "https"

    def close(self) -> None:
        """Idempotent."""
        self.socket.close()


def listening(place: Place) -> socket.socket:
    """A socket that is listened to. Without a port in ``place`` a taken one is moved on from.

    Raises ``PortError``, with one line that says what to do.
    """
    ports = [place.port] if place.port is not None else [*range(PORT, PORT + _TRIES), 0]
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    for port in ports:
        try:
            return socket.create_server((place.host, port), family=family, backlog=32)
        except OSError as error:
            why = error
    raise PortError(
        f"the panel cannot be at {place.host}, port {ports[0]} ({why.strerror}): "
        "choose another place with --panel-at, or do without by --no-panel"
    ) from why


def address(bound: socket.socket, token: str | None, scheme: str = "http") -> str:
    """What a person opens."""
    host, port = bound.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = _seen_from_outside(bound.family, host)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{port}/" + (f"?token={token}" if token else "")


def _seen_from_outside(family: int, host: str) -> str:
    """Our address on the network that leads out; nothing is sent to find it."""
    far = "2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1"
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((far, 9))
            return str(asking.getsockname()[0])
        except OSError:
            return host
