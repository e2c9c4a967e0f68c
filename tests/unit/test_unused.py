"""Controls that are greyed as doing nothing now do nothing: moving all of them changes no note."""

from __future__ import annotations

from typing import Any

import pytest
from babbler import babbler
from band import Band, tune

from live.controls import ACTIONS, BY_NAME, CONTROLS, Settings
from live.unused import ACTIONS_WORK_IN, WORKS_IN, unused

PHRASE = [60, 62, 64, 65, 67, 65, 64, 62]
SITUATIONS: dict[str, dict[str, Any]] = {
    "harmonize": {},
    "harmonize, one voice": {"voices": 1, "surprise": 3.0},
    "harmonize, held to a chord": {"hold": "hard", "chord": "Am", "time": "tempo"},
    "harmonize, by piano": {"model": "piano"},
    "thirds": {"style": "thirds", "voices": 2},
    "chords": {"style": "chords", "time": "tempo"},
    "answer": {"mode": "answer"},
    "answer, by folk": {"mode": "answer", "model": "folk", "time": "free"},
    "duet": {"mode": "duet"},
    "loop": {"mode": "loop"},
    "loop, varied": {"mode": "loop", "vary": 0.5, "model": "folk"},
    "off": {"mode": "off"},
}


def idle(settings: Settings) -> dict[str, str]:
    usual = {"harmonize": "chorale", "off": None}.get(settings.mode, "piano")
    name = usual if settings.model == "auto" or usual is None else settings.model
    if settings.mode == "harmonize" and settings.style != "chorale":
        name = None
    return unused(settings, None if name is None else babbler(name).manifest)


def moved(settings: Settings, name: str) -> object:
    """Another value of a control."""
    control = BY_NAME[name]
    places = (control.from_unit(place) for place in (0.9, 0.1, 0.5))
    return next(value for value in places if value != getattr(settings, name))


def notes(**settings: object) -> list[tuple[float, bytes]]:
    band = Band(networks=babbler, **settings)  # type: ignore[arg-type]
    band.play(tune(PHRASE, gap_ms=200, length_ms=150), rest_ms=1500)
    band.play(tune(PHRASE[::-1], gap_ms=150, length_ms=120), rest_ms=500)
    return [(at, message) for at, message in band.sent if message[0] & 0xF0 in (0x80, 0x90)]


def made(values: dict[str, Any]) -> Settings:
    settings = Settings()
    for name, value in values.items():
        settings = settings.changed(name, value)
    return settings


@pytest.mark.parametrize("values", SITUATIONS.values(), ids=SITUATIONS)
def test_what_is_named_changes_no_note(values: dict[str, Any]):
    settings = made(values)
    others = {name: moved(settings, name) for name in idle(settings) if name in BY_NAME}
    others.pop("model", None)  # it cannot be another one and load nothing
    assert others, "in every situation something does nothing"
    assert not others.keys() & values.keys() - {"model"}
    assert notes(**{**others, **values}) == notes(**values)


def test_every_control_does_something_in_some_situation():
    always = set.intersection(*(set(idle(made(values))) for values in SITUATIONS.values()))
    waiting = {f"{way}_velocity" for way in ("voice1", "voice2", "voice3", "listen")}
    waiting |= {f"voice{number}_bank" for number in (1, 2, 3)}
    goals = {"density_goal", "register_goal", "mode_goal"}  # the babbler knows none
    assert always == waiting | goals


def test_only_what_there_is_is_named():
    there = {control.name for control in CONTROLS} | {action.name for action in ACTIONS}
    assert WORKS_IN.keys() <= {control.name for control in CONTROLS}
    assert ACTIONS_WORK_IN.keys() <= {action.name for action in ACTIONS}
    assert all(set(idle(made(values))) <= there for values in SITUATIONS.values())
