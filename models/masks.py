"""Which choices are legal: one implementation for training, evaluation and playing.

No sequence that obeys these masks has a stuck, orphan or zero-length note, and no tick is endless: on
the performance grid each pitch can begin and end once a tick, on the score grid ranks strictly rise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES, Event, Kind
from models.grid import Grid
from models.order import RANKS, score_rank
from models.sounding import SILENT, Sounding
from models.vocabulary import END_TOKEN, OFF_TOKENS, ON_TOKENS, PHRASE_TOKEN, TOKENS, token_of

Mask = NDArray[np.bool_]


def legal_tokens(state: Sounding, at_once: NDArray[np.bool_], voice: NDArray[np.int32], grid: Grid) -> Mask:
    """``[..., TOKENS]``: tokens that ``voice`` ``[...]`` may choose next.

    ``at_once`` ``[...]`` says whether the next event falls into the tick of the last one (wait 0).
    """
    at_once, voice = np.asarray(at_once), np.asarray(voice)
    legal = np.zeros((*at_once.shape, TOKENS), bool)
    own = np.take_along_axis(state.onsets, voice[..., None, None].astype(np.int64), axis=-2)
    own = own[..., 0, :]
    began_now = at_once[..., None] & (own == np.asarray(state.now)[..., None])
    sounds = own != SILENT
    silence = (state.onsets == SILENT).all(axis=(-1, -2))
    ons = slice(ON_TOKENS, ON_TOKENS + PITCHES)
    offs = slice(OFF_TOKENS, OFF_TOKENS + PITCHES)
    legal[..., offs] = sounds & ~began_now
    legal[..., END_TOKEN] = silence
    if not grid.monophonic:
        legal[..., ons] = ~sounds
        return legal
    voices = state.onsets.shape[-2]
    same_voice = np.asarray(state.rank) // RANKS == voice
    struck_out = at_once & np.asarray(state.closed) & same_voice
    legal[..., ons] = (_free(state, at_once, voice, Kind.ON) & ~struck_out)[..., None]
    legal[..., offs] &= _free(state, at_once, voice, Kind.OFF)[..., None]
    legal[..., PHRASE_TOKEN] = (voice == 0) & state.phrase_open & _free(state, at_once, voice, Kind.PHRASE)
    legal[..., END_TOKEN] &= (voice == voices - 1) & _free(state, at_once, voice, Kind.END)
    return legal


def legal_voices(state: Sounding, at_once: NDArray[np.bool_], grid: Grid) -> Mask:
    """``[..., voices]``: voices that have any legal token."""
    at_once = np.asarray(at_once)
    voices = state.onsets.shape[-2]
    legal = np.empty((*at_once.shape, voices), bool)
    for voice in range(voices):
        who = np.full(at_once.shape, voice, np.int32)
        legal[..., voice] = legal_tokens(state, at_once, who, grid).any(axis=-1)
    return legal


def legal_waits(state: Sounding, grid: Grid, elapsed: int = 0) -> Mask:
    """``[..., time_bins]``: waits since the last event that may be chosen.

    ``elapsed`` ticks have already passed in silence: bins that end before them are masked.
    """
    shape = np.shape(state.now)
    legal = np.ones((*shape, grid.time_bins), bool)
    if grid.monophonic:
        legal[..., 0] = legal_voices(state, np.ones(shape, bool), grid).any(axis=-1)
    else:
        legal[..., 0] = legal_tokens(state, np.ones(shape, bool), np.zeros(shape, np.int32), grid).any(
            axis=-1
        )
    legal &= grid.bin_edges[1:] > elapsed
    legal[..., -1] = True
    return legal


def is_legal(state: Sounding, event: Event, grid: Grid) -> bool:
    """Whether ``event`` may follow in this state (``start`` never does: it only opens a context)."""
    if event.kind == Kind.START or event.time < state.now:
        return False
    at_once, voice = np.array(event.time == state.now), np.array(event.voice)
    return bool(legal_tokens(state, at_once, voice, grid)[token_of(event.kind, event.pitch)])


def _free(
    state: Sounding, at_once: NDArray[np.bool_], voice: NDArray[np.int32], kind: Kind
) -> NDArray[np.bool_]:
    """Whether the order within the tick still allows this kind in this voice."""
    return ~at_once | (score_rank(kind, voice) > state.rank)
