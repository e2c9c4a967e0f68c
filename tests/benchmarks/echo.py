"""The least that could stand between two ports: Antiphon's ports, and every message sent straight back."""

import time

import rtmidi

POLL_SECONDS = 0.0005

player = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="To Antiphon", queue_size_limit=8192)
player.open_virtual_port("To Antiphon")
synth = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="From Antiphon")
synth.open_virtual_port("From Antiphon")
print("ready: echo", flush=True)
while True:
    while (event := player.get_message()) is not None:
        synth.send_message(event[0])
    time.sleep(POLL_SECONDS)
