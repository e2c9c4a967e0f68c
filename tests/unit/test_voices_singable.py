"""Voices stay where they can be sung under the lowest melodies, and do not strike one pitch for ever."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from babbler import Babbler, babbler
from band import Band, still_sounding, tune
from hypothesis import example, given, settings
from hypothesis import strategies as st

from live.engine.harmony import MOST_AGAIN
from models.events import Event, Kind
from models.key import NAMES, Key
from models.vocabulary import ON_TOKENS

RANGES = ((55, 83), (50, 77), (46, 72), (36, 66))
"""As the shipped model has them: the alto's lowest note is near the melody's."""
STUBBORN = 62
"""The only pitch that a stubborn network wants, in all voices, with every note."""


class Deep(Babbler):
    """Wants every voice as low as it may be."""

    def logits(
        self, hidden: np.ndarray, choices: np.ndarray, conditions: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = super().logits(hidden, choices, conditions)
        found["token"][:, ON_TOKENS : ON_TOKENS + 128] -= 5.0 * np.arange(128)
        return found


class Stubborn(Babbler):
    def logits(
        self, hidden: np.ndarray, choices: np.ndarray, conditions: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = super().logits(hidden, choices, conditions)
        found["wait"][:, 0] += 50
        found["token"][:, ON_TOKENS + STUBBORN] += 50
        return found


def struck(player: Band) -> list[Event]:
    """Voices as the model was told them, in its key."""
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    return [event for event in context.recent() if event.kind == Kind.ON and event.voice > 0]


@settings(max_examples=30)
@given(st.sampled_from(NAMES), st.lists(st.integers(RANGES[0][0], 66), min_size=1, max_size=8))
@example("G", [55, 57, 55, 56, 55])
@example("F#", [56, 55, 57, 55])
def test_under_a_low_melody_every_voice_is_in_its_range(key: str, low_melody: list[int]):
    shift = Key.parse(key).transposition
    network = Deep(babbler("chorale").manifest.model_copy(update={"ranges": RANGES}))
    player = Band(networks=lambda _: network, model="chorale", key=key)  # type: ignore[arg-type, return-value]
    player.play(tune([pitch - shift for pitch in low_melody], 300, 280), rest_ms=200)
    found = struck(player)
    assert {event.voice for event in found} == {1, 2, 3}
    for event in found:
        low, high = RANGES[event.voice]
        assert low <= event.pitch <= high, event
    assert not still_sounding(message for _, message in player.sent)


def test_a_pitch_is_not_struck_for_ever():
    stubborn = Stubborn(babbler("chorale").manifest)
    player = Band(networks=lambda _: stubborn, model="chorale", key="C")  # type: ignore[arg-type, return-value]
    player.play(tune([72, 74] * 12, 300, 280), rest_ms=200)
    for voice in (1, 2, 3):
        own = [event.pitch for event in struck(player) if event.voice == voice]
        runs = [len(list(run)) for pitch, run in groupby(own) if pitch == STUBBORN]
        assert max(runs) == MOST_AGAIN
