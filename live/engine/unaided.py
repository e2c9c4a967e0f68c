"""What the styles of harmony that need no network have in common: voices that go with a melody."""

from __future__ import annotations

from collections.abc import Callable

from live.engine.chord_zone import CHANGED
from live.engine.hearing import Expression, Heard, Release, Silent, Strike
from live.engine.leading import lead
from live.engine.melody import Melody
from live.engine.policy import Stage
from live.engine.rehearing import Rehearing
from live.engine.voices import Voices
from live.stage import records as r

QUIETEST = 20


class Unaided:
    """A policy without a context. Engine thread only; nothing blocks. Whoever inherits says what is sounded
    under a strike (``_harmonize``) and how long when the melody is silent (``_let_go``)."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._voices = Voices(stage.send, stage.routing, stage.tags, stage.history.expect)
        self._melody = Melody(stage.hearing.down)
        self._velocity = QUIETEST
        self.wake_at_ns: int | None = None

    def heard(self, what: Heard, now_ns: int) -> None:
        """Strikes of the melody are harmonised, its silence ends the voices."""
        match what:
            case Strike():
                self._strike(what, now_ns)
            case Release(stamp, pitch) if pitch == self._melody.pitch:
                following = self._melody.next_in_legato(stamp)
                if following is not None:
                    self._strike(following, now_ns)
            case Silent(_, pitch) if pitch == self._melody.pitch:
                self._melody.pitch = None
                self._let_go(now_ns)
            case Expression(_, message):
                self._stage.routing.express(message, now_ns)
            case _:
                pass

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """A voice that was dropped or has ended is silent."""
        self._voices.silenced_by(record)

    def wake(self, now_ns: int) -> None:
        """Nothing waits."""

    def changed(self, name: str, now_ns: int) -> None:
        """Settings are read at each strike; voices that sound go into another chord at once."""
        if name == CHANGED and self._melody.pitch is not None:
            self._move(now_ns)

    def veto(self, now_ns: int) -> None:
        """Nothing is planned."""

    def stop(self, now_ns: int) -> None:
        """End all voices."""
        self._voices.clear(now_ns)
        self.reset()

    def reset(self) -> None:
        """Nothing sounds any more."""
        self._voices.forget()
        self._melody.pitch = None

    def frames(self) -> None:
        """There is no context."""

    def rehearing(self, frame: object) -> Callable[[], Rehearing]:
        """Never asked for."""
        raise NotImplementedError

    def take_over(self, fed: Rehearing) -> None:
        """Nothing to take over."""

    def keep_warm(self) -> None:
        """No strike needs anything."""

    def status(self) -> str:
        """The key."""
        return self._stage.key.key.name

    def _strike(self, strike: Strike, now_ns: int) -> None:
        if not self._melody.takes(strike):
            return
        self._stage.key.follow()
        loudness = strike.velocity * self._stage.settings().loudness
        self._velocity = min(127, max(QUIETEST, round(loudness)))
        self._melody.pitch = strike.pitch
        self._voices.adopt(now_ns)
        self._harmonize(strike, now_ns)

    def _harmonize(self, strike: Strike, now_ns: int) -> None:
        raise NotImplementedError

    def _let_go(self, now_ns: int) -> None:
        """The melody is silent: its voices end a moment later, unless a new note adopts them."""
        self._voices.linger(now_ns)

    def _sound(self, pitches: dict[int, int], now_ns: int) -> None:
        """These voices begin now, from the top; others that sound end."""
        for voice in sorted(self._voices.meant.keys() - pitches.keys()):
            self._voices.end(voice, now_ns)
        for voice, pitch in sorted(pitches.items()):
            self._stage.note("voice", voice, pitch)
            self._voices.begin(voice, pitch, self._velocity, now_ns)

    def _change(self, pitches: dict[int, int], now_ns: int) -> None:
        """Voices go to these pitches; those that are there already go on, others end."""
        before = self._voices.meant
        for voice in sorted(before.keys() - pitches.keys()):
            self._voices.end(voice, now_ns)
        for voice, pitch in sorted(pitches.items()):
            if before.get(voice) != pitch:
                self._stage.note("voice", voice, pitch)
                self._voices.begin(voice, pitch, self._velocity, now_ns)

    def _move(self, now_ns: int) -> None:
        """Voices beside what they are held to go there by the nearest ways; those that fit go on."""
        melody, hold = self._melody.pitch, self._stage.hold()
        if melody is None or not hold.classes:
            return
        before = self._voices.meant
        tones = hold.around(melody) & hold.pitches
        if all(tones[pitch] and pitch < melody for pitch in before.values()):
            return
        self._change(lead(before, tones, melody), now_ns)
