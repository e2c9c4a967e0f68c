"""One port of a stage: opened, or waited for until the device that it names is there.

Main thread or that of the port watch; ``Input`` and ``RtMidiSink`` are served by their own threads meanwhile.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

import rtmidi

from live.stage.settings import InputPort, OutputPort


class Holder(Protocol):
    """Who plays or listens through a port."""

    def plug(self, rt: Any) -> None: ...  # noqa: D102
    def unplug(self) -> None: ...  # noqa: D102


class OpenedPort:
    """A port and its RtMidi object. ``number``: inputs first, then outputs.

    ``make`` gives a new RtMidi object. Without a name there is none until :meth:`become` gives it one. Raises
    ``RtMidiError`` where the MIDI system does not answer.
    """

    def __init__(
        self, number: int, port: InputPort | OutputPort, make: Callable[[], Any], holder: Holder
    ) -> None:
        self.number = self.serves = number
        """``serves``: the port whose notes it plays, if that is another."""
        self.name, self.virtual = port.name, port.virtual
        self.is_input = isinstance(port, InputPort)
        self.plugged = False
        self._make, self._holder = make, holder
        self._rt: Any = None
        self._fresh = True
        if self.name:
            self.try_to_plug()

    @property
    def is_listed(self) -> bool:
        """Whether the MIDI system has the port that is named. Asks the system."""
        return self.virtual or (bool(self.name) and self.name in self.listing())

    def listing(self) -> list[str]:
        """All ports of its kind that the MIDI system has. Asks the system."""
        if self._rt is None:
            self._rt = self._make()
        return list(self._rt.get_ports())

    def try_to_plug(self) -> bool:
        """Open it, if it is there. Raises ``RtMidiError`` where it cannot be opened."""
        if not self.is_listed:
            return False
        if self._rt is None:
            self._rt = self._make()
        elif not self._fresh:
            self._renew()
        self._fresh = False
        if self.virtual:
            self._rt.open_virtual_port(self.name)
        else:
            names = self._rt.get_ports()
            if self.name not in names:
                return False
            title = "Antiphon input" if self.is_input else "Antiphon output"
            self._rt.open_port(names.index(self.name), name=title)
        self._holder.plug(self._rt)
        self.plugged = True
        return True

    def unplug(self) -> None:
        """The device is gone: nobody calls the port any more."""
        self._holder.unplug()
        self.plugged = False

    def become(self, name: str) -> None:
        """Stand for the port of this name from now on; empty: for none. It must not be plugged in."""
        self.name = name
        if self._rt is not None and self._rt.get_current_api() == rtmidi.API_UNIX_JACK:
            self._rt.close_port()  # not its client: of 60 that ended, 4 took the stage along
        else:
            self._end()
        self._fresh = True

    def close(self) -> None:
        """Close the port and leave the MIDI system, else JACK waits for this client."""
        self._holder.unplug()
        self._end()

    def _renew(self) -> None:
        """What belonged to the lost device is of no use on some systems. On JACK our client is as it was,
        and another one would take 20 ms, in which nobody plays."""
        if self._rt.get_current_api() == rtmidi.API_UNIX_JACK:
            self._rt.close_port()
        else:
            self._end()
            self._rt = self._make()

    def _end(self) -> None:
        if self._rt is None:
            return
        with contextlib.suppress(rtmidi.RtMidiError):
            self._rt.close_port()
        with contextlib.suppress(rtmidi.RtMidiError):
            self._rt.delete()
        self._rt = None
