"""The plan on a MIDI port of its own: for lights on a keyboard, or a ghost track in a DAW.

Each note that is about to sound is a note there: from :data:`AHEAD_NS` before it begins, at most, until it
begins or is cancelled. Its beginning and its end are planned together in the stage, so that its end comes
whatever becomes of the engine; the music's notes of the same moment go first.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from live.engine.plan_notes import Phase, Planned
from live.stage import records as r
from live.stage.clock import MILLISECOND, SECOND

CHANNELS = {Phase.COMMITTED: 0, Phase.TENTATIVE: 1}
"""As on the wire: channel 1 for what will sound, channel 2 for what may."""
AHEAD_NS = 2 * SECOND
GAP_NS = 20 * MILLISECOND
"""Between two notes of one key."""
MOST = 32
"""Notes that are shown at once, the nearest: more lights help nobody, and their orders take time."""


@dataclass(slots=True)
class _Light:
    """A note as it is shown."""

    note: Planned
    tag: int
    on_ns: int


class Lights:
    """Watches the plans of a session. Engine thread only; never blocks.

    ``send`` takes orders for the stage, ``port`` is the number of the output.
    """

    def __init__(self, send: Callable[..., None], port: int) -> None:
        self._send, self._port = send, port
        self._tags = itertools.count()
        self._upcoming: dict[int, Planned] = {}
        self._shown: dict[int, _Light] = {}

    def watch(self, news: tuple[Planned, ...], now_ns: int) -> None:
        """Show what has changed."""
        for note in news:
            if note.phase in CHANNELS:
                self._upcoming[note.id] = note
            else:
                self._upcoming.pop(note.id, None)
        nearest = heapq.nsmallest(MOST, self._upcoming.values(), key=lambda note: note.due_ns)
        wanted = {note.id: note for note in nearest if note.due_ns > now_ns}
        orders: list[r.EngineRecord] = []
        for number in [number for number in self._shown if number not in wanted]:
            orders += self._away(self._shown.pop(number), now_ns)
        for note in nearest:
            if note.id in wanted:
                orders += self._show(note, now_ns)
        if orders:
            self._send(*orders)

    def _show(self, note: Planned, now_ns: int) -> list[r.EngineRecord]:
        light = self._shown.get(note.id)
        if light is None:
            return self._begin(note, now_ns)
        before = light.note
        if before.phase is not note.phase or before.due_ns <= now_ns or note.due_ns <= light.on_ns:
            del self._shown[note.id]
            return [*self._away(light, now_ns), *self._begin(note, now_ns)]
        light.note = note
        if before.due_ns == note.due_ns:  # how long or how loud it will be is no other light
            return []
        return [r.Cancel(light.tag, r.CancelMode.KEEP), self._off(light)]

    def _begin(self, note: Planned, now_ns: int) -> list[r.EngineRecord]:
        """A key that is to sound again is dark for a moment when it sounds before."""
        before_ns = max(
            (
                light.note.due_ns
                for light in self._shown.values()
                if (light.note.pitch, light.note.phase) == (note.pitch, note.phase)
                and light.note.due_ns <= note.due_ns
            ),
            default=-GAP_NS,
        )
        on_ns = max(now_ns, note.due_ns - AHEAD_NS, before_ns + GAP_NS)
        if on_ns >= note.due_ns:
            return []
        tag = r.SHOWN_TAGS + next(self._tags) % r.SHOWN_TAGS
        light = self._shown[note.id] = _Light(note, tag, on_ns)
        on = bytes((0x90 | CHANNELS[note.phase], note.pitch, max(1, note.velocity)))
        return [r.Plan(light.on_ns, on, tag, 0, self._port), self._off(light)]

    def _off(self, light: _Light) -> r.Plan:
        off = bytes((0x80 | CHANNELS[light.note.phase], light.note.pitch, 0))
        return r.Plan(light.note.due_ns, off, light.tag, 0, self._port)

    @staticmethod
    def _away(light: _Light, now_ns: int) -> list[r.EngineRecord]:
        """Not shown any more; the end of one whose note has begun comes by itself."""
        return [] if light.note.due_ns <= now_ns else [r.Cancel(light.tag)]
