"""How long the companion goes on when the player has stopped: a while, fading, to an end; then it rests.

Musicians who play with somebody do not play on for ever when he stops, nor do they break off: he may only
take a breath. For two seconds nothing changes, then it becomes sparser and softer, and after six it begins no
note any more; where bars are known, at the first bar line after four seconds. Keys that are held are playing,
for as long as a piano's note carries.
"""

from __future__ import annotations

from live.beat.beats import next_beat
from live.beat.pulse import Pulse
from live.stage.clock import MILLISECOND

FADES_NS = 2_000 * MILLISECOND
"""After the player's last key, press or release."""
ENDS_NS = 6_000 * MILLISECOND
"""In free time."""
SOONEST_NS, LATEST_NS = 4_000 * MILLISECOND, 8_000 * MILLISECOND
"""Where there are bars, at the first bar line between these."""
CARRIES_NS = 10_000 * MILLISECOND
"""A key that is held counts as playing for so long after the last strike."""
RINGS_NS = 2_000 * MILLISECOND
"""What sounds at the end may sound on for this long."""
SPARSEST, SOFTEST = 0.4, 0.6
"""At the end: notes begin so many times as often, and are so many times as loud."""


class Alone:
    """Since when the player is silent. Owned by the engine's thread, never blocks."""

    def __init__(self) -> None:
        self._struck_ns: int | None = None
        self._last_ns = 0

    def strike(self, ns: int) -> None:
        """The player plays."""
        self._struck_ns = ns
        self._last_ns = max(self._last_ns, ns)

    def release(self, ns: int) -> None:
        """A key came up."""
        self._last_ns = max(self._last_ns, ns)

    def forget(self) -> None:
        """As if he had never played."""
        self._struck_ns = None

    @property
    def nobody(self) -> bool:
        """Whether nobody has played yet."""
        return self._struck_ns is None

    def since(self, now_ns: int, *, down: bool) -> int:
        """When the player stopped; ``now_ns`` while he plays. ``down``: whether keys are."""
        if self._struck_ns is None:
            return self._last_ns
        return max(self._last_ns, min(now_ns, self._struck_ns + CARRIES_NS)) if down else self._last_ns

    def end(self, now_ns: int, pulse: Pulse | None, *, down: bool) -> int:
        """From when on the companion begins no note, unless the player does."""
        since = self.since(now_ns, down=down)
        if pulse is not None and pulse.bars is not None:
            return min(next_beat(pulse, since + SOONEST_NS, bar=True), since + LATEST_NS)
        return since + ENDS_NS

    def faded(self, ns: int, end_ns: int, *, down: bool) -> float:
        """How far it has faded at a moment: 0 not at all, 1 at the end."""
        begins = self.since(ns, down=down) + FADES_NS
        return min(max((ns - begins) / max(end_ns - begins, 1), 0.0), 1.0)
