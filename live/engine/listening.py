"""What of the player the companion listens to: channels, a range of keys, transposed, through a curve.

Thru is not touched: keys outside are sent on and not heard. A note-off finds its note-on, and a pedal or a
bend its rest, also when the settings changed between. Engine thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from live.engine.curves import shaped
from live.engine.expression import Kind, at_rest, can_rest, is_at_rest, kind_of
from live.stage.messages import ALL_NOTES_OFF, ALL_SOUND_OFF, is_controller, is_note_off, is_note_on

RESET_CONTROLLERS = 121
EVERY_CHANNEL = frozenset(range(16))


class Filter(NamedTuple):
    """Which keys are heard, and how. ``channels`` 0-15."""

    channels: frozenset[int] = EVERY_CHANNEL
    low: int = 0
    high: int = 127
    transpose: int = 0
    curve: str = "linear"
    velocity: int = 100

    def pitch(self, channel: int, pitch: int) -> int | None:
        """As which pitch a key is heard; None when it is not."""
        low, high = sorted((self.low, self.high))
        heard = pitch + self.transpose
        if channel in self.channels and low <= pitch <= high and 0 <= heard <= 127:
            return heard
        return None


class _Key(NamedTuple):
    source: int
    channel: int
    pitch: int


class Listening:
    """The way in. ``chosen`` tells the filter as it is now."""

    def __init__(self, chosen: Callable[[], Filter]) -> None:
        self._chosen = chosen
        self._down: dict[_Key, int] = {}
        self._away: set[tuple[int, int, Kind]] = set()

    def hear(self, source: int, message: bytes) -> Iterator[bytes]:
        """What the companion hears of a message: the same, another, none, or several."""
        if is_note_on(message):
            yield from self._strike(_Key(source, message[0] & 0x0F, message[1]), message[2])
        elif is_note_off(message):
            yield from self._release(_Key(source, message[0] & 0x0F, message[1]))
        elif message[0] >= 0xF0:
            yield message
        elif is_controller(message) and message[1] >= ALL_SOUND_OFF:
            yield from self._mode(source, message)
        elif self._finds(source, message):
            yield message

    def lost(self, source: int) -> Iterator[bytes]:
        """A source has vanished: its keys are up, its pedal and bends at rest."""
        for key in [each for each in self._down if each.source == source]:
            yield from self._release(key)
        yield from self._rest(lambda place: place[0] == source)

    def forget(self) -> None:
        """Every source has vanished, and everybody knows."""
        self._down.clear()
        self._away.clear()

    def _strike(self, key: _Key, velocity: int) -> Iterator[bytes]:
        chosen = self._chosen()
        heard = chosen.pitch(key.channel, key.pitch)
        if self._down.get(key, heard) != heard:  # struck again without a note-off, heard otherwise before
            yield from self._release(key)
        if heard is not None:
            self._down[key] = heard
            velocity = shaped(velocity, chosen.curve, chosen.velocity)
            yield bytes((0x90 | key.channel, heard, velocity))

    def _release(self, key: _Key) -> Iterator[bytes]:
        if key not in self._down:  # some keyboards change their channel with a key down
            same = (each for each in self._down if (each.source, each.pitch) == (key.source, key.pitch))
            key = next(same, key)
        heard = self._down.pop(key, None)
        if heard is not None and heard not in self._down.values():
            yield bytes((0x80 | key.channel, heard, 0))

    def _finds(self, source: int, message: bytes) -> bool:
        """Whether a controller, bend or pressure is heard: what is listened to, and its way back to rest."""
        channel, kind = message[0] & 0x0F, kind_of(message)
        place = source, channel, kind
        heard = channel in self._chosen().channels or place in self._away
        if heard and can_rest(kind):
            (self._away.discard if is_at_rest(message) else self._away.add)(place)
        return heard

    def _mode(self, source: int, message: bytes) -> Iterator[bytes]:
        """CC 120 ends everything, 121 puts controllers to rest, 123 and more mean that keys are up."""
        channel, number = message[0] & 0x0F, message[1]
        if number == ALL_SOUND_OFF:
            self._down.clear()
            yield message
        elif number >= ALL_NOTES_OFF:
            for key in [each for each in self._down if (each.source, each.channel) == (source, channel)]:
                yield from self._release(key)
        elif number == RESET_CONTROLLERS:
            yield from self._rest(lambda place: place[:2] == (source, channel))

    def _rest(self, whose: Callable[[tuple[int, int, Kind]], bool]) -> Iterator[bytes]:
        for place in sorted((each for each in self._away if whose(each)), key=str):
            self._away.discard(place)
            yield at_rest(place[1], place[2])
