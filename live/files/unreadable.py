"""What a reader raises when it can make nothing of a file; ``read`` adds the file's name."""

from __future__ import annotations


class UnreadableError(ValueError):
    """Why a file cannot be read, as the end of the sentence "cannot read FILE: ..."."""
