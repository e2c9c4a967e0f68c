"""Music that nobody here wrote (music21's corpus), written to each format and read again: nothing is lost."""

from __future__ import annotations

import pytest
from round_trip import again, corpus, differences

from live.files.read import read

PIECES = {
    "bach/bwv66.6.mxl": "a chorale: four parts, a pickup, fermatas",
    "essenFolksong/han1.abc": "a book of Chinese tunes",
    "josquin/milleRegrets.abc": "four voices in ABC",
    "ryansMammoth/SkipRopeClog.abc": "a dance: repeats, triplets",
    "palestrina/Gloria_74_i.krn": "kern with breves and changing meters",
    "leadSheet/fosterBrownHair.mxl": "a song: words and chord symbols",
    "demos/multiple-verses.xml": "verses",
    "schoenberg/opus19/movement2.mxl": "a piano piece: chords in two voices a staff, tuplets",
}


@pytest.mark.parametrize("ending", [".musicxml", ".abc", ".krn", ".mid"])
@pytest.mark.parametrize("name", PIECES)
def test_nothing_is_lost(name: str, ending: str):
    music = read(corpus(name))
    assert differences(music, again(music, ending), ending) == []
