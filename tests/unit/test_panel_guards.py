"""Who may come in, and where the panel is."""

from __future__ import annotations

import socket

import pytest

from live.errors import AntiphonError, PortError
from live.panel import place
from live.panel.guards import Guard
from live.panel.place import PORT, Bound, Place

HERE = Guard("127.0.0.1", None)
NET = Guard("0.0.0.0", "abc")


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765"])
def test_our_own_page_on_this_machine(host: str):
    assert HERE.refusal({"Host": host, "Origin": f"http://{host}"}, 8765, upgrade=True) is None
    assert HERE.refusal({"Host": host}, 8765, upgrade=False) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:80",
        "10.0.0.7:8765",
        "",
        "localhost.evil:8765",
    ],
)
def test_a_name_that_was_turned_to_this_machine_is_refused(host: str):
    """DNS rebinding: the site's own name resolves to 127.0.0.1, so Origin and Host agree."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert "not an address" in str(HERE.refusal(headers, 8765, upgrade=True))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:1", ""]
)
def test_another_site_is_refused(origin: str):
    headers = {"Host": "127.0.0.1:8765", "Origin": origin}
    for upgrade in (True, False):
        assert HERE.refusal(headers, 8765, upgrade=upgrade) == "another site may not use the panel"


def test_a_websocket_says_where_it_comes_from():
    assert "Origin" in str(HERE.refusal({"Host": "127.0.0.1:8765"}, 8765, upgrade=True))


@pytest.mark.parametrize("host", ["192.168.1.7:8765", f"{socket.gethostname()}:8765", "[fe80::1]:8765"])
def test_beyond_this_machine_numbers_and_our_own_name_are_ours(host: str):
    assert NET.refusal({"Host": host, "Origin": f"http://{host}"}, 8765, upgrade=True) is None


def test_beyond_this_machine_other_names_are_not_ours():
    assert NET.refusal({"Host": "evil.example:8765"}, 8765, upgrade=False) is not None


def test_only_this_machine_needs_no_token():
    bound = [Bound(Place(host, 0)) for host in ("127.0.0.1", "0.0.0.0", "0.0.0.0")]
    here, net, other = (each.token for each in bound)
    assert here is None
    assert net is not None
    assert len(net) > 20
    assert other != net
    assert bound[1].address.endswith(f":{bound[1].port}/?token={net}")
    for each in bound:
        each.close()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("9000", Place("127.0.0.1", 9000)),
        ("0.0.0.0", Place("0.0.0.0", None)),
        ("0.0.0.0:9000", Place("0.0.0.0", 9000)),
        ("localhost:7", Place("127.0.0.1", 7)),
        ("[::1]:7", Place("::1", 7)),
        ("::", Place("::", None)),
    ],
)
def test_places(text: str, wanted: Place):
    assert Place.parse(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "here", "1.2.3", "127.0.0.1:x", "70000", "127.0.0.1:-1", "[::1", "-1", "٣"]
)
def test_what_is_no_place_is_told(text: str):
    with pytest.raises(AntiphonError, match="--panel-at"):
        Place.parse(text)


def test_a_taken_port_is_moved_on_from_and_one_that_was_asked_for_is_not():
    with place.listening(Place()) as first, place.listening(Place()) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
        taken = first.getsockname()[1]
        with pytest.raises(PortError, match=f"port {taken}.*--panel-at"):
            place.listening(Place("127.0.0.1", taken))
        assert place.address(second, None) == f"http://127.0.0.1:{second.getsockname()[1]}/"
        assert place.address(second, "abc").endswith("/?token=abc")
    assert PORT > 1024


def test_an_address_that_is_not_ours_is_one_line():
    with pytest.raises(PortError, match=r"192\.0\.2\.1"):
        place.listening(Place("192.0.2.1"))
