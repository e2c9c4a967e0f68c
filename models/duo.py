"""One stream of events, two players: which of the model's next events are the companion's.

A performance model knows one voice and one pianist. Where two play together, its next event is imagined as
the player's or taken as the companion's, by where it lies: so the companion plays as often as the second part
of such music does, and not instead of the player.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.advice import Logits
from models.context import Allowed, Context
from models.events import PITCHES
from models.sounding import SILENT
from models.vocabulary import ON_TOKENS

_ONS = slice(ON_TOKENS, ON_TOKENS + PITCHES)
_LEAST = 1e-30
_NEVER = -1e9
_ADAPTING = 0.1

Pitches = NDArray[np.bool_]


@dataclass
class Duo:
    """A part in it. Owned by one thread.

    ``mine [128]``: pitches at which the companion may begin a note, as far as room goes. ``may [128]``: those
    of them that a hold lets pass: what the model would begin in the rest of ``mine``, it begins here. ``lean
    [128]``: nats that draw it to some of them, without beginning more notes. ``rate``: so many times as often
    as the model would have it; but of all that is begun at least the share ``least`` is the companion's.
    ``temperature`` and ``top_p`` say which note it is, of those that either may begin; not whose turn it is,
    nor when, nor whether a note ends: a plan that is made anew all the time would cut an unlikely end every
    time.
    """

    mine: Pitches
    may: Pitches
    lean: NDArray[np.float64] | None = None
    rate: float = 1.0
    least: float = 0.0
    temperature: float = 1.0
    top_p: float = 1.0
    share: float = 0.3
    """How probable it lately was that an event of the model begins a note of the companion's."""

    def recall(self, context: Context) -> Part:
        """Its say in the next event."""
        return Part(self, context.state.onsets[0] == SILENT)


class Part:
    """What becomes of the heads for one event."""

    def __init__(self, duo: Duo, silent: Pitches) -> None:
        self._duo, self._silent = duo, silent

    def waits(self, logits: Logits) -> Logits:
        """The companion's share of all that may happen comes ``rate`` times as soon, the player's as ever.

        Events of both are taken as two processes side by side: the probability that nothing has happened yet
        is raised to the power by which both together are quicker.
        """
        duo = self._duo
        if duo.rate == 1.0:
            return logits
        quicker = 1.0 + duo.share * (duo.rate - 1.0)
        weights = np.exp(logits.astype(np.float64) - logits.max())
        not_yet = np.append(weights[::-1].cumsum()[::-1] / weights.sum(), 0.0) ** quicker
        return np.asarray(np.log(not_yet[:-1] - not_yet[1:] + _LEAST), np.float32)

    def tokens(self, logits: Logits, legal: Allowed, ticks: int) -> Logits:
        """What is begun is drawn to where it leans; how often depends on ``rate`` alone."""
        duo = self._duo
        scores = logits[_ONS].astype(np.float64)
        may, his = duo.may & legal[_ONS], legal[_ONS] & ~duo.may
        mine = duo.mine & self._silent
        if not may.any():
            duo.share -= _ADAPTING * duo.share
            return self._styled(logits, his)
        top = scores.max()
        before = np.exp(scores[mine] - top).sum()
        others = np.exp(logits[legal].astype(np.float64) - top).sum() - np.exp(scores[may] - top).sum()
        duo.share += _ADAPTING * (before / max(before + others, _LEAST) - duo.share)
        leaning = scores if duo.lean is None else scores + duo.lean
        after = np.exp(leaning[may] - top).sum()
        changed = logits.copy()
        wanted = max(before * duo.rate, np.exp(scores[his] - top).sum() * duo.least / (1 - duo.least))
        more = np.log(max(wanted, _LEAST) / max(after, _LEAST))
        changed[_ONS] = np.where(may, leaning + more, logits[_ONS])
        return self._styled(changed, may, his)

    def _styled(self, logits: Logits, *groups: Pitches) -> Logits:
        """Each group by temperature and top-p, with the share that it had."""
        duo = self._duo
        if duo.temperature == 1.0 and duo.top_p >= 1.0:
            return logits
        styled = logits.copy()
        scores = styled[_ONS]
        for group in groups:
            pitches = np.flatnonzero(group)
            if not len(pitches):
                continue
            order = pitches[np.argsort(-scores[pitches], kind="stable")]
            ranked = scores[order].astype(np.float64)
            share = ranked[0] + np.log(np.exp(ranked - ranked[0]).sum())
            ranked = (ranked - ranked[0]) / duo.temperature
            sums = np.exp(ranked).cumsum()
            count = min(int(np.searchsorted(sums, duo.top_p * sums[-1])) + 1, len(sums))
            scores[order[count:]] = _NEVER
            scores[order[:count]] = ranked[:count] - np.log(sums[count - 1]) + share
        return styled

    def loudness(self, logits: Logits, pitch: int) -> Logits:
        """As the model has it."""
        return logits
