"""The mode ``answer``: when the player has finished a phrase, the companion plays one.

The answer is planned on a fork of the context, a little ahead of its due times; the context itself hears
only what was sent. A note-on by the player takes the plan back at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from live.beat.beats import next_beat
from live.engine.answer_plan import AnswerPlan
from live.engine.ear import Ear, Frame, hear_own
from live.engine.entry import LEAD_NS, Entry, entry_after, silence_after
from live.engine.hearing import Heard, Missed, Release, Silent, Strike, Zone
from live.engine.own_meter import with_own_meter
from live.engine.pace import Pace
from live.engine.performance_ear import PerformanceEar
from live.engine.placing import Placing
from live.engine.policy import Stage
from live.engine.rehearing import Rehearing, line_again
from live.engine.score_ear import ScoreEar
from live.engine.voices import MILLISECOND
from live.errors import AntiphonError
from live.stage import records as r
from models.context import NO_END, Allowed, Limits
from models.events import Event, Kind
from models.grid import TICKS_PER_QUARTER
from models.recollection import Recollection
from models.sampling import Draws, Style
from models.sounding import SILENT
from models.step import Network
from models.vocabulary import OFF_TOKENS, ON_TOKENS, PHRASE_TOKEN, TOKENS

AHEAD_NS = 400 * MILLISECOND
"""How far ahead of its due times an answer is planned."""
BEHIND_NS = 20 * MILLISECOND
"""Planning that has fallen this far behind the clock goes on from now: later, the stage would drop notes."""
SHORTEST_ANSWER_NS = 1_500 * MILLISECOND
FADE_NS = 1_000 * MILLISECOND
"""After its length an answer begins no note; what sounds may end within this."""
OVERDUE_NS = 300 * MILLISECOND
"""An answer whose last report has not come this long after its end is over all the same."""
FIRST_SLACK = 3
"""Ticks that the model may wait before its first note, where no beat says when that is."""
EVENTS_A_TURN = 6
"""Choices between two looks at what the player does (about 2 ms each for ``piano``)."""

_ONS = (np.arange(TOKENS) >= ON_TOKENS) & (np.arange(TOKENS) < OFF_TOKENS)


class Answer:
    """Policy over ``piano`` (performance grid) or ``folk`` (score grid). Engine thread only."""

    def __init__(self, network: Network, stage: Stage) -> None:
        self._stage, self._network = stage, network
        self._pace = Pace()
        self._ear: Ear
        if network.manifest.monophonic:
            self._ear = ScoreEar(network, self._pace, role=0, key=stage.key, time=stage.time)
        else:
            self._ear = PerformanceEar(network)
        self._monophonic = network.manifest.monophonic
        self._melody: int | None = None
        self._plan: AnswerPlan | None = None
        self._phrase_start: int | None = None
        self._answered_start: int | None = None
        self._phrase_ns = self._last_ns = 0
        self._velocity = 64.0
        self._decisions = itertools.count()
        self._asked = False  # to answer, be the phrase over or not
        self._floor_ns = 0  # a first note before this could not be planned in time
        self.answers = 0

    def heard(self, what: Heard, now_ns: int) -> None:
        """A strike interrupts an answer; presses and releases move the phrase clock."""
        match what:
            case Strike(stamp, pitch, velocity):
                self._play_on(stamp, now_ns)
                self._velocity += 0.2 * (velocity - self._velocity)
                if self._monophonic:
                    if any(other > pitch for other in self._stage.hearing.down):
                        return
                    self._melody = pitch
                else:
                    self._pace.strike(stamp)
                count = self._ear.strike(pitch, velocity, self._stage.straight(stamp))
                self._own_until_now(self._ear.context.heard - count, now_ns)
            case Missed(stamp, _):
                self._play_on(stamp, now_ns)
            case Release(stamp, _):
                self._last_ns = max(self._last_ns, stamp)
            case Silent(stamp, pitch) if not self._monophonic or pitch == self._melody:
                before = self._ear.context.heard
                self._ear.silence(pitch, self._stage.straight(stamp))
                self._own_until_now(before, now_ns)
            case Zone(Strike(stamp, pitch, velocity)) if not self._monophonic:
                self._ear.strike(pitch, velocity, self._stage.straight(stamp))
            case Zone(Silent(stamp, pitch)) if not self._monophonic:
                self._ear.silence(pitch, self._stage.straight(stamp))
            case _:
                pass

    def _play_on(self, stamp_ns: int, now_ns: int) -> None:
        """A key press: an answer is taken back; if nobody heard of it yet, the phrase just goes on."""
        plan = self._plan
        self._yield_to_player(now_ns)
        if plan is not None and not plan.sounded:
            self._phrase_start = self._answered_start
        if self._phrase_start is None:
            self._phrase_start = stamp_ns
        self._last_ns = max(self._last_ns, stamp_ns)

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """The context hears what was sent; when all of a finished plan is out, the answer is over."""
        plan = self._plan
        if plan is None or record.tag != plan.tag:
            return
        if isinstance(record, r.Sent):
            for event in plan.sent(record):
                if event.kind == Kind.PHRASE:
                    self._stage.history.phrase(record.due_ns, voice=0)
                self._hear_own(event)
        elif isinstance(record, r.Dropped):
            plan.dropped(record)
            if self._monophonic:  # the note before it was ended all the same
                self._end_own(record.due_ns)
        elif plan.vetoed:
            plan.ring_out(now_ns)
            self._stage.surprise.companion.course = plan.course
        if plan.over:
            self._over(now_ns)

    def wake(self, now_ns: int) -> None:
        """Answer when the phrase is over; plan on when an answer is under way."""
        if self._plan is not None and self._plan.finished:
            self._over(now_ns)  # a report was lost: the next phrase shall not wait for it
        elif self._plan is not None:
            self._plan_on(self._plan, now_ns)
        else:
            self._enter(now_ns)

    def changed(self, name: str, now_ns: int) -> None:
        """Settings are read with each answer."""

    def frames(self) -> tuple[Frame, Frame] | None:
        """Its context cannot be exchanged while an answer is under way."""
        return None if self._plan is not None else (self._ear.frame, self._ear.frame_now())

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Of what was played before, to begin with or in another frame."""
        return lambda: line_again(self._network, frame, self._stage.key)

    def take_over(self, fed: Rehearing) -> None:
        """This is what was played; go on from there."""
        fed.live(self._stage.time)
        self._ear, self._pace = fed.ear, fed.pace

    def answer_now(self, now_ns: int) -> None:
        """The phrase is over, though keys may be down; after an answer, give another one to the same phrase.

        The answer begins at once, or on the next beat or bar if that is where answers begin.
        Raises ``AntiphonError`` where there is nothing to answer.
        """
        if self._plan is not None:
            raise AntiphonError("an answer is being played")
        if not self._last_ns:
            raise AntiphonError("there is nothing to answer yet: play a phrase first")
        self._asked = True
        self._enter(now_ns)

    def veto(self, now_ns: int) -> None:
        """Nothing more of this answer begins, what sounds of it rings out; one that waits does not come."""
        self._phrase_start = None
        self._asked = False
        if self._plan is not None and not self._plan.vetoed:
            self._plan.veto(now_ns)
            self._stage.note("veto", self._plan.tag)

    def stop(self, now_ns: int) -> None:
        """Take the answer back."""
        self._yield_to_player(now_ns)

    def reset(self) -> None:
        """The stage has ended everything, and no release of a key will be heard any more."""
        self._plan = self._phrase_start = self._melody = None
        self._asked = False
        self._end_own(self._last_ns)

    def keep_warm(self) -> None:
        """Nothing: an answer is planned ahead of its time."""

    def status(self) -> str:
        """Who is speaking."""
        answers = "answer" if self.answers == 1 else "answers"
        return f"{'answering' if self._plan else 'listening'}, {self.answers} {answers}"

    # -- when ---------------------------------------------------------------------------------------

    @property
    def wake_at_ns(self) -> int | None:
        """To plan on, or when the phrase would be over; another pulse may make that another moment."""
        plan = self._plan
        if plan is None:
            entry = self._entry()
            return None if entry is None else entry.at_ns - entry.early_ns
        if plan.finished:
            return plan.ends_ns + OVERDUE_NS
        return plan.placing.ns_at(plan.context.now) - self._ahead_ns(plan)

    def _ahead_ns(self, plan: AnswerPlan) -> int:
        """How far ahead events are planned: a note may be drawn to an earlier moment."""
        return AHEAD_NS + plan.placing.reach_ns

    def _enter(self, now_ns: int) -> None:
        """Begin to answer, if it is time to."""
        self._floor_ns = now_ns + LEAD_NS
        entry = self._entry()
        if entry is not None and entry.at_ns - entry.early_ns <= now_ns:
            self._begin(entry, now_ns)

    def _entry(self) -> Entry | None:
        """Where the first note of an answer would be, if the player does nothing any more."""
        waits = self._phrase_start is not None and not self._stage.hearing.down
        if not waits and not self._asked:
            return None
        settings = self._stage.settings()
        silence_ns = 0 if self._asked else silence_after(self._pace.gap_ns, settings.patience)
        pulse = self._stage.time.pulse
        return entry_after(pulse, settings.answer_on, self._last_ns, silence_ns, self._floor_ns)

    # -- the answer -----------------------------------------------------------------------------------

    def _begin(self, entry: Entry, now_ns: int) -> None:
        """Fork, and plan the first events."""
        straight = self._stage.straight
        ended_ns = self._last_ns if self._monophonic else now_ns
        before = self._ear.context.heard
        self._ear.finish_phrase(straight(ended_ns))
        self._own_until_now(before, now_ns)
        self._stage.history.phrase(ended_ns)
        if self._phrase_start is not None:
            self._phrase_ns = self._last_ns - self._phrase_start
        length = max(SHORTEST_ANSWER_NS, self._phrase_ns)
        length = min(length, round(self._stage.settings().longest_answer * 1e9))
        self._answered_start, self._phrase_start, self._asked = self._phrase_start, None, False
        start = max(self._ear.tick_at(straight(entry.at_ns)), self._ear.context.now + entry.on_beat)
        placing = self._placing(start, entry)
        self._plan = AnswerPlan(
            self._ear,
            self._stage,
            placing,
            start=start,
            end=start + max(1, placing.ticks(length)),
            decision=next(self._decisions),
            velocity=round(self._velocity),
            on_beat=entry.on_beat,
        )
        if self._monophonic and self._stage.time.pulse is None:
            context = self._plan.context
            context.meters = with_own_meter(context.meters, self._stage.settings().meter, self._plan.start)
        self.answers += 1
        self._stage.note("answer", self.answers, start, self._plan.end)
        self._plan_on(self._plan, now_ns)

    def _placing(self, start: int, entry: Entry) -> Placing:
        """From its first tick on, by the pulse or in free time."""
        settings, pulse = self._stage.settings(), self._stage.time.pulse
        at_ns = entry.at_ns if pulse is not None else self._ear.ns_at(start)
        tick_ns = self._ear.tick_ns
        if pulse is not None and self._monophonic:
            tick_ns = pulse.quarter_ns / TICKS_PER_QUARTER
        return Placing(
            start, at_ns, tick_ns, pulse, score=self._monophonic, grid=settings.grid, swing=settings.swing
        )

    def _plan_on(self, plan: AnswerPlan, now_ns: int) -> None:
        """A few more events, while they are not too far ahead."""
        settings = self._stage.settings()
        plan.placing.follow(self._stage.time.pulse, grid=settings.grid, swing=settings.swing)
        for _ in range(EVENTS_A_TURN):
            if plan.finished or plan.placing.ns_at(plan.context.now) > now_ns + self._ahead_ns(plan):
                return
            began_ns = self._catch_up(plan)
            event = self._next(plan)
            if event is None:
                ends_ns = plan.finish(began_ns)
                if plan.over:
                    self._over(ends_ns)
                return
            plan.say(event, began_ns)

    def _catch_up(self, plan: AnswerPlan) -> int:
        """A machine that was busy elsewhere delays an answer; it does not swallow it. The time now."""
        now_ns = self._stage.now()
        placing, reached = plan.placing, max(plan.context.now, plan.start)
        if placing.tick_at(now_ns - BEHIND_NS) > reached:
            waits = plan.on_beat and plan.context.now < plan.start
            pulse = self._stage.time.pulse if waits else None
            at_ns = now_ns + LEAD_NS
            if pulse is not None:
                at_ns = next_beat(pulse, at_ns, bar=self._stage.settings().answer_on == "bar")
            plan.start = placing.tick_at(at_ns)
            if waits:
                placing.begin(plan.start, at_ns)
            if not plan.sounded:
                plan.end += plan.start - reached
        return now_ns

    def _next(self, plan: AnswerPlan) -> Event | None:
        """The next event of an answer; None when it is over."""
        settings = self._stage.settings()
        hold = self._stage.hold(self._ear.shift, line=True)
        fade = plan.placing.ticks(FADE_NS)
        first = not plan.sounded and plan.context.now < plan.start
        least = max(0, plan.start - plan.context.now)
        ending = plan.context.now >= plan.end
        tokens = (_ONS if first else self._tokens(plan, ending)) & hold.tokens
        slack = 0 if plan.on_beat else FIRST_SLACK
        most = least + slack if first else (plan.end + fade - plan.context.now if ending else None)
        if most is not None and most < least:
            return None
        limits = Limits(least=least, most=most, tokens=tokens)
        draws = Draws(self._stage.seed, plan.decision)
        plan.decision = next(self._decisions)
        spending = self._stage.surprise.companion
        spending.aim(settings.surprise)
        goals = self._stage.goals(self._network.manifest, self._ear.shift)
        style = spending.styled(Style(settings.heat, settings.top_p, hold.bias, goals=goals))
        choice = plan.context.choose(limits, style, draws, self._recollection(plan, settings.memory))
        if choice is None or choice.event.time >= plan.end + fade:
            return None
        if choice.event.kind == Kind.ON and choice.event.time >= plan.end:
            return None
        past_half = choice.event.time > (plan.start + plan.end) // 2
        if choice.event.kind == Kind.PHRASE and past_half and plan.sounded:
            return None
        spending.said(choice.total, choice.entropy, note=choice.event.kind == Kind.ON)
        return choice.event

    def _recollection(self, plan: AnswerPlan, weight: float) -> Recollection | None:
        """What the player's own phrases say, if they are asked."""
        if weight == 0:
            return None
        since = plan.context.now + 1 if plan.began is None else plan.began
        phrases, shift = self._stage.history.phrases, self._ear.shift
        return Recollection(phrases.memory, weight, self._ear.tick_ns / 1000, shift, since)

    def _tokens(self, plan: AnswerPlan, ending: bool) -> Allowed:
        """No end; no end of notes that are the player's; towards the end no new notes."""
        tokens = NO_END.copy()
        tokens[OFF_TOKENS:PHRASE_TOKEN] = False
        for pitch in plan.own:
            tokens[OFF_TOKENS + pitch] = True
        if ending:
            tokens &= ~_ONS
        return tokens

    def _hear_own(self, event: Event) -> None:
        """The context hears an event of the companion, which the stage has sent."""
        hear_own(self._ear.context, event)

    def _yield_to_player(self, now_ns: int) -> None:
        """Nothing new starts, what sounds ends now."""
        plan, self._plan = self._plan, None
        self._asked = False
        if plan is None:
            return
        self._stage.send(r.Cancel(plan.tag, r.CancelMode.END))
        self._stage.note("yield", plan.tag)
        self._stage.surprise.companion.course = plan.course
        self._end_own(now_ns)

    def _end_own(self, now_ns: int) -> None:
        """The context hears the end of all notes that it knows to sound, but those that the player holds."""
        players = set() if self._monophonic else self._players()  # one voice: it is the companion's
        for pitch in reversed(range(128)):
            if self._ear.context.state.onsets[0, pitch] != SILENT and pitch not in players:
                tick = self._ear.tick_at(self._stage.straight(now_ns))
                self._hear_own(Event(tick, Kind.OFF, pitch))

    def _own_until_now(self, before: int, now_ns: int) -> None:
        """What was heard after the first ``before`` events is the player's."""
        self._stage.surprise.heard(self._ear.context, before, now_ns)

    def _players(self) -> set[int]:
        """Model pitches that sound because of the player."""
        return {pitch + self._ear.shift for pitch in self._stage.hearing.sounding}

    def _over(self, now_ns: int) -> None:
        self._plan = None
        self._end_own(now_ns)
        self._stage.note("answered", self.answers)
