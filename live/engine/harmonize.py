"""The mode ``harmonize``: voices around each melody note, at the moment it is struck."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from live.engine.chord_zone import CHANGED
from live.engine.diatonic import harmony_under
from live.engine.ear import Frame
from live.engine.harmony import Harmonist
from live.engine.hearing import Expression, Heard, Release, Silent, Strike
from live.engine.melody import Melody
from live.engine.pace import CHORD_NS, Pace
from live.engine.policy import NOTHING_AHEAD, Stage
from live.engine.rehearing import SOPRANO, HarmonyAgain, Rehearing
from live.engine.score_ear import MOST_AT_ONCE, ScoreEar
from live.engine.voices import Voices
from live.errors import AntiphonError
from live.stage import records as r
from models.events import Event, Kind
from models.sampling import Style
from models.step import Network

QUIETEST = 20


def singable(ranges: Sequence[tuple[int, int]], shift: int) -> list[tuple[int, int]]:
    """Of the ``ranges`` in the model's key, what lies within them as it sounds too, in the player's key.

    ``shift`` semitones are added to what is heard; whole octaves of it follow the player's register.
    """
    turned = (shift + 6) % 12 - 6
    return [(max(low, low + turned), min(high, high + turned)) for low, high in ranges]


class Harmonize:
    """Policy over a score model with several voices. Engine thread only."""

    def __init__(self, network: Network, stage: Stage) -> None:
        self._stage, self._network = stage, network
        settings = stage.settings()
        self._ear = ScoreEar(network, Pace(), role=SOPRANO, key=stage.key, time=stage.time)
        self._voices = Voices(stage.send, stage.routing, stage.tags, stage.history.expect)
        self._harmonist = Harmonist(
            self._ear.context,
            voices=settings.voices,
            style=Style(),
            seed=stage.seed,
            spending=stage.surprise.companion,
        )
        self._melody = Melody(stage.hearing.down)
        self._struck_ns = 0
        self._velocity = QUIETEST
        self.wake_at_ns: int | None = None

    def heard(self, what: Heard, now_ns: int) -> None:
        """Strikes are harmonised, ends of the melody note end its voices."""
        match what:
            case Strike():
                self._strike(what, now_ns)
            case Release(stamp, pitch) if pitch == self._melody.pitch:
                self._ear.silence(pitch, self._stage.straight(stamp))
                following = self._melody.next_in_legato(stamp)
                if following is not None:
                    self._strike(following, now_ns)
            case Silent(stamp, pitch) if pitch == self._melody.pitch:
                self._melody.pitch = None
                self._ear.silence(pitch, self._stage.straight(stamp))
                self._voices.linger(now_ns)
            case Expression(_, message):
                self._stage.routing.express(message, now_ns)
            case _:
                pass

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """A voice that was dropped or has ended is silent: it is struck again with the next melody note."""
        voice = self._voices.silenced_by(record)
        if voice is not None:
            self._harmonist.sounding.pop(voice, None)

    def wake(self, now_ns: int) -> None:
        """Nothing waits."""

    def changed(self, name: str, now_ns: int) -> None:
        """Settings are read at each strike; voices that sound go into another chord at once."""
        if name == CHANGED and self._melody.pitch is not None:
            self._move(now_ns)

    def frames(self) -> tuple[Frame, Frame]:
        """Of the ear."""
        return self._ear.frame, self._ear.frame_now()

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Of what was played before, to begin with or in another frame."""
        network, key = self._network, self._stage.key
        return lambda: HarmonyAgain(network, frame, key)

    def take_over(self, fed: Rehearing) -> None:
        """This is what was played; what sounds goes on."""
        assert isinstance(fed, HarmonyAgain)
        fed.live(self._stage.time)
        self._harmonist.move_to(fed.harmonist, fed.ear.shift - self._ear.shift)
        self._ear = fed.ear

    def veto(self, now_ns: int) -> None:
        """There is nothing: voices are struck as they are chosen."""
        raise AntiphonError(NOTHING_AHEAD)

    def stop(self, now_ns: int) -> None:
        """End all voices."""
        self._voices.clear(now_ns)
        self.reset()

    def reset(self) -> None:
        """Nothing sounds any more."""
        self._voices.forget()
        self._harmonist.sounding.clear()
        self._melody.pitch = None

    def keep_warm(self) -> None:
        """Hear a note and ask for voices under it, on a fork."""
        self._harmonist.try_out()

    def status(self) -> str:
        """The key."""
        return self._stage.key.key.name

    def _strike(self, strike: Strike, now_ns: int) -> None:
        if not self._melody.takes(strike):
            return
        self._begin(strike.pitch)
        settings = self._stage.settings()
        for voice in self._voices.adopt(now_ns):
            self._harmonist.sounding.pop(voice, None)
        self._harmonist.set_voices(settings.voices)
        hold = self._stage.hold(self._ear.shift)
        self._harmonist.hold = hold
        self._harmonist.ranges = singable(self._network.manifest.ranges, self._ear.shift)
        self._harmonist.style = Style(settings.temperature, settings.top_p, hold.bias)
        self._stage.surprise.companion.aim(settings.surprise)
        melody = self._melody.pitch
        soon = strike.stamp_ns - self._struck_ns < CHORD_NS and melody is not None
        velocity = min(127, max(QUIETEST, round(strike.velocity * settings.loudness)))
        self._velocity = velocity
        self._call_rule(strike, velocity)
        replaces = soon and strike.pitch > (melody or 0)
        if replaces:
            event = self._ear.again(strike.pitch)._replace(velocity=velocity)
            chosen = self._harmonist.replace(event)
        else:
            *rest, event = self._ear.melody(strike.pitch, self._stage.straight(strike.stamp_ns))
            event = event._replace(velocity=velocity)
            before = self._ear.context.heard
            chosen = self._harmonist.strike(event, tuple(rest))
        self._melody.pitch, self._struck_ns = strike.pitch, strike.stamp_ns
        for each in chosen:
            if self._voices.too_late(self._stage.now()):
                break
            self._sound(each, now_ns)
        if self._voices.too_late(self._stage.now()):
            self._step_in(event)
        self._voices.go_home()
        for told in self._harmonist.told:
            self._stage.history.told(strike.stamp_ns, told.pitch - self._ear.shift, velocity, told.voice)
        if not replaces:
            self._stage.surprise.heard(self._ear.context, before, now_ns)

    def _begin(self, pitch: int) -> None:
        """As long as no key is sure, this very note may tell which one it is: before it is harmonised."""
        seeking = not self._stage.key.settled and self._ear.context.heard <= MOST_AT_ONCE
        if seeking:
            self._stage.key.follow()
        self._ear.begin(pitch)
        if seeking and (up := self._ear.turn()):
            self._harmonist.turn(self._ear.context, up)

    def _move(self, now_ns: int) -> None:
        """The voices go into the chord of now by the nearest ways, and the model is told so."""
        harmonist, velocity = self._harmonist, self._velocity
        harmonist.hold = self._stage.hold(self._ear.shift)
        tick = self._ear.change(self._stage.straight(now_ns))
        for each in harmonist.move(tick, velocity):
            self._sound(each, now_ns)
        for voice, pitch in harmonist.moved.items():
            harmonist.tell_move(tick, voice, pitch, velocity)
            self._stage.history.moved(now_ns, pitch - self._ear.shift, velocity, voice)

    def _call_rule(self, strike: Strike, velocity: int) -> None:
        """The rule's notes stand by, for the case that the model is late."""
        harmonist, shift = self._harmonist, self._ear.shift
        notes = harmony_under(
            self._ear.model_pitch(strike.pitch),
            harmonist.heard_voices,
            harmonist.ranges,
            harmonist.sounding,
            harmonist.hold,
        )
        real = {voice: pitch - shift for voice, pitch in notes.items() if 0 <= pitch - shift <= 127}
        deadline_ns = strike.stamp_ns + round(self._stage.settings().deadline * 1e6)
        self._voices.stand_by(real, velocity, deadline_ns)

    def _step_in(self, melody: Event) -> None:
        """The model was late: the rule's notes sound, and the model is told so."""
        notes = self._voices.step_in()
        self._stage.missed(notes)
        for voice, pitch in notes.items():
            self._harmonist.accept(
                Event(melody.time, Kind.ON, pitch + self._ear.shift, melody.velocity, voice)
            )

    def _sound(self, event: Event, now_ns: int) -> None:
        pitch = event.pitch - self._ear.shift
        if not 0 <= pitch <= 127:
            return
        self._stage.note("voice", event.voice, event.kind, pitch)
        if event.kind == Kind.ON:
            if not self._voices.begin(event.voice, pitch, event.velocity, now_ns):
                self._harmonist.sounding.pop(event.voice, None)  # the model wanted it, nobody hears it
        else:
            self._voices.end(event.voice, now_ns)
