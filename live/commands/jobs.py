"""What every file command does before and after the music is made."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from live.errors import FileError
from live.files import examples, plot, write
from live.files.music import Music, Part
from live.files.read import read
from live.files.whole import check_writable
from models.key import Key

if TYPE_CHECKING:
    from live.files.prompt import Prompt
    from models.manifest import Manifest


def open_input(source: Path, output: Path, picture: Path | None) -> Music:
    """Read the input, after making sure that the outputs can be written.

    Raises ``FileError``. What the reader has to remark goes to standard error.
    """
    source = examples.located(source)
    check_outputs(output, picture)
    if output.exists() and source.exists() and output.samefile(source):
        raise FileError(f"cannot write {output}: it is the input; give the output another name")
    music = read(source)
    for remark in music.remarks:
        print(f"antiphon: {remark}", file=sys.stderr)
    return music


def check_outputs(output: Path, picture: Path | None) -> None:
    """Raise ``FileError`` now for what could not be written later."""
    check_writable(output, write.SUFFIXES)
    if picture is not None:
        check_writable(picture, plot.SUFFIXES)


def save(output: Path, picture: Path | None, music: Music, added: Sequence[Part]) -> None:
    """Write the MIDI file and, if asked for, the picture. Raises ``FileError``."""
    write.write_midi(output, music, added)
    if picture is not None:
        plot.plot(picture, music, added)


def prompt_for(manifest: Manifest, music: Music, key: Key | None = None, part: str | None = None) -> Prompt:
    """The music as this model hears it. Raises ``FileError`` when no part is called ``part``."""
    if manifest.grid == "performance":
        from live.files.performance import performance_prompt  # noqa: PLC0415

        return performance_prompt(music)
    from live.files.melody import melody_prompt  # noqa: PLC0415

    return melody_prompt(music, key=key, part=part, pitch_range=manifest.ranges[0])


def key_named(text: str) -> Key | None:
    """The key that the user wrote; ``None`` for ``auto``. Raises typer's ``BadParameter``."""
    import typer  # noqa: PLC0415

    if text.strip().casefold() == "auto":
        return None
    try:
        return Key.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error
