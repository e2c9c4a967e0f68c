"""What a network is shown of a piece: events with their conditions, drawn anew for each pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.conditions import CONDITIONS, ConditionArray
from models.events import TIME, EventArray
from models.meter import positions
from models.piece import Piece
from training.goals import given, goal_of
from training.settings import ModelSettings

ONSET, DURATION = 0, 3  # columns of a note array
NOTE_PITCH, NOTE_VOICE = 1, 4
ROLE_UNKNOWN_SHARE = 0.1


@dataclass
class View:
    """Events ``[n, 5]`` of a piece and their conditions ``[n, c]``."""

    events: EventArray
    conditions: ConditionArray


def plain_view(piece: Piece, settings: ModelSettings, role: int = 0, *, goals: bool = False) -> View:
    """The piece as it stands; ``role`` is the given voice (chorales: 0 soprano .. 3 bass).

    ``goals``: what is to come is told, which is no fair likelihood.
    """
    notes, phrases = piece.notes, piece.phrases
    if settings.voices > 1:
        notes = given_first(notes, role, settings.voices)
        ends = notes[notes[:, NOTE_VOICE] == 0]
        phrases = np.intersect1d(phrases, np.rint(ends[:, ONSET] + ends[:, DURATION]).astype(int))
    own = Piece(piece.name, notes, phrases=phrases)
    events = own.events(settings.grid_object, settings.voices)
    return View(events, conditions_of(events, piece, settings, role, goals=goals))


def drawn_view(piece: Piece, settings: ModelSettings, rng: np.random.Generator) -> View:
    """The piece transposed, stretched and with a given voice, as drawn."""
    drawn = settings.training
    notes = piece.notes
    if drawn.stretch or drawn.transpose:
        notes = notes.copy()
        tempo = 1.0 + rng.uniform(-drawn.stretch, drawn.stretch)
        notes[:, [ONSET, DURATION]] *= tempo
        notes[:, NOTE_PITCH] += draw_transposition(notes[:, NOTE_PITCH], drawn.transpose, rng)
    role = 0
    if settings.voices > 1 and rng.random() < 0.5:  # soprano half the time
        role = int(rng.integers(1, settings.voices))
    stretched = Piece(piece.name, notes, mode=piece.mode, phrases=piece.phrases, meters=piece.meters)
    view = plain_view(stretched, settings, role, goals=True)
    return View(view.events, forget(view.conditions, settings, rng))


def draw_transposition(pitches: NDArray[np.float64], most: int, rng: np.random.Generator) -> int:
    """Up to ``most`` semitones; one that leaves the piano's 88 keys is not drawn."""
    shifts = [s for s in range(-most, most + 1) if pitches.min() + s >= 21 and pitches.max() + s <= 108]
    return int(rng.choice(shifts)) if shifts else 0


def given_first(notes: NDArray[np.float64], role: int, voices: int) -> NDArray[np.float64]:
    """Renumber voices so that the given one is 0 and the others follow from high to low."""
    order = [role, *(voice for voice in range(voices) if voice != role)]
    new_number = np.argsort(order).astype(float)
    renumbered = notes.copy()
    renumbered[:, NOTE_VOICE] = new_number[notes[:, NOTE_VOICE].astype(int)]
    return renumbered


def conditions_of(
    events: EventArray, piece: Piece, settings: ModelSettings, role: int, *, goals: bool
) -> ConditionArray:
    """``[n, c]`` in the order of the settings."""
    columns: list[NDArray[np.int32]] = []
    place = positions(events[:, TIME], piece.meters)
    for name in settings.conditions:
        if name == "role":
            columns.append(np.full(len(events), role + 1, np.int32))
        elif CONDITIONS[name].goal:
            columns.append(
                goal_of(name, events, piece, settings) if goals else np.zeros_like(events[:, TIME])
            )
        else:
            columns.append(place[:, ("tick_in_quarter", "quarter_in_bar", "meter").index(name)])
    if not columns:
        return np.zeros((len(events), 0), np.int32)
    return np.stack(columns, axis=1)


def forget(conditions: ConditionArray, settings: ModelSettings, rng: np.random.Generator) -> ConditionArray:
    """Set conditions to unknown in a share of the views: a player without a click has no meter.

    Goals come and go inside a view, each by itself, as when a player turns them.
    """
    drop_meter = rng.random() < settings.training.unknown_share
    drop_role = rng.random() < ROLE_UNKNOWN_SHARE
    columns = []
    for name in settings.conditions:
        if CONDITIONS[name].goal:
            columns.append(~given(len(conditions), settings.training.goals_share, rng))
        else:
            columns.append(np.full(len(conditions), drop_role if name == "role" else drop_meter))
    hidden = np.stack(columns, axis=1) if columns else np.zeros((len(conditions), 0), bool)
    return np.where(hidden, 0, conditions).astype(np.int32)
