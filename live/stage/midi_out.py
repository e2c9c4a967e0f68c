"""An RtMidi output as a sink. Only the sender's thread calls ``send``."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import rtmidi

from live.stage.sinks import SendError


class RtMidiSink:
    """One output port, or None as long as its device is not plugged in: what is sent then is gone."""

    lead_ns = 0
    """A port sends at once; on JACK it lands on the start of the next period."""

    def __init__(self, midi_out: Any, *, optional: bool = False) -> None:
        """``optional``: that it refuses a message is no reason to stop the music."""
        self._optional = optional
        self.dead = False
        """The MIDI system is gone: never call the port again. Any thread may set it."""
        self._midi_out = midi_out
        self._lock = threading.Lock()  # a port is not to be closed under a call

    def plug(self, midi_out: Any) -> None:
        """Play to this open port from now on. Any thread; waits for a call under way."""
        with self._lock:
            self._midi_out = midi_out

    def unplug(self) -> None:
        """Call no port any more. As :meth:`plug`."""
        with self._lock:
            self._midi_out = None

    def pieces(self, message: bytes) -> Iterable[bytes]:
        """The message whole: RtMidi cuts it where a system needs that."""
        return (message,)

    def send(self, message: bytes, due_ns: int) -> None:
        """Put ``message`` on the wire now. The sender's thread; blocks for the port call.

        Raises ``SendError`` when the port refuses it, unless it is optional.
        """
        if self.dead:
            raise SendError("the MIDI system has gone away")
        try:
            with self._lock:
                if self._midi_out is not None:
                    self._midi_out.send_message(message)
        except (rtmidi.RtMidiError, ValueError) as error:
            if not self._optional:
                raise SendError(str(error)) from error

    def close(self) -> None:
        """Call the port no more; who opened it closes it. Idempotent."""
        self.unplug()
