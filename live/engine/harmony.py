"""Voices around a melody note, chosen at the moment it is struck.

The model is asked only for events at wait 0; what it would do between strikes is discarded. A voice that
it leaves alone goes on: that is voice leading. What sounds and what the model is told are two ledgers:
sounding voices end with their melody note, the model's voices stay until the next strike or a gap of a
beat, and a voice that the model holds but that has stopped sounding is struck again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from live.engine.leading import lead
from models.at_once import AtOnce, Pitches
from models.context import Context
from models.events import PITCHES, Event, Kind
from models.grid import TICKS_PER_QUARTER
from models.hold import FREE, Hold
from models.sampling import Draws, Style
from models.sounding import SILENT
from models.surprise import Spending

SOUNDING_VOICES = {1: (1,), 2: (1, 3), 3: (1, 2, 3)}
"""Which voices sound for 1, 2 or 3 wanted: the nearest, then the outermost. The model always hears all."""

PERFECT = (0, 7)
"""Pitch-class distances (unison, fifth) that two voices do not keep while both move."""
APART = 12
"""Semitones that soprano, alto and tenor are from the next voice below at most; a bass may be anywhere."""
LEAST_ROOM = 4
"""Semitones that a voice has to choose from below the voice over it, in its range or not."""
MOST_AGAIN = 8
"""A voice that was struck so often in a row on one pitch holds it or moves: Bach strikes none oftener."""
CLASH = 1
"""Pitch-class distance (a semitone) at which a kept voice and a new melody note clash."""


def nearest(pitch: int, allowed: Pitches) -> Pitches:
    """Those of the allowed pitches that are nearest to this one: one or two, none where none is allowed."""
    found = np.flatnonzero(allowed)
    near = np.zeros(PITCHES, bool)
    if len(found):
        away = np.abs(found - pitch)
        near[found[away == away.min()]] = True
    return near


class Harmonist:
    """Chooses voices 1.. of a score model around voice 0. Owned by one thread; blocks for the model alone.

    Events are in the model's ticks and key. What ``strike`` and ``release`` yield is what should sound: an
    ``ON`` ends the voice's sounding note by an ``OFF`` before it.
    """

    def __init__(
        self, context: Context, *, voices: int, style: Style, seed: int, spending: Spending | None = None
    ) -> None:
        self.context = context
        self.style = style
        self.hold: Hold = FREE
        """What the voices are held to from the next strike on, in the model's pitches."""
        self._tones = FREE.around(0)
        self._spending = spending or Spending()
        self._seed = seed
        self._decision = 0
        self._all = range(1, context.manifest.voices)
        self.ranges: Sequence[tuple[int, int]] = context.manifest.ranges
        """Lowest and highest pitch of each voice from 0, the melody, in the model's key."""
        self.heard_voices = SOUNDING_VOICES[voices]
        self.sounding: dict[int, int] = {}
        self._told: list[Event] = []
        """The last melody note, and the voices that the model heard in its tick."""
        self._after: list[Event] = []
        """Voices that have moved since."""
        self._held: dict[int, int] = {}
        self._before: dict[int, int] = {}
        self.moved: dict[int, int] = {}
        """Voices that the model holds where the last :meth:`move` has left them, until it is told."""

    def strike(self, melody: Event, rest: tuple[Event, ...] = ()) -> Iterator[Event]:
        """A new melody note (``ON`` of voice 0), after a ``rest`` that ended the one before.

        Yields voices as soon as each is chosen.
        """
        self.tell(melody, rest)
        yield from self._choose(melody)

    def replace(self, melody: Event) -> Iterator[Event]:
        """A higher note struck so soon after the last that it is the melody: voices move only on a clash."""
        kept = self.told
        self.tell_instead(melody)
        for event in kept:
            clash = abs(event.pitch - melody.pitch) % 12 in (CLASH, 12 - CLASH)
            if clash or not self._tones[event.pitch]:
                break
            self._hear(event)
        else:
            return
        yield from self._choose(melody)

    def tell(self, melody: Event, rest: tuple[Event, ...] = ()) -> None:
        """The model hears a new melody note, and is asked nothing."""
        before = self._look()
        self._before |= before
        self.context.hear(*rest, *self._forgotten(melody.time, before, rest), melody)
        self._told, self._after = [melody], []
        self._tones = self.hold.around(melody.pitch)
        self._look()

    def tell_instead(self, melody: Event) -> None:
        """The model hears this melody note in place of the last one and all that followed it."""
        self.context.rollback(len(self._told) + len(self._after))
        self._told, self._after = [], []
        self._tones = self.hold.around(melody.pitch)
        self._hear(melody)

    def tell_voice(self, voice: int, pitch: int, velocity: int) -> None:
        """The model hears a voice under the last melody note, if it comes in order."""
        if self._told and voice > self._told[-1].voice:
            self._hear(Event(self._told[0].time, Kind.ON, pitch, velocity, voice))

    def move(self, tick: int, velocity: int) -> Iterator[Event]:
        """The hold is another while the melody note goes on: voices beside it go to its tones by the nearest
        ways, at ``tick`` (that of the strike: it was so from then on). Yields what should sound; the model is
        told by :meth:`tell_move` of what :attr:`moved` says then.
        """
        self.moved = {}
        melody = self._held.get(0)
        if melody is None or not self.hold.classes:
            return
        self._tones = self.hold.around(melody)
        tones = self._tones & self.hold.pitches
        places = {voice: pitch for voice, pitch in (self._held | self.sounding).items() if voice}
        if all(self._fits(pitch) and tones[pitch] for pitch in places.values()):
            return
        found = lead(places, tones, melody)
        for voice in sorted(places):
            pitch, before = found.get(voice), self.sounding.get(voice)
            if before is not None and before != pitch:
                yield Event(tick, Kind.OFF, self.sounding.pop(voice), 0, voice)
            if pitch is None:
                continue
            if before is not None and before != pitch:
                self.sounding[voice] = pitch
                yield Event(tick, Kind.ON, pitch, velocity, voice)
            if self._held.get(voice) != pitch:
                self.moved[voice] = pitch

    def tell_move(self, tick: int, voice: int, pitch: int, velocity: int) -> None:
        """The model hears that a voice has moved under the melody note; at the tick of what it heard last, in
        place of what the voice did there."""
        if not self._told:
            return
        last = self._after or self._told
        at, again = last[-1].time, list[Event]()
        if tick > at:
            last, at = self._after, tick
        else:
            again = [event for event in last if event.time == at and event.voice > voice]
            back = len(again) + any(event.time == at and event.voice == voice for event in last)
            self.context.rollback(back)
            del last[len(last) - back :]
            self._look()
        for event in (Event(at, Kind.ON, pitch, velocity, voice), *again):
            if self._held.get(event.voice) != event.pitch:  # else the voice goes on
                self.context.hear(event)
                last.append(event)
        self._look()

    @property
    def told(self) -> list[Event]:
        """The voices that the model has heard under the last melody note."""
        return [event for event in self._told if event.voice > 0]

    def release(self, melody: Event) -> Iterator[Event]:
        """The melody rests (``OFF`` of voice 0): the voices stop sounding, the model keeps them."""
        self.context.hear(melody)
        yield from self.rest(melody.time)

    def rest(self, time: int) -> Iterator[Event]:
        """Voices stop sounding."""
        for voice, pitch in sorted(self.sounding.items()):
            yield Event(time, Kind.OFF, pitch, 0, voice)
        self.sounding.clear()

    def move_to(self, other: Harmonist, semitones: int) -> None:
        """Go on from the context of another, which has heard the same music ``semitones`` higher."""
        self.context, self._told, self._after = other.context, other._told, other._after
        self._before = other._before
        self.sounding = {voice: pitch + semitones for voice, pitch in self.sounding.items()}
        self._look()

    def turn(self, context: Context, semitones: int) -> None:
        """Go on from a context that has heard the same ``semitones`` higher (:meth:`Context.transposed`)."""
        self.context = context
        self._told = [event.higher(semitones) for event in self._told]
        self._after = [event.higher(semitones) for event in self._after]
        for places in (self._before, self.sounding):
            for voice in places:
                places[voice] += semitones
        self._look()

    def set_voices(self, count: int) -> None:
        """How many voices sound from the next strike on."""
        self.heard_voices = SOUNDING_VOICES[count]

    def accept(self, struck: Event) -> None:
        """A voice was struck by somebody else than the model, which is told if its turn has not gone by."""
        self.sounding[struck.voice] = struck.pitch
        if all(struck.voice > event.voice for event in self._told):
            self._hear(struck)

    def try_out(self) -> None:
        """Do on a fork what a strike does first; nothing is changed."""
        fork = self.context.fork()
        fork.hear(Event(fork.now + TICKS_PER_QUARTER, Kind.ON, sum(self.ranges[0]) // 2))
        AtOnce(fork, self._all)

    def _look(self) -> dict[int, int]:
        """Read the pitch that the model holds in each voice."""
        sounds = self.context.state.onsets != SILENT
        pitches = sounds.argmax(axis=1).tolist()
        self._held = {voice: pitch for voice, pitch in enumerate(pitches) if sounds[voice, pitch]}
        return self._held

    def _hear(self, event: Event) -> None:
        self.context.hear(event)
        self._told.append(event)
        self._look()

    def _forgotten(self, time: int, held: dict[int, int], rest: tuple[Event, ...]) -> Iterator[Event]:
        """After a gap of a beat without melody, the model is told that the voices have ended."""
        now = rest[-1].time if rest else self.context.now
        voices = [voice for voice in self._all if voice in held]
        if voices and (rest or 0 not in held) and time - now >= TICKS_PER_QUARTER:
            onsets = self.context.state.onsets
            end = max(now, *(int(onsets[voice, held[voice]]) + 1 for voice in voices))
            for voice in voices:
                yield Event(end, Kind.OFF, held[voice], 0, voice)

    def _choose(self, melody: Event) -> Iterator[Event]:
        draws = Draws(self._seed, self._decision)
        self._decision += 1
        first = 1 + max((event.voice for event in self._told), default=0)
        while first <= self._all[-1]:
            look = AtOnce(self.context, range(first, self._all[-1] + 1))
            due = next((v for v in self._all if v >= first and self._must_move(v, melody.pitch)), None)
            style = self._spending.styled(self.style)
            more = look.goes_on(draws)
            at_once = more.choice == 1
            self._spending.said(more.nats, more.entropy, note=False)
            if not at_once and due is None:
                break
            last = self._all[-1] if due is None else due
            voices = range(first if at_once else last, last + 1)
            every = {voice: self._allowed(voice, melody.pitch) for voice in voices}
            allowed = {voice: pitches for voice, pitches in every.items() if pitches.any()}
            if not allowed:  # the hold has nothing below so low a melody
                first = last + 1
                continue
            choice = look.strike(allowed, style, draws)
            chosen = choice.event
            yield from self._sound(chosen, melody)  # first: nobody waits for the model to hear it
            self._spending.said(choice.total, choice.entropy, note=True)
            self._hear(chosen)
            first = chosen.voice + 1
        yield from self._strike_again(melody)

    def _strike_again(self, melody: Event) -> Iterator[Event]:
        """Voices that the model holds but that do not sound; and an end to those that must not any more."""
        for voice in self.heard_voices:
            pitch = self._held.get(voice)
            if pitch is not None and self._tones[pitch] and self.sounding.get(voice) != pitch:
                yield from self._sound(Event(melody.time, Kind.ON, pitch, 0, voice), melody)
        unwanted = [v for v, p in self.sounding.items() if v not in self.heard_voices or not self._fits(p)]
        for voice in unwanted:
            yield Event(melody.time, Kind.OFF, self.sounding.pop(voice), 0, voice)

    def _fits(self, pitch: int) -> bool:
        """Whether the hold has it; after a change of key what sounds may lie beside the model's keyboard."""
        return 0 <= pitch < PITCHES and bool(self._tones[pitch])

    def _sound(self, event: Event, melody: Event) -> Iterator[Event]:
        if event.voice not in self.heard_voices:
            return
        before = self.sounding.get(event.voice)
        if before is not None:
            yield Event(melody.time, Kind.OFF, before, 0, event.voice)
        self.sounding[event.voice] = event.pitch
        yield event._replace(velocity=melody.velocity)

    def _must_move(self, voice: int, melody: int) -> bool:
        """A voice that is silent, outside of the hold or of its range, crossed by one above it, or left far
        below."""
        pitch = self._held.get(voice)
        over = self._held.get(voice - 1) if voice > 1 else None
        if pitch is None or not self._tones[pitch]:
            return True
        if pitch >= melody or (over is not None and pitch > over):
            return True
        low, high = self._room(voice, melody)
        return not low <= pitch <= high or pitch < self._floor(voice, melody) <= high

    def _floor(self, voice: int, melody: int) -> int:
        """Below it a voice would be too far from the one over it."""
        over = melody if voice == 1 else self._held.get(voice - 1)
        return 0 if over is None or voice == self._all[-1] else over - APART

    def _allowed(self, voice: int, melody: int) -> Pitches:
        """Pitches of a voice's range below the melody and not above the voice over it.

        A hold leaves its tones alone, and of those the nearest where the voice stands beside them; none is
        left at the bottom of the keyboard only. Of these, those not far from the voice over it, where there
        are any.
        """
        low, high = self._room(voice, melody)
        allowed = np.zeros(PITCHES, bool)
        allowed[low : high + 1] = True
        held = self._held.get(voice)
        if self.hold.hard:
            allowed = self._held_to(allowed, high)
            if held is not None and not self._tones[held]:
                return nearest(held, allowed)
        near = allowed.copy()
        near[: max(0, self._floor(voice, melody))] = False
        allowed = near if near.any() else allowed
        free = allowed.copy()
        free[self._parallels(voice, melody)] = False
        if held is not None and self._again(voice, held) >= MOST_AGAIN:
            free[held] = False
        return free if free.any() else allowed

    def _room(self, voice: int, melody: int) -> tuple[int, int]:
        """The lowest and the highest pitch that the voice may sing.

        Where the melody lies so low that its range leaves less than a third, it goes lower: to the bottom of
        what it has in the model's key, or to a third below what is over it.
        """
        low, high = self.ranges[voice]
        over = self._held.get(voice - 1) if voice > 1 else None
        ceiling = melody - 1 if over is None else min(melody - 1, over)
        high = max(0, min(high, ceiling))
        if high - low < LEAST_ROOM:
            low = max(
                0, min(low, max(self.context.manifest.ranges[voice][0], high - APART), high - LEAST_ROOM)
            )
        return low, high

    def _held_to(self, allowed: Pitches, high: int) -> Pitches:
        """The tones of a hard hold among these pitches, or in the octave up to ``high``, or below."""
        octave, below = np.zeros(PITCHES, bool), np.zeros(PITCHES, bool)
        octave[max(0, high - 11) : high + 1] = below[: high + 1] = True
        for where, tones in ((allowed, self._tones), (octave, self._tones), (below, self.hold.pitches)):
            found = where & tones
            if found.any():
                break
        return found

    def _again(self, voice: int, pitch: int) -> int:
        """How often in a row the voice was struck on this pitch, as far as that matters."""
        count = 0
        for event in reversed(self.context.recent(MOST_AGAIN * (2 + len(self._all)))):
            if event.voice == voice and event.kind == Kind.ON:
                if event.pitch != pitch:
                    break
                count += 1
        return count

    def _parallels(self, voice: int, melody: int) -> list[int]:
        """Pitches at which the voice would go in fifths or octaves with the melody or a voice over it."""
        own = self._before.get(voice)
        found: list[int] = []
        if own is None:
            return found
        for other in range(voice):
            before, now = self._before.get(other), melody if other == 0 else self._held.get(other)
            if before is None or now is None or before == now or (before - own) % 12 not in PERFECT:
                continue
            found += [p for p in range((now - before + own) % 12, PITCHES, 12) if p != own]
        return found
