"""Music as a model hears it."""

from __future__ import annotations

from live.files.melody import melody_prompt
from live.files.music import Music
from live.files.performance import performance_prompt
from live.files.prompt import Prompt
from models.key import Key
from models.manifest import Manifest


def prompt_for(manifest: Manifest, music: Music, key: Key | None = None, part: str | None = None) -> Prompt:
    """A performance, or the melody of a score. Raises ``FileError`` when no part is called ``part``."""
    if manifest.grid == "performance":
        return performance_prompt(music)
    return melody_prompt(music, key=key, part=part, pitch_range=manifest.ranges[0])
