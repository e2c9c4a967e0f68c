"""``antiphon continue``: the music of a file goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn

if TYPE_CHECKING:
    from live.commands.many import Done
    from live.commands.targets import Target
    from live.files.music import Music
    from live.offline.made import Made, Progress
    from live.offline.taste import Taste

EXAMPLES = """Continue a file: the input stays note for note, the new music follows in a part of its own.

A single line is continued by the model `folk`, anything else by `piano`. Without a length,
8 bars (folk) or 30 seconds (piano) are made. What is given is a file, a folder, a pattern, or - for
standard input.

Examples:

  antiphon continue example-piano.mid -o more.mid --seconds 60

  antiphon continue tune.abc -o more.abc -o more.musicxml --to-end

  antiphon continue song.mid -o idea.mid --alternatives 5 --start-at 30

  antiphon continue song.mid -o other.mid --replace 30-40

  antiphon continue song.mid -o calm.mid --mood calm --register C5

  antiphon continue folder/ -o out/ --format mid --format png --bars 8
"""


def continue_(
    source: options.Sources,
    output: options.Outputs,
    seconds: options.Seconds = None,
    bars: options.Bars = None,
    to_end: Annotated[
        bool,
        typer.Option(
            "--to-end", help="Until the model ends the piece; 64 bars or ten minutes at most, unless told."
        ),
    ] = False,
    start_at: Annotated[
        str | None,
        typer.Option("--start-at", metavar="TIME", help="Go on from here (30 or 1:15), not from the end."),
    ] = None,
    replace: Annotated[
        str | None,
        typer.Option(
            "--replace", metavar="FROM-TO", help="Fill a gap (30-40, 1:05-1:12) so that the rest follows."
        ),
    ] = None,
    alternatives: Annotated[
        int,
        typer.Option("--alternatives", min=1, max=100, help="Make so many, numbered from the best."),
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what was stopped, to the very same result.")
    ] = False,
    model: options.Model = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    mood: options.Mood = "free",
    density: options.Density = "off",
    register: options.Register = "off",
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            metavar="major|minor",
            help="Go on in major or in minor: of the key that is found, or its relative. Known to folk.",
        ),
    ] = "free",
    seed: options.Seed = None,
    plot: options.Plot = None,
    part: options.MelodyPart = None,
    allow_end: Annotated[
        bool, typer.Option("--allow-end", help="Stop early where the model ends the piece.")
    ] = False,
    formats: options.Formats = None,
    soundfont: options.Soundfont = None,
    jobs: options.Jobs = None,
    as_json: options.Json = False,
) -> None:
    """Go on (the text of help is :data:`EXAMPLES`)."""
    from live.commands import many, named, sources, targets  # noqa: PLC0415
    from live.files.write import Wishes  # noqa: PLC0415
    from live.offline.taste import Taste  # noqa: PLC0415

    if seconds is not None and bars is not None:
        raise typer.BadParameter("give --seconds or --bars, not both")
    if replace is not None and (start_at or to_end or resume or alternatives > 1 or seconds or bars):
        raise typer.BadParameter("--replace has a length of its own, and stands alone")
    if resume and alternatives > 1:
        raise typer.BadParameter("--resume goes on with one continuation, not with --alternatives")
    gap = None
    if replace is not None:
        first, _, last = replace.partition("-")
        gap = (_seconds(first, "--replace"), _seconds(last, "--replace"))
        if gap[0] >= gap[1]:
            raise typer.BadParameter(f"{replace!r} is no stretch of time", param_hint="--replace")
    taste = Taste(
        seed_or_drawn(seed), temperature, top_p, mood=mood, density_goal=density, register_goal=register,
        mode_goal=named.plain_mode(mode),
    )  # fmt: skip
    task = _Continue(
        model=model, taste=taste, given=seed is not None, seconds=seconds, bars=bars, part=part,
        may_end=allow_end, to_end=to_end,
        start_at=None if start_at is None else _seconds(start_at, "--start-at"),
        gap=gap, alternatives=alternatives, resume=resume,
    )  # fmt: skip
    found = sources.sources(source)
    places = targets.targets(found, output, formats or (), plot, Wishes(soundfont))
    many.run(many.Wanted("continue", "continues", as_json, jobs), found, places, task)


continue_.__doc__ = EXAMPLES


@dataclass(frozen=True)
class _Continue:
    """The task: how one file is continued."""

    model: str | None
    taste: Taste
    given: bool
    seconds: float | None
    bars: int | None
    part: str | None
    may_end: bool
    to_end: bool
    start_at: float | None
    gap: tuple[float, float] | None
    alternatives: int
    resume: bool

    def __call__(self, music: Music, target: Target, progress: Progress) -> list[Done]:
        from live.commands.many import note_remarks  # noqa: PLC0415
        from live.offline.continuing import model_for  # noqa: PLC0415
        from live.offline.replacing import replace_music  # noqa: PLC0415
        from models.step import load_network  # noqa: PLC0415

        network = load_network(self.model or model_for(music))
        note_remarks(self.taste.remarks(network.manifest))
        if self.gap is not None:
            made = replace_music(
                music, self.taste, start=self.gap[0], end=self.gap[1], network=network, part=self.part,
                progress=progress,
            )  # fmt: skip
            return [self._done(made, target)]
        from live.offline.continuing import Continuing  # noqa: PLC0415

        def continuing(seed: int) -> Continuing:
            return Continuing(
                music, replace(self.taste, seed=seed), network=network, seconds=self.seconds, bars=self.bars,
                part=self.part, start_at=self.start_at, may_end=self.may_end, to_end=self.to_end,
            )  # fmt: skip

        if self.alternatives > 1:
            from live.offline.alternatives import alternatives  # noqa: PLC0415

            found = alternatives(
                music, self.taste, self.alternatives, network=network, seconds=self.seconds, bars=self.bars,
                part=self.part, start_at=self.start_at, may_end=self.may_end, to_end=self.to_end,
                progress=progress,
            )  # fmt: skip
            return [
                self._done(
                    each.made, target.numbered(number, len(found)),
                    rank=number, nats_a_note=round(each.nats, 3), new=round(each.new, 3),
                )
                for number, each in enumerate(found, start=1)
            ]  # fmt: skip
        from live.commands.stopped import keep_going  # noqa: PLC0415

        running = continuing(self.taste.seed)
        journal = target.files[0] if target.files else None
        made = keep_going(
            running, journal, continuing, target, progress, resume=self.resume, given=self.given
        )
        return [self._done(made, target)]

    def _done(self, made: Made, target: Target, **more: float) -> Done:
        from live.commands.many import Done  # noqa: PLC0415

        files = target.save(made.music, made.added)
        facts = {
            "files": files, "notes": made.notes, "model": made.model, "seed": made.seed, "ended": made.ended,
            "remarks": list(made.remarks), **made.facts, **more,
        }  # fmt: skip
        line = f"{', '.join(files)}: {made.notes} new notes by {made.model}, seed {made.seed}"
        if self.may_end or self.to_end:
            line += ", ended by the model" if made.ended else ", cut at its greatest length"
        if "rank" in more:
            line += f", {more['nats_a_note']:.2f} nats a note, {more['new']:.0%} new"
        if "nats_behind" in made.facts:
            line += (
                f"; the notes behind it cost {made.facts['nats_behind']:.2f} nats each, "
                f"{made.facts['nats_behind_without_choice']:.2f} without choice"
            )
        return Done(line, facts)


def _seconds(text: str, option: str) -> float:
    """``75``, ``75.5`` or ``1:15``."""
    minutes, colon, rest = text.strip().rpartition(":")
    try:
        found = float(rest) + 60 * (int(minutes) if colon else 0)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e6:
        raise typer.BadParameter(f"{text!r} is no time; write 75 or 1:15", param_hint=option)
    return found
