"""What watchers are told of what is about to sound: said, ordered, reported, taken back."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from live.engine.plan_ledger import LOST_NS, MOST, SAME_NS
from live.engine.plan_notes import Phase, Planned
from live.engine.plans import KEPT, Plans, Tentative
from live.stage import records as r
from live.stage.clock import MILLISECOND

MS = MILLISECOND
TENTATIVE, COMMITTED, SOUNDING, ENDED, CANCELLED = Phase


class Watched:
    """Plans, somebody who watches them, and a hand on the clock."""

    def __init__(self, *, watching: bool = True) -> None:
        self.silent = False
        self.plans = Plans(lambda: self.silent)
        self.now_ns = 1000 * MS
        self.told: list[Planned] = []
        if watching:
            self.watch()

    def watch(self) -> None:
        self.plans.watch(lambda news, _: self.told.extend(news), self.now_ns)

    def mean(self, *notes: tuple[int, int]) -> list[tuple[Phase, int, int]]:
        """Tentative notes, as (milliseconds from now, pitch); what is told of it."""
        self.plans.tentative(
            Tentative(self.now_ns + at * MS, self.now_ns + (at + 100) * MS, 1, pitch, 70)
            for at, pitch in notes
        )
        return self.turn()

    def order(self, *orders: r.EngineRecord) -> list[tuple[Phase, int, int]]:
        self.plans.ordered(orders)
        return self.turn()

    def report(self, *reports: r.StageRecord) -> list[tuple[Phase, int, int]]:
        for each in reports:
            self.plans.reported(each)
        return self.turn()

    def turn(self) -> list[tuple[Phase, int, int]]:
        """(phase, id, pitch) of what is told at the end of this turn."""
        self.told.clear()
        self.plans.settle(self.now_ns)
        return [(note.phase, note.id, note.pitch) for note in self.told]

    def on(self, after_ms: int, pitch: int, tag: int = 5) -> r.Plan:
        return r.Plan(self.now_ns + after_ms * MS, bytes((0x91, pitch, 70)), tag)

    def off(self, after_ms: int, pitch: int, tag: int = 5) -> r.Plan:
        return r.Plan(self.now_ns + after_ms * MS, bytes((0x81, pitch, 0)), tag)

    def sent(self, plan: r.Plan) -> r.Sent:
        self.now_ns = max(self.now_ns, plan.due_ns)
        return r.Sent(plan.due_ns, self.now_ns, plan.message, plan.tag)


def test_a_note_goes_from_meant_to_ended_under_one_id():
    it = Watched()
    assert it.mean((500, 60)) == [(TENTATIVE, 1, 60)]
    on, off = it.on(500, 60), it.off(600, 60)
    assert it.order(on, off) == [(COMMITTED, 1, 60)]
    assert it.report(it.sent(on)) == [(SOUNDING, 1, 60)]
    assert it.report(it.sent(off)) == [(ENDED, 1, 60)]
    assert it.plans.present() == ()


def test_all_that_is_known_is_told():
    it = Watched()
    it.order(it.on(300, 64), it.off(450, 64))
    assert it.told == [Planned(COMMITTED, 1, 1300 * MS, 1450 * MS, 1, 64, 70)]


def test_an_almost_equal_set_tells_only_the_differences():
    it = Watched()
    it.mean((100, 60), (200, 62), (300, 64), (400, 65))
    assert it.mean((100, 60), (200, 62), (340, 64), (500, 67)) == [
        (TENTATIVE, 3, 64),  # moved
        (TENTATIVE, 5, 67),
        (CANCELLED, 4, 65),
    ]
    assert it.mean((100, 60), (200, 62), (340, 64), (500, 67)) == []


def test_one_that_is_left_out_is_not_taken_for_one_that_moved():
    it = Watched()
    it.mean((100, 60), (200, 60), (300, 60))
    assert it.mean((200, 60), (300, 60)) == [(CANCELLED, 1, 60)]


def test_small_moves_are_told_when_they_have_become_large():
    it = Watched()
    it.mean((100, 60))
    step = SAME_NS // MS - 1
    assert it.mean((100 + step, 60)) == []
    assert it.mean((100 + 2 * step, 60)) == [(TENTATIVE, 1, 60)]


def test_what_was_ordered_is_not_cancelled_when_it_is_meant_no_more():
    """In either order: the turn counts as a whole."""
    it = Watched()
    it.mean((100, 60), (200, 62))
    it.plans.ordered([it.on(100, 60)])
    assert it.mean((200, 62)) == [(COMMITTED, 1, 60)]


def test_what_comes_and_goes_in_one_turn_is_not_told():
    """A rule's note that stood by for a late model."""
    it = Watched()
    assert it.order(it.on(20, 60, tag=7), r.Cancel(7)) == []


def test_harmony_at_once_is_told_when_it_sounds():
    it = Watched()
    on = it.on(0, 60)
    assert it.order(on) == []
    assert it.report(it.sent(on)) == [(SOUNDING, 1, 60)]


def test_a_cancel_takes_back_what_has_not_begun():
    it = Watched()
    first, second = it.on(0, 60), it.on(100, 62)
    it.order(first, it.off(50, 60), second, it.on(100, 63, tag=6))
    it.report(it.sent(first))
    assert it.order(r.Cancel(5, r.CancelMode.LET_RING)) == [(CANCELLED, 2, 62)]
    assert it.order(r.Cancel(6, r.CancelMode.END, 1, 64)) == []
    assert it.order(r.Cancel(6, r.CancelMode.END, 1, 63)) == [(CANCELLED, 3, 63)]


def test_a_cancelled_end_is_known_no_more():
    it = Watched()
    it.order(it.on(100, 60), it.off(200, 60))
    assert it.order(r.Cancel(5, r.CancelMode.KEEP)) == [(COMMITTED, 1, 60)]
    assert it.told[0].ends_ns is None


def test_a_note_that_was_sent_just_before_it_was_cancelled_sounds():
    it = Watched()
    on = it.on(5, 60)
    it.order(on)
    it.order(r.Cancel(5))
    assert it.report(it.sent(on)) == [(SOUNDING, 2, 60)]


def test_a_dropped_note_is_cancelled():
    it = Watched()
    on = it.on(50, 60)
    it.order(on)
    assert it.report(r.Dropped(on.due_ns, on.due_ns, on.message, on.tag)) == [(CANCELLED, 1, 60)]


def test_panic_takes_back_everything_and_a_lost_stage_ends_it_too():
    it = Watched()
    on = it.on(0, 60)
    it.order(on)
    it.report(it.sent(on))
    it.mean((500, 62))
    assert it.order(r.Panic()) == [(CANCELLED, 2, 62)]
    it.order(it.on(100, 64))
    assert it.report(r.PortLost(r.LostReason.SERVER)) == [(CANCELLED, 3, 64), (ENDED, 1, 60)]


def test_a_note_of_which_nothing_is_reported_is_given_up():
    it = Watched()
    it.order(it.on(100, 60))
    it.now_ns += 2 * LOST_NS
    assert it.order(it.on(500, 62)) == [(COMMITTED, 2, 62), (CANCELLED, 1, 60)]


def test_while_it_is_mute_nothing_is_meant():
    it = Watched()
    it.mean((100, 60))
    it.silent = True
    assert it.turn() == [(CANCELLED, 1, 60)]
    assert it.mean((200, 62)) == []
    it.silent = False
    assert it.turn() == [(TENTATIVE, 2, 62)]


def test_who_comes_late_is_told_how_everything_stands():
    for watched in (True, False):  # whether somebody else watched before
        it = Watched(watching=watched)
        on, ended = it.on(0, 60), it.on(0, 61)
        it.order(on, ended, it.off(10, 61, tag=5), it.on(300, 64))
        it.report(it.sent(on), it.sent(ended), it.sent(it.off(10, 61)))
        it.mean((500, 62))
        it.told.clear()
        late: list[Planned] = []
        it.plans.watch(lambda news, _, late=late: late.extend(news), it.now_ns)  # type: ignore[misc]
        assert [(note.phase, note.pitch) for note in late] == [
            (SOUNDING, 60),
            (COMMITTED, 64),
            (TENTATIVE, 62),
        ]
        assert not it.told, "nobody else is told anything again"


def test_who_watched_is_told_no_more():
    it = Watched(watching=False)
    told: list[Planned] = []

    def watcher(news: tuple[Planned, ...], _: int) -> None:
        told.extend(news)

    it.plans.watch(watcher, it.now_ns)
    it.plans.unwatch(watcher)
    it.mean((100, 60))
    assert told == []


def test_nobody_is_told_of_what_is_too_old_to_be_known():
    it = Watched(watching=False)
    it.order(it.on(100, 60))
    for _ in range(KEPT):
        it.order(it.off(100, 61))
    it.watch()
    assert it.plans.present() == ()
    assert it.order(it.on(100, 62)) == [(COMMITTED, 1, 62)]


def test_what_a_watcher_orders_is_no_music():
    it = Watched(watching=False)
    it.plans.watch(lambda *_: it.plans.ordered([it.on(100, 90)]), it.now_ns)
    it.watch()
    assert it.mean((100, 60)) == [(TENTATIVE, 1, 60)]
    assert it.turn() == []


def test_it_follows_only_so_many():
    it = Watched()
    assert len(it.mean(*((100 * n, 60) for n in range(1, MOST + 50)))) == MOST


deeds = st.one_of(
    st.tuples(st.just("mean"), st.lists(st.tuples(st.integers(-50, 900), st.integers(60, 63)), max_size=6)),
    st.tuples(st.just("on"), st.integers(-10, 500), st.integers(60, 63), st.integers(1, 3)),
    st.tuples(st.just("off"), st.integers(-10, 500), st.integers(60, 63), st.integers(1, 3)),
    st.tuples(st.just("sent"), st.booleans(), st.integers(60, 63), st.integers(1, 3)),
    st.tuples(st.just("dropped"), st.integers(60, 63), st.integers(1, 3)),
    st.tuples(st.just("cancel"), st.integers(1, 3), st.sampled_from(r.CancelMode)),
    st.tuples(st.just("end"), st.sampled_from([r.Panic(), r.ReleaseCompanion()])),
    st.tuples(st.just("lost")),
    st.tuples(st.just("wait"), st.integers(0, 1500)),
)
ALLOWED = {
    None: {TENTATIVE, COMMITTED, SOUNDING},
    TENTATIVE: {TENTATIVE, COMMITTED, SOUNDING, CANCELLED},
    COMMITTED: {COMMITTED, SOUNDING, CANCELLED},
    SOUNDING: {ENDED},
}


@settings(max_examples=300, deadline=None)
@given(st.lists(deeds, max_size=40))
def test_whatever_happens_each_note_goes_its_way_once(sequence: list[tuple]):
    """Told notes are complete stories, and who comes at the end knows what the others know."""
    it = Watched(watching=False)
    story: dict[int, Phase] = {}
    last: dict[int, Planned] = {}

    def watcher(news: tuple[Planned, ...], _: int) -> None:
        assert max(Counter(note.id for note in news).values(), default=0) <= 1
        for note in news:
            assert note.phase in ALLOWED[story.get(note.id)], (story.get(note.id), note)
            story[note.id] = note.phase
            last[note.id] = note

    it.plans.watch(watcher, it.now_ns)
    for what, *rest in sequence:
        match what:
            case "mean":
                it.mean(*rest[0])
            case "on":
                it.order(it.on(*rest))
            case "off":
                it.order(it.off(*rest))
            case "sent":
                begins, pitch, tag = rest
                it.report(it.sent((it.on if begins else it.off)(0, pitch, tag)))
            case "dropped":
                plan = it.on(0, *rest)
                it.report(r.Dropped(plan.due_ns, it.now_ns, plan.message, plan.tag))
            case "cancel":
                it.order(r.Cancel(*rest))
            case "end":
                it.order(rest[0])
            case "lost":
                it.report(r.PortLost(r.LostReason.DIED))
            case "wait":
                it.now_ns += rest[0] * MS
                it.turn()
    late: list[Planned] = []
    it.plans.watch(lambda news, _: late.extend(news), it.now_ns)
    assert {note.id: note for note in late} == {
        number: note for number, note in last.items() if note.phase not in (ENDED, CANCELLED)
    }
    it.mean()
    it.report(r.PortLost(r.LostReason.DIED))
    assert set(story.values()) <= {ENDED, CANCELLED}
    assert it.plans.present() == ()
