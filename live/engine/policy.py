"""What a mode is: it hears the player, learns what was sent, and gives orders to the stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from live.beat.swing import straight_ns
from live.beat.timekeeper import Timekeeper
from live.character import goals_now
from live.controls import Settings
from live.engine.chord_zone import ChordZone
from live.engine.ear import Frame
from live.engine.hearing import Heard, Hearing
from live.engine.history import History
from live.engine.holding import hold_of
from live.engine.key_follower import KeyFollower
from live.engine.orders import Orders
from live.engine.plans import Plans
from live.engine.rehearing import Rehearing
from live.engine.routing import Routing
from live.engine.surprise import Surprise
from live.errors import AntiphonError
from live.stage import records as r
from models.chord_model import ChordTables
from models.conditions import Told
from models.hold import Hold
from models.manifest import Manifest

NOTHING_AHEAD = "nothing is planned ahead in this mode, so there is nothing to veto"


@dataclass
class Stage:
    """What a policy may use: orders to the stage, new tags, the present settings, the player's keys."""

    send: Orders
    tags: Callable[[], int]
    settings: Callable[[], Settings]
    hearing: Hearing
    routing: Routing
    seed: int
    counts: Counter[str]
    """How often what happened: ``deadline`` counts notes of the rule that stood in for a late model."""
    note: Callable[..., None]
    """Writes a line into the capture: a name and values."""
    now: Callable[[], int]
    """The time, for work that takes long."""
    key: KeyFollower
    """The key that the player is in; hears each strike after the policy has."""
    history: History
    """What was played and sent; a policy adds what nobody else knows."""
    time: Timekeeper
    """Who gives the beat: ``time.pulse`` is read at each decision, None in free time."""
    surprise: Surprise
    """What player and companion cost in bits per note, and the companion's target."""
    plans: Plans
    """What is about to sound; a policy says what it may still change."""
    say: Callable[[str], None]
    """Takes a line for the musician."""
    chords: ChordZone
    """The chord that the left hand plays, where the keyboard is split."""
    chord_tables: Callable[[], ChordTables]
    """By what the style ``chords`` chooses."""

    def hold(self, shift: int = 0, *, line: bool = False) -> Hold:
        """What the companion's notes are held to now, in pitches ``shift`` semitones higher; a ``line`` is
        held less strictly to the chord of the left hand than harmony is."""
        return hold_of(self.settings(), self.key, shift, self.chords.now(), line=line)

    def goals(self, manifest: Manifest, shift: int = 0) -> Told:
        """What a model is told of the character that is asked for, in pitches ``shift`` semitones higher."""
        return goals_now(self.settings()).told(manifest, shift)

    def missed(self, notes: dict[int, int]) -> None:
        """A rule played these notes (by voice), because the model was late: counted and captured."""
        self.counts["deadline"] += len(notes)
        self.note("deadline", notes)

    def straight(self, ns: int) -> int:
        """When the player would have done without swing what was done then: what an ear is told."""
        return straight_ns(self.time.pulse, ns, self.settings().swing)


class Policy(Protocol):
    """One mode. All calls come from the engine's thread; none but a model call blocks."""

    @property
    def wake_at_ns(self) -> int | None:
        """When ``wake`` wants to be called, if nothing happens before."""

    def heard(self, what: Heard, now_ns: int) -> None:
        """The player did something."""

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """The stage did something that was planned, or did not."""

    def wake(self, now_ns: int) -> None:
        """Time has passed."""

    def changed(self, name: str, now_ns: int) -> None:
        """A control has another value; or the chord of the left hand is another
        (:data:`live.engine.chord_zone.CHANGED`)."""

    def veto(self, now_ns: int) -> None:
        """What was planned and has not begun yet is not played. Cuts nothing that sounds.

        Raises ``AntiphonError`` where nothing is ever planned ahead.
        """

    def stop(self, now_ns: int) -> None:
        """End the companion's notes: another mode takes over, or the program ends."""

    def reset(self) -> None:
        """The stage has ended everything by itself (ports lost, panic)."""

    def frames(self) -> tuple[Frame, Frame] | None:
        """How its context is told what is played, and how it should be. None: there is no context, or it
        cannot be exchanged now. Asked after every turn, so quick."""

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """What makes a context like its own that has heard nothing yet. Any thread may call that."""

    def take_over(self, fed: Rehearing) -> None:
        """Go on from this context, which has heard what was played before. Cuts nothing that sounds."""

    def keep_warm(self) -> None:
        """Compute what the next strike will need and forget it: what has just run runs quicker."""

    def status(self) -> str:
        """A few words for the status line. Any thread."""


class Off:
    """The companion is silent."""

    wake_at_ns: int | None = None

    def heard(self, what: Heard, now_ns: int) -> None:
        """Nothing to do."""

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """Nothing to do."""

    def wake(self, now_ns: int) -> None:
        """Nothing to do."""

    def changed(self, name: str, now_ns: int) -> None:
        """Nothing to do."""

    def veto(self, now_ns: int) -> None:
        """There is nothing."""
        raise AntiphonError(NOTHING_AHEAD)

    def stop(self, now_ns: int) -> None:
        """Nothing sounds."""

    def reset(self) -> None:
        """Nothing to forget."""

    def frames(self) -> None:
        """There is no context."""

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Never asked for."""
        raise NotImplementedError

    def take_over(self, fed: Rehearing) -> None:
        """Nothing to take over."""

    def keep_warm(self) -> None:
        """No strike needs anything."""

    def status(self) -> str:
        """Nothing to say."""
        return "off"
