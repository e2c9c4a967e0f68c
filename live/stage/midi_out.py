"""An RtMidi output as a sink. Only the sender's thread calls ``send``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rtmidi

from live.stage.sinks import SendError


class RtMidiSink:
    """One open output port. Keep it: RtMidi stops when its object is collected."""

    lead_ns = 0
    """A port sends at once; on JACK it lands on the start of the next period."""

    def __init__(self, midi_out: Any) -> None:
        self.dead = False
        """The MIDI system is gone: never call the port again. Any thread may set it."""
        self._midi_out = midi_out

    def pieces(self, message: bytes) -> Iterable[bytes]:
        """The message whole: RtMidi cuts it where a system needs that."""
        return (message,)

    def send(self, message: bytes, due_ns: int) -> None:
        """Put ``message`` on the wire now. The sender's thread; blocks for the port call.

        Raises ``SendError`` when the port refuses it.
        """
        if self.dead:
            raise SendError("the MIDI system has gone away")
        try:
            self._midi_out.send_message(message)
        except (rtmidi.RtMidiError, ValueError) as error:
            raise SendError(str(error)) from error

    def close(self) -> None:
        """Close the port. Idempotent; RtMidi first waits until what was sent is out."""
        if not self.dead:
            self._midi_out.close_port()
