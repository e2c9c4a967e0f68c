"""The style ``chords``: a chord under the melody on strong beats, which holds until the next one.

Where there is a pulse, a chord is chosen with the first note on a strong beat, or a moment after the beat if
a note is held over it. In free time with the first note, when half a bar at the player's pace has passed, and
when the melody leaves the chord for long.
"""

from __future__ import annotations

from live.beat.pulse import Pulse
from live.beat.strong import is_bar, next_strong, strong_before
from live.engine.chord_zone import CHANGED
from live.engine.hearing import Strike
from live.engine.pace import CHORD_NS, Pace
from live.engine.policy import Stage
from live.engine.unaided import Unaided
from live.engine.voicing import voiced
from live.sessions import lines
from live.stage import records as r
from live.stage.clock import MILLISECOND
from models.chord import Chord
from models.chord_model import ChordFilter, ChordTables, chord_of, made_of, number_of

_SAME = 0.25
"""Quarters: the strong beat of the chord, told again by a pulse that has moved a little."""
AFTER_BEAT_NS = 40 * MILLISECOND
"""After a strong beat a note that belongs to it may still come."""
RINGS_NS = 1_500 * MILLISECOND
"""In free time a chord outlasts the melody by this."""
HALF_BAR, LEAVES, LASTS = 2.0, 1.0, 0.5
"""In free time, in quarters at the player's pace: after the last chord another one follows, it does if the
note is strange to it; a strange note that lasts so long brings one."""


class ChordsBelow(Unaided):
    """Policy."""

    def __init__(self, stage: Stage, tables: ChordTables) -> None:
        super().__init__(stage)
        self._filter = ChordFilter(tables)
        self._shift = stage.key.shift
        self._pace = Pace()
        self._chord: Chord | None = None
        self._chord_ns = self._struck_ns = 0
        self._beat: float | None = None
        """The strong beat that the chord was chosen for, in quarters of the pulse's count."""
        self._run: object = None
        self._tables: str | None = tables.sha256

    def changed(self, name: str, now_ns: int) -> None:
        """As for all; and the chord of the left hand is the chord here."""
        super().changed(name, now_ns)
        zone = self._stage.chords.chord
        if name != CHANGED or zone is None or zone == self._chord:
            return
        if self._melody.pitch is None:  # what only rings on makes room
            self._voices.clear(now_ns)
        elif self._chord is not None:
            self._chord, self._chord_ns = zone, now_ns
            self._filter.played(number_of(zone, self._shift))

    def wake(self, now_ns: int) -> None:
        """A strong beat has passed under a held note, or a strange note lasts."""
        self.wake_at_ns = None
        if self._melody.pitch is None:
            return
        pulse = self._stage.time.pulse
        if pulse is None:
            if self._is_strange(self._melody.pitch):
                self._choose(now_ns, bar=False, again=False)
            return
        if self._comes(pulse, now_ns):
            self._choose(now_ns, bar=is_bar(pulse, self._beat or 0.0), again=False)
        self._wait(pulse, now_ns)

    def stop(self, now_ns: int) -> None:
        """End all voices."""
        super().stop(now_ns)
        self._stage.chords.choose(None)

    def reset(self) -> None:
        """Nothing sounds any more."""
        super().reset()
        self._chord = self._beat = self.wake_at_ns = None

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """When all voices have ended, so has the chord."""
        super().sent(record, now_ns)
        if not self._voices.meant and self._chord is not None:
            self._chord = self._beat = None
            self._stage.chords.choose(None)

    def _harmonize(self, strike: Strike, now_ns: int) -> None:
        self._pace.strike(strike.stamp_ns)
        self._turn()
        soon = strike.stamp_ns - self._struck_ns < CHORD_NS
        self._struck_ns = strike.stamp_ns
        if not self._voices.meant:
            self._chord = None
        bar = self._begins(strike)
        if bar is None:
            if not soon:
                self._filter.hear(strike.pitch + self._shift)
            self._keep_below(now_ns)
        else:
            self._choose(now_ns, bar=bar, again=True)
        pulse = self._stage.time.pulse
        if pulse is not None:
            self._wait(pulse, now_ns)
        elif self._is_strange(strike.pitch):
            self.wake_at_ns = now_ns + round(LASTS * self._pace.quarter_ns)
        else:
            self.wake_at_ns = None

    def _begins(self, strike: Strike) -> bool | None:
        """Whether a chord begins with this strike: None for no, else whether a bar does."""
        pulse = self._stage.time.pulse
        if pulse is not None:
            comes = self._comes(pulse, strike.stamp_ns)
            return is_bar(pulse, self._beat or 0.0) if comes or self._chord is None else None
        self._beat = None
        since = (strike.stamp_ns - self._chord_ns) / self._pace.quarter_ns
        least = LEAVES if self._is_strange(strike.pitch) else HALF_BAR
        return True if self._chord is None or since >= least else None

    def _comes(self, pulse: Pulse, ns: int) -> bool:
        """Whether a strong beat has come since the last chord; it is the chord's then."""
        run, beat = (pulse.source, pulse.run), strong_before(pulse, ns)
        if self._beat is not None and run == self._run and beat < self._beat + _SAME:
            return False
        self._beat, self._run = beat, run
        return True

    def _choose(self, now_ns: int, *, bar: bool, again: bool) -> None:
        """The chord for now. ``again``: it is struck, even if it is the one that sounds."""
        melody, key = self._melody.pitch, self._stage.key
        assert melody is not None
        if self._tables is not None:
            self._stage.note(lines.CHORDS, self._tables)
            self._tables = None
        given, hold = self._given(), self._stage.hold()
        allowed = None
        if hold.hard and not hold.is_chord:
            allowed = made_of(tuple((each + self._shift) % 12 for each in hold.classes))
        number = self._filter.ask(
            melody + self._shift, minor=key.key.mode == "minor", bar=bar, allowed=allowed
        )
        if given is not None:
            number = number_of(given, self._shift)
            self._filter.played(number)
        chord = given or chord_of(number, -self._shift)
        self._chord_ns = now_ns
        if again or chord != self._chord:
            self._chord = chord
            pitches = self._voiced(chord, self._stage.settings().voices, melody)
            if again:
                self._sound(pitches, now_ns)
            else:
                self._change(pitches, now_ns)
            self._stage.chords.choose(chord)

    def _voiced(self, chord: Chord, voices: int, melody: int) -> dict[int, int]:
        return voiced(chord, voices, melody, self._voices.meant, self._stage.hearing.sounding)

    def _given(self) -> Chord | None:
        """The chord that the player says: with his left hand, else by the control where a hold is set."""
        settings, zone = self._stage.settings(), self._stage.chords.now()
        fixed = settings.chord != "off" and settings.hold != "off"
        return zone or (Chord.parse(settings.chord) if fixed else None)

    def _keep_below(self, now_ns: int) -> None:
        """The melody goes on over the chord; where it comes down to it, the chord makes room."""
        melody = self._melody.pitch
        sounds = self._voices.meant
        if melody is not None and self._chord is not None and max(sounds.values(), default=-1) >= melody:
            self._change(self._voiced(self._chord, len(sounds), melody), now_ns)

    def _let_go(self, now_ns: int) -> None:
        """The chord holds for a while: to the next strong beat, or so long."""
        pulse = self._stage.time.pulse
        until_ns = now_ns + RINGS_NS
        if pulse is not None:
            until_ns = pulse.ns_at(next_strong(pulse, now_ns)) + AFTER_BEAT_NS
        self._voices.linger(now_ns, max(0, until_ns - now_ns))
        self.wake_at_ns = None

    def _is_strange(self, pitch: int) -> bool:
        return self._chord is not None and pitch % 12 not in self._chord.classes

    def _wait(self, pulse: Pulse, now_ns: int) -> None:
        """Another chord may be due under the note that sounds."""
        self.wake_at_ns = pulse.ns_at(next_strong(pulse, now_ns)) + AFTER_BEAT_NS

    def _turn(self) -> None:
        """The key may be another than before."""
        shift = self._stage.key.shift
        if shift != self._shift:
            self._filter.turn(shift - self._shift)
            self._shift = shift
