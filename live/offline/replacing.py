"""A gap is filled so that what comes after it follows from it.

A model writes forwards. So it writes several fills, each after what stands before the gap, and the one is
taken after which it expects the music behind the gap most (sampling by importance). Then the second half of
that one is written anew as often, which can only make it better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from live.errors import AntiphonError
from live.files.cut import without
from live.files.music import Music
from live.files.parts import continuation_parts
from live.files.prompt import Prompt
from live.offline.continuing import model_for
from live.offline.events import sounded
from live.offline.gathering import gathered
from live.offline.growing import grow
from live.offline.made import Made, Progress, unseen
from live.offline.prompts import prompt_for
from live.offline.surprise import nats_of
from live.offline.taste import Taste
from models.convert import NoteArray
from models.events import KIND, TIME, Event, Kind, to_array
from models.piece import Piece
from models.step import Network, load_network

CANDIDATES = 12
FOLLOWING = 24
"""Notes behind the gap that a fill is judged by."""
APART = 1_000_003
"""Between the seeds of two candidates."""


@dataclass(frozen=True)
class Fill:
    """Notes for a gap, in ticks, and how little the model expects the notes behind it: nats a note."""

    events: tuple[Event, ...]
    notes: NoteArray
    nats: float


class Gap:
    """A stretch of music in seconds, left out. Raises ``AntiphonError`` where it has no two sides."""

    def __init__(
        self,
        music: Music,
        start: float,
        end: float,
        *,
        taste: Taste,
        network: Network | None = None,
        part: str | None = None,
    ) -> None:
        self.network = network or load_network(model_for(music))
        tempo = music.tempo
        first, last = float(tempo.quarters_at(start)), float(tempo.quarters_at(end))
        self.music = cut = without(music, first, last)
        onsets = np.concatenate([np.zeros(0), *(part.notes[:, 0] for part in cut.pitched)])
        if not (onsets < first).any() or not (onsets >= last).any():
            raise AntiphonError(
                f"a gap needs music before and after it: nothing begins on one side of {start:g}-{end:g} s"
            )
        self.prompt: Prompt = prompt_for(self.network.manifest, cut, part=part)
        axis = self.prompt.axis
        self.start, self.end = round(float(axis.ticks(first))), round(float(axis.ticks(last)))
        self._taste = taste
        piece = self.prompt.piece
        before = piece.notes[piece.notes[:, 0] < self.start]
        self._before = replace(piece, notes=before, phrases=piece.phrases[piece.phrases <= self.start])
        behind = np.sort(piece.notes[piece.notes[:, 0] >= self.end, 0])
        self._following = behind

    def fill(self, number: int, begun: tuple[Event, ...] = ()) -> Fill:
        """Candidate ``number``, or another way to go on from what is ``begun``. Blocks."""
        style = self._taste.style(self.network.manifest)
        events = list(begun)
        for event in grow(
            self.network, self._before, start=self.start, style=style,
            seed=self._taste.seed + APART * number, made=to_array(list(begun)),
        ):  # fmt: skip
            if event.time >= self.end:
                break
            events.append(event)
        heard = sounded(events, self.prompt.grid, self.end)
        notes = gathered(heard, self.prompt.grid, start=self.start, end=self.end, progress=unseen)
        return Fill(tuple(events), notes, self.nats_behind(notes))

    def nats_behind(self, notes: NoteArray, first: int = 0, count: int = FOLLOWING) -> float:
        """Nats a note of so many notes behind the gap, from the ``first`` on, after these in it. Blocks."""
        piece = self.prompt.piece
        whole = Piece(piece.name, np.concatenate([piece.notes, notes]), phrases=piece.phrases)
        events = whole.events(self.prompt.grid, self.network.manifest.voices)
        events = events[events[:, KIND] != Kind.END]
        here = self._following[first : first + count + 1]
        since = int(np.searchsorted(events[:, TIME], max(self.end, round(here[0])), side="left"))
        until = len(events)
        if len(here) > count:
            until = int(np.searchsorted(events[:, TIME], round(here[count]), side="left"))
        nats = nats_of(self.network, events[: max(until, since + 1)], piece.meters, since)
        return float(nats.sum()) / max(1, min(count, len(here)))

    def best(self, candidates: int, progress: Progress = unseen) -> tuple[Fill, list[Fill]]:
        """The fill after which the rest is expected most, and all that were tried, in order."""
        count = candidates + candidates // 2
        tried: list[Fill] = []
        begun: tuple[Event, ...] = ()
        for number in range(count):
            if number == candidates:
                half = (self.start + self.end) // 2
                best = min(tried, key=_nats)
                begun = tuple(event for event in best.events if event.time < half)
            tried.append(self.fill(number, begun))
            progress((number + 1) / count)
        return min(tried, key=_nats), tried


def _nats(fill: Fill) -> float:
    return fill.nats


def replace_music(
    music: Music,
    taste: Taste,
    *,
    start: float,
    end: float,
    network: Network | None = None,
    candidates: int = CANDIDATES,
    part: str | None = None,
    progress: Progress = unseen,
) -> Made:
    """The music with other notes between two times in seconds, which lead into what stands behind.

    What sounds when the gap begins ends there; all else stays note for note. Of ``candidates`` fills the one
    is taken after which the model expects the next notes most.
    """
    gap = Gap(music, start, end, taste=taste, network=network, part=part)
    best, tried = gap.best(candidates, progress)
    model = gap.network.manifest.name
    added = taste.as_loud(continuation_parts(gap.prompt, best.notes, model))
    plain = [fill.nats for fill in tried[:candidates]]
    facts = {
        "candidates": len(tried),
        "nats_behind": round(best.nats, 3),
        "nats_behind_without_choice": round(float(np.mean(plain)), 3),
    }
    remarks = taste.remarks(gap.network.manifest)
    return Made(gap.music, added, model, taste.seed, facts=facts, remarks=remarks)
