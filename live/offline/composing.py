"""A piece from nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from live.errors import AntiphonError
from live.files.blank import blank_prompt
from live.files.music import Signature
from live.files.parts import composed_parts
from live.offline.made import Made, Progress, unseen
from live.offline.modes import ALL_MODES, MODES, sharps_of
from live.offline.taste import Taste
from live.offline.tunes import Trying
from models.key import Key
from models.step import Network, load_network

DEFAULT_BARS = 16
C_MAJOR, C_MINOR = Key(0, "major"), Key(0, "minor")


def compose_music(
    name: str,
    taste: Taste,
    *,
    network: Network | None = None,
    key: Key | None = None,
    mode: str | None = None,
    meter: tuple[int, int] = (4, 4),
    bars: int = DEFAULT_BARS,
    progress: Progress = unseen,
) -> Made:
    """A piece called ``name``, by `folk` if not told: a whole tune of ``bars`` bars, as near as it comes.

    The model is asked for a tune, which it may end on the tonic alone; until it is one that it ends itself,
    in the last bar, other endings are tried, then other tunes, and the best is taken. ``mode``: one of
    :data:`MODES`, whose scale it is held to, or major or minor; ``key`` gives the tonic then. Key and mode go
    before the mode of the taste, which counts where no key is given: C major or C minor. A model of
    performances knows none of this and plays as long as the bars would last. Raises ``AntiphonError`` for a
    mode that is none.
    """
    network = network or load_network("folk")
    manifest = network.manifest
    key = key or (C_MINOR if taste.goals.mode == "minor" else C_MAJOR)
    if mode is not None:
        if mode not in ALL_MODES:
            raise AntiphonError(f"{mode!r} is no mode; there are: {', '.join(ALL_MODES)}")
        key = Key(key.tonic, ALL_MODES[mode][0])
        mode = mode if mode in MODES else None
    prompt = blank_prompt(name, manifest.grid_object, key, meter)
    trying = Trying(prompt, network, replace(taste, mode_goal=key.mode), mode, bars)
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
    return Made(
        music, taste.as_loud(parts), manifest.name, taste.seed, best.ended, facts, taste.remarks(manifest)
    )
