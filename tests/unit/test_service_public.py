"""The service behind a reverse proxy: who may come in."""

from __future__ import annotations

import pytest

from live.errors import AntiphonError, PortError
from live.panel.place import Bound, Place
from live.service.alone import Where, serve
from live.service.public import PublicGuard

GUARD = PublicGuard("127.0.0.1", None, "https://Music.Example/")
HERE = PublicGuard("127.0.0.1", None, None)
OURS = "https://music.example"


@pytest.mark.parametrize("host", ["music.example", "127.0.0.1:8765"])
def test_a_proxy_tells_the_name_that_it_was_asked_for_or_ours(host: str):
    assert GUARD.refusal({"Host": host, "Origin": OURS}, 8765, upgrade=False) is None
    assert GUARD.refusal({"Host": host}, 8765, upgrade=False) is None
    assert HERE.refusal({"Host": host, "Origin": OURS}, 8765, upgrade=False) is not None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("music.example", "https://evil.example"),
        ("music.example", "http://music.example"),
        ("evil.example", OURS),
        ("evil.example", None),
        ("music.example.evil", OURS),
        ("", OURS),
    ],
)
def test_others_are_refused(host: str, origin: str | None):
    headers = {"Host": host} if origin is None else {"Host": host, "Origin": origin}
    assert GUARD.refusal(headers, 8765, upgrade=False) is not None


@pytest.mark.parametrize(
    "public", ["music.example", "https://", "ftp://a.b", "https://a.b/c", "https://a.b?c=d"]
)
def test_what_is_no_site_is_told(public: str):
    with pytest.raises(AntiphonError, match="--public"):
        PublicGuard("127.0.0.1", None, public)


def test_what_cannot_be_listened_to_is_one_line():
    def no(_: str) -> None:
        raise AssertionError

    taken = Bound(Place("127.0.0.1", 0))
    with pytest.raises(PortError, match=f"port {taken.port} .*--host or --port"):
        serve(Where(port=taken.port), 1, no, no)
    taken.close()
    with pytest.raises(AntiphonError, match="--host 'here'"):
        serve(Where(host="here"), 1, no, no)
