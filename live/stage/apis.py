"""The names of MIDI systems, as settings and people write them, and RtMidi's numbers for them."""

from __future__ import annotations

import rtmidi

NUMBERS = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "winmm": rtmidi.API_WINDOWS_MM,
}

POLLED = frozenset({"jack"})
"""Where a callback would run in the server's process thread."""


def compiled() -> list[str]:
    """The MIDI systems that this build of RtMidi knows."""
    known = rtmidi.get_compiled_api()
    return [name for name, number in NUMBERS.items() if number in known]
