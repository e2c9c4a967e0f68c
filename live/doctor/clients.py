"""Clients of the MIDI system, asked for again where it is busy: a JACK server may refuse one for a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import rtmidi

_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.1
Client = TypeVar("Client")


def patiently(make: Callable[[], Client]) -> Client:
    """What ``make`` makes. Raises ``SystemExit`` with one line when the system goes on refusing. Blocks."""
    until = time.perf_counter() + _PATIENCE_SECONDS
    while True:
        try:
            return make()
        except rtmidi.RtMidiError as error:
            if time.perf_counter() > until:
                sys.exit(f"the MIDI system takes no further client: {error}")
        time.sleep(_PAUSE_SECONDS)
