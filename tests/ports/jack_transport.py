"""JACK's transport as the truth, and what moves it: a timebase master, play, stop, locate.

The master is Debian's ``jack_transport`` (package jack-example-tools), 4/4 at any tempo; ``jack_midi_clock``
makes MIDI clock of it. The master counts whole ticks a period, so that its beats are true only at tempi that
are multiples of :data:`EXACT_BPM` (64 frames, 48 kHz).
"""

from __future__ import annotations

import bisect
import ctypes
import shutil
import subprocess
import threading
import time
from itertools import pairwise
from typing import Any, NamedTuple

from live.stage.jack_watch import load_libjack

EXACT_BPM = 23.4375
PROGRAMS = ("jack_transport", "jack_midi_clock", "jack_midi_dump")
RATE = 48_000
_ROLLING = 1


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if not shutil.which(name)]


class _Position(ctypes.Structure):
    _pack_ = 1
    _fields_ = (
        ("unique_1", ctypes.c_uint64),
        ("usecs", ctypes.c_uint64),
        ("frame_rate", ctypes.c_uint32),
        ("frame", ctypes.c_uint32),
        ("valid", ctypes.c_uint32),
        ("bar_beat_tick", ctypes.c_byte * 36),
        ("beats_per_minute", ctypes.c_double),
        ("more", ctypes.c_byte * 128),
    )


class Place(NamedTuple):
    """Where the transport was at the beginning of a period."""

    at_ns: int
    frame: int
    bpm: float
    rolling: bool


class Transport:
    """A client that reads the transport every ``seconds`` and moves it. A context manager."""

    def __init__(self, seconds: float = 0.001) -> None:
        self.places: list[Place] = []
        """In the order of time, one a period at most."""
        self._library: Any = load_libjack()
        self._library.jack_transport_query.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Position)]
        for name in ("jack_transport_start", "jack_transport_stop"):
            getattr(self._library, name).argtypes = [ctypes.c_void_p]
        self._library.jack_transport_locate.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        self._library.jack_get_time.restype = ctypes.c_uint64
        self._client = self._library.jack_client_open(b"transport watch", 1, ctypes.byref(ctypes.c_int()))
        assert self._client, "no JACK server"
        self._library.jack_activate(ctypes.c_void_p(self._client))
        self._ahead_ns = self._compare_clocks()
        self._seconds, self._over = seconds, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._master = subprocess.Popen(
            ["jack_transport"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, bufsize=1
        )

    def _compare_clocks(self) -> int:
        """``perf_counter_ns`` less JACK's time: of many tries the one that took the least."""
        found = []
        for _ in range(200):
            before = time.perf_counter_ns()
            jack = self._library.jack_get_time()
            after = time.perf_counter_ns()
            found.append((after - before, (before + after) // 2 - 1000 * jack))
        return min(found)[1]

    def __enter__(self) -> Transport:
        time.sleep(0.3)
        self._command("master")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._over.set()
        self._thread.join()
        self._command("quit")
        self._master.wait(5)
        assert self._master.stdin is not None
        self._master.stdin.close()
        self._library.jack_client_close(self._client)

    def _command(self, line: str) -> None:
        assert self._master.stdin is not None
        self._master.stdin.write(line + "\n")
        self._master.stdin.flush()

    def tempo(self, bpm: float) -> None:
        self._command(f"tempo {bpm}")

    def play(self) -> None:
        self._library.jack_transport_start(self._client)

    def stop(self) -> None:
        self._library.jack_transport_stop(self._client)

    def locate(self, frame: int) -> None:
        self._library.jack_transport_locate(self._client, frame)

    def now(self) -> Place:
        position = _Position()
        state = self._library.jack_transport_query(self._client, ctypes.byref(position))
        at_ns = position.usecs * 1000 + self._ahead_ns
        return Place(at_ns, position.frame, position.beats_per_minute, state == _ROLLING)

    def _watch(self) -> None:
        while not self._over.wait(self._seconds):
            place = self.now()
            if not self.places or place.at_ns > self.places[-1].at_ns:
                self.places.append(place)

    def quarter_at(self, ns: int) -> float | None:
        """Where the transport was, in a song of one tempo; None while it did not roll, or jumped."""
        index = bisect.bisect_right(self.places, ns, key=lambda place: place.at_ns) - 1
        if not 0 <= index < len(self.places) - 1:
            return None
        one, other = self.places[index : index + 2]
        if not (one.rolling and other.rolling and one.frame < other.frame and one.bpm == other.bpm):
            return None
        share = (ns - one.at_ns) / (other.at_ns - one.at_ns)
        return (one.frame + share * (other.frame - one.frame)) * one.bpm / 60 / RATE

    def ticks(self) -> tuple[list[int], list[int]]:
        """When jack_midi_clock sends each tick, if it began at frame 0; and how many it left
        out before each.

        The length of a tick is that of the tempo in the period in which it falls; one that had to come before
        that period, because the tempo has risen, is never sent.
        """
        first = next(n for n, place in enumerate(self.places) if place.rolling)
        found: list[int] = []
        left_out: list[int] = []
        tick, missing = 0.0, 0
        for one, other in pairwise(self.places[first:]):
            if not other.rolling or other.frame <= one.frame:
                break
            last = tick - RATE * 60 / one.bpm / 24
            while tick < other.frame:
                if tick >= one.frame or not found:
                    share = (tick - one.frame) / (other.frame - one.frame)
                    found.append(round(one.at_ns + share * (other.at_ns - one.at_ns)))
                    left_out.append(missing)
                else:
                    missing += 1
                last, tick = tick, tick + RATE * 60 / one.bpm / 24
            tick = last + RATE * 60 / other.bpm / 24
        return found, left_out
