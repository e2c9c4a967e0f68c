"""Small files of the user's: readable JSON in his configuration folder, replaced whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import platformdirs

from live.control_kinds import shown
from live.errors import AntiphonError, FileError

LONGEST_NAME = 60


def config_folder() -> Path:
    """Where this user's presets and learned controllers are."""
    return Path(platformdirs.user_config_dir("antiphon"))


def read_json(path: Path) -> Any:
    """What the file holds; None where there is none. Raises ``FileError``: one line. Blocks for the disk."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not a JSON file ({error}): mend it or delete it") from error


def write_json(path: Path, value: Any) -> None:
    """Replace the file. Raises ``FileError``. Blocks for the disk."""
    whole = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        whole.replace(path)
    except OSError as error:
        whole.unlink(missing_ok=True)
        raise FileError(f"cannot write {path}: {error.strerror}") from error


def checked_name(whose: str, value: object) -> str:
    """The name of a player or preset that a value means. Raises ``AntiphonError`` for what is no name."""
    name = value.strip() if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AntiphonError(
            f"a {whose}'s name has 1 to {LONGEST_NAME} printable characters, not {shown(value)}"
        )
    return name
