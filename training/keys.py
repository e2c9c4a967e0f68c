"""Keys of kern pieces: what their tokens say and what music21's analysis finds."""

from __future__ import annotations

from functools import cache

import numpy as np
from music21 import note, stream
from music21.analysis.discrete import AardenEssen

from models.convert import NoteArray
from models.grid import TICKS_PER_QUARTER
from models.key import Key


def written_key(token: tuple[str, str] | None) -> Key | None:
    """The key of a kern token (tonic, mode); church modes count by their third."""
    if token is None:
        return None
    tonic, mode = token
    named = mode or ("major" if tonic[0].isupper() else "minor")
    try:
        return Key.parse(f"{tonic.replace('-', 'b')} {named}")
    except ValueError:
        return None


def analysed_key(notes: NoteArray) -> Key:
    """What music21's ``analyze("key")`` finds in notes ``[n, 5]``, times in ticks.

    It correlates how long each pitch class sounds with the profiles of Aarden (2003) and looks at
    nothing else. So a stream of twelve notes stands for the piece and one analyser for all of them:
    the same answer (a test compares), many times faster.
    """
    lengths = np.bincount(notes[:, 1].astype(int) % 12, weights=notes[:, 3], minlength=12)
    summary = stream.Stream()
    for pitch_class, length in enumerate(lengths.tolist()):
        if length:
            summary.append(note.Note(60 + pitch_class, quarterLength=length / TICKS_PER_QUARTER))
    (tonic, mode, _), _ = _analyser().process(summary)
    return Key(tonic.pitchClass, mode)


@cache
def _analyser() -> AardenEssen:
    return AardenEssen()
