"""What a model has heard, and what it would say next: hear, choose, take back.

Player and companion take the same road: every event, whoever made it, enters by ``hear``. A choice is
never heard by itself; what enters a context is what was played.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.advice import Adviser
from models.conditions import NO_GOALS, Told, conditions_at
from models.events import PITCHES, Event, EventArray, Kind
from models.grid import velocity_of_bin
from models.hindsight import Past
from models.manifest import Manifest
from models.masks import legal_tokens, legal_voices, legal_waits
from models.memory import UNDO
from models.meter import Meter, place_of
from models.sampling import Draws, Picked, Style, log_probabilities, pick
from models.sounding import Sounding, trace
from models.step import Logits, Network
from models.vocabulary import (
    CHOICES,
    END_TOKEN,
    ON_TOKENS,
    TOKEN,
    TOKENS,
    WAIT,
    WHO,
    choice_of,
    choices,
    kind_and_pitch,
)

Allowed = NDArray[np.bool_]

NO_END: Allowed = np.arange(TOKENS) != END_TOKEN


def in_range(manifest: Manifest, voice: int = 0, tokens: Allowed = NO_END) -> Allowed:
    """The tokens without notes outside of the voice's range: what the model's instrument does not have."""
    low, high = manifest.ranges[voice]
    pitch = np.arange(TOKENS) - ON_TOKENS
    return np.asarray(tokens & ((pitch >= PITCHES) | ((pitch >= low) & (pitch <= high))))


@dataclass(frozen=True)
class Limits:
    """What the next event may be, beyond what is legal at all.

    ``least`` and ``most``: ticks since the last event (``most`` None: no limit; equal: the wait is given).
    ``voices``: who may speak. ``tokens``: ``[TOKENS]`` of what may be said.
    """

    least: int = 0
    most: int | None = None
    voices: tuple[int, ...] | None = None
    tokens: Allowed = field(default_factory=lambda: NO_END)


@dataclass(frozen=True)
class Choice:
    """An event that was chosen, the surprise of each head in nats, and their ``entropy`` together.

    Entropy is 0 unless the style asked for a surprise. A wait in a wide bin adds log(ticks) to both.
    """

    event: Event
    nats: dict[str, float]
    entropy: float = 0.0

    @property
    def total(self) -> float:
        """Surprise of the whole event in nats."""
        return sum(self.nats.values())


class _Waits(NamedTuple):
    """Logits of the wait, and for what they were asked."""

    hidden: NDArray[np.float32] | None
    goals: Told
    logits: NDArray[np.float32]


class Context:
    """A rolling context over a model. Owned by one thread.

    ``meters`` place ticks in bars (empty: unknown); ``role`` is the given voice of a chorale, from 1 for
    soprano to 4 for bass (0: unknown).
    """

    def __init__(self, network: Network, *, meters: list[Meter] | None = None, role: int = 0) -> None:
        self.network, self.manifest = network, network.manifest
        self.grid = network.manifest.grid_object
        self.meters = list(meters or [])
        self.role = role
        self._model = network.start()
        self.state = Sounding.nothing(self.manifest.voices)
        self._undo: list[tuple[Sounding, NDArray[np.float32] | None, Event]] = []
        self.hidden: NDArray[np.float32] | None = None
        self._waits: _Waits | None = None

    @property
    def now(self) -> int:
        """Tick of the last event."""
        return int(self.state.now)

    @property
    def heard(self) -> int:
        """Number of events heard."""
        return self._model.position

    def hear(self, *events: Event) -> None:
        """Feed events in order, in one call of the network.

        They are not checked: whoever feeds keeps to the masks (:func:`models.masks.is_legal`).
        """
        if not events:
            return
        sounding = np.empty((len(events), self.manifest.sounding_size), np.uint8)
        told, states, before = [], [], self.now
        for index, event in enumerate(events):
            told.append(choice_of(event, self.grid, before))
            before = event.time
            states.append(self.state.copy())
            self.state.apply(event, self.grid)
            sounding[index] = self.state.rows()
        places = [self._place(event.time) for event in events]
        conditions = np.array(places, np.int32).reshape(len(events), -1)
        hidden = self._model.feed(np.array(told, np.int32), conditions, sounding)
        self._undo += zip(states, [self.hidden, *hidden[:-1]], events, strict=True)
        del self._undo[:-UNDO]
        self.hidden = hidden[-1]

    def hear_all(self, events: EventArray, before: EventArray | None = None) -> None:
        """Feed a long array ``[n, 5]`` into a fresh context; cannot be taken back.

        ``before``: events that went ahead of them and are only counted in for what still sounds.
        """
        first = 0 if before is None else len(before)
        whole = events if before is None else np.concatenate([before, events])
        state = trace(whole, first, len(whole), self.grid, self.manifest.voices)
        told = choices(events, self.grid, int(whole[first - 1, 0]) if first else 0)
        conditions = conditions_at(self.manifest.conditions, events[:, 0], self.meters, self.role)
        hidden = self._model.feed(told, conditions, state.rows())
        self.state = Sounding(
            state.onsets[-1].copy(),
            state.now[-1],
            state.rank[-1],
            state.closed[-1],
            state.phrase_open[-1],
        )
        self.hidden = hidden[-1]
        self._undo.clear()

    def rollback(self, count: int) -> None:
        """Take back the last ``count`` events heard one by one."""
        if count > len(self._undo):
            raise ValueError(f"cannot take back {count} events: {len(self._undo)} are remembered")
        for _ in range(count):
            self.state, self.hidden, _ = self._undo.pop()
        self._model.rollback(count)

    def recent(self, count: int = UNDO) -> list[Event]:
        """The last events heard one by one, at most :data:`models.memory.UNDO`."""
        return [event for _, _, event in self._undo[-count:]]

    def since(self, heard: int) -> list[Past]:
        """What was heard after the first ``heard`` events, as far as it can be taken back, but no start."""
        count = self.heard - heard
        return [
            Past(event, state.copy(), hidden, self._place(event.time))
            for state, hidden, event in (self._undo[-count:] if count > 0 else [])
            if hidden is not None
        ]

    def fork(self) -> Context:
        """An independent copy, for plans."""
        other = object.__new__(Context)
        other.network, other.manifest, other.grid = self.network, self.manifest, self.grid
        other.meters, other.role = list(self.meters), self.role
        other._model = self._model.fork()
        other.state, other.hidden = self.state.copy(), self.hidden
        other._undo, other._waits = list(self._undo), self._waits
        return other

    def transposed(self, semitones: int) -> Context:
        """A fresh context that has heard the same so many semitones higher, in one call of the network.

        For a context that has heard little: no more than can be taken back (:meth:`recent`).
        """
        other = Context(self.network, meters=self.meters, role=self.role)
        other.hear(*(event.higher(semitones) for event in self.recent()))
        return other

    def commit(self, plan: Context) -> None:
        """The fork ``plan`` came true: take over what it heard."""
        self._model.commit(plan._model)
        self.state, self.hidden, self._undo = plan.state, plan.hidden, plan._undo

    def choose(
        self, limits: Limits, style: Style, draws: Draws, adviser: Adviser | None = None
    ) -> Choice | None:
        """Choose the next event (without hearing it); None where the limits leave nothing legal.

        What the model says is mixed with what an adviser says, then come bias, limits and style.
        """
        recalled = adviser.recall(self) if adviser is not None else None
        goals = style.goals
        wait_logits = self._wait_logits(goals)
        legal = self._legal_waits(limits)
        if not legal.any():
            return None
        if recalled is not None:
            wait_logits = recalled.waits(wait_logits)
        # Top-p is for what, not for when: without the rare long waits music grows denser and denser.
        wait = pick(wait_logits, legal, replace(style, top_p=1.0), draws.uniform())
        picked = {"wait": wait}
        low, high = self._span(wait.choice, limits)
        ticks = low + int(draws.uniform() * (high - low + 1))
        told = np.zeros((1, CHOICES), np.int32)
        told[0, WAIT] = wait.choice
        place = self.now + ticks
        at_once = np.array(ticks == 0)
        voice = self._pick_voice(limits, style, draws, told, place, at_once, picked)
        if voice is None:
            return None
        allowed = legal_tokens(self.state, at_once, np.array(voice), self.grid)
        allowed &= limits.tokens
        if not allowed.any():
            return None
        token_logits = self._logits(told, place, goals)["token"]
        if recalled is not None:
            token_logits = recalled.tokens(token_logits, allowed, ticks)
        token = pick(token_logits, allowed, style, draws.uniform(), style.bias)
        picked["token"] = token
        told[0, TOKEN] = token.choice
        kind, pitch = kind_and_pitch(token.choice)
        velocity = 0
        if kind == Kind.ON and self.grid.has_velocity:
            velocity_logits = self._logits(told, place, goals)["velocity"]
            if recalled is not None:
                velocity_logits = recalled.loudness(velocity_logits, pitch)
            loudness = pick(velocity_logits, None, style, draws.uniform())
            picked["velocity"] = loudness
            velocity = velocity_of_bin(loudness.choice)
        nats = {name: each.nats for name, each in picked.items()}
        width = float(np.log(high - low + 1)) if high > low else 0.0
        nats["wait"] += width
        entropy = sum(each.entropy for each in picked.values()) + width
        return Choice(Event(self.now + ticks, kind, pitch, velocity, voice), nats, entropy)

    def wait_probabilities(self, elapsed: int = 0) -> NDArray[np.float64]:
        """``[time_bins]``: how likely each wait is, given ``elapsed`` ticks of silence."""
        legal = legal_waits(self.state, self.grid, elapsed)
        return np.exp(log_probabilities(self._wait_logits(), legal))

    def _pick_voice(
        self, limits: Limits, style: Style, draws: Draws, told: NDArray[np.int32],
        place: int, at_once: NDArray[np.bool_], found: dict[str, Picked],
    ) -> int | None:  # fmt: skip
        """Choose who speaks and write it into ``told``."""
        if self.manifest.voices == 1:
            return 0
        legal = legal_voices(self.state, at_once, self.grid)
        for voice in range(self.manifest.voices):
            if limits.voices is not None and voice not in limits.voices:
                legal[voice] = False
            elif legal[voice]:
                tokens = legal_tokens(self.state, at_once, np.array(voice), self.grid)
                legal[voice] = bool((tokens & limits.tokens).any())
        if not legal.any():
            return None
        uniform = draws.uniform()
        if legal.sum() == 1:  # no question to be asked
            picked = Picked(int(legal.argmax()), 0.0)
        else:
            picked = pick(self._logits(told, place, style.goals)["voice"], legal, style, uniform)
        found["voice"] = picked
        told[0, WHO] = picked.choice
        return picked.choice

    def _legal_waits(self, limits: Limits) -> Allowed:
        legal = legal_waits(self.state, self.grid, limits.least)
        edges = self.grid.bin_edges
        if limits.most is not None:
            legal &= edges[:-1] <= limits.most
        if legal[0] and not self._something_at_once(limits):
            legal[0] = False
        return legal

    def _something_at_once(self, limits: Limits) -> bool:
        """Whether the limits leave anything legal in the tick of the last event."""
        now = np.array(True)
        voices = range(self.manifest.voices) if limits.voices is None else limits.voices
        return any(
            bool((legal_tokens(self.state, now, np.array(voice), self.grid) & limits.tokens).any())
            for voice in voices
        )

    def _span(self, wait: int, limits: Limits) -> tuple[int, int]:
        """The fewest and the most ticks of a wait bin, inside the limits."""
        low = max(int(self.grid.bin_edges[wait]), limits.least)
        high = int(self.grid.bin_edges[wait + 1]) - 1
        if limits.most is not None:
            high = min(high, limits.most)
        return low, max(high, low)

    def _place(self, tick: int, goals: Told = NO_GOALS) -> list[int]:
        """``[c]`` of one tick (the same as :func:`conditions_at`, quick for a single one)."""
        place = place_of(tick, self.meters)
        known = {**place._asdict(), "role": self.role, **goals}
        return [known.get(name, 0) for name in self.manifest.conditions]

    def _wait_logits(self, goals: Told = NO_GOALS) -> NDArray[np.float32]:
        """Logits of the wait, which depend on nothing but what was heard and the goals: asked for once."""
        if self._waits is None or self._waits.hidden is not self.hidden or self._waits.goals != goals:
            waits = self._logits(np.zeros((1, CHOICES), np.int32), self.now, goals)["wait"]
            self._waits = _Waits(self.hidden, goals, waits)
        return self._waits.logits

    def logits(self, told: NDArray[np.int32], tick: int, goals: Told = NO_GOALS) -> Logits:
        """Logits ``[n, size]`` of each head for an event at ``tick`` after the choices ``told [n, 4]``.

        What ``goals`` (:meth:`models.goals.Goals.told`) change is multiplied by the model's guidance.
        One call of the heads, whatever ``n``: a head looks only at the choices before its own.
        """
        if self.hidden is None:
            raise ValueError("nothing heard yet: a context begins with its start event")
        count = len(told)
        place = np.array([self._place(tick, goals)] * count, np.int32)
        hidden = np.repeat(self.hidden[None], count, axis=0)
        guidance = self.manifest.sampling.guidance
        if not goals or guidance == 1:
            return self.network.logits(hidden, told, place)
        free = np.array([self._place(tick)] * count, np.int32)
        both = self.network.logits(
            np.concatenate([hidden, hidden]), np.concatenate([told, told]), np.concatenate([free, place])
        )
        return {
            name: each[:count] + np.float32(guidance) * (each[count:] - each[:count])
            for name, each in both.items()
        }

    def _logits(self, told: NDArray[np.int32], tick: int, goals: Told) -> Logits:
        """Logits ``[size]`` of each head after the choices ``told [1, 4]``."""
        return {name: array[0] for name, array in self.logits(told, tick, goals).items()}
