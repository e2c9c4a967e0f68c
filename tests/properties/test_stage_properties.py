"""Whatever happens: every note-on has its note-off, and order never depends on arrival."""

from hypothesis import given, settings
from hypothesis import strategies as st

from live.stage import messages
from live.stage import records as r
from live.stage.clock import MILLISECOND, ManualClock
from live.stage.messages import Incoming
from live.stage.midi_in import Input, Stamper
from live.stage.rehearsal import Rehearsal
from live.stage.scheduler import Scheduler

channels = st.integers(0, 1)
pitches = st.integers(60, 62)
tags = st.integers(1, 3)


def note(channel: int, pitch: int, velocity: int) -> bytes:
    """A note-on, or for velocity 0 a note-off in either spelling."""
    return bytes((0x90 | channel, pitch, velocity))


notes = st.builds(note, channels, pitches, st.sampled_from([0, 1, 64]))
offs = st.builds(messages.note_off, channels, pitches)
controls = st.builds(
    messages.controller, channels, st.sampled_from([1, 64, 66, 120, 123]), st.sampled_from([0, 127])
)
others = st.sampled_from([b"\xf8", b"\xff", b"\xf0\x01\xf7", b"\xe0\x00\x40", b"\xc0\x05"])
planned = st.one_of(notes, offs, controls)
heard = st.one_of(notes, offs, controls, others)
due = st.integers(-100, 100).map(lambda ms: ms * MILLISECOND)

deeds = st.one_of(
    st.tuples(st.just("hear"), heard, st.integers(0, 1)),
    st.tuples(st.just("plan"), planned, due, tags),
    st.tuples(st.just("wait"), st.integers(0, 120)),
    st.tuples(
        st.just("order"),
        st.one_of(
            st.builds(
                r.Cancel,
                tags,
                st.sampled_from(r.CancelMode),
                st.sampled_from([r.ALL, 0, 1]),
                st.sampled_from([r.ALL, 60]),
            ),
            st.just(r.ReleaseCompanion()),
            st.just(r.Panic()),
            st.builds(r.SetThru, st.booleans(), st.sampled_from([r.ALL, 0, 1])),
            st.builds(r.SetBlocked, channels, st.sampled_from([r.ALL, 64]), st.booleans()),
            st.builds(r.Silence, channels, pitches, st.integers(0, 1)),
        ),
    ),
)


def perform(stage: Rehearsal, sequence: list[tuple]) -> None:
    for what, *rest in sequence:
        if what == "hear":
            stage.hear(rest[0], rest[1])
        elif what == "plan":
            message, after, tag = rest
            stage.order(r.Plan(stage.clock.now_ns() + after, message, tag))
        elif what == "wait":
            stage.run(rest[0])
        else:
            stage.order(rest[0])


def sounding(sent: list[bytes]) -> set[tuple[int, int]]:
    """What a synth would still sound, by its keys and its holding pedals."""
    keys: set[tuple[int, int]] = set()
    pedals: set[tuple[int, int]] = set()
    for message in sent:
        place = (message[0] & 0x0F, message[1]) if len(message) == 3 else (0, 0)
        if messages.is_note_on(message):
            keys.add(place)
        elif messages.is_note_off(message):
            keys.discard(place)
        elif messages.is_controller(message) and message[1] in messages.HOLDING_PEDALS:
            (pedals.add if message[2] >= 64 else pedals.discard)(place)
    return keys | pedals


@settings(max_examples=400, deadline=None)
@given(st.lists(deeds, max_size=40))
def test_every_note_on_ever_sent_has_its_note_off(sequence: list[tuple]) -> None:
    stage = Rehearsal(thru=[True, False])
    perform(stage, sequence)
    held = stage.performer.outputs.held
    assert len(held) >= len({p for p in sounding(stage.sent) if p[1] in range(60, 63)})
    stage.performer.end_everything()
    assert sounding(stage.sent) == set()
    assert len(held) == 0
    assert stage.performer.next_ns() is None


@settings(max_examples=200, deadline=None)
@given(st.lists(deeds, max_size=40))
def test_the_engine_is_told_the_end_of_every_note_it_was_told_of(sequence: list[tuple]) -> None:
    stage = Rehearsal(thru=[True, False])
    perform(stage, sequence)
    stage.performer.end_everything()
    open_notes: set[tuple[int, int, int]] = set()
    for record in stage.reports:
        if isinstance(record, r.Sent) and len(record.message) == 3:
            place = (record.tag, record.message[0] & 0x0F, record.message[1])
            if messages.is_note_on(record.message):
                assert place not in open_notes
                open_notes.add(place)
            elif messages.is_note_off(record.message):
                assert place in open_notes
                open_notes.discard(place)
    assert open_notes == set()


plans = st.lists(
    st.builds(
        r.Plan, st.integers(0, 5).map(lambda n: n * MILLISECOND), planned, tags, st.just(0), st.integers(0, 1)
    ),
    max_size=12,
)


@given(plans.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_sending_never_depends_on_the_order_of_arrival(
    both: tuple[list[r.Plan], list[r.Plan]],
) -> None:
    came_out = []
    for arrival in both:
        scheduler = Scheduler()
        for plan in arrival:
            scheduler.add(plan)
        came_out.append([scheduler.pop(10 * MILLISECOND) for _ in arrival])
        assert scheduler.next_ns() is None
    assert came_out[0] == came_out[1]


@given(plans.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_nor_does_what_sounds(both: tuple[list[r.Plan], list[r.Plan]]) -> None:
    sent = []
    for arrival in both:
        stage = Rehearsal()
        for plan in arrival:  # all arrive before anything is due
            stage.order(plan._replace(due_ns=plan.due_ns + MILLISECOND))
        stage.run(20)
        sent.append(stage.sent)
    assert sent[0] == sent[1]


@given(st.lists(st.lists(st.integers(0, 255), max_size=12), max_size=30))
def test_random_bytes_never_crash_the_input(packets: list[list[int]]) -> None:
    stage = Rehearsal()
    found: list[Incoming] = []
    source = Input(0, None, ManualClock(), found.append)
    for packet in packets:
        source.accept(packet, 0.001)
    for incoming in found:
        assert incoming.message[0] >= 0x80
        stage.hear(incoming.message)
    total = sum(map(len, packets))
    assert sum(len(each.message) for each in found) + source.bad_bytes <= 2 * total
    stage.performer.end_everything()
    assert sounding(stage.sent) == set()


@given(st.lists(st.tuples(st.integers(0, 2 * 10**9), st.floats(0, 3)), max_size=30))
def test_stamps_are_never_in_the_future_nor_far_in_the_past(looks: list[tuple[int, float]]) -> None:
    stamper = Stamper()
    now = last = 0
    for wait, delta in looks:
        now += wait
        stamp = stamper.stamp(now, delta)
        assert last <= stamp <= now
        assert stamp >= now - 20 * MILLISECOND
        last = stamp
