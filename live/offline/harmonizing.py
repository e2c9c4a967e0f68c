"""Voices around a melody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from live.errors import AntiphonError
from live.files.lines import melody_part
from live.files.music import ChordMark, Music
from live.files.parts import harmony_parts
from live.files.prompt import Prompt
from live.offline.beats_of import strong_beats
from live.offline.by_rule import home, in_chords, parallel
from live.offline.events import harmonize_events
from live.offline.gathering import gathered
from live.offline.given_chords import given_chords
from live.offline.made import Made, Progress, unseen
from live.offline.prompts import prompt_for
from live.offline.taste import Taste
from models.chord import Chord
from models.convert import NoteArray
from models.fingered import fingered
from models.key import Key
from models.step import Network, load_network

STYLES = ("chorale", "chords", "thirds", "sixths")


def harmonize_music(
    music: Music,
    taste: Taste,
    *,
    network: Network | None = None,
    voices: int = 3,
    style: str = "chorale",
    key: Key | None = None,
    part: str | None = None,
    progress: Progress = unseen,
) -> Made:
    """Up to three voices beside the melody of ``music``, each a part of its own.

    The melody is the part named so, else the highest, and in it the highest notes; ``key`` is found if not
    given. Only ``chorale`` asks a network; the other styles (:data:`STYLES`) go by rule. Chords that the
    music has, as symbols or in a part of chords, are kept to; where it has none, the result names its own:
    ``Made.music.chords``. Raises ``AntiphonError`` when the model has fewer voices or a style is none,
    ``FileError`` when no part is called ``part``.
    """
    if style not in STYLES:
        raise AntiphonError(f"{style!r} is no style; there are: {', '.join(STYLES)}")
    network = network or load_network("chorale")
    manifest = network.manifest
    if style == "chorale" and manifest.voices <= voices:
        raise AntiphonError(f"{manifest.name} cannot add {voices} voices to a melody; try chorale")
    prompt = prompt_for(manifest, music, key=key, part=part)
    shift = prompt.piece.transposition
    real = Key((home(prompt.piece).tonic - shift) % 12, home(prompt.piece).mode)
    given = given_chords(music, melody_part(music, part), real)
    told = [(max(0, round(float(prompt.axis.ticks(at)))), _moved(chord, shift)) for at, chord in given]
    named: list[tuple[int, Chord]] | None = None
    if style == "chorale":
        events = harmonize_events(
            network, prompt.piece, voices=voices, style=taste.style(manifest), seed=taste.seed,
            chords=told,
        )  # fmt: skip
        notes = gathered(events, prompt.grid, start=0, end=prompt.end, progress=progress)
    elif style == "chords":
        notes, named = in_chords(prompt.piece, voices, told)
    else:
        notes = parallel(prompt.piece, style, voices, told)
    progress(1.0)
    if not music.chords:
        chords = named if named is not None else _heard(prompt, notes)
        music = replace(music, chords=_marks(prompt, chords, shift))
    model = manifest.name if style == "chorale" else style
    facts = {"style": style, "chords": "given" if given else "found", "key": real.name}
    return Made(music, tuple(harmony_parts(prompt, notes, part)), model, taste.seed, facts=facts)


def _heard(prompt: Prompt, notes: NoteArray) -> list[tuple[int, Chord]]:
    """The chords that melody and voices make on strong beats, where they are others than before."""
    whole = np.concatenate([prompt.piece.notes, notes])
    found: list[tuple[int, Chord]] = []
    for beat in strong_beats(prompt.piece, prompt.end):
        tick = max(0, beat.tick)
        sounds = whole[(whole[:, 0] <= tick) & (whole[:, 0] + whole[:, 3] > tick), 1].astype(int)
        chord = (
            fingered(sounds.tolist(), home(prompt.piece)) if len(set((sounds % 12).tolist())) > 1 else None
        )
        if chord is not None and (not found or found[-1][1] != chord):
            found.append((tick, chord))
    return found


def _marks(prompt: Prompt, chords: Sequence[tuple[int, Chord]], shift: int) -> tuple[ChordMark, ...]:
    """As symbols of the music, in its own key."""
    marks = []
    for tick, chord in chords:
        moved = _moved(chord, -shift)
        assert moved is not None
        marks.append(ChordMark(round(float(prompt.axis.quarters(tick)), 6), moved.name))
    return tuple(marks)


def _moved(chord: Chord | None, semitones: int) -> Chord | None:
    if chord is None:
        return None
    bass = None if chord.bass is None else (chord.bass + semitones) % 12
    return Chord((chord.root + semitones) % 12, chord.quality, bass)
