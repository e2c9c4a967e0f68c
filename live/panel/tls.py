"""The panel by https: with a certificate and its key that the user has, for none is made here.

Only so do browsers give a page of another machine MIDI devices and a clock to the sample.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from live.errors import AntiphonError, FileError

_HOW = "give --tls CERT KEY, two files in PEM format (mkcert makes them for a home network)"


class _LockedError(Exception):
    """The key is encrypted."""


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What the server needs. Raises ``FileError`` or ``AntiphonError``, one line. Blocks for the disk."""
    for file in (certificate, key):
        try:
            file.open("rb").close()
        except OSError as error:
            raise FileError(f"--tls: cannot read {file}: {error.strerror}") from error
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        made.load_cert_chain(certificate, key, password=_refuse)
    except _LockedError as error:
        raise AntiphonError(
            f"--tls: {key} is encrypted, and nobody is there to be asked for its password: decrypt it with "
            "openssl pkey -in KEY -out PLAIN"
        ) from error
    except ssl.SSLError as error:
        raise AntiphonError(f"--tls: {_why(error, certificate, key)}: {_HOW}") from error
    return made


def _refuse() -> str:
    raise _LockedError


def _why(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the key {key} is not that of the certificate {certificate}"
    return f"{certificate} and {key} are no certificate and key ({error.reason or error})"
