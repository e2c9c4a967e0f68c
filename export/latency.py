"""How long a step takes: one event, and a whole window in one call."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from models.events import Kind
from models.step import Network
from models.vocabulary import CHOICES, token_of


class Latency(NamedTuple):
    """Milliseconds of one event (step and three calls of the heads), and of 512 events fed at once."""

    p50: float
    p99: float
    window: float


def measure(network: Network, rounds: int = 400) -> Latency:
    """Time the live step on this machine, one thread, after a warm-up that fills the window."""
    manifest = network.manifest
    model = network.start()
    size = 512

    def told(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        events = np.zeros((count, CHOICES), np.int32)
        events[:, 0] = token_of(Kind.ON, 60)
        conditions = np.zeros((count, len(manifest.conditions)), np.int32)
        return events, conditions, np.zeros((count, manifest.sounding_size), np.uint8)

    many, one = told(size), told(1)
    model.feed(*many)
    began = time.perf_counter()
    model.feed(*many)
    window = (time.perf_counter() - began) * 1e3
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        hidden = model.feed(*one)
        for _ in range(3):
            network.logits(hidden, one[0], one[1])
        times.append((time.perf_counter() - began) * 1e3)
    p50, p99 = np.percentile(times[rounds // 10 :], [50, 99])
    return Latency(round(float(p50), 3), round(float(p99), 3), round(window, 1))
