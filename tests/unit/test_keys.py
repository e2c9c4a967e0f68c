"""Keys: kern tokens and music21's analysis."""

from __future__ import annotations

import numpy as np
import pytest
from music21 import corpus

from models.convert import note_array
from models.key import Key
from training.kern import decode, read_voices
from training.keys import analysed_key, written_key


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (("C", ""), "C"), (("c", ""), "Cm"), (("B-", ""), "Bb"), (("f#", ""), "F#m"),
        (("a", "dor"), "Am"), (("G", "mix"), "G"), (("e", "phr"), "Em"),
    ],
)  # fmt: skip
def test_tokens_name_keys(token: tuple[str, str], key: str):
    assert written_key(token) == Key.parse(key)


def test_an_unknown_mode_is_no_key():
    assert written_key(("C", "wrong")) is None
    assert written_key(None) is None


@pytest.mark.parametrize("name", ["bach/bwv277.krn", "bach/bwv281.krn", "bach/bwv366.krn"])
def test_the_short_way_finds_what_music21_finds_in_the_whole_score(name: str):
    voices = read_voices(decode(corpus.getWork(name).read_bytes()))
    notes = np.concatenate([note_array(voice.notes) for voice in voices])
    whole = corpus.parse(name).analyze("key")
    assert analysed_key(notes) == Key(whole.tonic.pitchClass, whole.mode)
