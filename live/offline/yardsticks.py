"""Harmonies to compare a model's with: two rules, and the whole of ``antiphon live`` in zero time.

Each plays to a passage as :mod:`live.offline.playing` does; events are in ticks of the score grid, in
C major or A minor.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from live.controls import Settings
from live.engine.diatonic import harmony_under
from live.engine.session import Session
from live.offline.playing import Passage
from live.stage.clock import MILLISECOND
from live.stage.rehearsal import Rehearsal
from models.events import Event, Kind, Note
from models.grid import TICKS_PER_QUARTER
from models.manifest import read_manifest
from models.sampling import Style
from models.step import Network, find_manifest

SCALE = (0, 2, 4, 5, 7, 9, 11)
STEPS_BELOW = (2, 4, 7)
"""A third, a fifth and an octave under the melody, in steps of the scale."""
VOICES = 3
QUARTER_MS = 600
RELEASED_MS = 20
"""A player lets go so long before the next note."""
TURN_MS = 5
"""The session looks so often whether time brings anything."""
_PER_TICK = QUARTER_MS / TICKS_PER_QUARTER


def in_thirds(network: Network, passage: Passage, style: Style, seed: int) -> Iterator[Event]:
    """Each note with the third, fifth and octave under it in the scale."""
    for note in _melody(passage):
        octave, place = divmod(note.pitch, 12)
        step = bisect_right(SCALE, place) - 1
        chord = [12 * (octave + (step - down) // 7) + SCALE[(step - down) % 7] for down in STEPS_BELOW]
        yield from _struck(note, dict(enumerate(chord, start=1)))


def by_the_rule(network: Network, passage: Passage, style: Style, seed: int) -> Iterator[Event]:
    """What stands in where a model is late: triads, each voice by the nearest way."""
    ranges = read_manifest(find_manifest("chorale")).ranges
    held: dict[int, int] = {}
    for note in _melody(passage):
        held = harmony_under(note.pitch, range(1, VOICES + 1), ranges, held)
        yield from _struck(note, held)


def in_a_session(network: Network, passage: Passage, style: Style, seed: int) -> Iterable[Event]:
    """``antiphon live`` with this model, all but the style at default: the melody is played in its own key,
    in free time; what is sent to the synth is told in the model's key.
    """
    shift = passage.given.transposition
    stage = Rehearsal(thru=(False,))
    stage.clock.advance(10**9)
    chosen = {"model": network.manifest.name, "temperature": style.temperature, "top_p": style.top_p}
    settings = Settings().changed("mode", "harmonize")
    for name, value in chosen.items():
        settings = settings.changed(name, value)
    session = Session(lambda _: network, stage.order, settings, stage.clock, seed=seed)
    start = stage.clock.now_ns()
    told = 0
    for at_ms, message in [*_messages(passage, shift), (passage.limit * _PER_TICK + 2000, None)]:
        while (left := at_ms - (stage.clock.now_ns() - start) / MILLISECOND) > 1e-6:
            stage.run(min(TURN_MS, left))
            told = _deliver(stage, session, told)
            if session.wake_at_ns is not None and session.wake_at_ns <= stage.clock.now_ns():
                session.wake(stage.clock.now_ns())
                told = _deliver(stage, session, told)
        if message is not None:
            stage.hear(message)
            told = _deliver(stage, session, told)
    return list(_heard(stage, start, shift))


def _deliver(stage: Rehearsal, session: Session, told: int) -> int:
    """Tell the session what the stage reports, answers to what it says included; how many by now."""
    while told < len(stage.reports):
        record = stage.reports[told]
        told += 1
        session.on_record(record, stage.clock.now_ns())
    return told


def _messages(passage: Passage, shift: int) -> Iterator[tuple[float, bytes]]:
    """The melody, (milliseconds, message), in the key in which it was written."""
    for note in _melody(passage):
        pitch = note.pitch - shift
        yield note.onset * _PER_TICK, bytes((0x90, pitch, 80))
        yield note.end * _PER_TICK - RELEASED_MS, bytes((0x80, pitch, 0))


def _heard(stage: Rehearsal, start_ns: int, shift: int) -> Iterator[Event]:
    """Note-ons and note-offs of the companion's channels as events of voices 1 .. 3."""
    for at_ns, _, message, *_ in stage.sink.deliveries:
        kind, voice = message[0] & 0xF0, message[0] & 0x0F
        if kind not in (0x80, 0x90) or not 1 <= voice <= VOICES:
            continue
        tick = round((at_ns - start_ns) / MILLISECOND / _PER_TICK)
        on = kind == 0x90 and message[2] > 0
        yield Event(tick, Kind.ON if on else Kind.OFF, message[1] + shift, message[2], voice)


def _melody(passage: Passage) -> list[Note]:
    return [Note(int(o), int(p), int(v), int(d)) for o, p, v, d, _ in _by_onset(passage)]


def _by_onset(passage: Passage) -> list[list[float]]:
    rows: list[list[float]] = sorted(passage.given.notes.tolist())
    return rows


def _struck(melody: Note, chord: dict[int, int]) -> Iterator[Event]:
    """Voices that sound as long as their melody note."""
    for kind, tick in ((Kind.ON, melody.onset), (Kind.OFF, melody.end)):
        yield from (Event(int(tick), kind, pitch, 64, voice) for voice, pitch in chord.items())
