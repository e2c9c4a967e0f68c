"""Connects ``From Antiphon`` with the synth, where neither of them can do it: on JACK and ALSA."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import time

from live.errors import SoundError
from live.ports import list_ports, silenced
from live.stage.jack_watch import load_libjack

SETTLING_SECONDS = 0.1
"""JACK takes a connection up some periods after it lists it; what is sent before is lost."""
_PATIENCE_SECONDS = 5.0
_NO_START_SERVER = 1
_MIDI = b"8 bit raw midi"
_IS_INPUT = 1
_EXISTS = 17


def connect(api: str, client: str, port: str, synth: str) -> None:
    """Our port ``client:port`` plays to the synth's, whose name begins with ``synth``.

    Blocks for up to 5 s; not the engine's thread. Raises ``SoundError``.
    """
    if api == "jack":
        _connect_on_jack(f"{client}:{port}", synth)
    else:
        _connect_on_alsa(port, synth)
    time.sleep(SETTLING_SECONDS)


def _connect_on_jack(source: str, synth: str) -> None:
    library = load_libjack()
    if library is None:
        raise SoundError("libjack cannot be loaded, so the synth cannot be connected")
    library.jack_get_ports.restype = ctypes.POINTER(ctypes.c_char_p)
    library.jack_get_ports.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong]
    library.jack_connect.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
    library.jack_free.argtypes = [ctypes.c_void_p]
    with silenced():
        client = library.jack_client_open(b"Antiphon patch", _NO_START_SERVER, ctypes.c_int())
    if not client:
        raise SoundError("the JACK server does not answer, so the synth cannot be connected")
    try:
        until = time.perf_counter() + _PATIENCE_SECONDS
        while time.perf_counter() < until:
            found = library.jack_get_ports(client, f"^{synth}.*:midi".encode(), _MIDI, _IS_INPUT)
            if found:
                target = found[0]
                library.jack_free(found)
                if library.jack_connect(client, source.encode(), target) in (0, _EXISTS):
                    return
            time.sleep(0.02)  # a server under load refuses now and then
    finally:
        library.jack_client_close(client)
    raise SoundError(f"FluidSynth cannot be connected to {source} on JACK")


def _connect_on_alsa(source: str, synth: str) -> None:
    program = shutil.which("aconnect")
    if program is None:
        raise SoundError("--sound on ALSA needs aconnect: sudo apt install alsa-utils")
    until = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < until:
        there = list_ports("alsa")
        ours = _address(there.inputs, source)
        theirs = _address(there.outputs, synth)
        if ours and theirs:
            command = [program, ours, theirs]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode == 0 or b"already" in done.stderr:
                return
        time.sleep(0.05)
    raise SoundError(f"FluidSynth cannot be connected to {source} on ALSA")


def _address(names: tuple[str, ...], wanted: str) -> str | None:
    """The ``client:port`` numbers at the end of the one name that has ``wanted`` in it."""
    found = [name for name in names if wanted in name]
    return found[0].rsplit(" ", 1)[-1] if len(found) == 1 else None
