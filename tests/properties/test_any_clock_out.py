"""Whatever the engine says of the clock: receivers that count ticks are where the engine says the song is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.rehearsal import Rehearsal

MOVES = st.lists(
    st.tuples(
        st.floats(0, 400),  # ms until it is said
        st.sampled_from(["tempo", "tempo", "shift", "jump", "stop"]),
        st.floats(8, 125),  # ms a tick
        st.floats(-3, 3),  # ticks
    ),
    max_size=12,
)


def counted(stage: Rehearsal) -> int | None:
    """The song's tick that a receiver has come to; None while its song does not run."""
    place: int | None = None
    at, running = 0, False
    for _, _, message in stage.sink.deliveries:
        if message[0] == 0xF2:
            at = 6 * (message[1] | message[2] << 7)
        elif message[0] in (0xFA, 0xFB):
            at, running = 0 if message[0] == 0xFA else at, True
        elif message[0] == 0xFC:
            running, place = False, None
        elif running:
            place, at = at, at + 1
    return place


@given(MOVES)
def test_receivers_that_count_are_where_the_song_is(moves: list[tuple[float, str, float, float]]):
    stage = Rehearsal((False,))
    stage.clock.advance_to(10**9)
    line = r.SetClock(10**9, 0, 20.0 * MILLISECOND)
    stage.order(line)
    for wait, what, tick_ms, shift in moves:
        stage.run(wait)
        now_ns = stage.clock.now_ns()
        if not line.running:
            line = line._replace(running=True, run=line.run + 1)
        here = line.tick + (now_ns - line.at_ns) / line.tick_ns
        tick, at_ns = round(here), now_ns + round((round(here) - here) * line.tick_ns)
        if what == "tempo":
            line = line._replace(at_ns=at_ns, tick=tick, tick_ns=tick_ms * MILLISECOND)
        elif what == "shift":
            line = line._replace(at_ns=line.at_ns - round(shift * line.tick_ns))
        elif what == "jump":
            line = line._replace(at_ns=at_ns, tick=tick + round(100 * shift) + 300, run=line.run + 1)
        else:
            line = line._replace(running=False)
        stage.order(line)
    stage.run(2000)
    if not line.running:
        assert counted(stage) is None
        return
    place = (stage.clock.now_ns() - line.at_ns) / line.tick_ns + line.tick
    if place > 0:
        assert counted(stage) == int(place + 1e-6)
