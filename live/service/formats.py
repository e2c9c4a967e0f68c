"""What kinds of files are taken and given, by the endings of their names."""

from __future__ import annotations

READ = (".mid", ".midi", ".krn", ".abc", ".musicxml", ".mxl", ".xml")
WRITTEN = {
    ".mid": "audio/midi",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
"""With their media types."""
