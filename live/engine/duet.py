"""The mode ``duet``: the companion plays while the player plays.

The context hears what the player did and what of the companion's was sent, as one pianist's music. What comes
next is planned on a fork, where the model imagines both: what lies where the player plays is imagined as his
and not sounded, what lies beside it is the companion's. Whatever the player does, the plan is made anew from
what is; only notes that are due within :data:`COMMITTED_NS` have been ordered by then.
"""

from __future__ import annotations

from collections.abc import Callable

from live.beat.swing import swung_ns
from live.engine.alone import RINGS_NS, Alone
from live.engine.duet_plan import DuetPlan
from live.engine.ear import Frame, hear_own
from live.engine.hearing import Heard, Missed, Release, Silent, Strike, Zone
from live.engine.own_notes import OwnNote, OwnNotes
from live.engine.pace import Pace
from live.engine.partner import Partner
from live.engine.performance_ear import PerformanceEar
from live.engine.policy import Stage
from live.engine.rehearing import PerformanceAgain, Rehearing
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.messages import is_note_on
from models.context import Choice
from models.events import Event, Kind
from models.sounding import SILENT
from models.step import Network

COMMITTED_NS = 10 * MILLISECOND
"""What is due so soon is ordered from the stage, and stays. So long a time is decided, and no later plan
draws it again: two plans for one moment would play twice as much in it."""
LEAD_NS = 4 * MILLISECOND
"""Between a decision and what is due by it."""
AHEAD_NS = 500 * MILLISECOND
"""How far ahead everything is planned: what can be seen coming."""
NEAR_NS = 40 * MILLISECOND
"""At first only what may be ordered is planned: up to here, or to what the player is imagined to do first."""
SETTLED_NS = 50 * MILLISECOND
"""A plan that has stood for so long is gone on with, to be seen. A busy player overthrows it before."""
EVENTS_A_TURN = 2
"""Choices between two looks at what the player does (about 1.2 ms each)."""
GRACE_NS = 20 * MILLISECOND
"""When the player has not done for so long what was imagined, the plan is made anew. Nothing that comes after
what was imagined is ordered before that: either he does something, or it was planned for another music."""
BEHIND_NS = 20 * MILLISECOND
"""Planning that has fallen this far behind the clock goes on from now: later, the stage would drop notes."""
FIRST_EVENTS = 6
"""The companion listens to some notes before it joins in."""
YIELDS_NS = 250 * MILLISECOND
"""Where the player goes, a note of the companion ends within this."""
LONGEST_GAPS = 12
LEAST_LONGEST_NS, MOST_LONGEST_NS = 2_000 * MILLISECOND, 6_000 * MILLISECOND
"""No note of the companion lasts longer than so many onset gaps of the player, within these bounds."""
SHORTEST_NS = 10 * MILLISECOND
"""None is shorter."""


class Duet:
    """Policy over a performance model. Engine thread only."""

    def __init__(self, network: Network, stage: Stage) -> None:
        self._stage, self._network = stage, network
        self._ear = PerformanceEar(network)
        self._partner = Partner(stage, *network.manifest.ranges[0])
        self._alone, self._pace = Alone(), Pace()
        self._own = OwnNotes(stage)
        self._plan: DuetPlan | None = None
        self._course = stage.surprise.companion.course  # with the notes that were ordered
        self._quiet_ns = self._end_ns = self._decided_ns = self._settled_ns = 0
        self.wake_at_ns: int | None = None
        self.notes = 0

    # -- what happens -------------------------------------------------------------------------------

    def heard(self, what: Heard, now_ns: int) -> None:
        """It enters the context, and the plan is made anew."""
        context = self._ear.context
        before = context.heard
        match what:
            case Strike(stamp, pitch, velocity):
                self._alone.strike(stamp)
                self._pace.strike(stamp)
                self._partner.strike(stamp, pitch, velocity)
                self._give_way(pitch, now_ns)
                before = context.heard
                self._ear.strike(pitch, velocity, self._stage.straight(stamp))
            case Silent(stamp, pitch):
                self._ear.silence(pitch, self._stage.straight(stamp))
            case Missed(stamp, pitch):
                self._alone.strike(stamp)
                self._give_way(pitch, now_ns)
            case Zone(Strike(stamp, pitch, velocity)):  # his left hand is no part of where he plays
                self._alone.strike(stamp)
                self._give_way(pitch, now_ns)
                before = context.heard
                self._ear.strike(pitch, velocity, self._stage.straight(stamp))
            case Zone(Silent(stamp, pitch)):
                self._ear.silence(pitch, self._stage.straight(stamp))
            case Release(stamp, _) | Zone(Release(stamp, _)):
                self._alone.release(stamp)
            case _:
                return
        self._anew(now_ns)
        self._stage.surprise.heard(context, before, now_ns)

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """The context hears what was sent. What was not, and an end that nobody planned, change the plan."""
        note = None if isinstance(record, r.Cancelled) else self._own.reported(record)
        if note is None or isinstance(record, r.Cancelled):
            return
        if isinstance(record, r.Dropped):
            self._anew(now_ns)
        elif is_note_on(record.message):
            self._hear_own(note.event, record.due_ns)
        else:
            self._hear_own(Event(0, Kind.OFF, note.pitch), record.due_ns)
            if record.flags & r.SentFlag.EARLY_END:
                self._anew(now_ns)

    def wake(self, now_ns: int) -> None:
        """Plan on, and order what is due soon."""
        plan = self._plan
        if plan is not None and self._is_outdated(plan, now_ns):
            self._drop_plan()
            plan = None
        if plan is None:
            plan = self._plan = self._begin(now_ns)
        if plan is None:
            self.wake_at_ns = None
            self._stage.plans.tentative(())
            return
        more = self._plan_on(plan, now_ns)
        self._order(plan, self._stage.now())
        if not more:  # until then what was meant before stands: most of it will be meant again
            self._stage.plans.tentative(plan.tentative())
        self.wake_at_ns = now_ns if more else self._next_ns(plan)

    def changed(self, name: str, now_ns: int) -> None:
        """What is not ordered yet goes by the new value."""
        if self._plan is not None:
            self._anew(now_ns)

    def veto(self, now_ns: int) -> None:
        """What is tentative is not played, and nothing in its place; then other draws go on."""
        if self._plan is not None and self._plan.notes:
            last_ns = max(note.due_ns for note in self._plan.notes)
            self._quiet_ns = max(now_ns + AHEAD_NS, last_ns + SHORTEST_NS)
            self._stage.plans.tentative(())
            self._anew(now_ns)

    def stop(self, now_ns: int) -> None:
        """Nothing begins, what sounds ends now; when the player plays again, so does the companion."""
        for note in self._own:
            self._take_back(note, now_ns)
        self._rest()

    def reset(self) -> None:
        """The stage has ended everything, and no release of a key will be heard any more."""
        self._own.forget()
        self._ear.silence_all()
        self._rest()

    def frames(self) -> tuple[Frame, Frame]:
        """Of the ear."""
        return self._ear.frame, self._ear.frame_now()

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Of what was played before."""
        network = self._network
        return lambda: PerformanceAgain(network)

    def take_over(self, fed: Rehearing) -> None:
        """This is what was played; what sounds of the companion's and is not in it is heard now."""
        assert isinstance(fed, PerformanceAgain)
        self._ear, self._pace = fed.ear, fed.pace
        context = self._ear.context
        for note in self._own:
            if note.sent and context.heard and context.state.onsets[0, note.pitch] == SILENT:
                context.hear(note.event._replace(time=context.now))
        self._drop_plan()

    def keep_warm(self) -> None:
        """Nothing: it computes all the time while somebody plays."""

    def status(self) -> str:
        """Whether it plays."""
        return f"{'resting' if self._plan is None else 'playing along'}, {self.notes} notes"

    # -- giving way ---------------------------------------------------------------------------------

    def _give_way(self, pitch: int, now_ns: int) -> None:
        """The player strikes this key: it is his alone. Where he plays now, nothing of ours begins."""
        for note in self._own:
            doubles = pitch in (note.pitch, note.place.pitch)
            if doubles or not (note.sent or self._partner.has_room(note.pitch)):
                self._take_back(note, now_ns)

    def _take_back(self, note: OwnNote, now_ns: int) -> None:
        self._own.take_back(note)
        if note.sent:
            self._hear_own(Event(0, Kind.OFF, note.pitch), now_ns)

    def _hear_own(self, event: Event, ns: int) -> None:
        """The context hears what the companion did; what the player holds is his."""
        if event.pitch in self._stage.hearing.sounding and event.kind == Kind.ON:
            return
        hear_own(self._ear.context, event._replace(time=self._ear.tick_at(self._stage.straight(ns))))

    def _anew(self, now_ns: int) -> None:
        """The plan does not hold any more."""
        self._drop_plan()
        self.wake_at_ns = now_ns
        if self._alone.nobody:
            self.wake_at_ns = None
            self._stage.plans.tentative(())

    def _drop_plan(self) -> None:
        self._plan = None
        self._stage.surprise.companion.course = self._course

    def _rest(self) -> None:
        self._drop_plan()
        self._stage.plans.tentative(())
        self._alone.forget()
        self._quiet_ns = 0
        self.wake_at_ns = None

    # -- the plan -----------------------------------------------------------------------------------

    def _begin(self, now_ns: int) -> DuetPlan | None:
        """From what is now; None when there is nothing to play any more, and nothing to end."""
        if self._alone.nobody or not self._ear.context.heard:
            return None
        self._end_ns = self._alone.end(now_ns, self._stage.time.pulse, down=self._down)
        if now_ns >= self._end_ns and not len(self._own):
            return None
        self._partner.look()
        self._settled_ns = now_ns + SETTLED_NS
        first_ns = max(now_ns + LEAD_NS, self._decided_ns)
        plan = DuetPlan(self._ear, (note for note in self._own if note.sent), self._tick_after(first_ns))
        for note in self._own:
            if not note.sent:
                plan.stop(self._tick_at(note.due_ns), note, begins=True)
            plan.stop(self._tick_at(self._latest_end(note, now_ns)), note)
        for at_ns in (self._quiet_ns, self._end_ns):
            if at_ns > now_ns:
                plan.stop(self._tick_after(at_ns))
        return plan

    def _latest_end(self, note: OwnNote, now_ns: int) -> int:
        """When a note ends, if not before; an end that was ordered stays."""
        if note.ends_ns is not None:
            return note.ends_ns
        if note.yields_ns is None and not self._partner.has_room(note.pitch):
            note.yields_ns = now_ns + YIELDS_NS
        longest_ns = min(max(round(LONGEST_GAPS * self._pace.gap_ns), LEAST_LONGEST_NS), MOST_LONGEST_NS)
        latest = min(note.due_ns + longest_ns, self._end_ns + RINGS_NS)
        return latest if note.yields_ns is None else min(latest, note.yields_ns)

    def _is_outdated(self, plan: DuetPlan, now_ns: int) -> bool:
        """The player has not done what was imagined, or nobody had the time to order what was planned."""
        if plan.imagined_ns is not None and plan.imagined_ns + GRACE_NS < now_ns:
            return True
        return any(note.due_ns < now_ns - BEHIND_NS for note in plan.notes)

    def _plan_on(self, plan: DuetPlan, now_ns: int) -> bool:
        """A few more events. Whether there are more to be planned at once."""
        for _ in range(EVENTS_A_TURN):
            if not self._is_short(plan, now_ns) or not self._go_on(plan, now_ns):
                return False
        return self._is_short(plan, now_ns)

    def _is_short(self, plan: DuetPlan, now_ns: int) -> bool:
        """Whether it does not reach as far as it should by now."""
        if now_ns >= self._settled_ns:
            return plan.reached <= self._tick_at(now_ns + AHEAD_NS)
        return plan.imagined_ns is None and plan.reached <= self._tick_at(now_ns + NEAR_NS)

    def _go_on(self, plan: DuetPlan, now_ns: int) -> bool:
        """One event, or one stop. False when nothing can follow for the time being."""
        stop = plan.next_stop()
        here_ns = self._sounds_ns(plan.reached)
        faded = self._alone.faded(here_ns, self._end_ns, down=self._down)
        said = None
        if stop is None or stop > plan.reached:
            said = self._partner.choose(plan, now_ns, faded, rests=self._rests(plan, here_ns))
        if stop is not None and (said is None or said.choice.event.time >= stop):
            ended = plan.pass_stop()
            if ended is not None:
                plan.ends[ended] = self._off_ns(plan.context.now, ended)
            return True
        if said is None:
            plan.floor = self._tick_at(now_ns + AHEAD_NS) + 1
            return False
        if said.own:
            self._say(plan, said.choice, now_ns, faded)
        else:
            plan.imagine(said.choice.event, self._sounds_ns(said.choice.event.time))
        return True

    def _rests(self, plan: DuetPlan, here_ns: int) -> bool:
        """Whether the companion begins no note there."""
        listens = self._ear.context.heard < FIRST_EVENTS
        return listens or here_ns < self._quiet_ns or here_ns >= self._end_ns

    def _say(self, plan: DuetPlan, choice: Choice, now_ns: int, faded: float) -> None:
        """An event of the companion."""
        event = choice.event
        if event.kind == Kind.OFF:
            note = plan.end(event)
            plan.ends[note] = self._off_ns(event.time, note)
            return
        place = self._partner.route.place(event.pitch)
        assert place is not None  # others are not chosen
        meant_ns = self._sounds_ns(event.time)
        free_ns = max((ns for other, ns in self._ends(plan) if other.place == place), default=0)
        due_ns = max(self._sounds_ns(event.time, self._stage.settings().grid), now_ns + LEAD_NS, free_ns)
        course = self._stage.surprise.companion.course
        loudness = self._partner.loudness(event, faded)
        plan.begin(OwnNote(event, place, loudness, due_ns, due_ns - meant_ns, course))

    def _ends(self, plan: DuetPlan) -> list[tuple[OwnNote, int]]:
        ordered = [(note, note.ends_ns) for note in self._own if note.ends_ns is not None]
        return [*plan.ends.items(), *ordered]

    def _order(self, plan: DuetPlan, now_ns: int) -> None:
        """What is due soon."""
        soon_ns = now_ns + COMMITTED_NS
        if plan.imagined_ns is not None:
            soon_ns = min(soon_ns, plan.imagined_ns)
        self._decided_ns = max(self._decided_ns, min(soon_ns, self._sounds_ns(plan.reached)))
        for note in [note for note in plan.notes if note.due_ns <= soon_ns]:
            plan.notes.remove(note)
            self._own.begin(note)
            self._partner.begun(note.event)
            self._course = note.course
            self.notes += 1
        for note in [note for note, due_ns in plan.ends.items() if note.tag and due_ns <= soon_ns]:
            self._own.end(note, plan.ends.pop(note))

    def _next_ns(self, plan: DuetPlan) -> int:
        """When there is something to do, if nothing happens before."""
        until_ns, reached_ns = plan.imagined_ns, self._sounds_ns(plan.reached)
        moments = [max(self._settled_ns, reached_ns - AHEAD_NS)]
        if until_ns is None:
            moments.append(reached_ns - NEAR_NS)
        due = [*(note.due_ns for note in plan.notes), *plan.ends.values()]
        moments += [due_ns - COMMITTED_NS for due_ns in due if until_ns is None or due_ns <= until_ns]
        if until_ns is not None:
            moments.append(until_ns + GRACE_NS + 1)
        return min(moments)

    # -- time ---------------------------------------------------------------------------------------

    @property
    def _down(self) -> bool:
        return bool(self._stage.hearing.down or self._stage.hearing.zone)

    def _tick_at(self, ns: int) -> int:
        return self._ear.tick_at(self._stage.straight(ns))

    def _tick_after(self, ns: int) -> int:
        """The first tick that is not before a moment."""
        straight = self._stage.straight(ns)
        tick = self._ear.tick_at(straight)
        return tick + (self._ear.ns_at(tick) < straight)

    def _sounds_ns(self, tick: int, grid: float = 0.0) -> int:
        """When a tick sounds: swung, and drawn to the grid."""
        return swung_ns(self._stage.time.pulse, self._ear.ns_at(tick), self._stage.settings().swing, grid)

    def _off_ns(self, tick: int, note: OwnNote) -> int:
        """When the note-off of a tick is due: the note is as long as it was meant."""
        return max(self._sounds_ns(tick) + note.moved_ns, note.due_ns + SHORTEST_NS)
