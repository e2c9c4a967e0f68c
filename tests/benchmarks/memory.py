"""What remembering a player's own phrases is worth: the second half of a performance, after its first.

By hand, some ten minutes; pieces are those held out for validation:

    python tests/benchmarks/memory.py --data MAESTRO --tunes ESSEN --pieces 30 --write docs/benchmarks.md
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from section import put

from models.events import KIND, PITCH, TIME, Event, EventArray, Kind
from models.grid import Grid
from models.masks import legal_tokens, legal_waits
from models.phrase_memory import MOST, PhraseMemory
from models.piece import Piece
from models.recollection import EVENTS, Recalled, Recollection
from models.sampling import log_probabilities
from models.sounding import trace
from models.step import Logits, Network, load_network
from models.vocabulary import LOUDNESS, TOKEN, WAIT, choices
from training import corpus
from training.evaluate import _settings
from training.views import plain_view

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
BEST = 0.5
HEADS = ("wait", "token", "velocity")
TICK_US = 10_000
CHUNK = 1024
WINDOW = 256
"""Notes that the window of ``piano`` holds: 512 events."""
HERE = "tests/benchmarks/memory.py"


class At(NamedTuple):
    """A context as the recollection sees it: the last events of an array."""

    grid: Grid
    events: EventArray

    @property
    def now(self) -> int:
        return int(self.events[-1, TIME])

    def recent(self, count: int) -> list[Event]:
        return [Event(int(t), Kind(k), int(p), int(v), 0) for t, k, p, v, _ in self.events[-count:]]


class Learner:
    """A memory that is told all notes of a passage as one phrase."""

    def __init__(self, most: int = MOST) -> None:
        self.memory = PhraseMemory(most=most)
        self.memory.begin()
        self._begun: dict[int, int] = {}

    def hear(self, events: EventArray) -> None:
        for tick, kind, pitch, velocity, _ in events.tolist():
            if kind in (Kind.ON, Kind.OFF) and pitch in self._begun:
                self.memory.end(self._begun.pop(pitch), tick * TICK_US)
            if kind == Kind.ON:
                self._begun[pitch] = self.memory.strike(tick * TICK_US, pitch, max(1, velocity))


@dataclass
class Sums:
    """Nats over the second halves, by column: each weight, then what else may be remembered."""

    nats: dict[str, NDArray[np.float64]] = field(
        default_factory=lambda: {head: np.zeros(len(WEIGHTS) + 2) for head in HEADS}
    )
    events: int = 0
    notes: int = 0
    found: int = 0
    remembered: int = 0
    pieces: list[float] = field(default_factory=list)
    """Nats a note won in each piece at the best weight."""

    @property
    def all(self) -> NDArray[np.float64]:
        return np.asarray(sum(self.nats.values()))


def score(network: Network, piece: Piece, sums: Sums) -> None:
    """Add the second half of a piece."""
    view = plain_view(piece, _settings(network.manifest))
    events, grid = view.events, network.manifest.grid_object
    half = (len(events) - 1) // 2
    first, growing, window = Learner(), Learner(), Learner(WINDOW)
    for each in (first, growing, window):
        each.hear(events[: half + 1])
    sums.remembered += first.memory.count
    hows = [Recollection(each.memory, BEST, float(TICK_US)) for each in (first, growing, window)]
    before, notes = sums.all, sums.notes
    for index, logits, legal in _logits(network, events, view.conditions, half):
        for each in (growing, window) if index > half else ():
            each.hear(events[index : index + 1])
        if events[index + 1, KIND] == Kind.END:
            continue
        sums.events += 1
        sums.notes += int(events[index + 1, KIND] == Kind.ON)
        now = At(grid, events[max(0, index + 1 - EVENTS) : index + 1])
        recalled, *others = (how.recall(now) for how in hows)
        sums.found += recalled is not None
        plain = _nats(grid, events, index, logits, legal, None)
        for place, weight in enumerate((*WEIGHTS, BEST, BEST)):
            chosen = recalled.weighed(weight) if recalled is not None and weight else None
            if place >= len(WEIGHTS):
                chosen = others[place - len(WEIGHTS)]
            nats = plain if chosen is None else _nats(grid, events, index, logits, legal, chosen)
            for head, value in nats.items():
                sums.nats[head][place] += value
    if sums.notes > notes:
        won = before - sums.all
        sums.pieces.append((won[WEIGHTS.index(BEST)] - won[0]) / (sums.notes - notes))


def _logits(
    network: Network, events: EventArray, conditions: NDArray[np.int32], half: int
) -> Iterator[tuple[int, Logits, tuple[NDArray[np.bool_], NDArray[np.bool_]]]]:
    """For each event of the second half: its index less one, logits by head, legal waits and tokens."""
    grid, voices = network.manifest.grid_object, network.manifest.voices
    told, model = choices(events, grid), network.start()
    for first in range(0, len(events) - 1, CHUNK):
        last = min(first + CHUNK, len(events) - 1)
        state = trace(events, first, last, grid, voices)
        hidden = model.feed(told[first:last], conditions[first:last], state.rows())
        coming = slice(first + 1, last + 1)
        if last <= half:
            continue
        logits = network.logits(hidden, told[coming], conditions[coming])
        waits = legal_waits(state, grid)
        tokens = legal_tokens(state, told[coming, WAIT] == 0, told[coming, 3], grid)
        for row in range(max(0, half - first), last - first):
            yield first + row, {name: each[row] for name, each in logits.items()}, (waits[row], tokens[row])


def _nats(
    grid: Grid,
    events: EventArray,
    index: int,
    logits: Logits,
    legal: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    recalled: Recalled | None,
) -> dict[str, float]:
    """Surprise of one event, head by head, as a context would choose it."""
    told = choices(events[index + 1 : index + 2], grid, int(events[index, TIME]))[0]
    if recalled is not None:
        ticks = int(events[index + 1, TIME] - events[index, TIME])
        logits = dict(logits)
        logits["wait"] = recalled.waits(logits["wait"])
        logits["token"] = recalled.tokens(logits["token"], legal[1], ticks)
        if told[LOUDNESS]:
            logits["velocity"] = recalled.loudness(logits["velocity"], int(events[index + 1, PITCH]))
    wait = -log_probabilities(logits["wait"], legal[0])[told[WAIT]] + np.log(grid.bin_widths[told[WAIT]])
    found = {"wait": wait, "token": -log_probabilities(logits["token"], legal[1])[told[TOKEN]]}
    if told[LOUDNESS]:
        found["velocity"] = -log_probabilities(logits["velocity"], None)[told[LOUDNESS] - 1]
    return found


def measured(name: str, data: Path, count: int) -> tuple[Sums, int]:
    """Over so many pieces of the validation split, drawn by chance."""
    network = load_network(name)
    settings = _settings(network.manifest)
    pieces = corpus.load(settings.data, data, settings.corpus).splits["validation"]
    chosen = np.random.default_rng(7).permutation(len(pieces))[:count]
    sums = Sums()
    for index in track(chosen, name):
        score(network, pieces[index], sums)
    return sums, len(chosen)


def table(sums: Sums) -> str:
    """A row for each weight, then the two other memories."""
    names = [f"{weight:g}" for weight in WEIGHTS]
    names += [f"{BEST:g}, of all that was played until then", f"{BEST:g}, of the last {WINDOW} notes alone"]
    rows = [
        "| weight | nats an event | nats a note | won a note | of it wait | pitch | loudness |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    won = (sums.all[0] - sums.all) / sums.notes
    for place, name in enumerate(names):
        heads = [(sums.nats[head][0] - sums.nats[head][place]) / sums.notes for head in HEADS]
        figures = [
            f"{sums.all[place] / sums.events:.4f}",
            f"{sums.all[place] / sums.notes:.4f}",
            f"{won[place]:.4f} ({won[place] * sums.notes / sums.all[0]:.2%})",
            *(f"{each:.4f}" for each in heads),
        ]
        rows.append(f"| {name} | {' | '.join(figures)} |")
    return "\n".join(rows)


def lines(name: str, sums: Sums, pieces: int) -> str:
    """The table of a model and what it was measured on."""
    won = np.array(sums.pieces)
    return (
        f"`{name}`, {pieces} pieces of the validation split, {sums.events:,} events, {sums.notes:,} notes; "
        f"{sums.remembered:,} notes remembered; something like the last three notes was there before "
        f"{sums.found / sums.events:.0%} of the events. At {BEST:g} a piece wins {np.median(won):.3f} nats a "
        f"note in the median, at most {won.max():.3f}, at least {won.min():.3f}.\n\n{table(sums)}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="MAESTRO v3.0.0")
    parser.add_argument("--tunes", type=Path, help="the Essen collection, for folk")
    parser.add_argument("--pieces", type=int, default=30)
    parser.add_argument("--write", type=Path)
    chosen = parser.parse_args()
    found = [lines("piano", *measured("piano", chosen.data, chosen.pieces))]
    if chosen.tunes:
        found.append(lines("folk", *measured("folk", chosen.tunes, 10 * chosen.pieces)))
    command = (
        f"python {HERE} --data MAESTRO --tunes ESSEN --pieces {chosen.pieces} --write docs/benchmarks.md"
    )
    text = "\n\n".join([f"- command: `{command}`", *found])
    print(text)
    if chosen.write:
        put(chosen.write, "memory", HERE, text)
