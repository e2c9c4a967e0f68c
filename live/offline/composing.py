"""A piece from nothing."""

from __future__ import annotations

from live.files.blank import blank_prompt
from live.files.parts import composed_parts
from live.offline.events import compose_events
from live.offline.gathering import gathered
from live.offline.made import Made, Progress, unseen
from live.offline.taste import Taste
from models.key import Key
from models.step import Network, load_network

DEFAULT_BARS = 16
C_MAJOR = Key(0, "major")


def compose_music(
    name: str,
    taste: Taste,
    *,
    network: Network | None = None,
    key: Key = C_MAJOR,
    meter: tuple[int, int] = (4, 4),
    bars: int = DEFAULT_BARS,
    progress: Progress = unseen,
) -> Made:
    """A piece called ``name``: at most ``bars`` long, and at least half of that. By `folk` if not told."""
    network = network or load_network("folk")
    manifest = network.manifest
    prompt = blank_prompt(name, manifest.grid_object, key, meter)
    length = prompt.length(bars=bars)
    events = compose_events(
        network, prompt.piece.meters, end=length, style=taste.style(manifest), seed=taste.seed
    )
    notes = gathered(events, prompt.grid, start=0, end=length, progress=progress)
    return Made(prompt.music, tuple(composed_parts(prompt, notes, manifest.name)), manifest.name, taste.seed)
