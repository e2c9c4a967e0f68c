"""Music goes on."""

from __future__ import annotations

from live.files.lines import is_line
from live.files.music import Music
from live.files.parts import continuation_parts
from live.offline.events import continue_events
from live.offline.gathering import gathered
from live.offline.made import Made, Progress, unseen
from live.offline.prompts import prompt_for
from live.offline.taste import Taste
from models.step import Network, load_network

DEFAULT_BARS = 8
DEFAULT_SECONDS = 30.0


def model_for(music: Music) -> str:
    """The shipped model that continues it: a single line `folk`, anything else `piano`."""
    return "folk" if is_line(music) else "piano"


def continue_music(
    music: Music,
    taste: Taste,
    *,
    network: Network | None = None,
    seconds: float | None = None,
    bars: int | None = None,
    part: str | None = None,
    may_end: bool = False,
    progress: Progress = unseen,
) -> Made:
    """New music after the end of ``music``, which stays note for note.

    Without a length, 8 bars are made by a model that knows bars, else 30 seconds; of two, bars count. With
    ``may_end`` it stops earlier where the model ends the piece. Raises ``FileError`` when no part is called
    ``part``.
    """
    network = network or load_network(model_for(music))
    manifest = network.manifest
    prompt = prompt_for(manifest, music, part=part)
    if seconds is None and bars is None:
        bars = DEFAULT_BARS if manifest.monophonic else None
        seconds = None if manifest.monophonic else DEFAULT_SECONDS
    start, end = prompt.end, prompt.end + prompt.length(seconds=seconds, bars=bars)
    events = continue_events(
        network, prompt.piece, start=start, end=end,
        style=taste.style(manifest), seed=taste.seed, may_end=may_end,
    )  # fmt: skip
    notes = gathered(events, prompt.grid, start=start, end=end, progress=progress)
    added = continuation_parts(prompt, notes, manifest.name)
    return Made(music, tuple(added), manifest.name, taste.seed)
