"""The least that could stand between two ports: ``python -m live.doctor.echo API TO FROM``.

Two virtual ports, and every message sent straight back; what it needs is the MIDI system's own time. Ends
with its standard input.
"""

from __future__ import annotations

import sys
import threading
import time

import rtmidi

from live.doctor.clients import patiently
from live.stage import apis, realtime
from live.stage.midi_in import POLL_NS, QUEUE_LIMIT


def main() -> None:
    """Echo until standard input ends."""
    api, to, from_ = sys.argv[1:4]
    number = apis.NUMBERS[api]
    on_jack = api == "jack"
    names = (to, from_) if on_jack else ("Antiphon", "Antiphon")
    source = patiently(lambda: rtmidi.MidiIn(number, name=names[0], queue_size_limit=QUEUE_LIMIT))
    target = patiently(lambda: rtmidi.MidiOut(number, name=names[1]))
    source.open_virtual_port(to)
    target.open_virtual_port(from_)
    ended = threading.Event()
    threading.Thread(target=_wait, args=(ended,), daemon=True).start()
    realtime.raise_priority()
    print("ready", flush=True)
    while not ended.is_set():
        while (event := source.get_message()) is not None:
            target.send_message(event[0])
        time.sleep(POLL_NS / 1e9)
    for port in (source, target):
        port.close_port()
        port.delete()


def _wait(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    main()
