"""The one table of controls: what can be changed while playing, and how; and the actions beside them.

Command line, MIDI, OSC, presets, panel and API are made from it; every change goes through the engine's
queue. A control stands here once, as a field of :class:`Settings`; its kind says what it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from live.control_kinds import (
    ChordName,
    Control,
    KeyName,
    KeyOrOff,
    ModelName,
    Number,
    NumberOrOff,
    Switch,
    Whole,
    Words,
    shown,
)
from live.errors import AntiphonError
from live.moods import FREE, MOODS
from live.voice_controls import ROWS, WayControls


def _is(control: Control) -> Any:
    return field(default=control.default, metadata={"control": control})


def _follow(help: str) -> Number:
    return Number(
        default=0.0,
        low=-1.0,
        high=1.0,
        effect="now",
        help=f"a duet: {help}; -1 the other way, 0 as the model has it",
    )


@dataclass(frozen=True)
class Settings(WayControls):
    """Values of all controls; frozen, so that a decision sees one state of them."""

    mode: str = _is(
        Words(
            default="harmonize",
            choices=("harmonize", "answer", "duet", "loop", "off"),
            effect="now",
            help="what the companion does",
        )
    )
    model: str = _is(
        ModelName(
            default="auto",
            effect="now",
            help="which model plays: auto goes by the mode (chorale harmonizes, piano does the rest)",
        )
    )
    style: str = _is(
        Words(
            default="chorale",
            choices=("chorale", "thirds", "sixths", "chords"),
            effect="now",
            help="how a melody is harmonized: by the model, in parallel, or by a chord on strong beats",
        )
    )
    mute: bool = _is(Switch(default=False, effect="now", help="the companion listens on, but makes no sound"))
    voices: int = _is(
        Whole(default=3, low=1, high=3, unit="voices", effect="next strike", help="voices of the harmony")
    )
    key: str = _is(KeyName(default="auto", effect="next strike", help="key of a score model"))
    temperature: float = _is(
        Number(
            default=1.0, low=0.1, high=2.0, effect="next strike", help="above 1 surprises more, below 1 less"
        )
    )
    top_p: float = _is(
        Number(
            default=0.95,
            low=0.05,
            high=1.0,
            effect="next strike",
            help="keep the likeliest share of what may be played (not of when)",
        )
    )
    surprise: float = _is(
        NumberOrOff(
            default=0.0,
            low=0.0,
            high=20.0,
            unit="bits a note",
            effect="next strike",
            help="how surprising the companion is on average; 0 or off: as temperature and top_p say",
        )
    )
    memory: float = _is(
        Number(
            default=0.0,
            low=0.0,
            high=1.0,
            effect="now",
            help="how much the companion goes by your own phrases; 0 not at all, 0.5 as they foretell you",
        )
    )
    loudness: float = _is(
        Number(
            default=0.75,
            low=0.1,
            high=1.5,
            unit="x player",
            effect="next strike",
            help="velocity of the harmony; duets and loops change with it, and at the default are as meant",
        )
    )
    longest_answer: float = _is(
        Number(
            default=12.0,
            low=1.0,
            high=60.0,
            logarithmic=True,
            unit="s",
            effect="next answer",
            help="an answer is never longer",
        )
    )
    patience: float = _is(
        Number(
            default=1.5,
            low=0.5,
            high=8.0,
            logarithmic=True,
            unit="x pace",
            effect="next answer",
            help="silence before an answer, in onset gaps",
        )
    )
    mood: str = _is(
        Words(
            default=FREE,
            choices=tuple(MOODS),
            effect="now",
            help="the character of answers, duets and loops: density, register, mode of tunes, temperature "
            "and loudness together; what is asked for itself goes before",
        )
    )
    density_goal: float = _is(
        NumberOrOff(
            default=0.0,
            low=0.0,
            high=30.0,
            unit="notes a second",
            effect="now",
            help="how many notes piano aims at in answers and duets; off: as it likes",
        )
    )
    register_goal: int = _is(
        KeyOrOff(
            default=0,
            effect="now",
            help="around which key piano plays in answers, duets and loops; off: where it likes",
        )
    )
    mode_goal: str = _is(
        Words(
            default=FREE,
            choices=(FREE, "major", "minor"),
            effect="now",
            help="whether folk plays as in major or as in minor; free: as it hears",
        )
    )
    hold: str = _is(
        Words(
            default="off",
            choices=("off", "soft", "hard"),
            effect="next strike",
            help="keep the companion to the notes of the key, or of the chord if one is set",
        )
    )
    chord: str = _is(
        ChordName(default="off", effect="next strike", help="the chord that hold keeps the companion to")
    )
    split: int = _is(
        KeyOrOff(
            default=0,
            effect="now",
            help="keys below this one say the chord that all harmony goes by, and are no melody",
        )
    )
    time: str = _is(
        Words(
            default="auto",
            choices=("auto", "clock", "link", "playing", "tempo", "free"),
            effect="now",
            help="who gives the beat; auto: a clock if one runs, else your playing if it is sure",
        )
    )
    tempo: float = _is(
        Number(
            default=120.0,
            low=20.0,
            high=300.0,
            logarithmic=True,
            unit="beats a minute",
            effect="now",
            help="our own tempo, for time=tempo",
        )
    )
    meter: str = _is(
        Words(
            default="auto",
            choices=("auto", "2/4", "3/4", "4/4", "5/4", "6/4", "3/8", "6/8", "9/8", "12/8", "2/2", "3/2"),
            effect="now",
            help="meter of the bars, and of folk's answers in free time; auto: as heard, and 4/4 for a "
            "clock, which does not tell",
        )
    )
    clock_out: bool = _is(Switch(default=False, effect="now", help="send MIDI clock while there is a beat"))
    answer_on: str = _is(
        Words(
            default="beat",
            choices=("free", "beat", "bar"),
            effect="next answer",
            help="where an answer begins, while there is a beat; free: loops have their own length, too",
        )
    )
    loop_bars: int = _is(
        Whole(
            default=0,
            low=0,
            high=16,
            unit="bars",
            effect="next loop",
            help="how many of your last bars are looped; 0: your last phrase",
        )
    )
    vary: float = _is(
        Number(
            default=0.0,
            low=0.0,
            high=1.0,
            effect="now",
            help="how far a loop goes from what you played; 0 note for note, 1 as long but free",
        )
    )
    grid: float = _is(
        Number(
            default=0.0,
            low=0.0,
            high=1.0,
            effect="now",
            help="how far the companion's onsets are drawn to the 16ths, while there is a beat",
        )
    )
    swing: float = _is(
        Number(
            default=50.0,
            low=50.0,
            high=75.0,
            unit="%",
            effect="now",
            help="where the second eighth of a beat stands; 50 is straight, 66.7 a triplet",
        )
    )
    follow_density: float = _is(_follow("more or fewer notes as you play more or fewer"))
    follow_register: float = _is(_follow("higher or lower as you play higher or lower"))
    follow_loudness: float = _is(_follow("louder or softer as you play louder or softer"))
    cover: bool = _is(Switch(default=False, effect="now", help="a duet's companion may play where you play"))
    deadline: float = _is(
        Number(
            default=20.0,
            low=5.0,
            high=200.0,
            logarithmic=True,
            unit="ms",
            effect="next strike",
            help="after this a rule plays what the model has not",
        )
    )
    thru: bool = _is(Switch(default=False, effect="now", help="send on what is heard"))

    @property
    def level(self) -> float:
        """How many times as loud as it was meant a line sounds: one of its own, unlike harmony, is no softer
        than the player by default."""
        return self.loudness / float(BY_NAME["loudness"].default) * MOODS[self.mood].loudness

    @property
    def heat(self) -> float:
        """The temperature of lines, as the mood has it."""
        return self.temperature * MOODS[self.mood].temperature

    def changed(self, name: str, value: object) -> Settings:
        """With one control set; ``AntiphonError`` says what is allowed instead."""
        return self.with_values({name: checked(name, value)})

    def with_values(self, values: Mapping[str, Any]) -> Settings:
        """With several controls set to values that are checked already."""
        return replace(self, **values)


CONTROLS: tuple[Control, ...] = tuple(
    replace(each.metadata["control"], name=each.name)
    for each in sorted(fields(Settings), key=lambda each: each.name in ROWS)  # many and special: last
)
BY_NAME = {control.name: control for control in CONTROLS}


def control(name: str) -> Control:
    """The control of this name; ``AntiphonError`` names those that there are."""
    found = BY_NAME.get(name)
    if found is None:
        raise AntiphonError(f"no control named {shown(name)}: there are {', '.join(BY_NAME)}")
    return found


def checked(name: str, value: object) -> Any:
    """The value as the control's type; ``AntiphonError`` for one that is not allowed."""
    return control(name).checked(value)


class Action(NamedTuple):
    """Something that happens once. ``argument`` says what is given with it, if anything; ``default`` stands
    in where it is not, and without a default it must be given.
    """

    name: str
    help: str
    argument: str = ""
    default: object = None


ACTIONS: tuple[Action, ...] = (
    Action("panic", "every note ends now, on every channel"),
    Action("answer", "the phrase is over now: the companion answers at once"),
    Action(
        "loop",
        "what you played last is looped from now on; again: the loop stops",
        "take, stop or toggle",
        "toggle",
    ),
    Action("veto", "what the companion is about to play is not played"),
    Action("lock_key", "the key that is heard stays; again: it is followed", "on, off or toggle", "toggle"),
    Action("forget", "your last phrase was never played", "last or all", "last"),
    Action("player", "who plays: phrases are remembered from now on under this name", "a name"),
    Action("tap", "a beat is now: taps set the tempo, and the last one begins a bar"),
    Action(
        "learn",
        "the next MIDI controller that moves is for this",
        "a control, CONTROL=VALUE, an action, or cancel",
    ),
    Action("unlearn", "no MIDI controller is for this any more", "what was learned, or all"),
    Action("load_preset", "set all controls as the preset has them", "its name"),
    Action("save_preset", "keep the present settings", "a name"),
    Action("delete_preset", "forget a preset", "its name"),
    Action("keep", "the last seconds become a MIDI file, at once", "seconds", 30.0),
)
ACTION_BY_NAME = {action.name: action for action in ACTIONS}


def action(name: str) -> Action:
    """The action of this name; ``AntiphonError`` names those that there are."""
    found = ACTION_BY_NAME.get(name)
    if found is None:
        raise AntiphonError(f"no action named {shown(name)}: there are {', '.join(ACTION_BY_NAME)}")
    return found


def argument(name: str, value: object) -> object:
    """What an action is done with: ``value``, or its default; ``AntiphonError`` where neither is there."""
    wanted = action(name)
    if value is None or not wanted.argument:
        value = wanted.default
    if value is None and wanted.argument:
        raise AntiphonError(f"{name} needs to be told {wanted.argument}")
    return value
