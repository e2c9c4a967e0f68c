"""The panel by https: a certificate that is none is one clear line, and any name that it is for is ours."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest
from paneled import Paneled, opened

from live.errors import AntiphonError
from live.panel.door import Door
from live.panel.guards import Guard
from live.panel.tls import context

FOLDER = Path(__file__).parents[1] / "certificate"
CERTIFICATE, KEY = FOLDER / "certificate.pem", FOLDER / "key.pem"
SECURED = Guard("0.0.0.0", "abc", "https")


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        (FOLDER / "none.pem", KEY, "cannot read .*none.pem"),
        (CERTIFICATE, FOLDER, "cannot read"),
        (CERTIFICATE, FOLDER / "other.pem", "other.pem is not that of the certificate"),
        (CERTIFICATE, FOLDER / "locked.pem", "locked.pem is encrypted"),
        (Path(__file__), KEY, "no certificate and key"),
        (KEY, CERTIFICATE, "no certificate and key"),
    ],
)
def test_what_is_no_certificate_is_one_line_that_says_so(certificate: Path, key: Path, words: str):
    with pytest.raises(AntiphonError, match=f"--tls: .*{words}") as caught:
        context(certificate, key)
    assert "\n" not in str(caught.value)


def test_it_is_told_before_anything_is_listened_to():
    door = Door("0.0.0.0:0", (CERTIFICATE, FOLDER / "other.pem"))
    with pytest.raises(AntiphonError, match="--tls"):
        door.open()
    assert door.address == ""


def test_the_address_and_the_origin_are_https():
    assert (
        SECURED.refusal({"Host": "studio.example", "Origin": "https://studio.example"}, 8765, upgrade=True)
        is None
    )
    for origin in ("http://studio.example", "https://evil.example", "null"):
        headers = {"Host": "studio.example", "Origin": origin}
        assert SECURED.refusal(headers, 8765, upgrade=True) == "another site may not use the panel"
    assert SECURED.refusal({"Host": "", "Origin": "https://"}, 8765, upgrade=True) is not None


def test_a_page_is_greeted_by_https_and_its_cookie_goes_nowhere_else(tmp_path: Path):
    with Paneled(tmp_path, host="0.0.0.0", tls=context(CERTIFICATE, KEY)) as paneled:

        async def test() -> None:
            trusted = ssl.create_default_context(cafile=CERTIFICATE)
            port = paneled.server.address.partition("?")[0].rstrip("/").rpartition(":")[2]
            base = f"https://localhost:{port}/"
            token = paneled.server.address.partition("?")[2]
            connector = aiohttp.TCPConnector(ssl=trusted)
            async with aiohttp.ClientSession(connector=connector) as client:
                async with client.get(f"{base}?{token}") as response:
                    assert response.status == 200
                    assert "Secure" in response.headers["Set-Cookie"]
                page = await opened(client, paneled, base)
                assert (await page.receive())["is"] == "hello"
                await page.socket.close()

        assert paneled.server.address.startswith("https://")
        asyncio.run(test())
