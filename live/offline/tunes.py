"""Whole tunes: tried until one ends well."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from live.files.prompt import Prompt
from live.offline.events import sounded
from live.offline.gathering import gathered
from live.offline.growing import grow_from_nothing
from live.offline.made import Progress, unseen
from live.offline.modes import drawn_to, hold_of
from live.offline.taste import Taste
from models.conditions import MODE, Told
from models.convert import NoteArray
from models.events import Event, Kind
from models.grid import TICKS_PER_QUARTER
from models.hold import FREE
from models.step import Network

TUNES, ENDINGS = 3, 8
"""So many tunes are begun at most, and so many endings tried for each."""
APART = 1_000_003
"""Between the seeds of two attempts, so that the next seeds of the user are others."""
CLOSE = 0.7
"""Another ending begins with the last phrase that begins before this share of the length."""
_NO_END, _NO_TONIC, _FEW_PHRASES, _PER_BAR = 8.0, 4.0, 1.0, 1.0
"""What counts against a tune: it is cut off; its last note is not the tonic; it is one phrase; each bar
that it is too short."""


@dataclass(frozen=True)
class Tune:
    """What the model said, in its ticks and key. ``bars``: the last one counts whole."""

    events: tuple[Event, ...]
    notes: NoteArray
    phrases: tuple[int, ...]
    ended: bool
    bars: int
    on_tonic: bool

    def faults(self, bars: int) -> float:
        """0 for a whole tune of so many bars."""
        return (
            _NO_END * (not self.ended)
            + _NO_TONIC * (not self.on_tonic)
            + _FEW_PHRASES * (len(self.phrases) < 2)
            + _PER_BAR * abs(bars - self.bars)
        )


class Trying:
    """Tunes of one kind: so many bars in a key and meter."""

    def __init__(self, prompt: Prompt, network: Network, taste: Taste, mode: str | None, bars: int) -> None:
        self._prompt, self._network, self._bars = prompt, network, bars
        manifest = network.manifest
        self._style, self._seed, self._hold = taste.style(manifest), taste.seed, FREE
        if manifest.phrases:
            self._hold = hold_of(mode, prompt.piece.mode)
            if mode is None and prompt.piece.mode != "minor":
                # Plain major is what it plays by itself: told so, its tunes are less like real ones.
                self._style = replace(self._style, goals=_without_mode(self._style.goals))
            elif MODE.name not in self._style.goals:
                self._style = replace(self._style, bias=drawn_to(mode, prompt.piece.mode))
        self._length = length = prompt.length(bars=bars)
        self._bar = round(prompt.music.bar_quarters() * TICKS_PER_QUARTER)
        # A bar or two earlier, too: the model knows best where its last phrase ends.
        early = max(self._bar, length // 8)
        self._may_end_at = max(length // 2, length - early) if manifest.phrases else length // 2
        self._home = 9 if prompt.piece.mode == "minor" else 0
        self._last_note = self._home if manifest.phrases else None

    def best(self, progress: Progress) -> Tune:
        """The first tune without faults, else the one with the fewest."""
        seeds = itertools.count(self._seed, APART)
        whole = TUNES * (1 + ENDINGS)
        found: list[Tune] = []
        for number in range(TUNES):
            first = self.tune(next(seeds), [], unseen)
            found.append(first)
            begun = self._begun(first)
            for ending in range(ENDINGS):
                progress((number * (1 + ENDINGS) + 1 + ending) / whole)
                if not found[-1].faults(self._bars):
                    break
                found.append(self.tune(next(seeds), begun, unseen))
            best = min(found, key=lambda tune: tune.faults(self._bars))
            if not best.faults(self._bars):
                break
        progress(1.0)
        return best

    def tune(self, seed: int, begun: Sequence[Event], progress: Progress) -> Tune:
        """One that begins so and goes on as the seed will have it."""
        grid = self._prompt.grid
        events = list(begun)
        for event in grow_from_nothing(
            self._network, self._prompt.piece.meters, may_end_at=self._may_end_at, style=self._style,
            seed=seed, tokens=self._hold.tokens, home=self._last_note, made=begun,
        ):  # fmt: skip
            if event.time >= self._length and event.kind == Kind.ON:
                break
            if event.time > self._length:
                break
            progress(event.time / self._length)
            events.append(event)
        notes = gathered(
            sounded(events, grid, self._length + 1), grid, start=0, end=self._length, progress=unseen
        )
        end = int((notes[:, 0] + notes[:, 3]).max()) if len(notes) else 0
        phrases = [event.time for event in events if event.kind == Kind.PHRASE]
        if not phrases or phrases[-1] < end:
            phrases.append(end)
        ended = bool(events) and events[-1].kind == Kind.END
        on_tonic = len(notes) > 0 and int(notes[-1, 1]) % 12 == self._home
        return Tune(tuple(events), notes, tuple(phrases), ended, ceil(end / self._bar), on_tonic)

    def _begun(self, tune: Tune) -> list[Event]:
        """The tune up to the phrase end after which another ending may begin."""
        latest = CLOSE * self._length
        ends = [
            index
            for index, event in enumerate(tune.events)
            if event.kind == Kind.PHRASE and event.time <= latest
        ]
        return list(tune.events[: ends[-1] + 1]) if ends else []


def _without_mode(goals: Told) -> Told:
    return {name: level for name, level in goals.items() if name != MODE.name}
