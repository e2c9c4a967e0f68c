"""``antiphon harmonize``: voices around the melody of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from live.commands import options
from live.commands.options import seed_or_drawn
from live.errors import AntiphonError


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
    from live.commands import generation, jobs  # noqa: PLC0415
    from live.engine.offline import harmonize_events  # noqa: PLC0415
    from live.files.parts import harmony_parts  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    taste = generation.Taste(temperature, top_p, seed_or_drawn(seed))
    chosen = jobs.key_named(key)
    music = jobs.open_input(source, output, plot)
    network = load_network(model or "chorale")
    manifest = network.manifest
    if manifest.voices <= voices:
        raise AntiphonError(f"{manifest.name} cannot add {voices} voices to a melody; try chorale")
    prompt = jobs.prompt_for(manifest, music, key=chosen, part=part)
    events = harmonize_events(
        network, prompt.piece, voices=voices, style=taste.style(manifest), seed=taste.seed
    )
    notes = generation.gathered(events, prompt.grid, f"{manifest.name} harmonises", start=0, end=prompt.end)
    jobs.save(output, plot, music, harmony_parts(prompt, notes, part))
    print(f"{output}: {len(notes)} new notes by {manifest.name}, seed {taste.seed}")
