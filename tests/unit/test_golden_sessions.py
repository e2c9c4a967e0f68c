"""Recorded sessions with the shipped models: the same messages in, the same messages out, to the byte.

The files in ``tests/golden`` belong to the models that their first line names. After a change of a model, or
one that is meant to change what is played, write them anew, look at the difference, and commit it:

    pytest tests/unit/test_golden_sessions.py --write-golden
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from band import Band, shipped, still_sounding, tune
from sounded import controller, off, on, sounded
from under_test import OTHER_MODELS

from models.chord_model import load_chords
from models.manifest import ModelError

GOLDEN = Path(__file__).parents[1] / "golden"
NOTES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]

CHORALE_TUNE = [67, 67, 69, 71, 72, 71, 69, 67, 69, 71, 67]
PHRASE = [60, 64, 67, 72, 71, 67, 65, 62]


def harmonized() -> list[tuple[float, bytes]]:
    """A melody, a staccato one, a chord rolled upwards, a melody under the pedal, keys let go by CC 123."""
    legato = tune(CHORALE_TUNE, gap_ms=400, length_ms=390)
    staccato = [(5000 + at, message) for at, message in tune([72, 74, 76], gap_ms=300, length_ms=80)]
    rolled = [
        (6200, on(60)),
        (6212, on(64)),
        (6224, on(67)),
        (6900, off(60)),
        (6905, off(64)),
        (6910, off(67)),
    ]
    pedal = [(7400, controller(64, 127)), (7500, on(69)), (7600, off(69)), (8200, controller(64, 0))]
    return [
        *legato,
        *staccato,
        *rolled,
        *pedal,
        (8600, controller(1, 40)),
        (8700, on(67)),
        (9000, controller(123, 0)),
    ]


def answered() -> list[tuple[float, bytes]]:
    """A phrase and its answer; another one, whose answer is interrupted by a third."""
    first = tune(PHRASE, gap_ms=220, length_ms=200, velocity=70)
    second = [(6000 + at, message) for at, message in tune(PHRASE[::-1], gap_ms=150, length_ms=120)]
    third = [(8000 + at, message) for at, message in tune([76, 74, 72], gap_ms=200, length_ms=150)]
    return [*first, *second, *third]


def looped() -> list[tuple[float, bytes]]:
    """A phrase that goes round; another one played over it."""
    first = tune(PHRASE, gap_ms=220, length_ms=200, velocity=70)
    over = [(7000 + at, message) for at, message in tune([76, 74, 72], gap_ms=300, length_ms=250)]
    return [*first, *over]


def dueted() -> list[tuple[float, bytes]]:
    """A melody, the companion below it; then a bass line under which it moves above; then he stops."""
    melody = tune([72, 76, 79, 77, 76, 74, 72, 71, 72, 74, 76, 72], gap_ms=280, length_ms=260, velocity=75)
    bass = [(4200 + at, message) for at, message in tune([48, 43, 45, 40, 41, 36, 43, 48] * 2, gap_ms=280)]
    return [*melody, *bass]


def split() -> list[tuple[float, bytes]]:
    """A melody over chords of the left hand, one of which comes under a held note."""
    melody = tune([72, 74, 76, 79, 77, 76, 74, 72], gap_ms=400, length_ms=390)
    held = [(3600, on(79)), (5800, off(79))]
    hands = [
        (0, (48, 52, 55)),
        (1600, (47, 50, 55)),
        (2800, (45, 48, 52)),
        (4400, (50, 53, 57)),
        (5200, (43,)),
    ]
    left = [
        (at + 8 * place + (150 if up else 0), off(pitch) if up else on(pitch, 60))
        for at, chord in hands
        for place, pitch in enumerate(chord)
        for up in (False, True)
    ]
    return sorted([*melody, *held, *left], key=lambda each: each[0])


NO_MODEL, TABLES = "none", "tables"
UNAIDED = (NO_MODEL, TABLES)
SESSIONS = {
    "harmonize": ("chorale", {"mode": "harmonize", "key": "C"}, harmonized()),
    "answer": ("piano", {"mode": "answer"}, answered()),
    "loop": ("piano", {"mode": "loop", "vary": 0.5}, looped()),
    "answer-folk": ("folk", {"mode": "answer", "key": "C"}, answered()),
    "duet": ("piano", {"mode": "duet"}, dueted()),
    "split": ("chorale", {"split": 60, "key": "C"}, split()),
    "thirds": (NO_MODEL, {"style": "thirds", "key": "C"}, harmonized()),
    "sixths": (NO_MODEL, {"style": "sixths", "key": "C", "voices": 2}, harmonized()),
    "chords": (TABLES, {"style": "chords", "key": "C"}, harmonized()),
}


def played(
    model: str, settings: dict[str, object], messages: list[tuple[float, bytes]]
) -> list[tuple[float, bytes]]:
    """Choices are nearly always the likeliest, so that another processor's rounding changes none.

    In free time, so that the sound does not depend on what hears the beat.
    """
    own = {} if model in UNAIDED else {"model": model}
    player = Band(**own, seed=1, temperature=0.5, top_p=0.1, time="free", **settings)
    player.play(messages, rest_ms=6000)
    player.stop()
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)
    return [(at - 1000, message) for at, message in player.sent]


def written(model: str, messages: list[tuple[float, bytes]], sent: list[tuple[float, bytes]]) -> str:
    """One message a line: milliseconds, direction, bytes, and what they mean."""
    digests: dict[str, str] = {}
    if model == TABLES:
        digests = {"chords.npz": load_chords().sha256}
    elif model != NO_MODEL:
        digests = shipped(model).manifest.sha256
    sums = " ".join(f"{name} {digest[:12]}" for name, digest in digests.items())
    lines = sorted(
        [(at, 0, message) for at, message in messages] + [(at, 1, message) for at, message in sent],
        key=lambda each: each[:2],
    )
    rows = [
        f"{at:9.3f} {'out' if out else 'in '} {message.hex(' '):8}  {meaning(message)}"
        for at, out, message in lines
    ]
    return "\n".join([f"# {sums}", *rows]) + "\n"


def meaning(message: bytes) -> str:
    kind, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    if kind in (0x80, 0x90):
        name = f"{NOTES[message[1] % 12]}{message[1] // 12 - 1}"
        return f"channel {channel} {'on ' if kind == 0x90 else 'off'} {name}"
    return f"channel {channel} controller {message[1]} = {message[2]}"


@pytest.mark.skipif(OTHER_MODELS in os.environ, reason="golden files belong to the shipped models")
@pytest.mark.parametrize("name", list(SESSIONS))
def test_a_recorded_session_sounds_as_it_did(name: str, request: pytest.FixtureRequest):
    model, settings, messages = SESSIONS[name]
    path = GOLDEN / f"{name}.txt"
    try:
        if model not in UNAIDED:
            shipped(model)
    except ModelError as error:
        if path.exists():
            raise
        pytest.skip(str(error))
    found = written(model, messages, played(model, settings, messages))
    if request.config.getoption("--write-golden"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(found)
    wanted = path.read_text().splitlines()
    assert found.splitlines()[0] == wanted[0], "another model: write the golden files anew (see above)"
    assert found.splitlines() == wanted


@pytest.mark.parametrize("name", ["chorale", "piano"])
def test_harmony_by_a_shipped_model_is_under_the_melody_and_ends(name: str):
    player = band_or_skip(name, mode="harmonize")
    player.play(harmonized(), rest_ms=1000)
    notes = sounded(player.sent)
    assert len(notes) > 20
    assert not still_sounding(message for _, message in player.sent)


@pytest.mark.parametrize("name", ["folk", "piano"])
def test_shipped_models_answer_phrase_after_phrase(name: str):
    player = band_or_skip(name, mode="answer")
    for number in range(12):
        before = len(sounded(player.sent))
        pitches = [pitch + number % 5 for pitch in PHRASE[: 4 + number % 5]]
        player.play(tune(pitches, gap_ms=180, length_ms=150), rest_ms=3500)
        assert len(sounded(player.sent)) > before, f"no answer to phrase {number}"
    player.stop()
    assert not still_sounding(message for _, message in player.sent)


def test_the_shipped_piano_plays_along_and_ends():
    player = band_or_skip("piano", mode="duet", time="free")
    begun = player.now_ms
    player.play(dueted())
    over = player.now_ms
    player.wait(12_000)
    notes = sounded(player.sent)
    assert len([note for note in notes if begun + 4000 < note.start < over]) > 10
    assert not still_sounding(message for _, message in player.sent)


def band_or_skip(name: str, **settings: object) -> Band:
    try:
        return Band(model=name, **settings)
    except ModelError as error:
        if "no model named" in str(error):
            pytest.skip(str(error))
        raise
