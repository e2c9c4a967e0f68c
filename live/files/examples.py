"""The example phrases that come with the package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

EXAMPLES = ("example-piano.mid", "example-tune.abc")


def located(path: Path) -> Path:
    """The path itself, or the shipped example of that plain name where there is no such file."""
    if path.name in EXAMPLES and path == Path(path.name) and not path.exists():
        return Path(str(resources.files("live") / "examples" / path.name))
    return path
