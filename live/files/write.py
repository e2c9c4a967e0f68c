"""Write music to any kind of file: the ending of its name says which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from live.errors import FileError
from live.files.midi_out import midi_bytes
from live.files.music import Music, Part
from live.files.plot import picture
from live.files.whole import check_writable, write_whole


class Encoded(NamedTuple):
    """A file's bytes, and sentences that its reader should see: what was rounded, what was left out."""

    data: bytes
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What the user may choose about files. ``soundfont``: what audio is played with, else the usual one."""

    soundfont: Path | None = None


NO_WISHES = Wishes()
Writer = Callable[[Music, Sequence[Part], Wishes], Encoded]


def _midi(music: Music, added: Sequence[Part], _wishes: Wishes) -> Encoded:
    return Encoded(midi_bytes(music, added))


def _roll(form: str, music: Music, added: Sequence[Part], _wishes: Wishes) -> Encoded:
    return Encoded(picture(music, added, form))


def _notation(form: str, music: Music, added: Sequence[Part], _wishes: Wishes) -> Encoded:
    from live.files.notation import abc_out, kern_out, musicxml_out  # noqa: PLC0415

    writers = {
        "abc": abc_out.abc_bytes,
        "kern": kern_out.kern_bytes,
        "musicxml": musicxml_out.musicxml_bytes,
        "mxl": musicxml_out.mxl_bytes,
    }
    return Encoded(*writers[form](music, added))


def _engraved(form: str, music: Music, added: Sequence[Part], _wishes: Wishes) -> Encoded:
    from live.files.notation.engrave import engraved  # noqa: PLC0415

    return Encoded(*engraved(form, music, added))


def _recorded(form: str, music: Music, added: Sequence[Part], wishes: Wishes) -> Encoded:
    from live.files.audio.render import recorded  # noqa: PLC0415

    return Encoded(*recorded(form, music, added, wishes.soundfont))


WRITERS: dict[str, Writer] = {
    ".mid": _midi,
    ".midi": _midi,
    ".musicxml": partial(_notation, "musicxml"),
    ".xml": partial(_notation, "musicxml"),
    ".mxl": partial(_notation, "mxl"),
    ".abc": partial(_notation, "abc"),
    ".krn": partial(_notation, "kern"),
    ".wav": partial(_recorded, "wav"),
    ".flac": partial(_recorded, "flac"),
    ".png": partial(_roll, "png"),
    ".svg": partial(_roll, "svg"),
    ".pdf": partial(_roll, "pdf"),
    ".score.svg": partial(_engraved, "svg"),
    ".score.pdf": partial(_engraved, "pdf"),
    ".score.png": partial(_engraved, "png"),
}
"""By ending. A double one, like ``.score.svg``, is a page of notes, where ``.svg`` is a piano roll."""
MIDI = (".mid", ".midi")
ROLLS = (".png", ".svg", ".pdf")


def ending_of(path: Path, among: Collection[str] = WRITERS.keys()) -> str:
    """The ending that says what kind of file to write. Raises ``FileError`` where it is none of ``among``."""
    whole, last = "".join(path.suffixes[-2:]).lower(), path.suffix.lower()
    for ending in (whole, last):
        if ending in among:
            return ending
    raise FileError(f"cannot write {path}: its name must end in one of {', '.join(among)}")


def check(path: Path, among: Collection[str] = WRITERS.keys()) -> None:
    """Raise ``FileError`` now, before any work, where :func:`save` would fail later for its name or place."""
    ending_of(path, among)
    check_writable(path)


def save(path: Path, music: Music, added: Sequence[Part] = (), wishes: Wishes = NO_WISHES) -> tuple[str, ...]:
    """Write the music and the added parts (times in the music's quarters); the remarks of the writer.

    The file appears whole or not at all. Raises ``FileError``. Blocks for as long as the writer takes.
    """
    found = encoded(path, music, added, wishes)
    write_whole(path, found.data)
    return found.remarks


def encoded(path: Path, music: Music, added: Sequence[Part] = (), wishes: Wishes = NO_WISHES) -> Encoded:
    """What :func:`save` would write to a file of this name. Raises ``FileError`` naming it."""
    return WRITERS[ending_of(path)](music, added, wishes)
