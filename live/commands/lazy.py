"""The packages that need TensorFlow, imported when a command that trains is called.

``live`` never imports them by name, so that it runs, and is checked, without TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from live.errors import AntiphonError

EXTRA = ("tensorflow", "keras", "tf2onnx", "onnx", "tensorboard")


def training_module(name: str) -> Any:
    """A module of ``training`` or ``export``. Raises ``AntiphonError`` where TensorFlow is missing."""
    if find_spec("keras") is None:
        raise _missing("keras")
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in EXTRA:
            raise _missing(package) from error
        raise


def corpus_module(name: str) -> Any:
    """A module of ``training`` that reads corpora and needs no TensorFlow. Raises ``AntiphonError``."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise _missing((error.name or "").partition(".")[0]) from error


def _missing(package: str) -> AntiphonError:
    return AntiphonError(
        f"this needs {package}, which is not installed: install with pip install 'antiphon[train]'"
    )
