"""``antiphon harmonize``: voices around the melody of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn

if TYPE_CHECKING:
    from live.commands.many import Done
    from live.commands.targets import Target
    from live.files.music import Music
    from live.offline.made import Progress
    from models.key import Key

STYLES = ("chorale", "chords", "thirds", "sixths")
EXAMPLES = """Harmonise the melody of a file; every new voice stands in a part of its own beside it.

The melody is the part named so, else one named like a melody, else the highest, and in it the highest notes.
Chords that the music has (chord symbols, or a part that plays chords) are kept to; where it has none, those
that were found are written as symbols into .musicxml and .abc.

Examples:

  antiphon harmonize tune.abc -o chorale.musicxml

  antiphon harmonize song.mid -o song.musicxml -o song.mid --style chords --part vocals

  antiphon harmonize 'tunes/*.krn' -o out/ --format musicxml --voices 2
"""


def harmonize(
    source: options.Sources,
    output: options.Outputs,
    voices: Annotated[int, typer.Option("--voices", min=1, max=3, help="How many voices to add.")] = 3,
    style: Annotated[
        str,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="chorale: each voice a line of its own; chords: on strong beats; thirds, sixths: along.",
        ),
    ] = "chorale",
    key: options.Key = "auto",
    model: options.Model = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: options.Seed = None,
    plot: options.Plot = None,
    part: options.MelodyPart = None,
    formats: options.Formats = None,
    soundfont: options.Soundfont = None,
    jobs: options.Jobs = None,
    as_json: options.Json = False,
) -> None:
    """Harmonise (the text of help is :data:`EXAMPLES`)."""
    from live.commands import many, named, sources, targets  # noqa: PLC0415
    from live.files.write import Wishes  # noqa: PLC0415

    if style not in STYLES:
        raise typer.BadParameter(f"{style!r} is none; there are: {', '.join(STYLES)}", param_hint="--style")
    task = _Harmonize(
        model or "chorale", seed_or_drawn(seed), temperature, top_p, voices, style, named.key(key), part
    )
    found = sources.sources(source)
    places = targets.targets(found, output, formats or (), plot, Wishes(soundfont))
    many.run(many.Wanted("harmonize", "harmonises", as_json, jobs), found, places, task)


harmonize.__doc__ = EXAMPLES


@dataclass(frozen=True)
class _Harmonize:
    """The task: how one file is harmonised."""

    model: str
    seed: int
    temperature: float | None
    top_p: float | None
    voices: int
    style: str
    key: Key | None
    part: str | None

    def __call__(self, music: Music, target: Target, progress: Progress) -> list[Done]:
        from live.commands.many import Done  # noqa: PLC0415
        from live.offline.harmonizing import harmonize_music  # noqa: PLC0415
        from live.offline.taste import Taste  # noqa: PLC0415
        from models.step import load_network  # noqa: PLC0415

        taste = Taste(self.seed, self.temperature, self.top_p)
        made = harmonize_music(
            music, taste, network=load_network(self.model), voices=self.voices, style=self.style,
            key=self.key, part=self.part, progress=progress,
        )  # fmt: skip
        files = target.save(made.music, made.added)
        facts = {
            "files": files, "notes": made.notes, "model": made.model, "seed": made.seed, **made.facts,
        }  # fmt: skip
        line = f"{', '.join(files)}: {made.notes} new notes by {made.model}, seed {made.seed}"
        return [Done(line, facts)]
