"""What the page and the daemon say to each other over one WebSocket: a table, and code made from it.

A frame of the page is one message, a frame of the daemon a list of them; a message is a JSON object whose
``is`` names a row of :data:`MESSAGES` and whose other keys are the fields of that row. Times are
milliseconds of the daemon's clock, which the page knows by ``ping`` and ``pong``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from live.errors import AntiphonError

LONGEST = 4096
"""Bytes of a frame from a page; our longest has some hundred."""

Type = Literal["number", "text", "list", "object", "any"]
_TYPES: dict[Type, tuple[type, ...]] = {
    "number": (int, float),
    "text": (str,),
    "list": (list, tuple),
    "object": (dict,),
    "any": (object,),
}


class BadMessageError(AntiphonError, ValueError):
    """What came is no message of a page."""


class Field(NamedTuple):
    """One field of a message."""

    name: str
    type: Type
    help: str


class Message(NamedTuple):
    """One row. ``sender`` is ``page`` or ``daemon``."""

    name: str
    sender: str
    help: str
    fields: tuple[Field, ...] = ()


_NAME = Field("name", "text", "of a control or an action")
_DUE = "`[phase, id, due, ends, channel, pitch, velocity]` each; ends is null where it is not known yet"

MESSAGES: tuple[Message, ...] = (
    Message(
        "ping",
        "page",
        "what time is it",
        (Field("sent", "number", "any number, given back"),),
    ),
    Message(
        "midi",
        "page",
        "a key, pedal or wheel was moved",
        (
            Field("at", "number", "when; believed up to 100 ms back"),
            Field("bytes", "list", "one MIDI message of one to three bytes"),
        ),
    ),
    Message("set", "page", "change a control", (_NAME, Field("value", "any", "its new value"))),
    Message(
        "act", "page", "do an action", (_NAME, Field("argument", "any", "what is given with it, or null"))
    ),
    Message(
        "port",
        "page",
        "choose a MIDI port of the daemon's machine",
        (
            Field("end", "text", "input or output"),
            Field("name", "text", "of the port, as in `ports`"),
            Field("on", "any", "true: use it; false: do not"),
        ),
    ),
    Message("look", "page", "which ports are there now? Answered by `ports`"),
    Message(
        "hello",
        "daemon",
        "the first message, and again whenever some were lost",
        (
            Field("page", "number", "which of the pages this is, from 0"),
            Field("settings", "object", "all controls by name"),
            Field("presets", "list", "names"),
        ),
    ),
    Message(
        "pong",
        "daemon",
        "what time it is",
        (Field("sent", "number", "as in `ping`"), Field("now", "number", "the daemon's clock")),
    ),
    Message(
        "heard",
        "daemon",
        "the player played",
        (
            Field("at", "number", "when"),
            Field("page", "number", "in which page, or -1: on an instrument"),
            Field("bytes", "list", "one MIDI message"),
        ),
    ),
    Message("plan", "daemon", "notes of the companion stand otherwise", (Field("notes", "list", _DUE),)),
    Message(
        "told",
        "daemon",
        "what became of a change or an action",
        (
            Field("outcome", "text", "done, refused or loading"),
            _NAME,
            Field("value", "any", "its value now, or the argument"),
            Field("page", "number", "which page wanted it, or -1"),
            Field("text", "text", "why it was refused"),
        ),
    ),
    Message(
        "moved",
        "daemon",
        "a pedal, bend, controller or program of the companion",
        (Field("at", "number", "when"), Field("bytes", "list", "one MIDI message")),
    ),
    Message(
        "phrase",
        "daemon",
        "a phrase is over",
        (Field("at", "number", "when it ended"), Field("who", "text", "you or companion")),
    ),
    Message(
        "learned",
        "daemon",
        "which MIDI controllers do what",
        (
            Field("places", "object", "what each controller does, by its name"),
            Field("waiting", "any", "what the next controller that moves is for, or null"),
        ),
    ),
    Message(
        "ports",
        "daemon",
        "MIDI ports of the daemon's machine",
        (
            Field("inputs", "list", "`[name, used, there, fixed]` each; fixed: cannot be changed"),
            Field("outputs", "list", "the same"),
            Field("text", "text", "why none can be chosen; or empty"),
        ),
    ),
    Message("presets", "daemon", "there are others now", (Field("names", "list", "names"),)),
    Message(
        "status",
        "daemon",
        "how it stands, whenever that changes",
        (
            Field("model", "any", "the name of the model that plays, or null"),
            Field("loading", "any", "the name of the model that is loaded, or null"),
            Field("key", "any", "the key, or null"),
            Field("sure", "number", "of the key, 0 to 1"),
            Field("chord", "any", "the chord that harmony goes by, or null"),
            Field("doing", "text", "what the companion does, in words"),
            Field("time", "object", "source, tempo, meter, bar, beat, confidence; and `at`, when that was"),
            Field("surprise", "object", "bits a note of `player` and `companion`"),
            Field("delay", "list", "p50 and p99 of the last strikes to their last order, ms; or empty"),
            Field("histogram", "list", "the same strikes, counted by half milliseconds; last: all others"),
            Field("late", "number", "notes that were not sent, because their time had passed"),
            Field("rule", "number", "notes of the rule in a late model's place"),
            Field("missed", "number", "keys of the player that were taken up too late"),
        ),
    ),
    Message(
        "idle",
        "daemon",
        "controls and actions that do nothing now",
        (Field("why", "object", "the reason of each, by name"),),
    ),
    Message("line", "daemon", "a line for the musician", (Field("text", "text", "the line"),)),
)
BY_NAME = {message.name: message for message in MESSAGES}


def text(name: str, /, **values: Any) -> str:
    """A message of the daemon as JSON. Raises ``ValueError`` for fields that are not those of the table."""
    if {field.name for field in BY_NAME[name].fields} != values.keys():
        raise ValueError(f"fields of {name}: {', '.join(values)}")
    return json.dumps({"is": name, **values}, separators=(",", ":"), default=str)


def parsed(frame: str) -> tuple[str, dict[str, Any]]:
    """Name and fields of a page's message. Raises ``BadMessageError`` for whatever is none."""
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("not JSON") from error
    if not isinstance(found, dict):
        raise BadMessageError("not an object")
    name = found.pop("is", None)
    row = BY_NAME.get(name) if isinstance(name, str) else None
    if row is None or row.sender != "page":
        raise BadMessageError("no message of a page")
    if {field.name for field in row.fields} != found.keys():
        raise BadMessageError(f"{row.name}: other fields than {', '.join(f.name for f in row.fields)}")
    for field in row.fields:
        if not _is(found[field.name], field.type):
            raise BadMessageError(f"{row.name}: {field.name} is no {field.type}")
    return row.name, found


def _is(value: object, wanted: Type) -> bool:
    if wanted == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, _TYPES[wanted])


def module() -> str:
    """The table as the page's module ``messages.js``."""
    lines = [
        "// The messages between page and daemon: made from live/panel/messages.py, tested to be the same.",
        "",
        "export const FIELDS = {",
        *(
            f"  {message.name}: {json.dumps([field.name for field in message.fields])},"
            for message in MESSAGES
        ),
        "};",
    ]
    return "\n".join(lines) + "\n"


def table() -> list[Mapping[str, str]]:
    """Rows for the page ``docs/panel.md``."""
    return [
        {
            "message": f"`{message.name}`",
            "from": message.sender,
            "what it says": message.help,
            "fields": "; ".join(f"`{field.name}`: {field.help}" for field in message.fields),
        }
        for message in MESSAGES
    ]
