"""A network without ONNX that says anything at all: the rules around a model must hold whatever it says.

Deterministic: the same events heard give the same logits, so a take-back that forgets something shows.
"""

from __future__ import annotations

import zlib

import numpy as np

from models.grid import GRIDS, VELOCITY_BINS, GridName
from models.manifest import Manifest
from models.memory import UNDO
from models.vocabulary import END_TOKEN, OFF_TOKENS, ON_TOKENS, PHRASE_TOKEN, TOKENS

CHORALE_RANGES = ((57, 84), (50, 77), (45, 70), (35, 64))


def babbler(name: str) -> Babbler:
    """A stand-in for ``piano``, ``folk`` or ``chorale``."""
    grid: GridName = "performance" if name == "piano" else "score"
    ranges = {"piano": ((21, 108),), "folk": ((48, 84),), "chorale": CHORALE_RANGES}[name]
    heads = ["wait", "token"]
    heads += ["voice"] if len(ranges) > 1 else []
    heads += ["velocity"] if grid == "performance" else []
    placed = ("tick_in_quarter", "quarter_in_bar", "meter")
    return Babbler(
        Manifest(
            name=name,
            grid=grid,
            time_bins=GRIDS[grid].time_bins,
            voices=len(ranges),
            ranges=ranges,
            monophonic=GRIDS[grid].monophonic,
            conditions={"piano": (), "folk": placed, "chorale": (*placed, "role")}[name],
            key="as played" if name == "piano" else "C major / A minor",
            phrases=grid == "score",
            backbone="gru",
            parameters=0,
            units=1,
            window=64,
            state=(),
            heads=tuple(heads),
            data="none",
            licence="none",
            opset=18,
            sha256={},
        )
    )


class Babbler:
    """Stands where a ``models.step.Network`` stands."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        grid = manifest.grid_object
        if grid.monophonic:  # moves by eighths and quarters, often several voices at once
            wait = np.full(grid.time_bins, -6.0)
            wait[[0, 6, 12, 24]] = [1.5, 0.0, 1.0, 1.0]
        else:  # chords and quick notes
            wait = -0.08 * np.arange(grid.time_bins)
            wait[0] = 1.0
        token = np.zeros(TOKENS)
        token[ON_TOKENS:OFF_TOKENS] = -(((np.arange(128) - 64) / 9.0) ** 2)
        token[PHRASE_TOKEN] = token[END_TOKEN] = -1.0
        self._moods = {
            "wait": wait,
            "token": token,
            "voice": np.zeros(manifest.voices),
            "velocity": np.zeros(VELOCITY_BINS),
        }

    def start(self) -> Memory:
        return Memory([0])

    def logits(
        self, hidden: np.ndarray, choices: np.ndarray, conditions: np.ndarray
    ) -> dict[str, np.ndarray]:
        found: dict[str, list[np.ndarray]] = {name: [] for name in self.manifest.heads}
        for row, chosen, told in zip(hidden, choices, conditions, strict=True):
            seed = zlib.crc32(chosen.tobytes() + told.tobytes(), int(row[0]))
            rng = np.random.default_rng(seed)
            for name, rows in found.items():
                mood = self._moods[name]
                rows.append((mood + rng.normal(size=len(mood))).astype(np.float32))
        return {name: np.stack(rows) for name, rows in found.items()}


class Memory:
    """Stands where a ``models.step.StepModel`` stands: a checksum of everything heard, event by event."""

    def __init__(self, sums: list[int], position: int = 0) -> None:
        self._sums = sums
        self.position = position

    def feed(self, events: np.ndarray, conditions: np.ndarray, sounding: np.ndarray) -> np.ndarray:
        fresh = []
        for row, told, sounds in zip(events, conditions, sounding, strict=True):
            heard = row.tobytes() + told.tobytes() + sounds.tobytes()
            self._sums.append(zlib.crc32(heard, self._sums[-1]) >> 8)  # 24 bits: exact in float32
            fresh.append(self._sums[-1])
        self.position += len(fresh)
        del self._sums[: -UNDO - 1]
        return np.array(fresh, np.float32)[:, None]

    def rollback(self, count: int) -> None:
        if count:
            assert count < len(self._sums)
            del self._sums[-count:]
            self.position -= count

    def fork(self) -> Memory:
        return Memory(list(self._sums), self.position)

    def commit(self, plan: Memory) -> None:
        self._sums, self.position = plan._sums, plan.position
