"""The mode ``loop``: the player's last phrase, or his last bars, goes round while he plays over it.

The first phrase is taken when it is over, as for an answer; later ones when the player says so. What goes
round is varied as far as ``vary`` says; nothing of the player's stops it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from live.engine.ear import Ear, Frame
from live.engine.hearing import Heard, Missed, Release, Silent, Strike, Zone
from live.engine.loop_notes import LoopNotes
from live.engine.overheard import Overheard
from live.engine.pace import Pace
from live.engine.performance_ear import PerformanceEar
from live.engine.policy import Stage
from live.engine.rehearing import Rehearing, line_again
from live.engine.rounds import Rounds
from live.engine.score_ear import ScoreEar
from live.engine.taking import Taken, Taking
from live.engine.varying import Varying
from live.errors import AntiphonError
from live.stage import records as r
from models.step import Network


class Loop:
    """Policy over ``piano`` (performance grid) or ``folk`` (score grid). Engine thread only."""

    def __init__(self, network: Network, stage: Stage) -> None:
        self._stage, self._network = stage, network
        self._monophonic = network.manifest.monophonic
        self._pace = Pace()
        ear: Ear
        if self._monophonic:
            ear = ScoreEar(network, self._pace, role=0, key=stage.key, time=stage.time)
        else:
            ear = PerformanceEar(network)
        self._overheard = Overheard(ear)
        self._notes = LoopNotes(stage, self._overheard)
        self._taking = Taking(stage, lambda: self._pace.gap_ns)
        self._melody: int | None = None
        self._rounds: list[Rounds] = []
        """The last one goes round; those before it end."""
        self._taken: Taken | None = None
        self._withdrawable: int | None = None  # notes that had begun before a loop that began by itself
        self._paused: tuple[int, list[Rounds]] | None = None
        self._decisions = itertools.count()
        self.loops = 0

    # -- what is heard ------------------------------------------------------------------------------

    def heard(self, what: Heard, now_ns: int) -> None:
        """The player plays; the loop goes on."""
        match what:
            case Strike(stamp, pitch, velocity):
                self._play_on(stamp, now_ns)
                if self._monophonic:
                    if any(other > pitch for other in self._stage.hearing.down):
                        return
                    self._melody = pitch
                else:
                    self._pace.strike(stamp)
                count = self._overheard.strike(pitch, velocity, self._stage.straight(stamp))
                self._own_until_now(self._overheard.context.heard - count, now_ns)
            case Missed(stamp, _) | Release(stamp, _):
                self._taking.touched(stamp)
            case Silent(stamp, pitch) if not self._monophonic or pitch == self._melody:
                before = self._overheard.context.heard
                self._overheard.ear.silence(pitch, self._stage.straight(stamp))
                self._own_until_now(before, now_ns)
            case Zone(Strike(stamp, pitch, velocity)) if not self._monophonic:
                self._overheard.strike(pitch, velocity, self._stage.straight(stamp))
                self._notes.news += 1
            case Zone(Silent(stamp, pitch)) if not self._monophonic:
                self._overheard.ear.silence(pitch, self._stage.straight(stamp))
                self._notes.news += 1
            case _:
                pass

    def _play_on(self, stamp_ns: int, now_ns: int) -> None:
        """A key press: if nobody has heard of a loop that began by itself yet, the phrase just goes on."""
        if self._withdrawable == self._notes.begun:
            self._end_all(now_ns)
            self._taking.go_on()
        self._withdrawable = None
        self._taking.struck(stamp_ns)

    def _own_until_now(self, before: int, now_ns: int) -> None:
        """What was heard after the first ``before`` events is the player's."""
        self._notes.news += 1
        self._stage.surprise.heard(self._overheard.context, before, now_ns)

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        """The context hears what was sent."""
        self._notes.sent(record)

    # -- the loop -----------------------------------------------------------------------------------

    @property
    def wake_at_ns(self) -> int | None:
        """To order what comes near, or to begin."""
        moments = [self._taking.wake_at_ns, *(rounds.wake_at_ns for rounds in self._rounds)]
        return min((at for at in moments if at is not None), default=None)

    def wake(self, now_ns: int) -> None:
        """Begin, if it is time to; order what is near."""
        taken = self._taking.take(now_ns)
        if taken is not None:
            self._begin(taken, now_ns)
        self._plan(now_ns)

    def _begin(self, taken: Taken, now_ns: int) -> None:
        """From its moment on this goes round, in place of what did."""
        for rounds in self._rounds:
            rounds.end(taken.at_ns)
        placing, on_pulse = taken.placing(self._stage.settings()), taken.pulse is not None
        stage, notes = self._stage, self._notes
        if taken.is_fresh:
            self._finish_phrase(now_ns)
        varied = Varying(taken.take, stage, self._overheard, notes, self._decisions, on_pulse=on_pulse)
        self._rounds.append(Rounds(taken.take, placing, stage, notes, varied))
        self._withdrawable = notes.begun if taken.by_itself else None
        self._taken = taken if taken.is_fresh else self._taken
        self.loops += 1
        stage.note("loop", self.loops, taken.at_ns, len(taken.take.notes), taken.take.length)

    def _finish_phrase(self, now_ns: int) -> None:
        """What is looped was a phrase."""
        ended_ns = self._taking.last_ns if self._monophonic else now_ns
        if not self._stage.hearing.down:
            before = self._overheard.context.heard
            self._overheard.ear.finish_phrase(self._stage.straight(ended_ns))
            self._own_until_now(before, now_ns)
        self._stage.history.phrase(ended_ns)

    def _plan(self, now_ns: int) -> None:
        for rounds in self._rounds:
            rounds.plan(now_ns)
        self._rounds = [rounds for rounds in self._rounds if not rounds.done]
        self._tell(now_ns)

    def _tell(self, now_ns: int) -> None:
        """What may still change."""
        self._stage.plans.tentative(self._rounds[-1].meant(now_ns) if self._rounds else ())

    def do(self, word: str, now_ns: int) -> None:
        """``take`` what was played last (or, if that was nothing, the loop that was stopped), ``stop`` the
        loop, or ``toggle``. Raises ``AntiphonError`` where there is nothing to take or to stop."""
        goes = bool(self._rounds) and not self._rounds[-1].over
        if word == "stop" or (word == "toggle" and (goes or self._taking.pressed)):
            if not goes and not self._taking.pressed:
                raise AntiphonError("there is no loop to stop")
            self.stop(now_ns)
            self._taking.waits = False
            return
        self._taking.press(now_ns, self._taken, goes=goes)
        self.wake(now_ns)

    def changed(self, name: str, now_ns: int) -> None:
        """A loop that is muted goes on unheard; other settings are read note by note."""
        paused, self._paused = self._paused, None
        if name != "mute" or paused is None or paused[0] != now_ns:
            return
        self._rounds = paused[1]
        for rounds in self._rounds:
            rounds.seek(now_ns)
        self._taking.resume()

    def veto(self, now_ns: int) -> None:
        """The rest of this round is not played; the next one comes."""
        for rounds in self._rounds[-1:]:
            rounds.veto(now_ns)
        self._tell(now_ns)

    def stop(self, now_ns: int) -> None:
        """The loop ends now, and no other begins by itself."""
        self._paused = now_ns, self._rounds[-1:]
        self._end_all(now_ns)
        self._taking.stop()

    def reset(self) -> None:
        """The stage has ended everything, and no release of a key will be heard any more."""
        self._notes.forget(self._taking.last_ns)
        self._rounds, self._melody, self._paused, self._withdrawable = [], None, None, None
        self._taking.stop()
        self._stage.plans.tentative(())

    def _end_all(self, now_ns: int) -> None:
        self._notes.stop(now_ns)
        self._rounds, self._withdrawable = [], None
        self._stage.plans.tentative(())

    # -- the context ----------------------------------------------------------------------------------

    def frames(self) -> tuple[Frame, Frame] | None:
        """It can be exchanged at any time."""
        ear = self._overheard.ear
        return ear.frame, ear.frame_now()

    def rehearing(self, frame: Frame) -> Callable[[], Rehearing]:
        """Of what was played before, to begin with or in another frame."""
        return lambda: line_again(self._network, frame, self._stage.key)

    def take_over(self, fed: Rehearing) -> None:
        """This is what was played; go on from there."""
        fed.live(self._stage.time)
        self._overheard.take_over(fed.ear)
        self._pace = fed.pace
        self._notes.news += 1

    def keep_warm(self) -> None:
        """Nothing: rounds are planned ahead of their time."""

    def status(self) -> str:
        """What goes round. Any thread."""
        rounds = self._rounds[-1:]
        if not rounds:
            return f"listening, {self.loops} loops"
        return f"looping {len(rounds[0].take.notes)} notes, round {rounds[0].round + 1}"
