"""``antiphon compose``: new pieces from nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn

DEFAULT_BARS = 16


def compose(
    output: options.Output,
    model: options.Model = None,
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="The key, like F#m or Bb.")] = "C",
    meter: Annotated[str, typer.Option("--meter", metavar="N/N", help="The meter, like 3/4.")] = "4/4",
    bars: Annotated[
        int,
        typer.Option("--bars", min=1, help="The most bars; the model may end a piece after half."),
    ] = DEFAULT_BARS,
    count: Annotated[int, typer.Option("--count", min=1, help="How many; files are numbered then.")] = 1,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: options.Seed = None,
    plot: options.Plot = None,
) -> None:
    """Compose pieces and write each to a MIDI file. The model is `folk` unless told otherwise."""
    from live.commands import jobs  # noqa: PLC0415
    from live.offline.composing import C_MAJOR, compose_music  # noqa: PLC0415
    from live.offline.taste import Taste  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    first_seed = seed_or_drawn(seed)
    chosen = jobs.key_named(key) or C_MAJOR
    beats = _meter(meter)
    names = [numbered(output, number, count) for number in range(1, count + 1)]
    pictures = [plot and numbered(plot, number, count) for number in range(1, count + 1)]
    for name, picture in zip(names, pictures, strict=True):
        jobs.check_outputs(name, picture)
    network = load_network(model or "folk")
    for number, (name, picture) in enumerate(zip(names, pictures, strict=True)):
        taste = Taste(first_seed + number, temperature, top_p)
        with jobs.bar(f"{network.manifest.name} composes {name.name}") as progress:
            made = compose_music(
                name.stem, taste, network=network, key=chosen, meter=beats, bars=bars, progress=progress
            )
        jobs.save(name, picture, made.music, made.added)
        print(f"{name}: {made.notes} notes by {made.model}, seed {taste.seed}")


def numbered(path: Path, number: int, count: int) -> Path:
    """``tune.mid`` alone, ``tune-03.mid`` as the third of up to 99."""
    if count == 1:
        return path
    return path.with_stem(f"{path.stem}-{number:0{len(str(count))}}")


def _meter(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*([1-9]\d?)\s*/\s*(1|2|4|8|16|32)\s*", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no meter; write one like 3/4", param_hint="--meter")
    return int(found[1]), int(found[2])
