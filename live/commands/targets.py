"""Where a file command writes: files, folders, standard output; several at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from live.commands.sources import STANDARD, Source
from live.errors import FileError
from live.files import write
from live.files.music import Music, Part
from live.files.whole import write_whole

DEFAULT = ".mid"


@dataclass(frozen=True)
class Target:
    """The files of one piece of music. ``piped``: the format of what goes to standard output."""

    files: tuple[Path, ...]
    piped: str | None = None
    wishes: write.Wishes = write.NO_WISHES

    def check(self, source: Source | None = None) -> None:
        """Raise ``FileError`` now for what could not be written later."""
        for path in self.files:
            write.check(path)
            if source is not None and path.exists() and source.path.exists() and path.samefile(source.path):
                raise FileError(f"cannot write {path}: it is the input; give the output another name")

    def only(self, ending: str) -> Target:
        """What of this is written in one format."""
        files = tuple(path for path in self.files if path.suffix.lower() == ending)
        return replace(self, files=files, piped=self.piped if self.piped == ending else None)

    def without(self, ending: str) -> Target:
        """All the rest."""
        files = tuple(path for path in self.files if path.suffix.lower() != ending)
        return replace(self, files=files, piped=None if self.piped == ending else self.piped)

    def numbered(self, number: int, count: int) -> Target:
        """``tune.mid`` alone, ``tune-03.mid`` as the third of up to 99."""
        if count == 1:
            return self
        return replace(self, files=tuple(numbered(path, number, count) for path in self.files))

    def save(self, music: Music, added: Sequence[Part]) -> list[str]:
        """Write everything; the names. Remarks go to standard error. Raises ``FileError``."""
        for path in self.files:
            _remark(write.save(path, music, added, self.wishes))
        if self.piped is not None:
            found = write.encoded(Path(f"music{self.piped}"), music, added, self.wishes)
            _remark(found.remarks)
            sys.stdout.buffer.write(found.data)
            sys.stdout.buffer.flush()
        return [str(path) for path in self.files] + (["-"] if self.piped else [])

    def save_text(self, text: str) -> list[str]:
        """Write this text everywhere, as it is."""
        for path in self.files:
            write_whole(path, text.encode())
        if self.piped is not None:
            sys.stdout.buffer.write(text.encode())
        return [str(path) for path in self.files] + (["-"] if self.piped else [])


def targets(
    found: Sequence[Source],
    outputs: Sequence[Path],
    formats: Sequence[str],
    plot: Path | None = None,
    wishes: write.Wishes = write.NO_WISHES,
) -> list[Target]:
    """A target for each source. Many sources go into folders, one file for each format.

    A folder is what is one, what ends in a slash and what has no ending; it is made if need be. Raises
    typer's ``BadParameter`` and ``FileError``.
    """
    endings = [_ending(each) for each in formats] or [DEFAULT]
    folders = [path for path in outputs if path != STANDARD and _is_folder(path)]
    files = [path for path in outputs if path != STANDARD and path not in folders]
    if plot is not None:
        write.check(plot, write.ROLLS)
        files.append(plot)
    piped = endings[0] if STANDARD in outputs else None
    if len(found) > 1 and (files or piped):
        raise typer.BadParameter(f"{len(found)} files go into a folder: give -o FOLDER", param_hint="-o")
    for folder in folders:
        _made(folder)
    taken: set[Path] = set()
    made = []
    for source in found:
        inside = [
            _free(folder / source.place.with_suffix(end), taken) for folder in folders for end in endings
        ]
        for path in inside:
            _made(path.parent)
        made.append(Target((*files, *inside), piped, wishes))
    return made


def numbered(path: Path, number: int, count: int) -> Path:
    """The name of one of so many."""
    return path.with_stem(f"{path.stem}-{number:0{len(str(count))}}")


def _is_folder(path: Path) -> bool:
    return path.is_dir() or (not path.suffix and not path.exists())


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {folder}: {error.strerror or error}") from error


def _ending(text: str) -> str:
    ending = "." + text.strip().lower().lstrip(".")
    if ending not in write.WRITERS:
        known = ", ".join(each.lstrip(".") for each in write.WRITERS)
        raise typer.BadParameter(f"{text!r} is no format; there are: {known}", param_hint="--format")
    return ending


def _free(path: Path, taken: set[Path]) -> Path:
    """The path, with a number if another source has it already (a.krn and a.mid)."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    taken.add(free)
    return free


def _remark(remarks: Sequence[str]) -> None:
    for remark in remarks:
        print(f"antiphon: {remark}", file=sys.stderr)
