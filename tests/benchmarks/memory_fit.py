"""The numbers of models/recollection.py, fitted by likelihood; and a neural cache beside it.

By hand, some twenty minutes, with scipy: the first halves of performances of the training split are
remembered, and the odds are fitted on their second halves, at weight 0.5.

    python tests/benchmarks/memory_fit.py --data MAESTRO

The neural cache (Grave, Joulin and Usunier 2017) weighs past events by how like their hidden vector is to the
present one; its odds are fitted in the same way, from the 32 most like.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from memory import TICK_US, At, Learner
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize

from models.events import KIND, PITCH, PITCHES, TIME, EventArray, Kind
from models.grid import PERFORMANCE
from models.masks import legal_tokens, legal_waits
from models.phrase_memory import DEPTH
from models.piece import Piece
from models.recollection import EVENTS, LITTLE, LOUDNESS_WIDTH, Recalled, Recollection, _near_waits
from models.sampling import log_probabilities
from models.sounding import trace
from models.step import Network, load_network
from models.vocabulary import LOUDNESS, WAIT, choices
from training import corpus
from training.evaluate import _settings
from training.views import plain_view

LONGEST_EVENTS = 8000
CHUNK = 1024
LIKE = 32
Floats = NDArray[np.float64]


class Rows(NamedTuple):
    """Of every candidate: its question's number, what is known of it, and what the head makes of it."""

    question: NDArray[np.int64]
    known: Floats
    """``[n, 3]``: logarithm of run, fit, fit beyond 18; for pitches also lateness and log p: ``[n, 5]``."""
    said: Floats
    """``[n]``: whether it was right (pitches); ``[n, bins]``: how near each bin is."""


class Head:
    """All questions of one head: the model's probabilities, the truth, and the candidates."""

    def __init__(self) -> None:
        self.model: list[Floats] = []
        self.truth: list[int] = []
        self._rows: list[Rows] = []

    def ask(self, model: Floats, truth: int, known: Floats | None = None, said: Floats | None = None) -> None:
        if known is not None and said is not None and len(known):
            self._rows.append(Rows(np.full(len(known), len(self.model)), known, said))
        self.model.append(model)
        self.truth.append(truth)

    @property
    def rows(self) -> Rows:
        return Rows(*(np.concatenate(each) for each in zip(*self._rows, strict=True)))


def hidden_and_odds(
    network: Network, events: EventArray, conditions: NDArray[np.int32]
) -> tuple[Floats, dict[str, Floats]]:
    """Hidden vectors ``[n - 1, units]`` and, of what follows each, log probabilities by head."""
    told, model = choices(events, PERFORMANCE), network.start()
    hidden, odds = [], {name: [] for name in ("wait", "token", "velocity")}  # type: ignore[var-annotated]
    for first in range(0, len(events) - 1, CHUNK):
        last = min(first + CHUNK, len(events) - 1)
        state = trace(events, first, last, PERFORMANCE, 1)
        fresh = model.feed(told[first:last], conditions[first:last], state.rows())
        coming = slice(first + 1, last + 1)
        logits = network.logits(fresh, told[coming], conditions[coming])
        legal = legal_tokens(state, told[coming, WAIT] == 0, told[coming, 3], PERFORMANCE)
        hidden.append(fresh)
        odds["wait"].append(log_probabilities(logits["wait"], legal_waits(state, PERFORMANCE)))
        odds["token"].append(log_probabilities(logits["token"], legal))
        odds["velocity"].append(log_probabilities(logits["velocity"], None))
    return np.concatenate(hidden), {name: np.concatenate(each) for name, each in odds.items()}


def gather(network: Network, piece: Piece, heads: dict[str, Head]) -> None:
    """Ask all heads about the second half of a piece."""
    view = plain_view(piece, _settings(network.manifest))
    events = view.events
    hidden, odds = hidden_and_odds(network, events, view.conditions)
    half = (len(events) - 1) // 2
    learner = Learner()
    learner.hear(events[: half + 1])
    how = Recollection(learner.memory, 0.5, float(TICK_US))
    directions = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
    ons = np.flatnonzero(events[1 : half + 1, KIND] == Kind.ON)
    told = choices(events, PERFORMANCE)
    for index in range(half, len(events) - 2):
        recalled = how.recall(At(PERFORMANCE, events[max(0, index + 1 - EVENTS) : index + 1]))
        known = None if recalled is None else _known(recalled)
        waits = None if recalled is None else recalled._wait_ticks()
        model = np.exp(odds["wait"][index])
        if recalled is None or waits is None or known is None:
            heads["wait"].ask(model, told[index + 1, WAIT])
        else:
            good = (waits >= 0) & ~recalled._found.first
            bins = PERFORMANCE.time_bin(np.round(waits[good]).astype(np.int32))
            heads["wait"].ask(model, told[index + 1, WAIT], known[good], _near_waits(PERFORMANCE)[bins])
        if events[index + 1, KIND] != Kind.ON:
            continue
        log_p = odds["token"][index][:PITCHES]
        log_p = log_p - np.log(np.exp(log_p).sum())
        truth = int(events[index + 1, PITCH])
        loud = np.exp(odds["velocity"][index]), int(told[index + 1, LOUDNESS]) - 1
        _ask_pitch(heads["pitch"], log_p, truth, recalled, known, int(events[index + 1, TIME]))
        if recalled is None or known is None:
            heads["loudness"].ask(*loud)
        else:
            found, memory = recalled._found, how.memory
            same = memory.pitch[found.rows] + found.shift == truth
            bins = (memory.velocity[found.rows[same]] - 1) / 4 - 0.5
            near = np.exp(-np.abs(np.arange(32) - bins[:, None]) / LOUDNESS_WIDTH)
            heads["loudness"].ask(*loud, known[same], near)
        likeness = directions[ons] @ directions[index]
        most = np.argpartition(-likeness, LIKE)[:LIKE] if len(ons) > LIKE else np.arange(len(ons))
        pitches = events[ons[most] + 1, PITCH]
        alike = likeness[most]
        neural = np.stack([alike, np.maximum(alike - 0.9, 0) * 10, np.maximum(log_p[pitches], -12)], axis=1)
        legal = np.isfinite(log_p[pitches])
        heads["neural"].ask(np.exp(log_p), truth, neural[legal], (pitches == truth)[legal].astype(float))


def _known(recalled: Recalled) -> Floats:
    found = recalled._found
    return np.stack([np.log(found.run), found.fit, np.maximum(found.fit - 18, 0)], axis=1).astype(float)


def _ask_pitch(
    head: Head, log_p: Floats, truth: int, recalled: Recalled | None, known: Floats | None, at: int
) -> None:
    if recalled is None or known is None:
        head.ask(np.exp(log_p), truth)
        return
    found, memory = recalled._found, recalled._how.memory
    pitch = memory.pitch[found.rows] + found.shift
    good = (pitch >= 0) & (pitch < PITCHES)
    good &= np.isfinite(log_p[np.where(good, pitch, 0)])
    gap = (memory.onset[found.rows] - memory.onset[found.rows - 1]) / TICK_US * found.pace
    late = np.abs(np.log((at - recalled._before.struck + LITTLE) / (np.where(found.first, 0, gap) + LITTLE)))
    late = np.where(found.first, 0, late)
    more = np.stack([late[good], np.maximum(log_p[pitch[good]], -12)], axis=1)
    head.ask(
        np.exp(log_p), truth, np.concatenate([known[good], more], 1), (pitch[good] == truth).astype(float)
    )


def added(heads: list[Head]) -> tuple[int, Callable[[Floats], float]]:
    """Odds are added to single choices (pitches); the loss of numbers, one set for each head."""
    rows = [each.rows for each in heads]
    count = len(heads[0].model)
    plain = np.array([model[truth] for model, truth in zip(heads[0].model, heads[0].truth, strict=True)])

    def loss(numbers: Floats) -> float:
        right, whole = plain.copy(), np.ones(count)
        for each in rows:
            own, numbers = np.split(numbers, [1 + each.known.shape[1]])
            odds = np.exp(np.clip(own[0] + each.known @ own[1:], -25, 20))
            right += np.bincount(each.question, odds * each.said, count)
            whole += np.bincount(each.question, odds, count)
        return float(-np.log(right / whole).mean())

    return sum(1 + each.known.shape[1] for each in rows), loss


def multiplied(head: Head) -> tuple[int, Callable[[Floats], float]]:
    """Odds multiply what lies near (waits, loudnesses)."""
    rows = head.rows
    asked, first = np.unique(rows.question, return_index=True)
    model = np.stack([head.model[each] for each in asked])
    truth = np.array(head.truth)[asked]
    plain = np.array([each[index] for each, index in zip(head.model, head.truth, strict=True)])
    base = -np.log(plain).sum()

    def loss(numbers: Floats) -> float:
        odds = np.exp(np.clip(numbers[0] + rows.known @ numbers[1:], -20, 8))
        more = 1 + np.add.reduceat(odds[:, None] * rows.said, first, axis=0)
        won = np.log(more[np.arange(len(asked)), truth]) - np.log((model * more).sum(axis=1))
        return float((base - won.sum()) / len(plain))

    return 1 + rows.known.shape[1], loss


def fit(name: str, problem: tuple[int, Callable[[Floats], float]], start: list[float], each: float) -> None:
    """Print the numbers and what they win; ``each``: questions a note."""
    count, loss = problem
    found = minimize(loss, start, method="L-BFGS-B")
    nothing = np.zeros(count)
    nothing[0] = -25
    for place, value in enumerate(start):  # every head's first number
        if value <= -3:
            nothing[place] = -25
    before = loss(nothing)  # all odds as good as none
    numbers = ", ".join(f"{value:.3f}" for value in found.x)
    won = before - found.fun
    print(f"{name}: {before:.4f} nats, wins {won:.4f} ({won * each:.4f} a note): {numbers}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="MAESTRO v3.0.0")
    parser.add_argument("--pieces", type=int, default=16)
    chosen = parser.parse_args()
    network = load_network("piano")
    settings = _settings(network.manifest)
    pieces = corpus.load(settings.data, chosen.data, settings.corpus).splits["train"]
    order = np.random.default_rng(1).permutation(len(pieces))
    short = [pieces[index] for index in order if 1500 <= 2 * len(pieces[index].notes) <= LONGEST_EVENTS]
    heads = {name: Head() for name in ("wait", "pitch", "loudness", "neural")}
    for piece in track(short[: chosen.pieces], "performances"):
        gather(network, piece, heads)
    waits = len(heads["wait"].model) / len(heads["pitch"].model)
    print(f"{len(heads['pitch'].model)} notes; compared are {DEPTH} before each")
    fit("pitch", added([heads["pitch"]]), [-5.0, 0.5, 0.3, -0.1, -2.0, 0.3], 1)
    fit("pitch, neural", added([heads["neural"]]), [-16.0, 20.0, 0.0, 0.4], 1)
    both = [-5.0, 0.5, 0.3, -0.1, -2.0, 0.3, -16.0, 20.0, 0.0, 0.4]
    fit("pitch, both", added([heads["pitch"], heads["neural"]]), both, 1)
    fit("wait", multiplied(heads["wait"]), [-5.0, 0.6, 0.2, 0.0], waits)
    fit("loudness", multiplied(heads["loudness"]), [-6.0, 1.9, 0.25, 0.0], 1)
