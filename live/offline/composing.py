"""A piece from nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from live.errors import AntiphonError
from live.files.blank import blank_prompt
from live.files.music import Signature
from live.files.parts import composed_parts
from live.offline.made import Made, Progress, unseen
from live.offline.modes import MODES, sharps_of
from live.offline.taste import Taste
from live.offline.tunes import Trying
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
    mode: str | None = None,
    meter: tuple[int, int] = (4, 4),
    bars: int = DEFAULT_BARS,
    progress: Progress = unseen,
) -> Made:
    """A piece called ``name``, by `folk` if not told: a whole tune of ``bars`` bars, as near as it comes.

    The model is asked for a tune; until it is one that it ends itself, on the tonic and in the last bar,
    other endings are tried, then other tunes, and the best is taken. ``mode``: one of :data:`MODES`, whose
    scale it is held to; ``key`` gives the tonic then. A model of performances knows none of this and plays
    as long as the bars would last. Raises ``AntiphonError`` for a mode that is none.
    """
    network = network or load_network("folk")
    manifest = network.manifest
    if mode is not None and mode not in MODES:
        raise AntiphonError(f"{mode!r} is no mode; there are: {', '.join(MODES)}")
    if mode is not None:
        key = Key(key.tonic, MODES[mode][0])
    prompt = blank_prompt(name, manifest.grid_object, key, meter)
    trying = Trying(prompt, network, taste, mode, bars)
    best = trying.best(progress) if manifest.phrases else trying.tune(taste.seed, [], progress)
    parts = composed_parts(prompt, best.notes, manifest.name)
    facts: dict[str, Any] = {}
    if manifest.phrases:
        ends = tuple(prompt.axis.quarters([*best.phrases]).tolist())
        parts = [replace(part, phrases=ends) for part in parts[:1]] + parts[1:]
        facts = {"bars": best.bars, "phrases": len(best.phrases), "ends_on_tonic": best.on_tonic}
    music = prompt.music
    if mode is not None:
        music = replace(music, signatures=(Signature(0.0, sharps_of(key.tonic, mode)),))
    return Made(music, tuple(parts), manifest.name, taste.seed, best.ended, facts)
