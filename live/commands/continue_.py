"""``antiphon continue``: the music of a file goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn

DEFAULT_BARS = 8
DEFAULT_SECONDS = 30.0


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
    from live.commands import generation, jobs  # noqa: PLC0415
    from live.engine.offline import continue_events  # noqa: PLC0415
    from live.files.lines import is_line  # noqa: PLC0415
    from live.files.parts import continuation_parts  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    if seconds is not None and bars is not None:
        raise typer.BadParameter("give --seconds or --bars, not both")
    taste = generation.Taste(temperature, top_p, seed_or_drawn(seed))
    music = jobs.open_input(source, output, plot)
    network = load_network(model or ("folk" if is_line(music) else "piano"))
    manifest = network.manifest
    prompt = jobs.prompt_for(manifest, music, part=part)
    if seconds is None and bars is None:
        bars = DEFAULT_BARS if manifest.monophonic else None
        seconds = None if manifest.monophonic else DEFAULT_SECONDS
    length = prompt.length(seconds=seconds, bars=bars)
    start, end = prompt.end, prompt.end + length
    events = continue_events(
        network, prompt.piece, start=start, end=end,
        style=taste.style(manifest), seed=taste.seed, may_end=allow_end,
    )  # fmt: skip
    notes = generation.gathered(events, prompt.grid, f"{manifest.name} plays", start=start, end=end)
    jobs.save(output, plot, music, continuation_parts(prompt, notes, manifest.name))
    print(f"{output}: {len(notes)} new notes by {manifest.name}, seed {taste.seed}")
