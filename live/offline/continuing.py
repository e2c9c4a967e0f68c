"""Music goes on."""

from __future__ import annotations

import hashlib
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from live.errors import AntiphonError
from live.files.cut import until
from live.files.lines import is_line
from live.files.music import Music
from live.files.parts import continuation_parts
from live.offline.events import sounded
from live.offline.gathering import gathered
from live.offline.growing import grow
from live.offline.made import Made, Progress, unseen
from live.offline.prompts import prompt_for
from live.offline.surprise import nats_of
from live.offline.taste import Taste
from models.events import KIND, TIME, EventArray, Kind, from_array
from models.step import Network, load_network

DEFAULT_BARS = 8
DEFAULT_SECONDS = 30.0
MOST_BARS, MOST_SECONDS = 64, 600.0
"""To the model's end, but no longer than this unless a length is given."""


def model_for(music: Music) -> str:
    """The shipped model that continues it: a single line `folk`, anything else `piano`."""
    return "folk" if is_line(music) else "piano"


class Continuing:
    """A continuation under way: it can be stopped at any time and gone on with, also by another process.

    Without a length, 8 bars are made by a model that knows bars, else 30 seconds; of two, bars count.
    ``start_at``: seconds from which on the music is another. With ``may_end`` it stops earlier where the
    model ends the piece, with ``to_end`` there alone (or at a length that is given, or after 64 bars or ten
    minutes). Raises ``FileError`` when no part is called ``part``, ``AntiphonError`` when nothing
    stands before ``start_at``. Owned by one thread.
    """

    def __init__(
        self,
        music: Music,
        taste: Taste,
        *,
        network: Network | None = None,
        seconds: float | None = None,
        bars: int | None = None,
        part: str | None = None,
        start_at: float | None = None,
        may_end: bool = False,
        to_end: bool = False,
    ) -> None:
        self.network = network or load_network(model_for(music))
        self.taste, self._may_end = taste, may_end or to_end
        manifest = self.network.manifest
        least = 0.0
        if start_at is not None:
            least = float(music.tempo.quarters_at(start_at))
            music = _begun(until(music, least), start_at)
        self.music = music
        self._prompt = prompt_for(manifest, music, part=part)
        if seconds is None and bars is None:
            default = (MOST_BARS, MOST_SECONDS) if to_end else (DEFAULT_BARS, DEFAULT_SECONDS)
            bars, seconds = (default[0], None) if manifest.monophonic else (None, default[1])
        self._start = max(self._prompt.end, round(float(self._prompt.axis.ticks(least))))
        self._end = self._start + self._prompt.length(seconds=seconds, bars=bars)
        self._events = array("i")
        """Five numbers for each, all that grows with the music."""

    @property
    def events(self) -> EventArray:
        """What has been made so far: ``[n, 5]``, in the model's ticks and key."""
        return np.array(self._events, np.int32).reshape(-1, 5)

    @property
    def count(self) -> int:
        """How many events that are."""
        return len(self._events) // 5

    @property
    def ended(self) -> bool:
        """Whether the model has ended the piece."""
        return len(self._events) > 0 and self._events[-4] == Kind.END

    def about(self) -> dict[str, Any]:
        """What decides how it goes on, for whoever keeps events: of what, by what, from where, how."""
        style = self.taste.style(self.network.manifest)
        told = self._prompt.piece.events(self._prompt.grid, self.network.manifest.voices)
        return {
            "model": self.network.manifest.name,
            "sha256": self.network.manifest.sha256,
            "music": hashlib.sha256(np.ascontiguousarray(told).tobytes()).hexdigest(),
            "start": self._start,
            "seed": self.taste.seed,
            "temperature": style.temperature,
            "top_p": style.top_p,
            "goals": dict(style.goals),
            "may_end": self._may_end,
        }

    def nats(self) -> NDArray[np.float64]:
        """How little the model expected each event that was made. Blocks."""
        told = self._prompt.piece.events(self._prompt.grid, self.network.manifest.voices)
        before = told[(told[:, KIND] != Kind.END) & (told[:, TIME] <= self._start)]
        sounding = self._prompt.grid.monophonic & (before[:, TIME] == self._start)
        before = before[~(sounding & (before[:, KIND] == Kind.OFF))]
        whole = np.concatenate([before, self.events])
        return nats_of(self.network, whole, self._prompt.piece.meters, len(before))

    def take_up(self, events: EventArray) -> None:
        """Go on after these, which were made before from the same music, taste, model and start."""
        self._events = array("i", events.reshape(-1).tolist())

    def go_on(self, progress: Progress = unseen) -> None:
        """Make the rest. Blocks; whatever ``progress`` raises stops it, and what was made is kept."""
        if self.ended:
            return
        style = self.taste.style(self.network.manifest)
        grown = grow(
            self.network, self._prompt.piece, start=self._start, style=style, seed=self.taste.seed,
            may_end=self._may_end, made=self.events,
        )  # fmt: skip
        length = max(1, self._end - self._start)
        for event in grown:
            if event.time >= self._end:
                break
            self._events.extend(event)
            progress(max(0.0, event.time - self._start) / length)
        progress(1.0)

    def made(self, *, whole: bool = True) -> Made:
        """The music with what was made; if it is not ``whole``, notes that sound end with its last event."""
        events = self.events
        end = self._end
        if len(events) and (not whole or self.ended):
            end = max(self._start + 1, int(events[-1, 0]))
        grid = self._prompt.grid
        heard = sounded(from_array(events), grid, end)
        notes = gathered(heard, grid, start=self._start, end=end, progress=unseen)
        model = self.network.manifest.name
        added = self.taste.as_loud(continuation_parts(self._prompt, notes, model))
        remarks = self.taste.remarks(self.network.manifest)
        return Made(self.music, added, model, self.taste.seed, ended=self.ended, remarks=remarks)


def continue_music(
    music: Music,
    taste: Taste,
    *,
    network: Network | None = None,
    seconds: float | None = None,
    bars: int | None = None,
    part: str | None = None,
    start_at: float | None = None,
    may_end: bool = False,
    to_end: bool = False,
    progress: Progress = unseen,
) -> Made:
    """New music after the end of ``music``, or from ``start_at`` on, which else stays note for note.

    See :class:`Continuing`.
    """
    continuing = Continuing(
        music, taste, network=network, seconds=seconds, bars=bars, part=part, start_at=start_at,
        may_end=may_end, to_end=to_end,
    )  # fmt: skip
    continuing.go_on(progress)
    return continuing.made()


def _begun(music: Music, start_at: float) -> Music:
    """The music before ``start_at``, if there is any."""
    if not music.pitched:
        raise AntiphonError(f"nothing sounds before {start_at:g} s: there is no music to go on from")
    return music
