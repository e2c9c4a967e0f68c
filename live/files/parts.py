"""A model's notes to parts of the file: names, programs, loudness, one part a voice."""

from __future__ import annotations

import numpy as np

from live.files.lines import melody_part
from live.files.loudness import like_the_end, under_the_melody
from live.files.music import DEFAULT_VELOCITY, Part
from live.files.prompt import Prompt
from models.convert import NoteArray

VOICES = ("soprano", "alto", "tenor", "bass", *(f"voice {number}" for number in range(5, 17)))
NAMES_OF_VOICES = {1: ["harmony"], 2: ["alto", "bass"], 3: ["alto", "tenor", "bass"]}
"""Names of added voices from the highest to the lowest, by their number."""


def continuation_parts(prompt: Prompt, notes: NoteArray, model: str) -> list[Part]:
    """New music after the prompt, on its instrument."""
    if not prompt.grid.has_velocity:
        notes = like_the_end(notes, prompt.piece.notes)
    return _by_voice(prompt, notes, f"Antiphon ({model})", prompt.music.pitched[0].program)


def harmony_parts(prompt: Prompt, notes: NoteArray, part: str | None = None) -> list[Part]:
    """Voices beside the melody (of ``part``), from the highest to the lowest, on its instrument."""
    if not prompt.grid.has_velocity:
        notes = under_the_melody(notes, prompt.piece.notes)
    program = melody_part(prompt.music, part).program
    parts = _by_voice(prompt, notes, "", program)
    parts.sort(key=lambda each: -float(each.notes[:, 1].mean()))
    names = NAMES_OF_VOICES.get(len(parts), [f"voice {at + 1}" for at in range(len(parts))])
    return [Part(f"Antiphon {name}", each.notes, program) for name, each in zip(names, parts, strict=True)]


def composed_parts(prompt: Prompt, notes: NoteArray, model: str) -> list[Part]:
    """A whole piece, on the piano."""
    if not prompt.grid.has_velocity:
        notes = notes.copy()
        notes[:, 2] = DEFAULT_VELOCITY
    return _by_voice(prompt, notes, f"Antiphon ({model})", 0)


def _by_voice(prompt: Prompt, notes: NoteArray, name: str, program: int | None) -> list[Part]:
    """One part for each voice that says something; a single one is not numbered."""
    found = prompt.restored(notes)
    voices = np.unique(found[:, 4]).astype(int).tolist()
    return [
        Part(
            name if len(voices) == 1 else f"{name} {VOICES[voice]}",
            found[found[:, 4] == voice],
            program,
        )
        for voice in voices
    ]
