"""What the player does: keys and pedal, from bytes to strikes, releases and ends of sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from live.stage.messages import SYSTEM_RESET
from models.pedal import PEDAL_CC, PEDAL_DOWN

ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123
"""From 123 on (124 to 127 choose modes) all mean that the keys are up."""


class Strike(NamedTuple):
    """A key went down."""

    stamp_ns: int
    pitch: int
    velocity: int


class Missed(NamedTuple):
    """A key went down too long ago: the program was stopped, or flooded. Nothing is made of it."""

    stamp_ns: int
    pitch: int


class Release(NamedTuple):
    """A key came up; the note may sound on under the pedal."""

    stamp_ns: int
    pitch: int


class Silent(NamedTuple):
    """A note stopped sounding: its key and the pedal are up, or everything was silenced."""

    stamp_ns: int
    pitch: int


class Expression(NamedTuple):
    """Pitch bend, CC 1, CC 11 or pressure: what the companion's channels get too."""

    stamp_ns: int
    message: bytes


class Zone(NamedTuple):
    """The same, of a key below the split: it says the chord, and is no part of the melody."""

    what: Strike | Release | Silent


Heard = Strike | Missed | Release | Silent | Expression | Zone


def ends_all(message: bytes) -> bool:
    """Whether the player asks for all sound to end (CC 120, system reset): the stage has done so."""
    return message[0] == SYSTEM_RESET or (message[0] & 0xF0 == 0xB0 and message[1] == ALL_SOUND_OFF)


class Hearing:
    """Keys and pedal of one player (all channels together). Owned by one thread, never blocks.

    ``split`` tells the lowest key of the melody as it is now; a key stays where it was struck.
    """

    def __init__(self, split: Callable[[], int] = lambda: 0) -> None:
        self._split = split
        self.down: dict[int, int] = {}
        """Pitch -> velocity of the keys that are down, without those of the zone."""
        self.zone: dict[int, int] = {}
        """The same of the keys that were struck below the split."""
        self._held: set[int] = set()  # by the pedal alone
        self._held_zone: set[int] = set()
        self._pedal = False

    @property
    def sounding(self) -> set[int]:
        """Pitches of the player that sound, on either side of the split: keys that are down, and what the
        pedal holds."""
        return self._held | self._held_zone | set(self.down) | set(self.zone)

    def forget(self) -> None:
        """The ports are gone: whatever was down, its release will never be heard."""
        for each in (self.down, self.zone, self._held, self._held_zone):
            each.clear()
        self._pedal = False

    def hear(self, stamp_ns: int, message: bytes) -> Iterator[Heard]:
        """What a message of 1 to 3 bytes means; nothing for most."""
        status = message[0] & 0xF0
        if status in (0x80, 0x90) and len(message) == 3:
            if status == 0x90 and message[2]:
                yield from self._strike(stamp_ns, message[1], message[2])
            else:
                yield from self._release(stamp_ns, message[1])
        elif status == 0xB0 and len(message) == 3:
            yield from self._control(stamp_ns, message)
        elif status in (0xE0, 0xD0, 0xA0):
            yield Expression(stamp_ns, message)

    def _strike(self, stamp_ns: int, pitch: int, velocity: int) -> Iterator[Heard]:
        below = pitch < self._split()
        if pitch in (self.down if below else self.zone):  # the split was moved under a key that is down
            yield from self._release(stamp_ns, pitch, held=False)
        for held, down in ((self._held, self.down), (self._held_zone, self.zone)):
            if pitch in down or pitch in held:
                held.discard(pitch)
                yield _on_side(Silent(stamp_ns, pitch), zone=down is self.zone)
        (self.zone if below else self.down)[pitch] = velocity
        yield _on_side(Strike(stamp_ns, pitch, velocity), zone=below)

    def _release(self, stamp_ns: int, pitch: int, *, held: bool | None = None) -> Iterator[Heard]:
        """A key comes up; ``held``: whether its note sounds on, if it is not the pedal that says so."""
        zone = pitch in self.zone
        if (self.zone if zone else self.down).pop(pitch, None) is None:
            return
        yield _on_side(Release(stamp_ns, pitch), zone=zone)
        if self._pedal if held is None else held:
            (self._held_zone if zone else self._held).add(pitch)
        else:
            yield _on_side(Silent(stamp_ns, pitch), zone=zone)

    def _control(self, stamp_ns: int, message: bytes) -> Iterator[Heard]:
        controller, value = message[1], message[2]
        if controller in (PEDAL_CC, RESET_CONTROLLERS):
            self._pedal = controller == PEDAL_CC and value >= PEDAL_DOWN
            if not self._pedal:
                yield from self._let_go(stamp_ns)
        elif controller in (1, 11):
            yield Expression(stamp_ns, message)
        elif controller >= ALL_NOTES_OFF:
            for pitch in [*self.down, *self.zone]:
                yield from self._release(stamp_ns, pitch)
        elif controller == ALL_SOUND_OFF:
            for pitch in [*self.down, *self.zone]:
                yield from self._release(stamp_ns, pitch, held=False)
            yield from self._let_go(stamp_ns)

    def _let_go(self, stamp_ns: int) -> Iterator[Heard]:
        held, self._held = sorted(self._held), set()
        below, self._held_zone = sorted(self._held_zone), set()
        for pitch in held:
            yield Silent(stamp_ns, pitch)
        for pitch in below:
            yield Zone(Silent(stamp_ns, pitch))


def _on_side(what: Strike | Release | Silent, *, zone: bool) -> Heard:
    return Zone(what) if zone else what
