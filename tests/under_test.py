"""Which models the tests play with: the shipped ones, unless the environment names a folder of others."""

from __future__ import annotations

import os
from pathlib import Path

OTHER_MODELS = "ANTIPHON_TEST_MODELS"
"""An environment variable: a folder with ``piano.json``, ``chorale.json`` and ``folk.json``."""


def model(name: str) -> str:
    """The name of a shipped model, or the path of the one to be tested in its place."""
    folder = os.environ.get(OTHER_MODELS)
    return str(Path(folder) / f"{name}.json") if folder else name
