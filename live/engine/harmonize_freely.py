"""The mode ``harmonize`` with a performance model: what it would play within 30 ms sounds at once.

The player's notes all enter the context; only the highest key is harmonised. Notes that the model adds
replace those of the note before; where it adds none, those go on, but not in a second or seventh with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from live.engine.chord_zone import CHANGED
from live.engine.diatonic import harmony_under
from live.engine.ear import Frame
from live.engine.harmonize import QUIETEST
from live.engine.hearing import Expression, Heard, Silent, Strike, Zone
from live.engine.leading import lead
from live.engine.performance_ear import PerformanceEar
from live.engine.policy import NOTHING_AHEAD, Stage
from live.engine.rehearing import PerformanceAgain, Rehearing
from live.engine.voices import Voices
from live.errors import AntiphonError
from live.stage import records as r
from models.at_once import more
from models.context import Allowed, Limits
from models.events import PITCHES, Event, Kind
from models.hold import Pitches
from models.sampling import Draws, Style
from models.sounding import SILENT
from models.step import Network
from models.vocabulary import ON_TOKENS, TOKENS

AT_ONCE_TICKS = 3
"""What the model would play within 30 ms of a strike counts as struck together with it."""
CALM = 0.7
"""Of the temperature that is set, for what sounds together: one wild note spoils a chord."""
CLASHES = (1, 2, 10, 11)
"""Intervals, octaves apart or not, of a voice that goes on and a new melody note: one of them has to move."""
REACH = 31
"""Semitones below the melody: two hands' worth, and no rumbling."""

_NOTES = slice(ON_TOKENS, ON_TOKENS + PITCHES)


class HarmonizeFreely:
    """Policy over a performance model. Engine thread only."""

    def __init__(self, network: Network, stage: Stage) -> None:
        self._stage, self._network = stage, network
        self._ear = PerformanceEar(network)
        self._voices = Voices(stage.send, stage.routing, stage.tags, stage.history.expect)
        self._sounding: dict[int, int] = {}
        self._decisions = itertools.count()
        self._lowest = network.manifest.ranges[0][0]
        self._melody: int | None = None
        self._loudness = QUIETEST
        self.wake_at_ns: int | None = None

    def heard(self, what: Heard, now_ns: int) -> None:
        """Everything is heard; the highest key is harmonised."""
        match what:
            case Strike(stamp, pitch, velocity):
                count = self._ear.strike(pitch, velocity, self._stage.straight(stamp))
                before = self._ear.context.heard - count
                if all(other <= pitch for other in self._stage.hearing.down):
                    self._melody = pitch
                    self._harmonize(pitch, velocity, stamp, now_ns)
                self._stage.surprise.heard(self._ear.context, before, now_ns, count)
            case Silent(stamp, pitch):
                before = self._ear.context.heard
                self._ear.silence(pitch, self._stage.straight(stamp))
                self._stage.surprise.heard(self._ear.context, before, now_ns)
                if pitch == self._melody:
                    self._melody = None
                    self._voices.linger(now_ns)
            case Zone(Strike(stamp, pitch, velocity)):
                self._ear.strike(pitch, velocity, self._stage.straight(stamp))
            case Zone(Silent(stamp, pitch)):
                self._ear.silence(pitch, self._stage.straight(stamp))
            case Expression(_, message):
                self._stage.routing.express(message, now_ns)
            case _:
                pass

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """A voice that was dropped, or ended after its melody note, is silent for the model too."""
        voice = self._voices.silenced_by(record)
        if voice is not None:
            self._silent(voice, now_ns)

    def wake(self, now_ns: int) -> None:
        """Nothing waits."""

    def changed(self, name: str, now_ns: int) -> None:
        """Settings are read at each strike; voices that sound go into another chord at once."""
        if name == CHANGED and self._melody is not None:
            hold = self._stage.hold()
            self._move_into(hold.around(self._melody) & hold.pitches, self._melody, self._loudness, now_ns)

    def frames(self) -> tuple[Frame, Frame]:
        """Of the ear."""
        return self._ear.frame, self._ear.frame_now()

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Of what was played before."""
        network = self._network
        return lambda: PerformanceAgain(network)

    def take_over(self, fed: Rehearing) -> None:
        """This is what was played; voices that sound already, but are not reported yet, are heard now."""
        assert isinstance(fed, PerformanceAgain)
        self._ear = fed.ear
        context = self._ear.context
        for pitch in self._sounding.values():
            if context.heard and context.state.onsets[0, pitch] == SILENT:
                context.hear(Event(context.now, Kind.ON, pitch, QUIETEST))

    def veto(self, now_ns: int) -> None:
        """There is nothing: voices are struck as they are chosen."""
        raise AntiphonError(NOTHING_AHEAD)

    def stop(self, now_ns: int) -> None:
        """End all voices."""
        self._voices.clear(now_ns)
        for voice in list(self._sounding):
            self._silent(voice, now_ns)
        self._forget()

    def reset(self) -> None:
        """Nothing sounds any more, for the model neither."""
        self._ear.silence_all()
        self._forget()

    def _forget(self) -> None:
        self._voices.forget()
        self._sounding.clear()
        self._melody = None

    def keep_warm(self) -> None:
        """Nothing: a fork of a ring takes longer than it saves."""

    def status(self) -> str:
        """How many voices sound."""
        return f"{len(self._sounding)} voices"

    def _harmonize(self, melody: int, velocity: int, stamp_ns: int, now_ns: int) -> None:
        for voice in self._voices.adopt(now_ns):
            self._silent(voice, now_ns)
        settings = self._stage.settings()
        for voice in [each for each in self._sounding if each > settings.voices]:
            self._voices.end(voice, now_ns)
            self._silent(voice, now_ns)
        hold = self._stage.hold()
        tones = hold.around(melody)
        style = Style(CALM * settings.temperature, settings.top_p, hold.bias)
        spending = self._stage.surprise.companion
        spending.aim(settings.surprise)
        loudness = min(127, max(QUIETEST, round(velocity * settings.loudness)))
        self._loudness = loudness
        self._call_rule(melody, loudness, stamp_ns)
        draws = Draws(self._stage.seed, next(self._decisions))
        context = self._ear.context
        before = dict(self._sounding)
        for voice in self._clashing_first(melody, settings.voices):
            due = voice not in before or self._clashes(voice, melody)
            own = spending.styled(style)
            if not due:
                soon = float(context.wait_probabilities()[: AT_ONCE_TICKS + 1].sum())
                another = more(soon, draws)
                spending.said(another.nats, another.entropy, note=False)
                if not another.choice:
                    break
            limits = Limits(most=AT_ONCE_TICKS, tokens=self._below(melody, tones))
            choice = context.choose(limits, own, draws)
            if choice is None or self._voices.too_late(self._stage.now()):
                break
            if voice in before:
                self._silent(voice, now_ns)
            context.hear(choice.event._replace(time=max(choice.event.time, context.now)))
            self._sounding[voice] = choice.event.pitch
            if not self._voices.begin(voice, choice.event.pitch, loudness, now_ns):
                self._silent(voice, now_ns)
            spending.said(choice.total, choice.entropy, note=True)
            self._stage.note("voice", voice, choice.event.pitch)
        if self._voices.too_late(self._stage.now()):
            self._step_in(loudness, now_ns)
        else:
            self._move_into(tones, melody, loudness, now_ns)
        self._voices.go_home()

    def _clashing_first(self, melody: int, voices: int) -> list[int]:
        """The voices in the order in which they move: those that must, then the others from the top."""
        every = range(1, voices + 1)
        return sorted(every, key=lambda voice: voice in self._sounding and not self._clashes(voice, melody))

    def _clashes(self, voice: int, melody: int) -> bool:
        """Whether the voice sounds from before and cannot go on under this melody note."""
        pitch = self._sounding.get(voice)
        return pitch is not None and (pitch >= melody or (melody - pitch) % 12 in CLASHES)

    def _move_into(self, tones: Pitches, melody: int, loudness: int, now_ns: int) -> None:
        """Voices that go on from before a hold or another chord move into it, by the nearest ways."""
        if all(tones[pitch] for pitch in self._sounding.values()):
            return
        context, before = self._ear.context, dict(self._sounding)
        allowed = self._below(melody, tones)[_NOTES]
        found = lead(before, allowed, melody)
        for voice in [each for each, pitch in before.items() if found.get(each) != pitch]:
            self._silent(voice, now_ns)
            if voice not in found:
                self._voices.end(voice, now_ns)
        for voice, pitch in found.items():
            if before[voice] == pitch:
                continue
            if context.state.onsets[0, pitch] == SILENT:
                context.hear(Event(context.now, Kind.ON, pitch, loudness))
            self._sounding[voice] = pitch
            if not self._voices.begin(voice, pitch, loudness, now_ns):
                self._silent(voice, now_ns)
            self._stage.note("voice", voice, pitch)

    def _call_rule(self, melody: int, loudness: int, stamp_ns: int) -> None:
        """The rule's notes stand by, for the case that the model is late."""
        settings, shift = self._stage.settings(), self._stage.key.shift
        voices = range(1, settings.voices + 1)
        ranges = [(max(0, self._lowest + shift), melody + shift)] * (settings.voices + 1)
        held = {voice: pitch + shift for voice, pitch in self._sounding.items()}
        hold = self._stage.hold(shift)
        notes = harmony_under(melody + shift, voices, ranges, held, hold)
        taken = self._stage.hearing.sounding
        real = {v: p - shift for v, p in notes.items() if 0 <= p - shift <= 127 and p - shift not in taken}
        self._voices.stand_by(real, loudness, stamp_ns + round(settings.deadline * 1e6))

    def _step_in(self, loudness: int, now_ns: int) -> None:
        """The model was late: the rule's notes sound, and the model is told so."""
        notes = self._voices.step_in()
        self._stage.missed(notes)
        context = self._ear.context
        for voice, pitch in notes.items():
            self._silent(voice, now_ns)
            if context.state.onsets[0, pitch] == SILENT:
                context.hear(Event(context.now, Kind.ON, pitch, loudness))
            self._sounding[voice] = pitch

    def _below(self, melody: int, tones: Pitches) -> Allowed:
        """Note-ons of these tones under the melody that nobody plays yet."""
        allowed = np.zeros(TOKENS, bool)
        allowed[ON_TOKENS + max(self._lowest, melody - REACH) : ON_TOKENS + max(0, melody)] = True
        for pitch in self._stage.hearing.sounding:
            allowed[ON_TOKENS + pitch] = False
        allowed[_NOTES] &= tones
        return allowed

    def _silent(self, voice: int, now_ns: int) -> None:
        pitch = self._sounding.pop(voice, None)
        if pitch is not None and pitch not in self._stage.hearing.sounding:
            self._ear.silence(pitch, self._stage.straight(now_ns))
