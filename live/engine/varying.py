"""The notes of a round as they are played: kept, held to what the player asks for, or drawn anew."""

from __future__ import annotations

import itertools

import numpy as np

from live.engine.loop_notes import LoopNotes
from live.engine.overheard import Overheard, model_pitch
from live.engine.placing import SOON_NS
from live.engine.policy import Stage
from live.engine.rounds import Played, Rounds
from live.engine.take import Note, Take
from live.engine.variation import Fate, blended, fate, moved_to, nearness, room, weights
from live.stage.clock import SECOND
from models.context import Allowed, Choice, Limits, in_range
from models.hold import Hold
from models.sampling import Draws, Style
from models.vocabulary import OFF_TOKENS, ON_TOKENS, TOKENS

_ONS: Allowed = (np.arange(TOKENS) >= ON_TOKENS) & (np.arange(TOKENS) < OFF_TOKENS)
_CHORD = 0.05
"""Places that are nearer than this are of one chord."""


class Varying:
    """Of one take. Engine thread only; blocks for the model, where a note is drawn.

    ``decisions`` numbers what is drawn: two for each note, asked for or not.
    """

    def __init__(
        self,
        take: Take,
        stage: Stage,
        overheard: Overheard,
        notes: LoopNotes,
        decisions: itertools.count[int],
        *,
        on_pulse: bool,
    ) -> None:
        self._take, self._stage, self._overheard, self._notes = take, stage, overheard, notes
        self._decisions, self._on_pulse = decisions, on_pulse
        self._weights = weights(take, on_pulse=on_pulse)
        self._ons = _ONS & in_range(overheard.context.manifest)
        self._plan: Overheard | None = None
        self._news = 0
        self.changed = 0
        """Notes that were drawn so far."""

    def kept(self, note: Note) -> Played:
        """As it was, but that a hard hold moves it to the nearest tone that may sound."""
        settings = self._stage.settings()
        hold = self._stage.hold(line=True)
        pitch = _nearest(hold, note.pitch) if hold.hard else note.pitch
        return Played(pitch, max(1, round(note.velocity * settings.level)), note.place)

    def note(self, index: int, begins: float, rounds: Rounds) -> Played:
        """This note of the round that begins there."""
        note, vary = self._take.notes[index], self._stage.settings().vary
        found = fate(vary, self._weights[index], Draws(self._stage.seed, next(self._decisions)))
        draws = Draws(self._stage.seed, next(self._decisions))
        kept = self.kept(note)
        context = self._overheard.context
        if not found.anew or context.hidden is None or (context.manifest.monophonic and not note.top):
            return kept
        return self._drawn_anew(index, begins, rounds, found, draws) or kept

    def _drawn_anew(
        self, index: int, begins: float, rounds: Rounds, found: Fate, draws: Draws
    ) -> Played | None:
        """What the model would play there; None if nothing can be."""
        note, placing = self._take.notes[index], rounds.placing
        ear, vary = self._overheard.ear, self._stage.settings().vary
        there = self._tick(placing.ns_at(begins + note.place))
        least = most = there
        low = high = note.place
        if found.moved:
            low, high = room(self._take.notes, index, self._take.length)
            earliest_ns = max(rounds.earliest_ns, self._stage.now() + SOON_NS)
            low = min(max(low, placing.place_at(earliest_ns) - begins), note.place)
            least, most = (self._tick(placing.ns_at(begins + each)) for each in (low, high))
        choice = self._choose(note, least, most, draws, vary, self._beside(index))
        if choice is None:
            return None
        event, settings = choice.event, self._stage.settings()
        unit_ns = self._stage.time.pulse.quarter_ns if self._on_pulse and self._stage.time.pulse else SECOND
        away = (event.time - there) * ear.tick_ns / unit_ns
        place = moved_to(note.place, note.place + away, low, high, on_pulse=self._on_pulse)
        pitch = note.pitch + event.pitch - model_pitch(ear, note.pitch)
        if not 0 <= pitch < 128:
            return None
        self.changed += 1
        velocity = blended(vary, note.velocity, event.velocity)
        return Played(pitch, max(1, round(velocity * settings.level)), place)

    def _choose(
        self, note: Note, least: int, most: int, draws: Draws, vary: float, beside: set[int]
    ) -> Choice | None:
        """A note between two ticks, most likely another than was there."""
        plan, settings = self._brought_up(), self._stage.settings()
        plan.expect(least)
        ear, now = self._overheard.ear, plan.context.now
        hold = self._stage.hold(ear.shift, line=True)
        tokens = self._ons & hold.tokens
        told = model_pitch(ear, note.pitch)
        for pitch in {model_pitch(ear, each) for each in beside}:
            if 0 <= pitch < 128:
                tokens[ON_TOKENS + pitch] = False
        bias = nearness(vary, told)
        bias = bias if hold.bias is None else bias + hold.bias
        spending = self._stage.surprise.companion
        spending.aim(settings.surprise)
        goals = self._stage.goals(plan.context.manifest, ear.shift)
        style = spending.styled(Style(settings.heat, settings.top_p, bias, goals=goals))
        limits = Limits(least=max(0, least - now), most=max(0, most - now, least - now), tokens=tokens)
        choice = plan.context.choose(limits, style, draws)
        if choice is not None:
            spending.said(choice.total, choice.entropy, note=True)
        return choice

    def _beside(self, index: int) -> set[int]:
        """Other pitches that are struck together with this one."""
        notes, place = self._take.notes, self._take.notes[index].place
        near = notes[max(0, index - 12) : index + 12]
        beside = {each.pitch for each in near if abs(each.place - place) < _CHORD}
        return beside - {self._take.notes[index].pitch}

    def _brought_up(self) -> Overheard:
        """The context as it will be when all that is ordered has been sent."""
        overheard = self._overheard
        if self._plan is None or self._news != self._notes.news or self._plan.ear is not overheard.ear:
            self._plan, self._news = overheard.fork(), self._notes.news
            self._notes.told.clear()
        plan = self._plan
        for due_ns, begins, own in sorted(self._notes.ordered(), key=lambda each: each[:2]):
            if (own.tag, begins) in self._notes.told:
                continue
            self._notes.told.add((own.tag, begins))
            if begins:
                if self._notes.opens(own):
                    plan.phrase()
                players = self._stage.hearing.sounding
                plan.sent(own.pitch, own.loudness, self._stage.straight(due_ns), players)
            else:
                plan.ended(own.pitch, self._stage.straight(due_ns))
        return plan

    def _tick(self, ns: int) -> int:
        return self._overheard.ear.snapped_at(self._stage.straight(ns))


def _nearest(hold: Hold, pitch: int) -> int:
    """The nearest pitch that is in it, the lower of two."""
    if hold.pitches[pitch] or not hold.pitches.any():
        return pitch
    found = np.flatnonzero(hold.pitches)
    return int(found[np.abs(found - pitch).argmin()])
