"""Where models are: those that are shipped beside this file, and those that the user has trained."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

SHIPPED = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def own_folder() -> Path:
    """The user's models."""
    return Path(platformdirs.user_data_dir("antiphon")) / "models"


def shipped_names() -> list[str]:
    """The shipped models, in the order of the alphabet."""
    return sorted(path.stem for path in SHIPPED.glob("*.json"))


def own_names() -> list[str]:
    """The user's own models; one that a shipped model hides is not among them. Blocks for the disk."""
    hidden = shipped_names()
    return sorted(path.stem for path in own_folder().glob("*.json") if path.stem not in hidden)


def manifest_of(name: str) -> Path | None:
    """The manifest of a model by its name; None where there is none."""
    for folder in (SHIPPED, own_folder()):
        if (path := folder / f"{name}.json").is_file():
            return path
    return None


def fault_in(name: str) -> str | None:
    """Why a model of the user's own cannot have this name, in one sentence; None where it can."""
    if not _NAME.fullmatch(name):
        return f"{name!r} is no name for a model: use up to 40 of a-z, 0-9, - and _, a letter or digit first"
    if name == "auto" or name in shipped_names():
        return f"{name!r} is the name of a shipped model: take another one, such as my-{name}"
    return None
