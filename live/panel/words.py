"""What is told to pages, in the words of the table of messages."""

from __future__ import annotations

from typing import Any

from live.engine.told import Told
from live.panel import messages
from live.panel.news import Item
from live.panel.phrase_end import PhraseEnd
from live.stage import records as r
from live.stage.clock import MILLISECOND


def words_of(item: Item, first_source: int) -> str:
    """One message. ``first_source``: the stage's number of the first page."""
    match item:
        case str():
            return messages.text("line", text=item)
        case r.Heard(stamp, source, message):
            page = source - first_source
            return messages.text("heard", at=stamp / MILLISECOND, page=max(-1, page), bytes=list(message))
        case r.Sent(due, _, message):
            return messages.text("moved", at=due / MILLISECOND, bytes=list(message))
        case PhraseEnd(at_ns, by_player):
            who = "you" if by_player else "companion"
            return messages.text("phrase", at=at_ns / MILLISECOND, who=who)
        case Told():
            return _told(item)
        case _:
            return messages.text("plan", notes=[_shown(note) for note in item])


def moves(message: bytes) -> bool:
    """Whether it is a controller, a program, pressure or a bend."""
    return 0xB0 <= message[0] < 0xF0


def _told(told: Told) -> str:
    page = int(told.who[5:]) if told.who.startswith("page ") else -1
    return messages.text(
        "told", outcome=told.outcome.value, name=told.name, value=told.value, page=page, text=told.text
    )


def _shown(note: Any) -> list[Any]:
    ends = None if note.ends_ns is None else note.ends_ns / MILLISECOND
    return [
        note.phase.value, note.id, note.due_ns / MILLISECOND, ends, note.channel, note.pitch, note.velocity
    ]  # fmt: skip
