"""Three guards on what comes in: echoes of our own notes, floods through thru, doubled notes.

Each belongs to one thread; nothing here blocks. Times are nanoseconds of the clock.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import NamedTuple

from live.stage.clock import MILLISECOND, SECOND

ECHO_WINDOW_NS = 50 * MILLISECOND
DOUBLE_WINDOW_NS = 20 * MILLISECOND
FLOOD_LIMIT = 200
"""Identical messages a second through thru."""
TICK_LIMIT = 1000
"""And ticks of MIDI clock: eight inputs that tick at 300 beats a minute are no loop."""
_TICK = b"\xf8"


class _SentNote(NamedTuple):
    """A note-on that went out; ``source`` is the input whose thru it was, None for the engine's."""

    velocity: int
    at_ns: int
    source: int | None


class EchoGuard:
    """Swallows our own notes when a program sends them back to us.

    Channel, pitch and velocity must be those of a note sent at most 50 ms ago, and one sent note
    swallows one. A key that was let go and struck again is the player's own, never an echo of its
    first stroke. The note-off of a swallowed note is swallowed too, but never that of a key that is
    down.
    """

    def __init__(self) -> None:
        self._sent: dict[tuple[int, int], deque[_SentNote]] = defaultdict(lambda: deque(maxlen=8))
        self._down: set[tuple[int, int, int]] = set()
        self._swallowed: dict[tuple[int, int, int], int] = {}

    def sent(self, message: bytes, now_ns: int, source: int | None = None) -> None:
        """This note-on was put on the wire."""
        key = (message[0] & 0x0F, message[1])
        self._sent[key].append(_SentNote(message[2], now_ns, source))

    def swallows_on(self, source: int, message: bytes, now_ns: int) -> bool:
        """Whether this note-on from ``source`` is an echo."""
        channel, pitch, velocity = message[0] & 0x0F, message[1], message[2]
        notes = self._sent.get((channel, pitch))
        for note in notes or ():
            if note.velocity == velocity and now_ns - note.at_ns <= ECHO_WINDOW_NS:
                assert notes is not None
                notes.remove(note)
                place = (source, channel, pitch)
                self._swallowed[place] = self._swallowed.get(place, 0) + 1
                return True
        self._down.add((source, channel, pitch))
        return False

    def swallows_off(self, source: int, message: bytes) -> bool:
        """Whether this note-off from ``source`` belongs to an echo."""
        channel, pitch = message[0] & 0x0F, message[1]
        place = (source, channel, pitch)
        if place in self._down:
            self._down.discard(place)
            self._forget(channel, pitch, source)
            return False
        echoes = self._swallowed.get(place, 0)
        if echoes > 1:
            self._swallowed[place] = echoes - 1
        elif echoes:
            del self._swallowed[place]
        return echoes > 0

    def keys_up(self, source: int, channel: int) -> None:
        """The source says that no key of this channel is down."""
        self._down = {place for place in self._down if place[:2] != (source, channel)}

    def gone(self, source: int) -> None:
        """The source has vanished: none of its keys is down, and no echo of it will end."""
        self._down = {place for place in self._down if place[0] != source}
        self._swallowed = {place: count for place, count in self._swallowed.items() if place[0] != source}

    def _forget(self, channel: int, pitch: int, source: int) -> None:
        """The key is up: what it sent will not be taken for an echo of its next stroke."""
        notes = self._sent.get((channel, pitch))
        if notes:
            kept = [note for note in notes if note.source != source]
            notes.clear()
            notes.extend(kept)


class FloodGuard:
    """Sees a loop through thru: more than 200 identical messages within a second, whenever it begins."""

    def __init__(self) -> None:
        self._times: dict[bytes, deque[int]] = {}
        self._looked_ns = 0

    def trips(self, message: bytes, now_ns: int) -> bool:
        """Count this message; whether thru is to be muted."""
        name = message[:16]  # the beginning tells long ones apart well enough
        times = self._times.get(name)
        if times is None:
            self._forget_the_rare(now_ns)
            times = self._times[name] = deque(maxlen=TICK_LIMIT if name == _TICK else FLOOD_LIMIT)
        trips = len(times) == times.maxlen and now_ns - times[0] < SECOND
        times.append(now_ns)
        return trips

    def reset(self) -> None:
        """Forget what came."""
        self._times.clear()

    def _forget_the_rare(self, now_ns: int) -> None:
        """Once a second at most: messages that have not come for a second are not kept for ever."""
        if now_ns - self._looked_ns >= SECOND:
            self._looked_ns = now_ns
            self._times = {name: times for name, times in self._times.items() if now_ns - times[-1] < SECOND}


class DoubleNotes:
    """The same note from two sources within 20 ms counts once: the first one counts."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, int], tuple[int, int]] = {}
        self._swallowed: set[tuple[int, int, int]] = set()

    def swallows_on(self, source: int, message: bytes, stamp_ns: int) -> bool:
        """Whether this note-on from ``source`` was just heard from another source."""
        key = (message[0] & 0x0F, message[1])
        last = self._last.get(key)
        if last and last[0] != source and abs(stamp_ns - last[1]) <= DOUBLE_WINDOW_NS:
            self._swallowed.add((source, *key))
            return True
        self._last[key] = (source, stamp_ns)
        self._swallowed.discard((source, *key))
        return False

    def swallows_off(self, source: int, message: bytes) -> bool:
        """Whether this note-off belongs to a note that did not count."""
        place = (source, message[0] & 0x0F, message[1])
        if place in self._swallowed:
            self._swallowed.discard(place)
            return True
        return False

    def gone(self, source: int) -> None:
        """The source has vanished, and with it the ends of its notes that did not count."""
        self._swallowed = {place for place in self._swallowed if place[0] != source}
