"""How far loops go from what was played, as a function of ``vary``: the response curve of the knob.

Phrases of pieces that were held out for validation (MAESTRO, in free time) or for the test (Essen, in time)
are looped by the shipped models, in zero time; needs ``pip install .[train]``. Some ten minutes:

    python tests/benchmarks/loops.py --data MAESTRO --tunes ESSEN --write docs/benchmarks.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from band import Band, shipped  # noqa: E402
from sounded import Sounded, off, on, sounded  # noqa: E402
from tables import Benchmark  # noqa: E402

from models.grid import TICKS_PER_QUARTER  # noqa: E402
from models.hold import scale_of  # noqa: E402
from models.key import find_key  # noqa: E402
from models.piece import Piece  # noqa: E402
from training import corpus  # noqa: E402
from training.evaluate import _settings  # noqa: E402

VARY = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1.0)
ROUNDS = 8
SECONDS, FEWEST, MOST = 6.0, 12, 60
"""Length of a phrase of MAESTRO, and how many notes it has."""
TEMPO = 120
TICK_MS = 60_000 / TEMPO / TICKS_PER_QUARTER
NEAR_MS = 25.0
"""A note so near to where one was is in its place."""
STEP_MS = 4.0


class Phrase(NamedTuple):
    """``notes``: milliseconds from the beginning, length, pitch, velocity. ``meter`` empty: in free time."""

    notes: tuple[tuple[float, float, int, int], ...]
    scale: frozenset[int]
    meter: str = ""


class Round(NamedTuple):
    """One round beside what was played: shares of its notes, and of what is new in it."""

    changed: float
    distance: float
    moved: float
    new: int
    new_in_key: int
    notes: float
    away: float
    """Semitones from what was there, of notes that stand where one stood."""


class Player(Band):
    """Longer steps: what is ordered ahead is sent in time all the same."""

    def wait(self, milliseconds: float) -> None:
        until = self.now_ms + milliseconds
        while self.now_ms < until - 1e-6:
            self.stage.run(min(STEP_MS, until - self.now_ms))
            self._deliver()
            wake = self.session.wake_at_ns
            if wake is not None and wake <= self.stage.clock.now_ns():
                self.session.wake(self.stage.clock.now_ns())
                self._deliver()


def of_performance(piece: Piece, chance: np.random.Generator) -> Phrase | None:
    """A few seconds from anywhere in it."""
    order = np.lexsort((-piece.notes[:, 1], piece.notes[:, 0]))
    notes = piece.notes[order]
    begin = notes[chance.integers(len(notes)), 0]
    chosen = notes[(notes[:, 0] >= begin) & (notes[:, 0] < begin + SECONDS * 100)]
    if not FEWEST <= len(chosen) <= MOST:
        return None
    found = tuple(
        (10 * (onset - begin), max(20.0, 10 * length), int(pitch), max(1, int(velocity)))
        for onset, pitch, velocity, length, _ in chosen
    )
    around = notes[np.abs(notes[:, 0] - begin) < 20 * 100]
    return Phrase(found, frozenset(scale_of(find_key(around))))


def of_tune(piece: Piece, chance: np.random.Generator) -> Phrase | None:
    """Its first two phrases."""
    if len(piece.phrases) < 2 or not piece.meters or not piece.meters[0].numerator:
        return None
    meter = piece.meters[0]
    name = f"{meter.numerator}/{meter.denominator}"
    if name not in ("2/4", "3/4", "4/4", "6/8", "3/8", "2/2", "3/2"):
        return None
    line = meter.bar_line % meter.bar_ticks - meter.bar_ticks
    notes = piece.notes[piece.notes[:, 0] < piece.phrases[1]]
    line += int((notes[0, 0] - line) // meter.bar_ticks) * meter.bar_ticks
    if not 8 <= len(notes) <= MOST:
        return None
    found = tuple(
        ((onset - line) * TICK_MS, max(20.0, length * TICK_MS * 0.95), int(pitch), 80)
        for onset, pitch, _, length, _ in notes
    )
    return Phrase(found, frozenset(scale_of(find_key(piece.notes))), name)


def phrases(model: str, data: Path, count: int) -> list[Phrase]:
    """So many, of pieces drawn by chance from those that were held out."""
    settings = _settings(shipped(model).manifest)
    split = "validation" if model == "piano" else "test"
    pieces = corpus.load(settings.data, data, settings.corpus).splits[split]
    chance = np.random.default_rng(3)
    found: list[Phrase] = []
    for index in chance.permutation(len(pieces)):
        make = of_performance if model == "piano" else of_tune
        phrase = make(pieces[index], chance)
        if phrase is not None:
            found.append(phrase)
        if len(found) == count:
            break
    return found


def looped(model: str, vary: float, seed: int, phrase: Phrase) -> list[Round]:
    """The rounds of a phrase."""
    player = Player(mode="loop", model=model, seed=seed, vary=vary)
    if phrase.meter:
        player.set("tempo", TEMPO)
        player.set("meter", phrase.meter)
    player.set("time", "tempo" if phrase.meter else "free")
    messages = [(at, on(pitch, velocity)) for at, _, pitch, velocity in phrase.notes]
    messages += [(at + length, off(pitch)) for at, length, pitch, _ in phrase.notes]
    player.play(sorted(messages, key=lambda each: (each[0], each[1][0])))
    for _ in range(int(20_000 / STEP_MS)):  # until it goes round
        if player.session.policy.status().startswith("looping"):
            break
        player.wait(STEP_MS)
    going = player.session.policy._rounds[-1]  # type: ignore[attr-defined]
    begins_ms = going.placing.ns_at(0.0) / 1e6
    length_ms = going.placing.ns_at(going.take.length) / 1e6 - begins_ms
    places = [going.placing.ns_at(note.place) / 1e6 - begins_ms for note in going.take.notes]
    played = [(at, note.pitch) for at, note in zip(places, going.take.notes, strict=True)]
    player.wait(begins_ms + (ROUNDS + 0.5) * length_ms - player.now_ms)
    early = NEAR_MS - min(0.0, *places)
    found = []
    for number in range(ROUNDS):
        first = begins_ms + number * length_ms
        notes = [
            note._replace(start=note.start - first)
            for note in sounded(player.sent)
            if first - early <= note.start < first + length_ms - early
        ]
        found.append(compared(played, notes, phrase.scale))
    return found


def compared(played: Sequence[tuple[float, int]], notes: list[Sounded], scale: frozenset[int]) -> Round:
    """One round beside the original."""
    left = list(played)
    new: list[Sounded] = []
    for note in notes:
        same = [each for each in left if each[1] == note.pitch and abs(each[0] - note.start) < NEAR_MS]
        if same:
            left.remove(same[0])
        else:
            new.append(note)
    away, moved = [], 0
    for note in new:
        there = [each for each in left if abs(each[0] - note.start) < NEAR_MS]
        if there:
            nearest = min(there, key=lambda each: abs(each[1] - note.pitch))
            left.remove(nearest)
            away.append(abs(nearest[1] - note.pitch))
        else:
            moved += 1
    before = [pitch for _, pitch in sorted(played)]
    after = [note.pitch for note in sorted(notes, key=lambda note: (note.start, note.pitch))]
    return Round(
        changed=len(new) / len(played),
        distance=edits(before, after) / len(played),
        moved=moved / len(played),
        new=len(new),
        new_in_key=sum(note.pitch % 12 in scale for note in new),
        notes=len(notes) / len(played),
        away=float(np.mean(away)) if away else float("nan"),
    )


def edits(before: Sequence[int], after: Sequence[int]) -> int:
    """Levenshtein's distance of two sequences."""
    row = list(range(len(after) + 1))
    for index, one in enumerate(before, 1):
        last, row[0] = row[0], index
        for place, other in enumerate(after, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (one != other))
    return row[-1]


def rows(model: str, data: Path, count: int, workers: int) -> Iterator[str]:
    """A line for each place of the knob."""
    chosen = phrases(model, data, count)
    notes = sum(len(each.notes) for each in chosen)
    inside = sum(pitch % 12 in each.scale for each in chosen for _, _, pitch, _ in each.notes)
    yield (
        f"`{model}`: {len(chosen)} phrases of {notes} notes, {ROUNDS} rounds each; "
        f"{inside / notes:.1%} of what was played is of its key."
    )
    yield ""
    yield (
        "| `vary` | notes changed | of them moved | edit distance a note | new notes in key | semitones away "
        "| notes of the original's | changed in rounds 1-4, 5-8 |"
    )
    yield "| --: |" + " --: |" * 7
    with ProcessPoolExecutor(workers) as pool:
        for vary in VARY:
            job = partial(looped, model, vary)
            each = list(pool.map(job, range(len(chosen)), chosen))
            found = [one for phrase in each for one in phrase]
            new = sum(one.new for one in found)
            in_key = f"{sum(one.new_in_key for one in found) / new:.1%}" if new else "-"
            away = np.array([one.away for one in found])
            semitones = f"{np.nanmean(away):.1f}" if np.isfinite(away).any() else "-"
            halves = [
                np.mean([one.changed for phrase in each for one in part(phrase)])
                for part in (lambda rounds: rounds[: ROUNDS // 2], lambda rounds: rounds[ROUNDS // 2 :])
            ]
            figures = [
                f"{vary:g}",
                f"{np.mean([one.changed for one in found]):.1%}",
                f"{np.mean([one.moved for one in found]):.1%}",
                f"{np.mean([one.distance for one in found]):.3f}",
                in_key,
                semitones,
                f"{np.mean([one.notes for one in found]):.1%}",
                f"{halves[0]:.1%}, {halves[1]:.1%}",
            ]
            yield f"| {' | '.join(figures)} |"


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("loops", "loops.py", "How far loops go from what was played.")
    benchmark.options.add_argument("--data", type=Path, help="MAESTRO v3.0.0, for piano")
    benchmark.options.add_argument("--tunes", type=Path, help="the Essen collection, for folk")
    benchmark.options.add_argument("--phrases", type=int, default=24)
    benchmark.options.add_argument("--workers", type=int, default=2)
    chosen = benchmark.begin()
    for model, data in (("piano", chosen.data), ("folk", chosen.tunes)):
        if data is not None:
            benchmark.say("", *rows(model, data, chosen.phrases, chosen.workers))
    benchmark.end()


if __name__ == "__main__":
    main()
