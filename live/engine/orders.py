"""How orders reach the stage."""

from __future__ import annotations

from collections.abc import Callable

Orders = Callable[..., None]
"""Takes stage orders; any number at once, never blocks."""
