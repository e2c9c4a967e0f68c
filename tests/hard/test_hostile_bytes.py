"""A million hostile bytes into two inputs, in no time.

Through real ports: ``tests/ports/test_live_hostile.py``.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import islice

from babbler import babbler
from hostile import SECTIONS, hostile, pieces, sysex, the_end
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from long_run import LongRun
from sounded import off, on

from live.controls import BY_NAME
from live.stage import records as r
from live.stage.player import MUTED

SIZE = 500_000
"""Bytes into each of the two inputs."""
TURN = 50
"""Packets of one input, then of the other."""
MODES = ("answer", "off", "harmonize")
KEYS = 2 * 16 * 128
BOUNDED = {"echoes sent": 4 * KEYS, "echoes swallowed": KEYS, "doubles": KEYS, "ended": 256, "unsent": 256}
"""What is remembered of keys that were played: so many keys there are, or so many are kept."""


def unmute(run: LongRun) -> None:
    """What a player does about the line that thru is muted."""
    if run.lines:
        assert set(run.lines) == {MUTED}
        run.lines.clear()
        run.told["muted"] += 1
        run.performer.obey(r.SetThru(True, 0))


def give(run: LongRun, packets: Iterator[bytes], source: int, rng: random.Random) -> int:
    """One turn; how many bytes that were. At 10,000 messages a second, now and then slower."""
    given = 0
    for packet in islice(packets, TURN):
        run.give(packet, source)
        given += len(packet)
        run.wait(0.0001 if rng.random() < 0.98 else rng.uniform(0, 0.3))
    unmute(run)
    return given


def play_every_key(run: LongRun) -> None:
    """As often as guards remember: from now on their memory does not grow."""
    for velocity in range(1, 9):
        for channel in range(16):
            for pitch in range(128):
                run.give(on(pitch, velocity, channel))
            run.wait(0.1)
    for packet in the_end():
        run.give(packet)


def assert_at_rest(run: LongRun) -> None:
    """Nothing sounds, nothing waits, what is remembered is bounded."""
    run.assert_nothing_lost()
    assert not run.wire.sounding
    assert not run.wire.pedals
    left = {name: size for name, size in run.ledgers.items() if size > BOUNDED.get(name, 0)}
    assert not left


def test_a_million_hostile_bytes_into_two_keyboards() -> None:
    run = LongRun(babbler, thru=(True, False), mode="harmonize")
    rng = random.Random(3)
    streams = [hostile(seed, SIZE) for seed in (1, 2)]
    given, blocks, changes = 0, {}, 0
    run.set("mode", "off")
    play_every_key(run)
    run.set("mode", "harmonize")
    while turn := sum(give(run, stream, source, rng) for source, stream in enumerate(streams)):
        given += turn
        run.act("forget", "all")  # phrases of hostile notes are remembered as any others
        blocks[given] = sys.getallocatedblocks()
        if given // 100_000 > changes:
            changes += 1
            run.set("mode", MODES[changes % len(MODES)])
    assert given >= 2 * SIZE
    run.wait(30)
    assert_at_rest(run)
    early = max(count for at, count in blocks.items() if at < given / 4)
    late = max(count for at, count in blocks.items() if at > given * 3 / 4)
    print(f"{run.told}, {run.wire.counts}, bad bytes {[each.bad_bytes for each in run.inputs]}")
    print(f"{run.performer.counts}; blocks {early} then {late - early:+}")
    assert late - early < 8000
    assert run.told["muted"], "the flood guard was tried"
    the_harmony_still_works(run)


def the_harmony_still_works(run: LongRun) -> None:
    run.set("mode", "harmonize")
    run.wait(1)
    run.give(on(67))
    assert {channel for channel, _ in run.wire.sounding} == {0, 1, 2, 3}
    run.wait(0.3)
    run.give(off(67))
    run.wait(0.1)
    assert_at_rest(run)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SECTIONS),
            st.integers(0, 2**32),
            st.integers(0, 1),
            st.sampled_from([0.0, 0.0001, 0.002]),
            st.sampled_from([None, None, *BY_NAME["mode"].choices]),
        ),
        max_size=5,
    )
)
def test_hostile_sections_in_any_order(sections: list[tuple]) -> None:
    run = LongRun(babbler, thru=(True, False), mode="harmonize")
    with only_legal_events():
        for section, seed, source, gap, mode in sections:
            for packet in section(random.Random(seed)):
                run.give(packet, source)
                run.wait(gap)
            unmute(run)
            if mode is not None:
                run.set("mode", mode)
        for packet in the_end():
            run.give(packet, 0)
            run.give(packet, 1)
        run.wait(30)
        if run.session.settings.mode == "loop":  # goes round until somebody stops it
            run.set("mode", "off")
            run.wait(1)
    assert_at_rest(run)


def test_a_sysex_of_a_megabyte_goes_through_whole_and_in_pieces_with_notes_around_it() -> None:
    whole = sysex(1_000_000)
    run = LongRun(babbler, mode="harmonize")
    sent = []
    run.wire.send = lambda message, due_ns: sent.append(message)  # type: ignore[method-assign]
    run.give(on(60))
    run.give(whole)
    for number, piece in enumerate(pieces(whole)):
        run.give(piece)
        if number == 1000:
            run.give(b"\xf8")
    run.give(off(60))
    assert [message for message in sent if message[0] & 0x0F == 0 or message[0] == 0xF8] == [
        on(60), whole, b"\xf8", whole, off(60),
    ]  # fmt: skip
