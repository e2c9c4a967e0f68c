"""A session run again: the engine gets what it got, in order, with the same times, and must say the same.

Nothing waits: every moment that the engine was told, and every reading of the clock, stands in the file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from live.controls import Settings
from live.engine.chord_tables import chosen
from live.engine.feeding import Beside, Held
from live.engine.lights import Lights
from live.engine.remembering import take_up
from live.engine.session import Session
from live.errors import AntiphonError
from live.sessions import lines
from live.sessions.file import SessionFile
from live.sessions.header import Header, this_machine
from live.sessions.lines import Entry
from live.stage import records as r
from live.stage.messages import is_note_on
from models.step import Network

Networks = Callable[[str], Network]


@dataclass
class Outcome:
    """What came of it. ``difference``: the first one, in words."""

    orders: int = 0
    notes: int = 0
    seconds: float = 0.0
    difference: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass
class _Turn:
    """One thing that the engine consumed, and what came of it."""

    entry: Entry
    outputs: list[Entry] = field(default_factory=list)
    whole: bool = True
    """Whether all that came of it is in the file."""


class _ReadingsEndError(Exception):
    """The engine asks for the time more often than it did."""


class _NothingToFeedError(Exception):
    """Then a context was fed again, and now none is."""


class _OtherModelError(Exception):
    """The model is not the one of the session."""


def settings_of(header: Header) -> Settings:
    """The controls as they stood at the start. Raises ``AntiphonError`` for one that is not known here."""
    settings = Settings()
    for name, value in header.settings.items():
        settings = settings.changed(name, value)
    return settings


def run_again(file: SessionFile, networks: Networks) -> Outcome:
    """Run all of it and compare what the engine orders. Raises ``AntiphonError`` for another model."""
    outcome = Outcome()
    try:
        again = _Again(file.header, networks)
        for turn in _turns(file):
            if turn.entry.name == lines.LOST:
                outcome.remarks.append(
                    f"{turn.entry.values[0]} lines are missing there: what follows is not compared"
                )
                break
            outcome.seconds = (turn.entry.now_ns - file.header.now_ns) / 1e9
            try:
                found, wanted = again.run(turn)
            except _ReadingsEndError:
                outcome.difference = (
                    f"{_at(turn, file.header)}: now the engine asks for the time, then it did not"
                )
                break
            except _NothingToFeedError:
                outcome.difference = f"{_at(turn, file.header)}: now no context is fed again, then one was"
                break
            outcome.orders += len(found)
            outcome.notes += sum(isinstance(each, r.Plan) and is_note_on(each.message) for each in found)
            outcome.difference = _difference(turn, found, wanted, file.header)
            if outcome.difference:
                break
    except _OtherModelError as error:
        raise AntiphonError(str(error)) from error
    here = this_machine(again.session.used.values())
    differing = [name for name, then in file.header.computes.items() if here.get(name) != then]
    if differing and outcome.difference:
        name = differing[0]
        outcome.remarks.append(
            f"recorded where {name} was {file.header.computes[name]!r} (here {here[name]!r}): "
            "the same bits are promised for the same machine only"
        )
    return outcome


class _Again:
    """A session whose clock and stage are the file."""

    def __init__(self, header: Header, networks: Networks) -> None:
        self._networks, self._models = networks, dict(header.models)
        self._readings: deque[int] = deque()
        self._ordered: list[r.EngineRecord] = []
        self._now_ns = header.now_ns
        self._feeding = Held()
        self._tables = chosen(lambda _: None)
        self.session = Session(
            self._network,
            lambda *given: self._ordered.extend(given),
            settings_of(header),
            self,
            seed=header.seed,
            readings=self._reading,
            beside=Beside(self._feeding.send, lambda: None),
            chord_tables=lambda: self._tables,
        )
        if (port := header.plan_port) is not None:
            self.session.plans.watch(Lights(self.session.send, port).watch, header.now_ns)

    def now_ns(self) -> int:
        """The moment of the entry, for what is only counted."""
        return self._now_ns

    def run(self, turn: _Turn) -> tuple[list[r.EngineRecord], list[r.EngineRecord]]:
        """What the engine orders now, and what it ordered then."""
        self._ordered.clear()
        self._readings.clear()
        wanted: list[r.EngineRecord] = []
        for entry in turn.outputs:
            if entry.name == lines.NOW:
                self._readings.append(entry.now_ns)
            elif entry.name == lines.ORDER:
                wanted += lines.orders(entry)
            elif entry.name == lines.CHORDS and entry.values[0] != self._tables.sha256:
                raise _OtherModelError(
                    "the chords of this session were chosen by other tables (their SHA-256 differs): put the "
                    "chords.npz of then into your data folder, or take it away"
                )
            elif entry.name == lines.MODEL:
                self._models[entry.values[0]] = entry.values[1]
        self._now_ns = turn.entry.now_ns
        try:
            if turn.entry.name != lines.FED:
                consume(self.session, turn.entry)
            elif not self._feeding.do():
                raise _NothingToFeedError
        except _ReadingsEndError:
            if turn.whole:
                raise
        return list(self._ordered), wanted

    def _reading(self) -> int:
        if not self._readings:
            raise _ReadingsEndError
        return self._readings.popleft()

    def _network(self, name: str) -> Network:
        network = self._networks(name)
        if name in self._models and self._models[name] != network.manifest.sha256:
            raise _OtherModelError(
                f"model {name} is not the one of this session (its SHA-256 differs) and would play something "
                "else: use the model of then, or ask for another take, as by --seed"
            )
        return network


def consume(session: Session, entry: Entry) -> None:
    """Give a session what one line says that it was given. A refused change was refused then too."""
    now_ns = entry.now_ns
    if entry.name in lines.REPORTS:
        session.on_record(lines.report(entry), now_ns)
    elif entry.name == lines.WAKE:
        session.wake(now_ns)
    elif entry.name == lines.STOP:
        session.stop(now_ns)
    elif entry.name == lines.CONTROL:
        names, values = entry.values[::2], entry.values[1::2]
        session.set_all(dict(zip(names, values, strict=True)), now_ns)
    elif entry.name == lines.ACT:
        session.act(entry.values[0], entry.values[1], now_ns)
    elif entry.name == lines.MEMORY:
        player, packed = entry.values
        take_up(session, player, packed, now_ns)


def _turns(file: SessionFile) -> Iterator[_Turn]:
    turn: _Turn | None = None
    ended = False
    for entry in file.entries():
        if entry.name in lines.INPUTS or entry.name == lines.LOST:
            if turn is not None:
                yield turn
            turn = _Turn(entry)
        elif turn is not None:
            turn.outputs.append(entry)
        ended = entry.name == lines.END
    if turn is not None:
        turn.whole = ended
        yield turn


def _difference(turn: _Turn, found: list[Any], wanted: list[Any], header: Header) -> str | None:
    """The first order that differs, in words."""
    pairs = max(len(found), len(wanted)) if turn.whole else min(len(found), len(wanted))
    for index in range(pairs):
        then = wanted[index] if index < len(wanted) else None
        now = found[index] if index < len(found) else None
        if type(then) is not type(now) or then != now:
            return f"{_at(turn, header)}: then {_words(then)}, now {_words(now)}"
    return None


def _at(turn: _Turn, header: Header) -> str:
    return f"at {(turn.entry.now_ns - header.now_ns) / 1e9:.3f} s, after {turn.entry.name!r}"


def _words(order: Any) -> str:
    if order is None:
        return "nothing"
    if isinstance(order, r.Plan):
        return f"{order.message.hex(' ')} (tag {order.tag}) due at {order.due_ns} ns"
    return str(order)
