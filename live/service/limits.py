"""How much the service does for whoever asks. All sizes in one place."""

from __future__ import annotations

LARGEST_FILE = 10_000_000
"""Bytes of an upload."""
UPLOAD_SECONDS = 60.0
"""How long an upload may take, and how long a client may leave an answer unread."""
JOB_SECONDS = 600.0
"""How long a process may work, by the clock and by the processor."""
JOB_BYTES = 2 * 2**30
"""Memory that a process may have (where the system can hold it to that: Linux)."""
RUNNING = 1
"""Jobs that run at once beside the music; others wait."""
WAITING = 4
"""Jobs that wait; more are refused."""
RETRY_SECONDS = 10
"""When a refused one may ask again."""
MOST_BARS = 256
MOST_SECONDS = 600.0
MOST_ALTERNATIVES = 4
LONGEST_NAME = 200
