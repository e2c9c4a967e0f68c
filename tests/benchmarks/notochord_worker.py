"""Notochord in an environment of its own; started by ``beside_notochord.py`` with that environment's Python.

Its default architecture, random weights, one thread. Reads lines: ``harmonize`` times one note as its
``simple_harmonizer`` makes it (feed the player's note, query a pitch above it at the same time, feed that),
``continue`` times feed, query of everything, feed. Writes the nanoseconds of the three parts.
"""

import sys
import time
from importlib.metadata import version

import torch
from notochord import Notochord

PLAYER, COMPANION, VELOCITY = 1, 2, 80

torch.set_num_threads(1)
torch.manual_seed(1)
model = Notochord().eval()
model.reset()
parameters = sum(each.numel() for each in model.parameters())
print(f"notochord {version('notochord')}, torch {torch.__version__}, {parameters / 1e6:.1f} M", flush=True)
for number, line in enumerate(sys.stdin):
    pitch = 60 + number % 12
    begin = time.perf_counter_ns()
    model.feed(PLAYER, pitch, 0.1, VELOCITY)
    fed = time.perf_counter_ns()
    if line.strip() == "harmonize":
        found = model.query(
            next_inst=COMPANION, next_time=0, next_vel=VELOCITY, include_pitch=range(pitch + 1, 128)
        )
    else:
        found = model.query()
    asked = time.perf_counter_ns()
    model.feed(found["inst"], found["pitch"], found["time"], found["vel"])
    end = time.perf_counter_ns()
    print(fed - begin, asked - fed, end - asked, flush=True)
