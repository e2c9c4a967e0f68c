"""``antiphon harmonize``: voices around the melody of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn


def harmonize(
    source: options.Source,
    output: options.Output,
    voices: Annotated[int, typer.Option("--voices", min=1, max=3, help="How many voices to add.")] = 3,
    key: options.Key = "auto",
    model: options.Model = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: options.Seed = None,
    plot: options.Plot = None,
    part: options.MelodyPart = None,
) -> None:
    """Harmonise the melody of a file; every new voice stands in a track of its own beside it.

    The melody is the part named so, else the highest, and in it the highest notes.
    """
    from live.commands import jobs  # noqa: PLC0415
    from live.offline.harmonizing import harmonize_music  # noqa: PLC0415
    from live.offline.taste import Taste  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    taste = Taste(seed_or_drawn(seed), temperature, top_p)
    chosen = jobs.key_named(key)
    music = jobs.open_input(source, output, plot)
    network = load_network(model or "chorale")
    with jobs.bar(f"{network.manifest.name} harmonises") as progress:
        made = harmonize_music(
            music, taste, network=network, voices=voices, key=chosen, part=part, progress=progress
        )
    jobs.save(output, plot, music, made.added)
    print(f"{output}: {made.notes} new notes by {made.model}, seed {taste.seed}")
