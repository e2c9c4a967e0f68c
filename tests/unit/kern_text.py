"""Kern for tests, written as in the collections."""

from __future__ import annotations


def tune(*tokens: str, key: str = "*C:", meter: str = "*M4/4") -> str:
    """One spine with these tokens."""
    return "\n".join(["!!!OTL: A tune", "**kern", meter, key, *tokens, "==", "*-", ""])


def chorale(*rows: str, title: str = "Ein Lied", key: str = "*C:") -> str:
    """Four spines, bass first; each row is a line with its tokens parted by spaces."""
    lines = ["**kern **kern **kern **kern", " ".join([key] * 4), "*M4/4 *M4/4 *M4/4 *M4/4"]
    lines += [*rows, "== == == ==", "*- *- *- *-"]
    return f"!!!OTL@@DE: {title}\n" + "\n".join(line.replace(" ", "\t") for line in lines) + "\n"
