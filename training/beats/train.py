"""Train the beat network: ``python -m training.beats.train --data asap --out models/beat.npz``."""

from __future__ import annotations

import argparse
import queue
import threading
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.beats.asap import Played, read
from training.beats.network import losses, network, put_weights, save
from training.beats.samples import Batch, Stretches

EVERY = 50
"""Steps from one look at the validation pieces to the next."""
CHECKS = 5
"""Batches of them."""


def train(
    played: list[Played],
    out: Path,
    steps: int,
    length: int,
    size: int,
    seed: int,
    rate: float,
    start: Path | None = None,
) -> None:
    """Write the weights that did best on the validation pieces (grid and downbeat together)."""
    keras.utils.set_random_seed(seed)
    model = network()
    if start is not None:
        put_weights(model, start)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    learn = _learner(model, keras.optimizers.AdamW(falling, weight_decay=0.02, clipnorm=1.0))
    batches = _drawn([each for each in played if each.split == "train"], length, size, seed)
    held = Stretches([each for each in played if each.split == "validation" and not each.is_score], length, 7)
    checks = [held.batch(size) for _ in range(CHECKS)]
    best, seen, begun = np.inf, [], time.perf_counter()
    for step in range(1, steps + 1):
        seen.append([float(each) for each in learn(_tensors(batches.get()))])
        if step % EVERY and step != steps:
            continue
        found = [losses(model(check.told, training=False), check) for check in checks]
        scores = np.array([[float(each) for each in of] for of in found]).mean(0)
        learned = " ".join(f"{each:.4f}" for each in np.mean(seen, 0))
        print(f"{step} {time.perf_counter() - begun:.0f} s: {learned} | {scores.round(4)}", flush=True)
        seen.clear()
        if scores[0] + scores[1] < best:
            best = scores[0] + scores[1]
            save(model, out)


def _learner(model: Any, optimizer: Any) -> Any:
    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def learn(batch: Batch) -> tuple[Any, Any, Any]:
        with tf.GradientTape() as tape:
            grid, down, meter = losses(model(batch.told, training=True), batch)
            loss = grid + down + 0.3 * meter
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return grid, down, meter

    return learn


def _drawn(played: list[Played], length: int, size: int, seed: int) -> queue.Queue[Batch]:
    """Batches, drawn by a thread beside the training."""
    ready: queue.Queue[Batch] = queue.Queue(3)

    def draw() -> None:
        source = Stretches(played, length, seed)
        while True:
            ready.put(source.batch(size))

    threading.Thread(target=draw, daemon=True).start()
    return ready


def _tensors(batch: Batch) -> Batch:
    return Batch(*map(tf.constant, batch))


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="the unpacked ASAP")
    options.add_argument("--out", type=Path, required=True, help="where the weights go")
    options.add_argument("--steps", type=int, default=1500)
    options.add_argument("--length", type=int, default=256, help="onsets in an example")
    options.add_argument("--batch", type=int, default=48, help="examples in a step")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rate", type=float, default=2e-3, help="of learning, at first")
    options.add_argument("--start", type=Path, help="weights to go on from")
    told = options.parse_args()
    played = list(read(told.data, scores=True))
    train(played, told.out, told.steps, told.length, told.batch, told.seed, told.rate, told.start)


if __name__ == "__main__":
    main()
