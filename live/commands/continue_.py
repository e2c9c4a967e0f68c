"""``antiphon continue``: the music of a file goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn


def continue_(
    source: options.Source,
    output: options.Output,
    seconds: options.Seconds = None,
    bars: options.Bars = None,
    model: options.Model = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: options.Seed = None,
    plot: options.Plot = None,
    part: options.MelodyPart = None,
    allow_end: Annotated[
        bool, typer.Option("--allow-end", help="Stop early where the model ends the piece.")
    ] = False,
) -> None:
    """Continue a file: the input stays note for note, the new music follows in a track of its own.

    A single line is continued by the model `folk`, anything else by `piano`. Without a length,
    8 bars (folk) or 30 seconds (piano) are made.
    """
    from live.commands import jobs  # noqa: PLC0415
    from live.offline.continuing import continue_music, model_for  # noqa: PLC0415
    from live.offline.taste import Taste  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    if seconds is not None and bars is not None:
        raise typer.BadParameter("give --seconds or --bars, not both")
    taste = Taste(seed_or_drawn(seed), temperature, top_p)
    music = jobs.open_input(source, output, plot)
    network = load_network(model or model_for(music))
    with jobs.bar(f"{network.manifest.name} plays") as progress:
        made = continue_music(
            music, taste, network=network, seconds=seconds, bars=bars,
            part=part, may_end=allow_end, progress=progress,
        )  # fmt: skip
    jobs.save(output, plot, music, made.added)
    print(f"{output}: {made.notes} new notes by {made.model}, seed {taste.seed}")
