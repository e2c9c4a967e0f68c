"""Which choices are legal: one implementation for training, evaluation and playing.

No sequence that obeys these masks has a stuck, orphan or zero-length note, and no tick is endless: on
the performance grid each pitch can begin and end once a tick, on the score grid ranks strictly rise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES, Event, Kind
from models.grid import Grid
from models.order import RANKS, rank_of
from models.sounding import SILENT, Sounding
from models.vocabulary import END_TOKEN, OFF_TOKENS, ON_TOKENS, PHRASE_TOKEN, TOKENS, token_of

Mask = NDArray[np.bool_]

_ONS = slice(ON_TOKENS, ON_TOKENS + PITCHES)
_OFFS = slice(OFF_TOKENS, OFF_TOKENS + PITCHES)
_ON, _OFF, _PHRASE, _END = (rank_of(kind) for kind in (Kind.ON, Kind.OFF, Kind.PHRASE, Kind.END))


def legal_tokens(state: Sounding, at_once: NDArray[np.bool_], voice: NDArray[np.int32], grid: Grid) -> Mask:
    """``[..., TOKENS]``: tokens that ``voice`` ``[...]`` may choose next.

    ``at_once`` ``[...]`` says whether the next event falls into the tick of the last one (wait 0).
    """
    at_once, voice = np.asarray(at_once), np.asarray(voice)
    own = np.take_along_axis(state.onsets, voice[..., None, None].astype(np.int64), axis=-2)
    return _legal(state, own[..., 0, :], at_once, voice, grid)


def legal_voices(state: Sounding, at_once: NDArray[np.bool_], grid: Grid) -> Mask:
    """``[..., voices]``: voices that have any legal token."""
    each_voice = Sounding(
        state.onsets[..., None, :, :],
        np.asarray(state.now)[..., None],
        np.asarray(state.rank)[..., None],
        np.asarray(state.closed)[..., None],
        np.asarray(state.phrase_open)[..., None],
    )
    voice = np.arange(state.onsets.shape[-2], dtype=np.int32)
    legal = _legal(each_voice, state.onsets, np.asarray(at_once)[..., None], voice, grid)
    return np.asarray(legal.any(axis=-1))


def _legal(
    state: Sounding,
    own: NDArray[np.int32],
    at_once: NDArray[np.bool_],
    voice: NDArray[np.int32],
    grid: Grid,
) -> Mask:
    """``[..., TOKENS]`` for voices ``[...]`` whose onsets are ``own`` ``[..., 128]``."""
    legal = np.zeros((*own.shape[:-1], TOKENS), bool)
    began_now = at_once[..., None] & (own == np.asarray(state.now)[..., None])
    sounds = own != SILENT
    silence = (state.onsets == SILENT).all(axis=(-1, -2))
    legal[..., _OFFS] = sounds & ~began_now
    legal[..., END_TOKEN] = silence
    if not grid.monophonic:
        legal[..., _ONS] = ~sounds
        return legal
    voices = state.onsets.shape[-2]
    same_voice = np.asarray(state.rank) // RANKS == voice
    struck_out = at_once & np.asarray(state.closed) & same_voice
    legal[..., _ONS] = (_free(state, at_once, voice, _ON) & ~struck_out)[..., None]
    legal[..., _OFFS] &= _free(state, at_once, voice, _OFF)[..., None]
    legal[..., PHRASE_TOKEN] = (voice == 0) & state.phrase_open & _free(state, at_once, voice, _PHRASE)
    legal[..., END_TOKEN] &= (voice == voices - 1) & _free(state, at_once, voice, _END)
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


def _free(state: Sounding, at_once: NDArray[np.bool_], voice: NDArray[np.int32], rank: int) -> Mask:
    """Whether the order within the tick still allows an event of this rank in this voice."""
    return np.asarray(~at_once | (voice * RANKS + rank > state.rank))
