"""A device that others name: ``python jack_device.py keys NAME`` or ``synth NAME``, a JACK client NAME; or
a ``player`` who connects to ``To Antiphon``, or ``lamps`` that connect to ``Antiphon Plan``.

Speaks as ``jack_peer.py`` does: reads ``send HEX...`` and ``quit``, writes ``ready``, ``sent``, ``got``.
"""

import os
import select
import sys
import time

import rtmidi

kind, name = sys.argv[1:]
if kind in ("keys", "player"):
    port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=name)
else:
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name, queue_size_limit=8192)
    port.ignore_types(False, False, False)
if kind == "player":
    names = port.get_ports()
    port.open_port(names.index("To Antiphon:To Antiphon"), name="midi")
    time.sleep(0.3)  # a connection that JACK lists is taken up some cycles later
elif kind == "lamps":
    port.open_port(port.get_ports().index("Antiphon Plan:Antiphon Plan"), name="midi")
    time.sleep(0.3)
else:
    port.open_virtual_port("midi")
print("ready", flush=True)
rest = b""
while True:
    while kind in ("synth", "lamps") and (event := port.get_message()) is not None:
        print("got", time.perf_counter_ns(), bytes(event[0]).hex(), flush=True)
    if not select.select([0], [], [], 0.0005)[0]:
        continue
    data = os.read(0, 65536)
    *lines, rest = (rest + data).split(b"\n")
    for line in lines:
        for word in line.decode().split()[1:]:
            print("sent", time.perf_counter_ns(), word, flush=True)
            port.send_message(bytes.fromhex(word))
    if not data or b"quit" in lines:
        break
port.close_port()
port.delete()
