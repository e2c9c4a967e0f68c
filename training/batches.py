"""Batches of windows: what a training step is fed. NumPy only; runs in a thread beside the training."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.masks import legal_tokens, legal_voices, legal_waits
from models.piece import Piece
from models.sounding import trace
from models.vocabulary import WAIT, WHO, choices
from training.settings import ModelSettings
from training.views import View, drawn_view, plain_view

Batch = dict[str, NDArray[np.generic]]
POOL_PIECES = 128
"""Pieces whose windows are shuffled together: enough variety, little memory."""
EVERY = slice(None)
PADDING = 32
"""Batches are padded to a multiple of this many events."""


def window_arrays(view: View, first: int, settings: ModelSettings) -> Batch:
    """One window ``[n, ...]``, ``n`` at most ``window``, beginning at event ``first``.

    Each position is told one event and asked for the next.
    """
    grid, voices, length = settings.grid_object, settings.voices, settings.training.window
    last = min(first + length, len(view.events) - 1)
    before = int(view.events[first - 1, 0]) if first else 0
    told = choices(view.events[first : last + 1], grid, before)
    state = trace(view.events, first, last, grid, voices)
    coming = told[1:]
    at_once = coming[:, WAIT] == 0
    arrays: Batch = {
        "events": told[:-1],
        "conditions": view.conditions[first:last],
        "sounding": state.rows(),
        "next_events": coming,
        "next_conditions": view.conditions[first + 1 : last + 1],
        "legal_waits": legal_waits(state, grid),
        "legal_tokens": legal_tokens(state, at_once, coming[:, WHO], grid),
        "log_width": np.log(grid.bin_widths[coming[:, WAIT]]).astype(np.float32),
        "counted": np.ones(last - first, np.float32),
    }
    if voices > 1:
        arrays["legal_voices"] = legal_voices(state, at_once, grid)
    return arrays


def stack(windows: list[Batch], longest: int = 0) -> Batch:
    """Windows to a batch ``[batch, time, ...]``, padded at the end with ``counted`` 0.

    ``time`` is a multiple of :data:`PADDING`, so that a network is traced for few shapes, and at least
    ``longest``: other processes may have longer windows of the same batch.
    """
    longest = max(longest, *(len(each["counted"]) for each in windows))
    length = -(-longest // PADDING) * PADDING

    def padded(array: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.pad(array, [(0, length - len(array))] + [(0, 0)] * (array.ndim - 1))

    return {name: np.stack([padded(each[name]) for each in windows]) for name in windows[0]}


def window_starts(events: int, settings: ModelSettings, rng: np.random.Generator) -> list[int]:
    """Starts of the windows of one view: consecutive from a random place, and some from the beginning."""
    length = settings.training.window
    if events - 1 <= length:
        return [0]
    offset = int(rng.integers(length))
    starts = list(range(offset, events - 1 - length // 4, length)) or [0]
    if rng.random() < settings.training.start_share * len(starts):
        starts.append(0)
    return starts


def epoch(
    pieces: Sequence[Piece],
    settings: ModelSettings,
    seed: int,
    skip: int | None = 0,
    rows: slice = EVERY,
) -> Iterator[Batch]:
    """All batches of one pass over the pieces, freshly drawn and shuffled.

    The first ``skip`` batches are passed over (a resumed run); None: all are, as empty batches to count.
    ``rows``: which windows of each batch are wanted here.
    """
    size = settings.training.batch
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pieces))
    waiting: list[tuple[View, int]] = []
    made = 0
    for chunk in range(0, len(order), POOL_PIECES):
        for index in order[chunk : chunk + POOL_PIECES]:
            view = drawn_view(pieces[index], settings, rng)
            waiting += [(view, s) for s in window_starts(len(view.events), settings, rng)]
        batches, waiting = _grouped(waiting, size, settings.training.window, rng)
        for batch in batches:
            made += 1
            if skip is None:
                yield {}
            elif made > skip:
                longest = max(_length(place, settings.training.window) for place in batch)
                yield stack([window_arrays(*place, settings) for place in batch[rows]], longest)


def _length(place: tuple[View, int], window: int) -> int:
    """How many events a window has."""
    return min(window, len(place[0].events) - 1 - place[1])


def _grouped(
    pool: list[tuple[View, int]], size: int, window: int, rng: np.random.Generator
) -> tuple[list[list[tuple[View, int]]], list[tuple[View, int]]]:
    """Shuffled batches of windows of about the same length, so that little is padded; and the rest."""
    shuffled = [pool[index] for index in rng.permutation(len(pool))]
    count = len(shuffled) // size * size
    full, rest = sorted(shuffled[:count], key=lambda place: _length(place, window)), shuffled[count:]
    batches = [full[first : first + size] for first in range(0, count, size)]
    return [batches[index] for index in rng.permutation(len(batches))], rest


def validation_batches(
    pieces: Sequence[Piece], settings: ModelSettings, *, most: int, uncounted: int, rows: slice = EVERY
) -> list[Batch]:
    """At most ``most`` windows spread evenly over the pieces, nothing drawn.

    In windows that do not begin a piece, the first ``uncounted`` events only warm up. ``rows``: as for
    :func:`epoch`.
    """
    windows: list[Batch] = []
    places: list[tuple[Piece, int]] = []
    for piece in pieces:
        events = len(plain_view(piece, settings).events)
        starts = range(0, max(1, events - settings.training.window), settings.training.window)
        places += [(piece, start) for start in starts]
    for index in np.linspace(0, len(places) - 1, min(most, len(places))).astype(int):
        piece, start = places[index]
        view = plain_view(piece, settings, goals=settings.training.only_goals)
        arrays = window_arrays(view, start, settings)
        if start:
            arrays["counted"][:uncounted] = 0
        windows.append(arrays)
    size = settings.training.batch
    batches = [windows[first : first + size] for first in range(0, len(windows) - size + 1, size)]
    return [stack(each[rows], max(len(one["counted"]) for one in each)) for each in batches]


def prefetched(make: Callable[[], Iterator[Batch]], depth: int = 4) -> Iterator[Batch]:
    """Run an iterator of batches in a thread, ``depth`` ahead; its errors are raised here."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(depth)
    stop = threading.Event()

    def put(item: Batch | BaseException | None) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for batch in make():
                put(batch)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    worker = threading.Thread(target=work, name="batches", daemon=True)
    worker.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        worker.join()
