"""Harmony without a network, of a whole melody: a third or sixth along, or chords on the strong beats.

As the live styles of these names, but that the melody is known to its end: a chord stays below all of it, and
lasts to the next. Notes are ``[n, 5]`` in ticks, C major or A minor, voices from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from live.engine.chord_tables import shipped
from live.engine.parallel import BELOW, HARMONIC, MAJOR, NATURAL, below, held_to
from live.engine.voicing import voiced
from live.offline.beats_of import StrongBeat, strong_beats
from models.chord import Chord
from models.chord_model import ChordFilter, chord_of, number_of
from models.convert import NoteArray
from models.hold import FREE, Hold, hold_on
from models.key import Key
from models.piece import Piece

Chords = Sequence[tuple[int, Chord | None]]
"""(tick, chord) in order, in the key of the piece; None: no chord."""
_VELOCITY = 64.0


def parallel(piece: Piece, style: str, voices: int, chords: Chords) -> NoteArray:
    """Voices that go with the melody in the scale, or in the chords where there are any."""
    key = home(piece)
    plain_seventh = False
    rows = []
    for onset, pitch, _, length, _ in piece.notes[np.argsort(piece.notes[:, 0])].tolist():
        degree = int(pitch - key.tonic) % 12
        if degree in (10, 11):
            plain_seventh = degree == 10
        scale = MAJOR if key.mode == "major" else NATURAL if plain_seventh else HARMONIC
        wanted = [below(int(pitch), steps, key, scale) for steps in BELOW[style][voices - 1]]
        found = held_to(wanted, hold_at(chords, onset), int(pitch))
        rows += [(onset, each, _VELOCITY, length, voice) for voice, each in enumerate(found, 1) if each >= 0]
    return np.array(rows, float).reshape(-1, 5)


def in_chords(piece: Piece, voices: int, chords: Chords) -> tuple[NoteArray, list[tuple[int, Chord]]]:
    """A chord from each strong beat to the next, or as the given ones change; and what they are."""
    melody = piece.notes[np.argsort(piece.notes[:, 0])]
    end = int((melody[:, 0] + melody[:, 3]).max())
    spans = _spans(piece, chords, end)
    chord_filter = ChordFilter(shipped())
    rows: list[tuple[float, ...]] = []
    named: list[tuple[int, Chord]] = []
    before: dict[int, int] = {}
    heard = 0
    for (beat, given, silent), until in zip(spans, [*(span[0].tick for span in spans[1:]), end], strict=True):
        sounding = melody[(melody[:, 0] < until) & (melody[:, 0] + melody[:, 3] > beat.tick)]
        on_beat = sounding[sounding[:, 0] <= max(beat.tick, 0)]
        while heard < len(melody) and melody[heard, 0] < beat.tick:
            if not len(on_beat) or melody[heard, 0] != on_beat[-1, 0]:
                chord_filter.hear(int(melody[heard, 1]))
            heard += 1
        if heard < len(melody) and melody[heard, 0] == beat.tick:
            heard += 1
        note = int(on_beat[-1, 1]) if len(on_beat) else None
        number = chord_filter.ask(note, minor=piece.mode == "minor", bar=beat.bar)
        if silent or not len(sounding):
            before = {}
            continue
        if given is not None:
            chord_filter.played(number_of(given))
        chord = given or chord_of(number)
        onset = max(beat.tick, int(sounding[0, 0])) if not len(on_beat) else max(0, beat.tick)
        before = voiced(chord, voices, int(sounding[:, 1].min()), before)
        if not named or named[-1][1] != chord:
            named.append((onset, chord))
        rows += [(onset, pitch, _VELOCITY, until - onset, voice) for voice, pitch in before.items()]
    return np.array(rows, float).reshape(-1, 5), named


def hold_at(chords: Chords, tick: float) -> Hold:
    """What a given chord holds its harmony to; free where there is none."""
    chord = None
    for at, each in chords:
        if at > tick:
            break
        chord = each
    return FREE if chord is None else hold_on(chord.classes, hard=True, is_chord=True)


def home(piece: Piece) -> Key:
    """C major or A minor."""
    return Key(9, "minor") if piece.mode == "minor" else Key(0, "major")


def _spans(piece: Piece, chords: Chords, end: int) -> list[tuple[StrongBeat, Chord | None, bool]]:
    """Where a chord begins: at a strong beat, as the model will have it; or where one is given.

    The last of each says that none is to be played.
    """
    beats = strong_beats(piece, end)
    bars = {beat.tick for beat in beats if beat.bar}
    given = [(tick, chord) for tick, chord in chords if tick < end]
    first = given[0][0] if given else end
    spans: list[tuple[StrongBeat, Chord | None, bool]] = [
        (beat, None, False) for beat in beats if beat.tick < first
    ]
    spans += [(StrongBeat(tick, tick in bars), chord, chord is None) for tick, chord in given]
    return spans
