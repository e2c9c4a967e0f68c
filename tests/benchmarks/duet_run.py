"""One hand of a recorded duet is played to a session in zero time, and the companion plays along."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1])]

from band import Band  # noqa: E402
from hands import Floats  # noqa: E402

from live.engine.plans import Tentative  # noqa: E402
from live.stage.clock import MILLISECOND  # noqa: E402
from live.stage.messages import is_note_off, is_note_on  # noqa: E402
from models.pedal import PEDAL_CC  # noqa: E402

if TYPE_CHECKING:
    from duet_pieces import Duet

SECOND_NS = 1_000_000_000
SAME_NS = 20 * MILLISECOND
"""A note that is meant so near to where it was meant before is the same note."""


class Take(NamedTuple):
    """What the companion did. ``notes [n, 5]`` as a part: seconds, pitch, velocity, seconds, 0."""

    notes: Floats
    told: int
    """Notes that were said to be tentative, each once however often it was said."""
    taken_back: int
    """Those of them that did not sound, or not as they were last said."""
    notice: Floats
    """Of the others, for how many seconds before they sounded they were said as they then were."""
    spent: float
    """Seconds of a processor for a second of music."""


class Watch:
    """Follows tentative notes from when they are first said until they are said no more."""

    def __init__(self, band: Band) -> None:
        self._clock = band.stage.clock
        self._meant: list[tuple[Tentative, int]] = []
        self.past: list[tuple[Tentative, int]] = []
        """Notes as they were last said, and since when they were (nanoseconds)."""
        plans = band.session.plans
        self._say = plans.tentative
        plans.tentative = self.tentative  # type: ignore[method-assign]

    def tentative(self, notes: object) -> None:
        """Stands in for ``Plans.tentative``."""
        said = tuple(notes)  # type: ignore[arg-type,var-annotated]
        self._say(said)
        now, before, kept = self._clock.now_ns(), self._meant, []
        for note in said:
            since = now
            for index, (other, when) in enumerate(before):
                if other.pitch == note.pitch and abs(other.due_ns - note.due_ns) <= SAME_NS:
                    since = when
                    del before[index]
                    break
            kept.append((note, since))
        self.past += before
        self._meant = kept

    def end(self) -> list[tuple[Tentative, int]]:
        """All that were ever said, but those that are not due yet."""
        now = self._clock.now_ns()
        return self.past + [each for each in self._meant if each[0].due_ns <= now]


def messages(duet: Duet, hand: int) -> list[tuple[float, bytes]]:
    """What the player of one hand sends: (seconds, message), the pedal too."""
    sent: list[tuple[float, int, bytes]] = []
    for at, pitch, velocity, length, _ in duet.hand(hand).tolist():
        sent.append((at, 2, bytes((0x90, int(pitch), max(1, int(velocity))))))
        sent.append((at + max(length, 0.001), 0, bytes((0x80, int(pitch), 0))))
    sent += [(at, 1, bytes((0xB0, PEDAL_CC, int(value)))) for at, value in duet.pedal.tolist()]
    return [(at, message) for at, _, message in sorted(sent)]


def take(duet: Duet, hand: int, seconds: float, *, seed: int = 1, **settings: object) -> Take:
    """Play ``hand`` for so long; settings are those of a session."""
    band = Band(seed=seed, **settings)  # type: ignore[arg-type]
    watch = Watch(band)
    begun_ns, begun = band.stage.clock.now_ns(), time.process_time()
    for at, message in messages(duet, hand):
        if at >= seconds:
            break
        until(band, begun_ns + round(at * SECOND_NS))
        band.stage.hear(message)
        band._deliver()
    until(band, begun_ns + round(seconds * SECOND_NS))
    spent = (time.process_time() - begun) / seconds
    said = watch.end()
    band.stop()
    notes = part([(at - begun_ns / MILLISECOND, message) for at, message in band.sent])
    sounded = {}
    for at, pitch in notes[:, :2].tolist():
        sounded.setdefault(int(pitch), []).append(begun_ns + round(at * SECOND_NS))
    notice = [
        (note.due_ns - since) / SECOND_NS
        for note, since in said
        if any(abs(note.due_ns - at) <= SAME_NS for at in sounded.get(note.pitch, ()))
    ]
    return Take(notes, len(said), len(said) - len(notice), np.array(notice), spent)


def until(band: Band, at_ns: int) -> None:
    """Let time pass, from one thing that happens to the next; what wakes at once again waits 1 ms."""
    clock, session = band.stage.clock, band.session
    while (now := clock.now_ns()) < at_ns:
        wanted = [each for each in (session.wake_at_ns, band.stage.performer.next_ns()) if each is not None]
        band.stage.run((min([at_ns, *(max(each, now) for each in wanted)]) - now) / MILLISECOND)
        band._deliver()
        wake = session.wake_at_ns
        if wake is not None and wake <= clock.now_ns():
            session.wake(clock.now_ns())
            band._deliver()
            if session.wake_at_ns is not None and session.wake_at_ns <= clock.now_ns():
                band.stage.run(min(1.0, (at_ns - clock.now_ns()) / MILLISECOND))
                band._deliver()
        elif clock.now_ns() == now:
            band.stage.run(min(0.1, (at_ns - now) / MILLISECOND))
            band._deliver()


def part(sent: list[tuple[float, bytes]]) -> Floats:
    """Messages at milliseconds as notes in seconds; what is never ended lasts to the last message."""
    notes: list[list[float]] = []
    sounding: dict[tuple[int, int], int] = {}
    last = max((at for at, _ in sent), default=0.0)
    for at, message in sent:
        key = (message[0] & 0x0F, message[1]) if len(message) > 1 else (0, -1)
        if is_note_on(message) or is_note_off(message):
            index = sounding.pop(key, None)
            if index is not None:
                notes[index][3] = at / 1000 - notes[index][0]
        if is_note_on(message):
            sounding[key] = len(notes)
            notes.append([at / 1000, message[1], message[2], (last - at) / 1000, 0])
    return np.array(notes, np.float64).reshape(-1, 5)
