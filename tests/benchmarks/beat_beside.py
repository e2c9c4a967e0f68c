"""Beat trackers of libraries, given an onset envelope made from the notes."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable

import numpy as np

from training.beats.asap import Floats, Played

FPS = 100
Library = Callable[[Played], Floats]


def envelope(played: Played) -> Floats:
    """Onset strength 0 to 1 in frames of 10 ms: loud and thick onsets are near 1."""
    size = int((played.notes[-1, 0] + 1) * FPS)
    sums = np.bincount((played.notes[:, 0] * FPS).astype(int), played.notes[:, 2], size)
    return 1 - np.exp(-np.convolve(sums, [0.5, 1, 0.5], "same") / 100)


def libraries() -> dict[str, Library]:
    """Those that are installed, by what the table calls them."""
    return {**_librosa(), **_madmom()}


def _librosa() -> dict[str, Library]:
    try:
        import librosa
    except ImportError:
        return {}

    def track(played: Played) -> Floats:
        _, beats = librosa.beat.beat_track(
            onset_envelope=envelope(played), sr=FPS, hop_length=1, units="frames", trim=False
        )
        return np.asarray(beats, float) / FPS

    def foretold(played: Played) -> Floats:
        """Each second it hears the last 12 s; the beats of the second to come go on as its last four went."""
        strength, told = envelope(played), []
        for now in range(4, len(strength) // FPS):
            start = max(0, now - 12)
            _, beats = librosa.beat.beat_track(
                onset_envelope=strength[start * FPS : now * FPS],
                sr=FPS,
                hop_length=1,
                units="frames",
                trim=False,
            )
            if len(beats) < 3:
                continue
            step = float(np.median(np.diff(beats[-5:]))) / FPS
            following = start + beats[-1] / FPS + step * np.arange(1, 40)
            told += following[(following > now) & (following <= now + 1)].tolist()
        return np.array(told)

    name = f"librosa {librosa.__version__} beat_track"
    return {f"{name} (not causal)": track, f"{name}, foretold second by second (causal)": foretold}


def _madmom() -> dict[str, Library]:
    """Its last release is older than Python 3.10 and NumPy 1.24: what they took away is lent to it."""
    for name in ("MutableSequence", "Sequence", "Mapping", "MutableMapping", "Iterable"):
        setattr(collections, name, getattr(collections.abc, name))
    for kind in (float, int, bool, object, complex):
        if kind.__name__ not in vars(np):
            setattr(np, kind.__name__, kind)
    try:
        from madmom.features.beats import DBNBeatTrackingProcessor
    except ImportError:
        return {}

    def online(played: Played) -> Floats:
        tracker = DBNBeatTrackingProcessor(online=True, fps=FPS)
        return np.asarray(tracker.process_online(envelope(played), reset=True), float)

    return {"madmom 0.16.1 DBN, online (causal)": online}
