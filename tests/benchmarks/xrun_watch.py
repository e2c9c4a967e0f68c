"""Counts the xruns of a JACK server from a process of its own: ``python xrun_watch.py``.

Says ``ready``, and ``xrun`` whenever the server says that a cycle was not finished in time. Ends with its
standard input.
"""

import ctypes
import sys

import rtmidi  # noqa: F401  (brings the libjack that everybody here uses)

from live.stage.jack_watch import load_libjack

NO_START_SERVER = 1
ON_XRUN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


@ON_XRUN
def on_xrun(_: object) -> int:
    """Called by a thread of libjack that is not the server's process thread."""
    print("xrun", flush=True)
    return 0


library = load_libjack()
library.jack_set_xrun_callback.argtypes = [ctypes.c_void_p, ON_XRUN, ctypes.c_void_p]
library.jack_activate.argtypes = [ctypes.c_void_p]
client = library.jack_client_open(b"xrun watch", NO_START_SERVER, ctypes.c_int())
if not client or library.jack_set_xrun_callback(client, on_xrun, None) or library.jack_activate(client):
    sys.exit("cannot watch the JACK server")
print("ready", flush=True)
sys.stdin.read()
library.jack_client_close(client)
