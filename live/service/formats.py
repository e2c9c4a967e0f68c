"""What kinds of files are taken and given, by the endings of their names."""

from __future__ import annotations

READ = (".mid", ".midi", ".krn", ".abc", ".musicxml", ".mxl", ".xml")
WRITTEN = {
    ".mid": "audio/midi",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".mxl": "application/vnd.recordare.musicxml",
    ".abc": "text/vnd.abc",
    ".krn": "text/plain",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".score.svg": "image/svg+xml",
    ".score.pdf": "application/pdf",
}
"""With their media types. Some need programs that may not be there; then the answer says so."""
