"""What every file command does before and after the music is made."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from live.errors import FileError
from live.files import examples, write
from live.files.music import Music, Part
from live.files.read import read
from live.offline.made import Progress
from models.key import Key


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
    write.check(output)
    if picture is not None:
        write.check(picture, write.ROLLS)


def save(output: Path, picture: Path | None, music: Music, added: Sequence[Part]) -> None:
    """Write the file and, if asked for, the picture; remarks go to standard error. Raises ``FileError``."""
    remarks = write.save(output, music, added)
    if picture is not None:
        remarks += write.save(picture, music, added)
    for remark in remarks:
        print(f"antiphon: {remark}", file=sys.stderr)


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar with the time left, on standard error, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(label, total=1.0)
        yield lambda share: shown.update(task, completed=share)


def key_named(text: str) -> Key | None:
    """The key that the user wrote; ``None`` for ``auto``. Raises typer's ``BadParameter``."""
    import typer  # noqa: PLC0415

    if text.strip().casefold() == "auto":
        return None
    try:
        return Key.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error
