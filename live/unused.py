"""Controls and actions that do nothing now, each with the reason: for a face that greys them out.

Other than :func:`live.character.idle`, which speaks up only for what was asked for, this names every control
that would change nothing if it were moved, in the mode, style and model of now.
"""

from __future__ import annotations

from live.character import CONTROL_OF, LINES, goals_of
from live.controls import BY_NAME, Settings
from live.voice_controls import VOICES
from models.manifest import Manifest

WORKS_IN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("style", "voices", "deadline"), ("harmonize",)),
    **dict.fromkeys(("memory", "longest_answer"), ("answer",)),
    **dict.fromkeys(("patience", "answer_on"), ("answer", "loop")),
    **dict.fromkeys(("follow_density", "follow_register", "follow_loudness", "cover"), ("duet",)),
    **dict.fromkeys(("loop_bars", "vary"), ("loop",)),
    "loudness": ("harmonize", "duet", "loop"),
    "density_goal": ("answer", "duet"),
    **dict.fromkeys(("mood", "register_goal", "mode_goal", "grid"), LINES),
    **dict.fromkeys(
        ("temperature", "top_p", "surprise", "hold", "chord", "model", "mute"), ("harmonize", *LINES)
    ),
}
"""Modes in which a control does something; the others do in all."""
ACTIONS_WORK_IN: dict[str, tuple[str, ...]] = {"answer": ("answer",), "loop": ("loop",), "veto": LINES}
"""The same for actions."""
OFF = "the companion is off"
CHOOSING = ("temperature", "top_p", "surprise")
_TOLD = ("_program", "_bank")
"""The synth is told these at once, whether the voice plays or not."""
_BEAT = ("answer_on", "grid", "swing", "clock_out", "loop_bars")


def unused(settings: Settings, manifest: Manifest | None) -> dict[str, str]:
    """Why each of the controls that do nothing now does not, by name. ``manifest``: of the model that plays.

    Pure, quick; any thread.
    """
    found: dict[str, str] = {}
    of_model = _of_model(settings, manifest)
    for reasons in (_of_mode(settings), of_model, _of_others(settings), _of_ways(settings)):
        for name, why in reasons.items():
            found.setdefault(name, why)
    return found


def _of_mode(settings: Settings) -> dict[str, str]:
    off = settings.mode == "off"
    return {
        name: OFF if off else f"only in {_listed(modes)}"
        for name, modes in (WORKS_IN | ACTIONS_WORK_IN).items()
        if settings.mode not in modes
    }


def _of_model(settings: Settings, manifest: Manifest | None) -> dict[str, str]:
    """What the model cannot do, and what nobody asks a model for."""
    if settings.mode == "harmonize" and settings.style != "chorale":
        return dict.fromkeys(("model", "deadline", *CHOOSING), f"{settings.style} ask no model")
    found: dict[str, str] = {}
    if settings.mode == "loop" and not settings.vary:
        lines = ("register_goal", "mode_goal", *CHOOSING)
        found = dict.fromkeys(lines, "the loop goes note for note: vary is 0")
    if manifest is None:
        return found
    if settings.mode in LINES:
        every = goals_of(density_goal=1.0, register_goal=1.0, mode_goal="major")
        for goal in every.unknown_to(manifest):
            found[CONTROL_OF[goal]] = f"the model {manifest.name} does not know it"
        if manifest.monophonic and settings.mode == "answer":
            found["grid"] = f"the model {manifest.name} answers in written notes"
    free = settings.hold == "off" or settings.chord != "off"
    if settings.mode != "off" and not manifest.monophonic and free:
        found["key"] = f"the model {manifest.name} needs none, unless hold keeps it to the scale"
    return found


def _of_others(settings: Settings) -> dict[str, str]:
    """What other controls make superfluous."""
    found: dict[str, str] = {}
    if settings.surprise:
        found |= dict.fromkeys(("temperature", "top_p"), "surprise is set in their place")
    if settings.hold == "off":
        found["chord"] = "hold is off"
    if settings.time != "tempo":
        found["tempo"] = "only with time tempo"
    if settings.time == "free":
        found |= dict.fromkeys(_BEAT, "there is no beat: time is free")
        if settings.mode != "answer":
            found["meter"] = "there is no beat: time is free"
    return found


def _of_ways(settings: Settings) -> dict[str, str]:
    """Ways of voices that nobody takes, and parts of a way that wait for another part."""
    found: dict[str, str] = {}
    for way in (*(f"voice{number}" for number in range(1, VOICES + 1)), "listen"):
        own = [name for name in BY_NAME if name.startswith(f"{way}_") and not name.endswith(_TOLD)]
        number = int(way[5:]) if way != "listen" else 0
        if settings.mode in LINES and number > 1:
            found |= dict.fromkeys(own, "answers, duets and loops take the way of voice 1")
        elif settings.mode == "harmonize" and number > settings.voices:
            found |= dict.fromkeys(own, f"there {_are(settings.voices)} of harmony")
        elif settings.mode == "off" and number:
            found |= dict.fromkeys(own, OFF)
        if getattr(settings, f"{way}_curve") != "fixed":
            found.setdefault(f"{way}_velocity", "only with the curve fixed")
        if number and not getattr(settings, f"{way}_program"):
            found.setdefault(f"{way}_bank", "no program is set")
    return found


def _are(voices: int) -> str:
    return "is one voice" if voices == 1 else f"are {voices} voices"


def _listed(words: tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
