"""Figures that others have published, and how far each can be compared with ours."""

from __future__ import annotations

from typing import Literal, NamedTuple

Unit = Literal["nats_per_token388", "nats_per_sixteenth"]


class Published(NamedTuple):
    """A figure of a paper: whose, how much, in which unit, on what, and what it says beside ours."""

    corpus: str
    model: str
    nats: float
    unit: Unit
    data: str
    comparable: str


UNITS: dict[Unit, str] = {
    "nats_per_token388": "388-token",
    "nats_per_sixteenth": "voice and 16th",
}

_COMPETITION = "Piano-e-Competition, validation"
_OTHER_PLAYING = "Roughly: the same tokens, but another recording of other pieces, and crops of 2,048 tokens."

PUBLISHED = (
    Published("piano", "Performance RNN", 1.969, "nats_per_token388", _COMPETITION, _OTHER_PLAYING),
    Published("piano", "Music Transformer", 1.835, "nats_per_token388", _COMPETITION, _OTHER_PLAYING),
    Published(
        "piano",
        "Music Transformer",
        1.84,
        "nats_per_token388",
        "MAESTRO v1, test",
        "Nearly: the same tokens and kind of playing, but v1 has fewer performances and another split.",
    ),
    Published(
        "piano",
        "Perceiver AR",
        1.82,
        "nats_per_token388",
        "MAESTRO v1, test",
        "Nearly, as above; and it sees 4,096 tokens, where ours see 512 events.",
    ),
    Published(
        "piano",
        "Perceiver AR",
        1.91,
        "nats_per_token388",
        "MAESTRO v3, test (validation 1.90)",
        "Yes: the same performances, split and count of tokens, from the start of pieces; it sees 4,096 "
        "tokens, ours 512 events.",
    ),
    Published(
        "chorale",
        "TonicNet",
        0.220,
        "nats_per_sixteenth",
        "JSB chorales on 16ths",
        "Hardly: drawn by chorale, that split parts settings of one tune, which ours keeps together; it "
        "says a chord before the voices, and no phrase ends. Only the unit is the same.",
    ),
    Published(
        "chorale",
        "Music Transformer",
        0.335,
        "nats_per_sixteenth",
        "JSB chorales on 16ths",
        "Hardly: the same split by chorale, and no phrase ends. Only the unit is the same.",
    ),
)
