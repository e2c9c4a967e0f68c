"""The last line of the terminal while ``antiphon live`` plays: who gives the time, tempo, bar, key, mode.

On a terminal it is written over itself, and other lines go above it; elsewhere (a log, a pipe) there is a
line whenever it says something else, at most one a second, without the place in the bar, which never stands
still. Its methods may be called by any thread; they block for the terminal.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping
from typing import Any, TextIO

TERMINAL_SECONDS, LOG_SECONDS = 0.1, 1.0
"""Between two looks."""
_UP_TO_END = "\r\x1b[K"
_SOURCES = {"clock": "MIDI clock", "link": "Link", "tempo": "own tempo", "playing": "your playing"}


def words(state: Mapping[str, Any], *, moving: bool = True) -> str:
    """What :meth:`live.antiphon.Antiphon.state` says, in one line. ``moving``: with bar and beat."""
    settings = state["settings"]
    who = " ".join(word for word in (settings["mode"], state["model"]) if word)
    parts = [_time(state["time"], moving=moving), _key(state), _chord(state), f"{who}: {state['status']}"]
    parts.append(_surprise(state.get("surprise", {})))
    memory = state["memory"]
    if memory["weight"]:
        parts.append(
            f"memory {memory['weight']:.0%} of {memory['phrases']} phrases {memory['player']}".rstrip()
        )
    parts += [f"{state[name]} {name}" for name in ("deadline", "dropped", "missed") if state[name]]
    parts += [name for name in ("mute",) if settings[name]]
    return " | ".join(part for part in parts if part)


def _time(told: Mapping[str, Any], *, moving: bool) -> str:
    source = _SOURCES.get(told["source"])
    if source is None:
        return "free time"
    text = f"{source} {told['tempo']:.1f}"
    if told["source"] == "playing":
        text += f" ({told['confidence']:.0%} sure)"
    if told["bar"] is not None:
        text += f" {told['bar']}.{int(told['beat'])} of {told['meter']}" if moving else f" in {told['meter']}"
    return text


def _key(state: Mapping[str, Any]) -> str:
    if state["key"] is None:
        return ""
    locked = state["settings"]["key"] != "auto"
    sure = state.get("key_confidence")
    how = " (locked)" if locked else "" if sure is None else f" ({sure:.0%} sure)"
    return f"key {state['key']}{how}"


def _chord(state: Mapping[str, Any]) -> str:
    return f"chord {state['chord']}" if state.get("chord") else ""


def _surprise(told: Mapping[str, float | None]) -> str:
    """``bits a note: you 3.1, companion 2.9``; nothing before the first note."""
    who = {"player": "you", "companion": "companion"}
    said = [f"{name} {told[key]:.1f}" for key, name in who.items() if told.get(key) is not None]
    return f"bits a note: {', '.join(said)}" if said else ""


class StatusLine:
    """Shows states on ``stream`` and lets other lines pass."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._lock = threading.Lock()
        self._shown = ""
        self._said_at = -LOG_SECONDS
        self.seconds = TERMINAL_SECONDS if self._terminal else LOG_SECONDS
        """How often it wants to be shown a state."""

    def show(self, state: Mapping[str, Any]) -> None:
        """Show this state."""
        text = words(state, moving=self._terminal)
        now = time.monotonic()
        with self._lock:
            if text == self._shown:
                return
            if self._terminal:
                self._write(_UP_TO_END + text[: shutil.get_terminal_size().columns - 1])
            elif now - self._said_at < LOG_SECONDS:
                return
            else:
                self._write(text + "\n")
            self._shown, self._said_at = text, now

    def say(self, line: str) -> None:
        """Print a line above."""
        with self._lock:
            self._write((_UP_TO_END if self._terminal and self._shown else "") + line + "\n")
            if self._terminal:
                self._shown = ""

    def close(self) -> None:
        """Leave the terminal as a program should."""
        with self._lock:
            if self._terminal and self._shown:
                self._write("\n")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
