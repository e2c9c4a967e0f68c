"""Voices around a melody."""

from __future__ import annotations

from live.errors import AntiphonError
from live.files.music import Music
from live.files.parts import harmony_parts
from live.offline.events import harmonize_events
from live.offline.gathering import gathered
from live.offline.made import Made, Progress, unseen
from live.offline.prompts import prompt_for
from live.offline.taste import Taste
from models.key import Key
from models.step import Network, load_network


def harmonize_music(
    music: Music,
    taste: Taste,
    *,
    network: Network | None = None,
    voices: int = 3,
    key: Key | None = None,
    part: str | None = None,
    progress: Progress = unseen,
) -> Made:
    """Up to three voices beside the melody of ``music``, each a part of its own.

    The melody is the part named so, else the highest, and in it the highest notes; ``key`` is found if not
    given. Raises ``AntiphonError`` when the model has fewer voices, ``FileError`` when no part is called
    ``part``.
    """
    network = network or load_network("chorale")
    manifest = network.manifest
    if manifest.voices <= voices:
        raise AntiphonError(f"{manifest.name} cannot add {voices} voices to a melody; try chorale")
    prompt = prompt_for(manifest, music, key=key, part=part)
    events = harmonize_events(
        network, prompt.piece, voices=voices, style=taste.style(manifest), seed=taste.seed
    )
    notes = gathered(events, prompt.grid, start=0, end=prompt.end, progress=progress)
    return Made(music, tuple(harmony_parts(prompt, notes, part)), manifest.name, taste.seed)
