"""JACK's transport as the truth, and what moves it: a timebase master, play, stop, locate.

The master is Debian's ``jack_transport`` (package jack-example-tools), 4/4 at any tempo; ``jack_midi_clock``
makes MIDI clock of it. JACK's microseconds are those of CLOCK_MONOTONIC, as ``time.perf_counter_ns`` is.
"""

from __future__ import annotations

import bisect
import ctypes
import shutil
import subprocess
import threading
import time
from typing import Any, NamedTuple

from live.stage.jack_watch import load_libjack

_ROLLING = 1
_HAS_BBT = 0x10
PROGRAMS = ("jack_transport", "jack_midi_clock")


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
        ("bar", ctypes.c_int32),
        ("beat", ctypes.c_int32),
        ("tick", ctypes.c_int32),
        ("bar_start_tick", ctypes.c_double),
        ("beats_per_bar", ctypes.c_float),
        ("beat_type", ctypes.c_float),
        ("ticks_per_beat", ctypes.c_double),
        ("beats_per_minute", ctypes.c_double),
        ("more", ctypes.c_byte * 128),
    )


class Place(NamedTuple):
    """Where the transport was at the beginning of a period."""

    at_ns: int
    frame: int
    quarter: float
    bpm: float
    rolling: bool


class Transport:
    """A client that reads the transport every ``seconds`` and moves it. A context manager."""

    def __init__(self, seconds: float = 0.002) -> None:
        self.places: list[Place] = []
        """In the order of time, one a period at most."""
        self._library: Any = load_libjack()
        self._library.jack_transport_query.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Position)]
        for name in ("jack_transport_start", "jack_transport_stop"):
            getattr(self._library, name).argtypes = [ctypes.c_void_p]
        self._library.jack_transport_locate.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        self._client = self._library.jack_client_open(b"transport watch", 1, ctypes.byref(ctypes.c_int()))
        assert self._client, "no JACK server"
        self._library.jack_activate(ctypes.c_void_p(self._client))
        self._seconds, self._over = seconds, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._master = subprocess.Popen(
            ["jack_transport"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, bufsize=1
        )

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
        self._command(f"tempo {bpm:g}")

    def play(self) -> None:
        self._library.jack_transport_start(self._client)

    def stop(self) -> None:
        self._library.jack_transport_stop(self._client)

    def locate(self, frame: int) -> None:
        self._library.jack_transport_locate(self._client, frame)

    def now(self) -> Place:
        position = _Position()
        state = self._library.jack_transport_query(self._client, ctypes.byref(position))
        quarter = float("nan")
        if position.valid & _HAS_BBT:
            beats = (position.bar - 1) * position.beats_per_bar + position.beat - 1
            quarter = beats + position.tick / position.ticks_per_beat
        bpm = position.beats_per_minute
        return Place(position.usecs * 1000, position.frame, quarter, bpm, state == _ROLLING)

    def _watch(self) -> None:
        while not self._over.wait(self._seconds):
            place = self.now()
            if not self.places or place.at_ns > self.places[-1].at_ns:
                self.places.append(place)

    def quarter_at(self, ns: int) -> float | None:
        """Where the transport was; None while it did not roll, or jumped. After it has been watched."""
        index = bisect.bisect_right(self.places, ns, key=lambda place: place.at_ns) - 1
        if not 0 <= index < len(self.places) - 1:
            return None
        one, other = self.places[index : index + 2]
        frames = (other.at_ns - one.at_ns) * 48e-6
        if not (one.rolling and other.rolling) or abs(other.frame - one.frame - frames) > 0.2 * frames + 64:
            return None
        return one.quarter + (ns - one.at_ns) / 60e9 * one.bpm
