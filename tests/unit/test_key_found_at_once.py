"""As long as no key is sure, a note that tells of another is harmonised in that one, like all before it."""

from __future__ import annotations

from typing import Any

from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events

from live.engine.rehearing import enough
from models.events import Event

NEVER = 10**9
"""Milliseconds that feeding takes."""
IN_D = [62, 66, 69, 67, 66, 64, 62, 61, 62]


def band(**more: object) -> Band:
    return Band(networks=babbler, model="chorale", feed_ms=NEVER, **more)  # type: ignore[arg-type]


def heard_from_nothing(player: Band) -> list[Event]:
    """What a context that hears the whole history has heard."""
    policy: Any = player.session.policy
    rehearing = policy.rehearing(policy.frames()[0])()
    for row in enough(player.session.history.since(0), rehearing.context.network):
        rehearing.take(row)
    return without_loudness(rehearing.context.recent())


def heard(player: Band) -> list[Event]:
    return without_loudness(player.session.policy._ear.context.recent())  # type: ignore[attr-defined]


def without_loudness(events: list[Event]) -> list[Event]:
    """A score model is not told it; nor does it matter in which octave all of it stands."""
    return [event._replace(velocity=0, pitch=event.pitch % 12) for event in events]


def test_the_key_is_told_before_the_note_that_told_it_is_harmonised():
    player = band()
    for at, pitch in enumerate(IN_D):
        player.play(tune([pitch], 400, 380), rest_ms=20)
        ear = player.session.policy._ear  # type: ignore[attr-defined]
        assert at > 7 or ear.shift % 12 == player.session.key.shift % 12
    assert player.session.key.shift == -2
    assert not player.feeding
    assert heard(player) == heard_from_nothing(player)


@settings(max_examples=25)
@given(st.lists(st.integers(60, 77), min_size=1, max_size=12), st.integers(1, 3))
def test_whatever_is_played_all_of_it_is_heard_in_one_key(pitches: list[int], voices: int):
    player = band(voices=voices)
    with only_legal_events():
        player.play(tune(pitches, 300, 280), rest_ms=400)
    events = heard(player)
    assert events == heard_from_nothing(player)
    assert not still_sounding(message for _, message in player.sent)


def test_a_key_that_is_set_is_never_left():
    player = band(key="Eb")
    player.play(tune(IN_D, 300, 280), rest_ms=20)
    assert player.session.policy._ear.shift % 12 == 9  # type: ignore[attr-defined]
