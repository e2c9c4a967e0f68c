"""The instrument and the studio: :class:`Antiphon` plays with you, the functions work on whole pieces."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from live.antiphon import Antiphon
    from live.files.read import read, read_all
    from live.files.write import save
    from live.offline.alternatives import Alternative, alternatives
    from live.offline.composing import compose_music
    from live.offline.continuing import continue_music
    from live.offline.harmonizing import harmonize_music
    from live.offline.inspecting import inspect_music
    from live.offline.made import Made
    from live.offline.replacing import replace_music
    from live.offline.taste import Taste

_MODULES = {
    "Alternative": "live.offline.alternatives",
    "Antiphon": "live.antiphon",
    "Made": "live.offline.made",
    "Taste": "live.offline.taste",
    "alternatives": "live.offline.alternatives",
    "compose_music": "live.offline.composing",
    "continue_music": "live.offline.continuing",
    "harmonize_music": "live.offline.harmonizing",
    "inspect_music": "live.offline.inspecting",
    "read": "live.files.read",
    "read_all": "live.files.read",
    "replace_music": "live.offline.replacing",
    "save": "live.files.write",
}
__all__ = [
    "Alternative",
    "Antiphon",
    "Made",
    "Taste",
    "alternatives",
    "compose_music",
    "continue_music",
    "harmonize_music",
    "inspect_music",
    "read",
    "read_all",
    "replace_music",
    "save",
]


def __getattr__(name: str) -> Any:
    """A class or function, imported when it is asked for: ``import live`` alone stays light."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'live' has no attribute {name!r}")
