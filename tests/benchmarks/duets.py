"""The mode `duet` on recorded duets: one hand is played to it, what it plays stands beside the other hand.

    python tests/benchmarks/duets.py --asap ASAP --maestro MAESTRO --split test --write docs/benchmarks.md

Pieces of which nothing was learned; needs `pip install .[train]`. In zero time: some ten minutes of
computing. `--set follow_density=1` tries a control, `--roll NAME.png` draws the first piece.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import duet_pieces  # noqa: E402
from duet_figures import NAMES, Figures, Player, Scales, figures, scales_of  # noqa: E402
from duet_pieces import Duet  # noqa: E402
from duet_run import Take, take  # noqa: E402
from hands import LEFT, RIGHT, UNKNOWN, Floats, separate  # noqa: E402
from tables import Benchmark  # noqa: E402

from live.files.music import Music, Part  # noqa: E402
from live.files.tempo import TempoMap  # noqa: E402
from live.files.write import save  # noqa: E402

GIVEN = {RIGHT: "the right hand is given", LEFT: "the left hand is given"}
OTHER = {RIGHT: LEFT, LEFT: RIGHT}
MIDDLE_C = 60
SURE = "Hands as the score says"


class Measured(NamedTuple):
    """One piece, one hand given."""

    name: str
    player: Player
    own: Floats
    own_figures: Figures
    companion: Take
    figures: Figures


def excerpts(pieces: Iterator[Duet], most: int, seconds: float) -> list[Duet]:
    """The beginnings of so many pieces, of those in which both hands play by then."""
    begun = ((each, float(each.notes[0, 0])) for each in pieces)
    short = (each.excerpt(first, first + seconds) for each, first in begun)
    return list(islice((each for each in short if all(len(each.hand(hand)) for hand in GIVEN)), most))


def measure(duet: Duet, given: int, seconds: float, settings: dict[str, object]) -> Measured:
    """Play one hand of an excerpt, and measure what comes beside what the other hand had played."""
    lasts = min(seconds, float((duet.notes[:, 0] + duet.notes[:, 3]).max()))
    player = Player(duet.hand(given), duet.sounding(given), lasts)
    own, scales = duet.sounding(OTHER[given]), scales_of(duet.notes)
    found = take(duet, given, lasts, mode="duet", **settings)
    return Measured(
        duet.piece, player, own, figures(own, player, scales), found, figures(found.notes, player, scales)
    )


def strangers(duets: list[Duet], given: int, all_scales: list[Scales], seconds: float) -> Iterator[Figures]:
    """For each piece the second part of another one, moved to its key: what chance would do."""
    for index, duet in enumerate(duets):
        lasts = min(seconds, float((duet.notes[:, 0] + duet.notes[:, 3]).max()))
        player = Player(duet.hand(given), duet.sounding(given), lasts)
        other = (index + len(duets) // 2) % len(duets)
        part = duets[other].sounding(OTHER[given])
        part[:, 1] += (all_scales[other].usual - all_scales[index].usual + 6) % 12 - 6
        yield figures(part[part[:, 0] < lasts], player, all_scales[index])


def spread(values: Iterable[float], digits: int = 2) -> str:
    """The median, and the quartiles."""
    known = [each for each in values if not np.isnan(each)]
    if not known:
        return ""
    low, middle, high = np.percentile(known, [25, 50, 75])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def table(found: list[Measured], chance: list[Figures]) -> Iterator[str]:
    """A row for each figure: the own second part, the companion, another piece's."""
    yield "| figure | the piece's own second part | the companion | another piece's second part |"
    yield "| --- | --: | --: | --: |"
    for place, name in enumerate(NAMES):
        columns = ([each.own_figures for each in found], [each.figures for each in found], chance)
        cells = (spread(astuple(each)[place] for each in column) for column in columns)
        yield f"| {name} | {' | '.join(cells)} |"
    ratios = [each.figures.density / each.own_figures.density for each in found]
    yield f"| density / the own part's | 1 | {spread(ratios)} | |"
    yield f"| tentative notes taken back or changed | | {spread(share_taken_back(found))} | |"
    notice = [float(np.median(each.companion.notice)) for each in found if len(each.companion.notice)]
    yield f"| seconds that a note was meant as it then sounded | | {spread(notice)} | |"


def share_taken_back(found: list[Measured]) -> list[float]:
    """Of each piece's tentative notes, those that did not sound as they were last said."""
    takes = [each.companion for each in found]
    return [each.taken_back / each.told for each in takes if each.told]


def separation(asap: Path, splits: tuple[str, ...]) -> Iterator[str]:
    """How often the separated hand is the score's, beside a fixed split."""
    right, fixed = [], []
    for each in (each for split in splits for each in duet_pieces.alignments(asap, split)):
        sure = each.hands != UNKNOWN
        right.append(float((separate(each.notes) == each.hands)[sure].mean()))
        fixed.append(float(((each.notes[:, 1] < MIDDLE_C) == (each.hands == LEFT))[sure].mean()))
    yield (
        f"- hands separated by `hands.py`, on {len(right)} performances whose scores say the hand: "
        f"{np.mean(right):.1%} of the notes (quartiles {np.percentile(right, 25):.1%} and "
        f"{np.percentile(right, 75):.1%}); split at middle C {np.mean(fixed):.1%}"
    )


def roll(path: Path, found: Measured) -> None:
    """A picture of what was played, and what came."""

    def as_part(name: str, notes: Floats) -> Part:
        return Part(name, np.concatenate([notes[:, :4], np.zeros((len(notes), 1))], axis=1))

    tempo = TempoMap.steady(60)  # quarters are seconds
    music = Music(found.name, (as_part("the player", found.player.sounding),), tempo)
    save(path, music, [as_part("the companion", found.companion.notes)])


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("duets", "duets.py", "The mode duet on recorded duets.")
    add = benchmark.options.add_argument
    add("--asap", type=Path, required=True)
    add("--maestro", type=Path, help="as well so many of its performances, their hands separated")
    add("--split", default="validation", choices=("validation", "test"))
    add("--seconds", type=float, default=60.0, help="of each piece, from its first note on")
    add("--pieces", type=int, default=50, help="at most, whose hands are known")
    add("--separated", type=int, default=20, help="at most, of --maestro")
    add("--set", nargs="*", default=[], metavar="CONTROL=VALUE")
    add("--jobs", type=int, default=1)
    add("--roll", type=Path, metavar="PNG")
    chosen = benchmark.begin()
    settings: dict[str, object] = dict(each.split("=") for each in chosen.set)

    def all_of(pool: ProcessPoolExecutor, duets: list[Duet], given: int) -> list[Measured]:
        job = partial(measure, given=given, seconds=chosen.seconds, settings=settings)
        return list(pool.map(job, duets))

    known = duet_pieces.known(chosen.asap, chosen.split)
    corpora = {SURE: excerpts(known, chosen.pieces, chosen.seconds)}
    if chosen.maestro:
        benchmark.say(*separation(chosen.asap, ("validation", "test")))
        told = duet_pieces.in_maestro(chosen.asap, chosen.split)
        others = duet_pieces.unknown(chosen.maestro, chosen.split, told)
        corpora["Hands separated"] = excerpts(others, chosen.separated, chosen.seconds)
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for corpus, duets in corpora.items():
            all_scales = [scales_of(each.notes) for each in duets]
            for given, what in GIVEN.items() if duets else ():
                found = all_of(pool, duets, given)
                if chosen.roll and given == RIGHT:
                    roll(chosen.roll, found[0])
                pieces = f"{len(found)} pieces of MAESTRO's {chosen.split} split"
                benchmark.say("", f"{corpus}, {what}, {pieces}:", "")
                benchmark.say(*table(found, list(strangers(duets, given, all_scales, chosen.seconds))), "")
                spent = spread(each.companion.spent for each in found)
                benchmark.say(f"Seconds of a processor for a second of music: {spent}.")
    benchmark.end()


if __name__ == "__main__":
    main()
