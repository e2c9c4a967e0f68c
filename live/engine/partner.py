"""What the companion of a duet plays: where it may, whose a choice of the model is, and how loud it is."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from live.controls import Settings
from live.engine.alone import SOFTEST, SPARSEST
from live.engine.clashes import clashes
from live.engine.duet_plan import DuetPlan
from live.engine.following import Following
from live.engine.policy import Stage
from live.engine.room import Band, Room
from live.engine.routing import Route
from live.stage.clock import MILLISECOND
from models.context import NO_END, Choice, Limits
from models.duo import Duo, Pitches
from models.events import PITCHES, Event, Kind
from models.sampling import Draws, Style
from models.vocabulary import ON_TOKENS

JUST_NS = 600 * MILLISECOND
"""What the player struck so lately is not struck by the companion."""
COIN = 0.5
"""With ``cover``, a note in the player's register is the companion's with this probability, else imagined."""

_ONS = slice(ON_TOKENS, ON_TOKENS + PITCHES)
_PITCHES = np.arange(PITCHES)


class Said(NamedTuple):
    """What the model says, and whether it is the companion's."""

    choice: Choice
    own: bool


class Partner:
    """Owned by the engine's thread; ``choose`` blocks for the heads of the model alone."""

    def __init__(self, stage: Stage, low: int, high: int) -> None:
        """``low`` to ``high``: the pitches of the model."""
        self._stage = stage
        self._range = (low <= _PITCHES) & (high >= _PITCHES)
        self._room, self._following = Room(low, high), Following()
        self._decisions = itertools.count()
        self._just: dict[int, int] = {}  # pitch -> when the player struck it last
        nowhere = np.zeros(PITCHES, bool)
        self._duo = Duo(nowhere, nowhere)
        self._band: Band | None = None

    def strike(self, ns: int, pitch: int, velocity: int) -> None:
        """The player has struck a key."""
        self._room.strike(ns, pitch)
        self._following.strike(ns, pitch, velocity)
        self._just[pitch] = ns
        self.look()

    def look(self) -> None:
        """See where there is room now."""
        self._band = self._room.band(self._stage.hearing.down)

    def has_room(self, pitch: int) -> bool:
        """Whether the companion may be there."""
        return self._stage.settings().cover or (self._band is not None and pitch in self._band)

    def choose(self, plan: DuetPlan, now_ns: int, faded: float, *, rests: bool) -> Said | None:
        """What the model says of both players; None where nothing can follow.

        ``faded`` 0 to 1: how far the companion has faded out. ``rests``: it begins no note.
        """
        settings = self._stage.settings()
        band = self._where(settings)
        mine = np.zeros(PITCHES, bool) if rests else band & ~self._taken(plan, now_ns)
        hold = self._stage.hold(line=True)
        may = mine & hold.tokens[_ONS]
        lean = self._following.lean(settings.follow_register)
        for other in (clashes(self._fresh()), None if hold.bias is None else hold.bias[_ONS]):
            if other is not None:
                lean = other.astype(np.float64) + (0.0 if lean is None else lean)
        duo = self._duo
        duo.mine, duo.may, duo.lean = mine, may, lean
        sparser = 1 - faded * (1 - SPARSEST)
        duo.rate = self._following.times(now_ns, settings.follow_density) * sparser
        duo.least = self._following.least(now_ns, settings.follow_density) * sparser
        tokens = NO_END.copy()
        tokens[_ONS] = (~band | may) if not (rests and settings.cover) else True
        limits = Limits(least=max(0, plan.floor - plan.context.now), tokens=tokens)
        spending = self._stage.surprise.companion
        spending.aim(settings.surprise)
        style = spending.styled(Style(1.0, 1.0, goals=self._stage.goals(plan.context.manifest)))
        duo.temperature, duo.top_p = settings.heat, settings.top_p
        if settings.surprise:
            duo.temperature = duo.top_p = 1.0
        draws = Draws(self._stage.seed, next(self._decisions))
        choice = plan.context.choose(limits, style, draws, duo)
        if choice is None:
            return None
        event = choice.event
        if event.kind == Kind.OFF:
            own = event.pitch in plan.own
        else:
            his = settings.cover and (self._band is None or event.pitch not in self._band)
            own = bool(may[event.pitch]) and (not his or draws.uniform() < COIN)
        if own:
            spending.said(choice.total, choice.entropy, note=event.kind == Kind.ON)
        return Said(self._shaped(choice) if own and event.kind == Kind.ON else choice, own)

    def begun(self, event: Event) -> None:
        """A note of the companion was ordered."""
        self._following.said(event.pitch, event.velocity)

    def loudness(self, event: Event, faded: float) -> int:
        """On the wire."""
        wanted = event.velocity * self._stage.settings().level * (1 - faded * (1 - SOFTEST))
        return self.route.loudness(min(127, max(1, round(wanted))))

    @property
    def route(self) -> Route:
        """The way of the companion's notes."""
        return self._stage.routing.route(1)

    def _shaped(self, choice: Choice) -> Choice:
        velocity = self._following.velocity(choice.event.velocity, self._stage.settings().follow_loudness)
        return Choice(choice.event._replace(velocity=velocity), choice.nats, choice.entropy)

    def _where(self, settings: Settings) -> Pitches:
        """Pitches at which the companion's notes lie."""
        if settings.cover:
            return self._range
        if self._band is None:
            return np.zeros(PITCHES, bool)
        return (self._band.low <= _PITCHES) & (self._band.high >= _PITCHES)

    def _fresh(self) -> set[int]:
        """What the player holds, or has struck just now and still sounds."""
        return set(self._stage.hearing.down) | (self._just.keys() & self._stage.hearing.sounding)

    def _taken(self, plan: DuetPlan, now_ns: int) -> Pitches:
        """What the player plays or has just struck, what the route has nowhere, what our notes hold there."""
        self._just = {pitch: ns for pitch, ns in self._just.items() if now_ns - ns < JUST_NS}
        taken = np.zeros(PITCHES, bool)
        his = self._stage.hearing.sounding | self._just.keys()
        taken[list(his)] = True
        taken[[note.pitch for note in plan.coming]] = True  # one key would be begun twice, and ended once
        route = self.route
        if route.transpose or (route.low, route.high) != (0, 127):
            held = {note.place for note in (*plan.own.values(), *plan.coming)}
            for pitch in range(PITCHES):
                place = route.place(pitch)
                taken[pitch] |= place is None or place in held or place.pitch in his
        return taken
