"""Whatever is changed while notes sound: a note-off goes where its note-on went, in and out."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from sounded import controller, off, on

from live.engine.curves import CURVES, shaped
from live.engine.hearing import Hearing
from live.engine.listening import Filter, Listening
from live.engine.routing import Route, Routing, folded
from live.engine.voices import Voices
from live.stage.rehearsal import Rehearsal

PITCH = st.integers(0, 127)
ROUTES = st.builds(
    Route,
    channel=st.integers(0, 3),
    transpose=st.integers(-48, 48),
    low=PITCH,
    high=PITCH,
    curve=st.sampled_from(CURVES),
    velocity=st.integers(1, 127),
    program=st.sampled_from([0, 1, 52, 128]),
    bank=st.sampled_from([-1, 0, 129]),
)
VOICE = st.integers(1, 3)
DEEDS = st.one_of(
    st.tuples(st.just("begin"), VOICE, st.integers(58, 64), st.integers(1, 127)),
    st.tuples(st.just("end"), VOICE),
    st.tuples(st.sampled_from(["linger", "adopt", "go home"])),
    st.tuples(st.just("stand by"), st.dictionaries(VOICE, st.integers(58, 64), max_size=3)),
    st.tuples(st.just("wait"), st.integers(1, 80)),
    st.tuples(st.just("change"), st.tuples(ROUTES, ROUTES, ROUTES)),
)


@given(st.tuples(ROUTES, ROUTES, ROUTES), st.lists(DEEDS, max_size=30))
def test_each_note_of_a_voice_ends_where_it_began(routes: tuple[Route, ...], deeds: list[tuple]) -> None:
    stage, tags = Rehearsal(thru=[False]), iter(range(1, 1000))
    stage.clock.advance(10**9)
    now = stage.clock.now_ns
    chosen = {"routes": routes}
    routing = Routing(stage.order, lambda: chosen["routes"])
    voices = Voices(stage.order, routing, lambda: next(tags), lambda *_: None)
    for what, *rest in deeds:
        match what, *rest:
            case "begin", voice, pitch, velocity:
                voices.begin(voice, pitch, velocity, now())
            case "end", voice:
                voices.end(voice, now())
            case "linger", *_:
                voices.linger(now())
            case "adopt", *_:
                voices.adopt(now())
            case "go home", *_:
                voices.go_home()
            case "stand by", notes:
                voices.go_home()
                voices.stand_by(notes, 80, now() + 20_000_000)
            case "wait", milliseconds:
                stage.run(milliseconds)
                if voices.too_late(now()):
                    voices.step_in()
            case "change", other:
                before = stage.performer.outputs.held.held_by(lambda _: True)
                chosen["routes"] = other
                routing.follow(now())
                stage.run(0)
                assert stage.performer.outputs.held.held_by(lambda _: True) == before, "a change cut a note"
    voices.clear(now())
    stage.run(100)
    assert not stage.performer.outputs.held.held_by(lambda _: True)


@given(PITCH, st.integers(-48, 48), PITCH, PITCH)
def test_folding_keeps_the_name_of_the_note_and_moves_no_farther_than_needed(
    pitch: int, transpose: int, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    found = folded(pitch + transpose, low, high)
    if found is None:
        assert high - low < 11
    else:
        assert low <= found <= high
        assert (found - pitch - transpose) % 12 == 0
        nearer = range(min(found, pitch + transpose) + 12, max(found, pitch + transpose) - 11, 12)
        assert not any(low <= each <= high for each in nearer)
    assert Route(0, transpose, one, other).pitch(pitch) == found


@given(st.integers(1, 127), st.sampled_from(CURVES), st.integers(1, 127))
def test_curves_give_velocities_and_keep_the_order(velocity: int, curve: str, fixed: int) -> None:
    found = shaped(velocity, curve, fixed)
    assert 1 <= found <= 127
    assert found <= shaped(min(127, velocity + 1), curve, fixed)
    assert shaped(127, curve, 127) == 127
    if curve == "soft":
        assert found >= velocity
    if curve == "hard":
        assert found <= velocity


FILTERS = st.builds(
    Filter,
    channels=st.frozensets(st.integers(0, 2), max_size=3),
    low=st.integers(58, 64),
    high=st.integers(58, 64),
    transpose=st.integers(-3, 3),
    curve=st.sampled_from(CURVES),
    velocity=st.integers(1, 127),
)
KEY = st.tuples(st.integers(0, 1), st.integers(58, 64), st.integers(0, 2))
PLAYING = st.lists(
    st.one_of(
        st.tuples(st.just("strike"), KEY),
        st.tuples(st.just("strike"), KEY),
        st.tuples(st.just("release"), st.integers(0, 30)),
        st.tuples(st.just("pedal"), st.integers(0, 1), st.integers(0, 2), st.sampled_from([0, 127])),
        st.tuples(st.just("change"), FILTERS),
    ),
    max_size=40,
)


@given(FILTERS, PLAYING)
def test_when_every_key_is_up_nothing_is_held_whatever_was_listened_to_meanwhile(
    chosen: Filter, playing: list[tuple]
) -> None:
    now = {"filter": chosen}
    listening, hearing = Listening(lambda: now["filter"]), Hearing()
    down: list[tuple[int, int, int]] = []

    def say(source: int, message: bytes) -> None:
        for part in listening.hear(source, message):
            list(hearing.hear(0, part))

    def release(key: tuple[int, int, int]) -> None:
        down.remove(key)
        say(key[0], off(key[1], key[2]))

    for what, *rest in playing:
        if what == "strike" and rest[0] not in down:
            down.append(rest[0])
            say(rest[0][0], on(rest[0][1], 70, rest[0][2]))
        elif what == "release" and down:
            release(down[rest[0] % len(down)])
        elif what == "pedal":
            say(rest[0], controller(64, rest[2], rest[1]))
        elif what == "change":
            before = set(hearing.sounding)
            now["filter"] = rest[0]
            assert hearing.sounding == before
    while down:
        release(down[0])
    for source in (0, 1):
        for channel in range(3):
            say(source, controller(64, 0, channel))
    assert not hearing.down
    assert not hearing.sounding


@given(st.lists(st.tuples(KEY, st.integers(1, 127)), max_size=20))
def test_by_default_everything_is_heard_as_it_is(keys: list[tuple[tuple[int, int, int], int]]) -> None:
    listening = Listening(Filter)
    for (source, pitch, channel), velocity in keys:
        message = on(pitch, velocity, channel)
        assert list(listening.hear(source, message)) == [message]
    ended = Counter[int]()
    for source, pitch, channel in {key for key, _ in keys}:
        ended.update(part[1] for part in listening.hear(source, off(pitch, channel)))
    assert ended == Counter({pitch for (_, pitch, _), _ in keys})  # each once, with its last key
