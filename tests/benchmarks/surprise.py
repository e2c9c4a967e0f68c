"""A target in bits per note, and what is reached: ``surprise.py --write docs/surprise.md``.

Whole sessions with the shipped models in zero time. The player's part is composed by the models themselves
(``folk`` for melodies, ``piano`` for piano), so that no data is needed. About six minutes on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from band import Band, shipped  # noqa: E402
from sounded import Sounded, off, on, sounded  # noqa: E402
from tables import Benchmark  # noqa: E402

from live.offline.events import compose_events  # noqa: E402
from models.events import Kind  # noqa: E402
from models.meter import Meter  # noqa: E402
from models.sampling import Style  # noqa: E402
from models.surprise import NATS_PER_BIT  # noqa: E402

WINDOW, WINDOWS = 50, 20
SETTLING = 50
"""Notes after a change of target that are not counted."""
SHARE = 0.1
SCALE = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
SEED = 5


class Company(NamedTuple):
    """A mode and a model, and the targets to be tried."""

    mode: str
    model: str
    targets: tuple[float, ...]


COMPANIES = (
    Company("answer", "folk", (1.5, 2, 3, 4, 6, 8)),
    Company("harmonize", "chorale", (1.5, 2, 3, 4, 6)),
    Company("answer", "piano", (6, 9, 12, 15, 20)),
    Company("harmonize", "piano", (6, 9, 12, 15)),
)

Message = tuple[float, bytes]


def tunes() -> Iterator[list[Message]]:
    """Phrases of melodies: a quarter of a note lasts half a second."""
    for seed in range(1000):
        meters = [Meter(0, 4, 4, 0)]
        said = compose_events(shipped("folk"), meters, end=24 * 64, style=Style(1.0, 0.95), seed=seed)
        onsets: list[tuple[int, int]] = []
        for event in said:
            if event.kind == Kind.ON:
                onsets.append((event.time, event.pitch))
            over = event.kind == Kind.PHRASE or len(onsets) > 16
            if over and len(onsets) > 4:
                yield _melody(onsets)
                onsets = []


def _melody(onsets: list[tuple[int, int]]) -> list[Message]:
    start = onsets[0][0]
    at = [(time - start) * 1000 / 48 for time, _ in onsets]
    ends = [min(later, began + 1500) - 10 for began, later in zip(at, [*at[1:], at[-1] + 500], strict=True)]
    notes = list(zip(at, ends, [pitch for _, pitch in onsets], strict=True))
    messages = [(began, on(pitch)) for began, _, pitch in notes]
    return sorted([*messages, *((end, off(pitch)) for _, end, pitch in notes)], key=lambda each: each[0])


def piano() -> Iterator[list[Message]]:
    """Three seconds at a time."""
    for seed in range(1000):
        down: set[int] = set()
        phrase: list[Message] = []
        start = 0.0
        said = compose_events(shipped("piano"), [], end=6000, style=Style(1.0, 0.95), seed=seed)
        for event in said:
            if event.kind in (Kind.ON, Kind.OFF):
                if not phrase:
                    start = event.time * 10.0
                if event.kind == Kind.ON:
                    down.add(event.pitch)
                    phrase.append((event.time * 10.0 - start, on(event.pitch, max(1, event.velocity))))
                elif event.pitch in down:
                    down.discard(event.pitch)
                    phrase.append((event.time * 10.0 - start, off(event.pitch)))
            if phrase and event.time * 10.0 - start > 3000:
                end = phrase[-1][0] + 50
                yield [*phrase, *((end, off(pitch)) for pitch in sorted(down))]
                phrase, down = [], set()


class Played(NamedTuple):
    """What a companion said: bits of its notes, the notes that were heard, and the player's mean."""

    bits: np.ndarray
    notes: list[list[Sounded]]
    player: float


def play(company: Company, settings: dict[str, object], count: int) -> Played:
    """Sessions until the companion has chosen ``count`` notes after settling."""
    if company.model != "piano":
        settings = {**settings, "key": "C"}  # in which the tunes stand
    band = Band(mode=company.mode, model=company.model, seed=SEED, time="free", **settings)
    spending = band.session.surprise.companion
    bits: list[float] = []
    plain = spending.said

    def said(nats: float, entropy: float = 0.0, *, note: bool) -> None:
        plain(nats, entropy, note=note)
        if note:
            bits.append(spending.course.notes[-1] / NATS_PER_BIT)

    spending.said = said  # type: ignore[method-assign]
    parts = piano() if company.model == "piano" else tunes()
    heard: list[list[Sounded]] = []
    for phrase in parts:
        before = len(band.sent)
        band.play(phrase, rest_ms=100)
        for _ in range(200):
            band.wait(100)
            silent = band.session.policy.status().startswith("listening") and len(band.sent) > before
            if company.mode == "harmonize" or silent:
                break
        heard.append(sounded(band.sent[before:]))
        if len(bits) >= count + SETTLING:
            break
    told = band.session.state()["surprise"]
    return Played(np.array(bits[SETTLING : SETTLING + count]), heard, told["player"])


def in_key(pitches: list[int], turns: Iterable[int]) -> float:
    """Share of notes in a diatonic scale: the best fitting one of those allowed, for each window."""
    found = 0
    for first in range(0, len(pitches), WINDOW):
        classes = np.bincount(np.array(pitches[first : first + WINDOW]) % 12, minlength=12)
        found += max(int(classes[np.roll(SCALE, turn)].sum()) for turn in turns)
    return found / max(1, len(pitches))


def tried(company: Company) -> Iterator[tuple[dict[str, object], str, float | None]]:
    """Settings, what they are called, and the target."""
    for top_p in (0.95, 1.0):
        yield {"top_p": top_p}, f"none (temperature 1, top-p {top_p:g})", None
    for target in company.targets:
        yield {"surprise": target}, f"{target:g}", target


def row(company: Company, settings: dict[str, object], label: str, target: float | None, count: int) -> str:
    """Play, and say it in one line of the table."""
    played = play(company, settings, count)
    windows = played.bits.reshape(-1, WINDOW).mean(axis=1)
    within = "" if target is None else f"{np.mean(np.abs(windows / target - 1) <= SHARE):.0%}"
    groups = [notes for notes in played.notes if len(notes) > 1]
    voices = [
        [note for note in notes if note.channel == channel] for notes in groups for channel in range(16)
    ]
    voices = [notes for notes in voices if len(notes) > 1]
    same = [one.pitch == other.pitch for notes in voices for one, other in pairwise(notes)]
    seconds = sum(notes[-1].start - notes[0].start for notes in groups) / 1000
    density = sum(len(notes) - 1 for notes in groups) / max(seconds, 1e-9)
    pitches = [note.pitch for notes in groups for note in notes]
    key = in_key(pitches, range(12) if company.model == "piano" else (0,))
    return (
        f"| {company.mode}, `{company.model}` | {label} | {windows.mean():.2f} | "
        f"{windows.min():.2f} to {windows.max():.2f} | {within} | {key:.0%} | {np.mean(same):.0%} | "
        f"{density:.1f} | {np.std(pitches):.1f} | {played.player:.1f} |"
    )


def main() -> None:
    """Play and print."""
    benchmark = Benchmark("surprise", "surprise.py", "A target in bits per note, and what is reached.")
    benchmark.options.add_argument("--windows", type=int, default=WINDOWS, help="of 50 notes each")
    benchmark.options.add_argument("--only", default="", help="modes and models that contain this")
    chosen = benchmark.begin()
    count = chosen.windows * WINDOW
    benchmark.say(
        "",
        f"| companion | target | reached | {chosen.windows} windows of {WINDOW} notes | within 10 % | "
        "in key | same pitch again | notes/s | spread, semitones | the player |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    )
    with ProcessPoolExecutor() as several:
        jobs = [(company, *job, count) for company in COMPANIES for job in tried(company)]
        wanted = [job for job in jobs if chosen.only in f"{job[0].mode} {job[0].model}"]
        for line in several.map(row, *zip(*wanted, strict=True)):
            benchmark.say(line)
    benchmark.end()


if __name__ == "__main__":
    main()
