"""The measurements: each plays something to a daemon and gives figures. They block while they play."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator

from live.doctor.daemon import MeasuredDaemon
from live.doctor.figures import Figure, milliseconds, number
from live.doctor.loopback import Echo, LoopPeer, PortNames
from live.doctor.playing import Player, first_after, melody, ons
from live.stage import records as r
from live.stage.link import StageLink
from live.stage.settings import StageSettings
from models.step import Network
from models.step_time import step_times

GAP, LENGTH = 0.1217, 0.04
"""Seconds from strike to strike, and of a key: no multiple of any period, so that strikes fall anywhere."""
VOICES = 3
PHRASE_SECONDS = 1.8
"""From phrase to phrase: three notes, the silence that ends them, and the first notes of an answer, which the
next phrase interrupts."""
PLAN_GAP_NS, PLAN_LENGTH_NS = 10_137_000, 8_000_000
"""Planned notes, likewise."""
_FIRST_PLAN_NS = 100_000_000
_REST_SECONDS = 0.3


def steps(name: str, network: Network, events: int) -> Iterator[Figure]:
    """What a model costs: it plays freely, everything included."""
    times = step_times(network, events)
    yield milliseconds(f"{name}_heard", f"{name} hears an event", times.heard_ns)
    yield milliseconds(f"{name}_chosen", f"{name} chooses an event", times.chosen_ns)
    yield number(f"{name}_rate", f"{name} alone", times.notes_per_second, "notes/s")


def round_trip(count: int) -> Figure:
    """Between the processes: an order to the stage, carried out, and its report; no port involved."""
    told: queue.SimpleQueue[r.StageRecord] = queue.SimpleQueue()
    took = []
    with StageLink(StageSettings(), told.put) as link:
        for n in range(count):
            begin = time.perf_counter_ns()
            link.send(r.Plan(begin, bytes((0x90 if n % 2 == 0 else 0x80, 60, 64)), 1, n))
            while not isinstance(told.get(timeout=5), r.Sent):
                pass
            took.append(time.perf_counter_ns() - begin)
            time.sleep(0.001)
    return milliseconds("round_trip", "order to the stage, report back", took)


def echo(api: str, names: PortNames, strikes: int) -> Figure:
    """The same ports with nothing but a loop between them: what the MIDI system itself needs."""
    with Echo(api, names), LoopPeer(api, names) as peer:
        heard = peer.perform(melody(strikes, GAP, LENGTH), _REST_SECONDS)
    return milliseconds("echo", "port to port: bare echo", first_after(ons(heard.sent), ons(heard.got)))


def harmonize(daemon: MeasuredDaemon, player: Player, strikes: int) -> Iterator[Figure]:
    """Strikes of a staccato melody, each of which needs three new voices."""
    daemon.turn_to("harmonize")
    heard = player.perform(melody(strikes, GAP, LENGTH), _REST_SECONDS)
    struck = [each.actual_ns for each in daemon.struck]
    for name, what, nth in (
        ("harmony_first", "key -> first voice sent", 0),
        ("harmony_all", "key -> all three voices sent", VOICES - 1),
    ):
        yield milliseconds(name, what, first_after(daemon.strikes, struck, nth))
    if isinstance(player, LoopPeer):
        took = first_after(ons(heard.sent), ons(heard.got))
        yield milliseconds("port_to_port", "port to port: first voice", took)
        took = first_after(ons(heard.sent), ons(heard.got), VOICES - 1)
        yield milliseconds("port_to_port_all", "port to port: all three voices", took)
    yield number("dropped", "voices dropped as too late", len(daemon.of(r.Dropped)))
    yield number("fallbacks", "deadlines missed by the model", len(daemon.noted("deadline")))


def answers(daemon: MeasuredDaemon, player: Player, phrases: int) -> Iterator[Figure]:
    """Phrases of three notes. The silence that tells the end of one is no latency, and left out."""
    daemon.turn_to("answer")
    decided = len(daemon.noted("answer"))
    strokes = []
    for number_ in range(phrases):
        strokes += melody(3, 0.2017, 0.08, round(number_ * PHRASE_SECONDS * 1e9))
    heard = player.perform(strokes, PHRASE_SECONDS - 0.5)
    starts = daemon.noted("answer")[decided:]
    struck = [each.actual_ns for each in daemon.struck]
    yield milliseconds("answer_first", "phrase end -> answer sent", first_after(starts, struck))
    if isinstance(player, LoopPeer):
        arrived = first_after(starts, ons(heard.got))
        yield milliseconds("answer_arrives", "port to port: phrase end -> answer", arrived)
    late = [each.actual_ns - each.due_ns for each in daemon.struck]
    yield milliseconds("answer_late", "answer: sent - due", late)


def planned(
    daemon: MeasuredDaemon,
    peer: LoopPeer,
    count: int,
    name: str = "planned",
    what: str = "planned notes: arrival - due",
) -> Figure:
    """Notes planned ahead: when they reach the synth. Their spread is the MIDI system's period."""
    daemon.turn_to("off")
    peer.begin([], (count * PLAN_GAP_NS + _FIRST_PLAN_NS) / 1e9 + _REST_SECONDS)
    due = _plan(daemon, count)
    late = [at - due[message] for at, message in peer.end().got if message in due]
    return milliseconds(name, what, late)


def lateness(daemon: MeasuredDaemon, count: int) -> Figure:
    """The same without a port: how late the scheduler hands them over."""
    daemon.turn_to("off")
    _plan(daemon, count)
    time.sleep((count * PLAN_GAP_NS + _FIRST_PLAN_NS) / 1e9 + _REST_SECONDS)
    late = [each.actual_ns - each.due_ns for each in daemon.struck]
    return milliseconds("lateness", "planned notes: sent - due", late)


def _plan(daemon: MeasuredDaemon, count: int) -> dict[bytes, int]:
    """Each planned note-on and its due time. Pitch and velocity make each the only one of its kind."""
    first = time.perf_counter_ns() + _FIRST_PLAN_NS
    due = {bytes((0x91, n % 128, 1 + n // 128)): first + n * PLAN_GAP_NS for n in range(count)}
    for message, at in due.items():
        off = bytes((0x81, message[1], 64))
        daemon.link.send(r.Plan(at, message, 1), r.Plan(at + PLAN_LENGTH_NS, off, 1))
    return due
