"""Bach's 370 chorales: four voices in C major or A minor, phrases ending at the soprano's fermatas.

Edition of Craig Sapp after Breitkopf & Härtel (1875), https://github.com/craigsapp/bach-370-chorales.
"""

from __future__ import annotations

import html
import posixpath
import re
import unicodedata
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.convert import note_array
from models.grid import SCORE
from models.piece import Piece
from training.bars import meters
from training.kern import Voice, decode, read_voices
from training.keys import analysed_key, written_key
from training.melody import beat_features
from training.report import RefusedError, Report
from training.sources import Contents
from training.split import SplitSettings, divide_by_melody
from training.store import Splits

VERSION = 1
GRID = SCORE
VOICES = 4
_FILE = re.compile(r"chor\d+\.krn")
_TITLE = re.compile(r"^!!!OTL(?:@@?DE)?: *(.+)$", re.MULTILINE)


class Settings(SplitSettings):
    """The split; ``overlap`` is lower than for songs, since settings of one tune vary it.

    With so few groups a drawn split can be far from a tenth. This seed puts 35 and 36 of the 359
    different chorales into validation and test; nothing but these counts was looked at.
    """

    overlap: float = 0.4
    seed: int = 124


def wanted(name: str, settings: Settings) -> bool:
    """The files of the edition, wherever they lie."""
    return is_piece(name)


def is_piece(name: str) -> bool:
    """Whether the file is a chorale."""
    return _FILE.fullmatch(posixpath.basename(name)) is not None


def read(name: str, content: bytes, settings: Settings) -> tuple[Piece, Mapping[str, float]]:
    """One chorale and what to count of it. Raises :class:`RefusedError` with the reason.

    The voices of the piece are 0 soprano, 1 alto, 2 tenor, 3 bass: kern writes scores from the bass
    upwards. ``group`` is the plain title until the corpus is divided.
    """
    text = decode(content)
    voices = read_voices(text)[::-1]
    if len(voices) != VOICES:
        raise RefusedError(f"not four voices: {len(voices)}")
    if not all(voice.notes for voice in voices):
        raise RefusedError("a voice without notes")
    if len({voice.length for voice in voices}) > 1:
        raise RefusedError("voices of different length")
    soprano = voices[0]
    notes = note_array(
        [note._replace(voice=index) for index, voice in enumerate(voices) for note in voice.notes]
    )
    written, analysed = written_key(soprano.key), analysed_key(notes)
    key = written or analysed
    notes[:, 1] += key.transposition
    piece = Piece(
        name,
        notes[np.lexsort((notes[:, 4], notes[:, 0]))],
        group=plain_title(text),
        mode=key.mode,
        transposition=key.transposition,
        phrases=phrase_ends(soprano),
        meters=meters(soprano),
    )
    facts = {
        "without a key token": written is None,
        "key token differs from music21's analysis": written not in (None, analysed),
        "phrases": len(piece.phrases),
        "with meter changes": len({meter[1:] for meter in soprano.meters}) > 1,
    }
    return piece, facts


def phrase_ends(soprano: Voice) -> NDArray[np.int64]:
    """Ticks at which notes under a fermata end, and the end of the melody."""
    last = len(soprano.notes) - 1
    held = sorted({*soprano.fermatas, last})
    return np.array([soprano.notes[index].end for index in held], np.int64)


def plain_title(text: str) -> str:
    """The title in plain small letters, so that spellings of one title agree; "" without one."""
    found = _TITLE.search(text)
    words = html.unescape(found[1] if found else "").lower().replace("ß", "ss")
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", words))


def divide(pieces: list[Piece], files: Contents, settings: Settings, report: Report) -> Splits:
    """By melody: chorales with one title, or tunes that agree on most beats, stay together."""
    return divide_by_melody(pieces, beat_features, settings, report)
