"""Where a model computes: on the processor or on a graphics card, decided by measuring, once.

The result is remembered in the user's cache, by machine, driver, ONNX Runtime and the model's bytes, so
that only the very first start on a machine with a card waits for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import onnxruntime as ort
import platformdirs

from live.engine import cuda
from live.engine.provider_probe import probe
from live.errors import AntiphonError
from models.manifest import read_manifest
from models.step import find_manifest

PROVIDERS = ("auto", "cpu", "cuda")
WORTH = 0.8
"""A graphics card is taken if it needs less than this share of the processor's time: it also costs
memory, a second at start, and a bus that others use."""


class Picked(NamedTuple):
    """``provider`` is ``cpu`` or ``cuda``; ``why`` says it to a person."""

    provider: str
    why: str


class ProviderChoice:
    """Picks the provider of each model. Main thread; blocks where it has to measure.

    ``problem`` says why there can be no CUDA, ``measure`` times a model on both, ``say`` tells the user
    why he waits, ``cache`` is the file that remembers.
    """

    def __init__(
        self,
        wanted: str = "auto",
        *,
        say: Callable[[str], None] = lambda _: None,
        problem: Callable[[], str | None] = cuda.problem,
        measure: Callable[[str], Mapping[str, float | str]] = probe,
        cache: Path | None = None,
    ) -> None:
        if wanted not in PROVIDERS:
            raise AntiphonError(f"provider must be one of {', '.join(PROVIDERS)}, not {wanted!r}")
        self._wanted, self._say, self._problem, self._measure = wanted, say, problem, measure
        self._cache = cache or Path(platformdirs.user_cache_dir("antiphon")) / "providers.json"

    def pick(self, model: str) -> Picked:
        """The provider of a model. Raises ``AntiphonError`` where CUDA is asked for and cannot be."""
        if self._wanted == "cpu":
            return Picked("cpu", "as asked for")
        why_not = self._problem()
        if self._wanted == "cuda":
            if why_not is not None:
                raise AntiphonError(f"CUDA cannot be used: {why_not}; --provider cpu plays without")
            return Picked("cuda", "as asked for")
        if why_not is not None:
            return Picked("cpu", why_not)
        return _judged(self._measured(model))

    def _measured(self, model: str) -> Mapping[str, float | str]:
        key = _key(model)
        remembered = self._read()
        found = remembered.get(key)
        if not isinstance(found, dict):
            self._say(f"measuring once whether {model} is faster on the graphics card")
            found = dict(self._measure(model))
            self._write({**remembered, key: found})
        return found

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._cache.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
        return {}

    def _write(self, values: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # measured again next time
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            whole = self._cache.with_suffix(f".{os.getpid()}")
            whole.write_text(json.dumps(values, indent=1), encoding="utf-8")
            whole.replace(self._cache)


def _judged(found: Mapping[str, float | str]) -> Picked:
    cpu_ms, cuda_ms = found.get("cpu"), found.get("cuda")
    if not isinstance(cpu_ms, float) or not isinstance(cuda_ms, float):
        return Picked("cpu", str(found.get("problem", "CUDA could not be measured")))
    why = f"an event takes {cpu_ms:.2f} ms on the processor, {cuda_ms:.2f} ms on the graphics card"
    return Picked("cuda" if cuda_ms < WORTH * cpu_ms else "cpu", why)


def _key(model: str) -> str:
    manifest = read_manifest(find_manifest(model))
    parts = [platform.node(), platform.machine(), platform.processor(), str(os.cpu_count())]
    parts += [cuda.driver_version(), ort.__version__, *sorted(manifest.sha256.values())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
