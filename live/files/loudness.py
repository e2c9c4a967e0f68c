"""Loudness for models that know none: they follow the player."""

from __future__ import annotations

import numpy as np

from models.convert import NoteArray

HARMONY_SHARE = 0.75
SOFTEST_HARMONY = 20
REMEMBERED = 16
"""Notes at the end of a prompt whose mean loudness an answer takes."""


def like_the_end(notes: NoteArray, prompt: NoteArray) -> NoteArray:
    """The notes ``[n, 5]`` as loud as the prompt was at its end."""
    louder = notes.copy()
    louder[:, 2] = np.rint(prompt[-REMEMBERED:, 2].mean())
    return louder


def scaled(notes: NoteArray, share: float) -> NoteArray:
    """The notes ``[n, 5]`` louder or softer, none silent."""
    found = notes.copy()
    found[:, 2] = np.clip(np.rint(found[:, 2] * share), 1, 127)
    return found


def under_the_melody(notes: NoteArray, melody: NoteArray) -> NoteArray:
    """The notes softer than the melody note that was struck last before each; both times in ticks."""
    softer = notes.copy()
    struck = np.searchsorted(melody[:, 0], notes[:, 0], side="right") - 1
    melody_velocity = melody[np.maximum(struck, 0), 2]
    softer[:, 2] = np.maximum(SOFTEST_HARMONY, np.rint(melody_velocity * HARMONY_SHARE))
    return softer
