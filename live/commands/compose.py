"""``antiphon compose``: new pieces from nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn

if TYPE_CHECKING:
    from live.commands.targets import Target
    from live.offline.made import Made

DEFAULT_BARS = 16
EXAMPLES = """Compose pieces. The model is `folk` unless told otherwise: whole tunes with phrases and an end.

The model knows major and minor; a church mode is its scale, and a pull to its tonic.
A mood, density and register are asked of a model that knows them.

Examples:

  antiphon compose -o tune.abc --key G --meter 6/8

  antiphon compose -o tunes.abc --count 10 --key D --mode dorian --bars 8

  antiphon compose -o folder/ --count 3 --format mid --format musicxml
"""


def compose(
    output: options.Outputs,
    model: options.Model = None,
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="KEY|auto",
            help="The key, like F#m or Bb; auto: C, or Cm in a mood that is minor.",
        ),
    ] = "auto",
    mode: Annotated[
        str | None,
        typer.Option(
            "--mode", metavar="MODE", help="The mode on the tonic of --key: minor, dorian, mixolydian ..."
        ),
    ] = None,
    meter: Annotated[str, typer.Option("--meter", metavar="N/N", help="The meter, like 3/4.")] = "4/4",
    bars: Annotated[
        int,
        typer.Option("--bars", min=1, help="How many bars, as near as it comes; never more."),
    ] = DEFAULT_BARS,
    count: Annotated[
        int,
        typer.Option("--count", min=1, help="How many: one book of tunes in .abc, else numbered files."),
    ] = 1,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    mood: options.Mood = "free",
    density: options.Density = "off",
    register: options.Register = "off",
    seed: options.Seed = None,
    plot: options.Plot = None,
    formats: options.Formats = None,
    soundfont: options.Soundfont = None,
    as_json: options.Json = False,
) -> None:
    """Compose (the text of help is :data:`EXAMPLES`)."""
    from live.commands import many, named, sources, targets  # noqa: PLC0415
    from live.files.write import Wishes  # noqa: PLC0415
    from live.offline.composing import compose_music  # noqa: PLC0415
    from live.offline.made import share_of  # noqa: PLC0415
    from live.offline.modes import ALL_MODES  # noqa: PLC0415
    from live.offline.taste import Taste  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    first = seed_or_drawn(seed)
    chosen, church = named.key(key), named.mode(mode, tuple(ALL_MODES))
    beats = named.meter(meter)
    tune = sources.Source(sources.STANDARD, Path("tune"))
    (target,) = targets.targets([tune], output, formats or (), plot, Wishes(soundfont))
    books = target.only(".abc") if count > 1 else None
    each = target.without(".abc") if count > 1 else target
    for number in range(1, count + 1):
        each.numbered(number, count).check()
    if books is not None:
        books.check()
    taste = Taste(first, temperature, top_p, mood=mood, density_goal=density, register_goal=register)
    network = load_network(model or "folk")
    many.note_remarks(taste.remarks(network.manifest))
    done, made_all = [], []
    with many.bar(f"{network.manifest.name} composes") as progress:
        for number in range(1, count + 1):
            place = each.numbered(number, count)
            name = (place.files or (books.files if books else ()) or (Path("tune"),))[0].stem
            made = compose_music(
                name if place.files or count == 1 else f"{name} {number}",
                replace(taste, seed=first + number - 1), network=network, key=chosen, mode=church,
                meter=beats, bars=bars,
                progress=share_of(progress, number - 1, count),
            )  # fmt: skip
            made_all.append(made)
            files = place.save(made.music, made.added)
            facts = {
                "files": files, "notes": made.notes, "model": made.model, "seed": made.seed,
                "ended": made.ended, "remarks": list(made.remarks), **made.facts,
            }  # fmt: skip
            where = ", ".join([*files, *(f"{path} no. {number}" for path in (books.files if books else ()))])
            done.append(many.Done(f"{where}: {made.notes} notes by {made.model}, seed {made.seed}", facts))
    if books is not None and (books.files or books.piped):
        names = books.save_text(_book(made_all, books))
        done = [
            many.Done(each.line, {**each.facts, "files": [*each.facts["files"], *names]}) for each in done
        ]
    many.say_done(many.Wanted("compose", "", as_json), done)


compose.__doc__ = EXAMPLES


def _book(made: Sequence[Made], target: Target) -> str:
    """All tunes in one ABC text, numbered."""
    from live.files import write  # noqa: PLC0415

    tunes = []
    for number, each in enumerate(made, start=1):
        text = write.encoded(Path("tune.abc"), each.music, each.added, target.wishes).data.decode()
        tunes.append(re.sub(r"^X:.*$", f"X:{number}", text, count=1, flags=re.MULTILINE).strip())
    return "\n\n".join(tunes) + "\n"
