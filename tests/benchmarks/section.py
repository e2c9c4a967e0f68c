"""A part of a Markdown file that a script writes anew each time."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, name: str, script: str, text: str) -> None:
    """Replace the section ``name`` of a file, between its two comments; or append it."""
    begin, end = f"<!-- {name}: written by {script} -->", f"<!-- end of {name} -->"
    old = path.read_text() if path.exists() else "# Benchmarks\n\n"
    before, found, rest = old.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    path.write_text(f"{before if found else before + chr(10)}{begin}\n{text}\n\n{end}{after}")
