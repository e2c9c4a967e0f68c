"""Watches what contexts hear: every event must be one that the masks allow, as in training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from models.context import Context
from models.events import Event, Kind
from models.masks import is_legal


@contextmanager
def only_legal_events() -> Iterator[None]:
    """Within this, a context that is told what no training piece could hold fails the test."""
    hear = Context.hear

    def watched(self: Context, *events: Event) -> None:
        state = self.state.copy()
        for event in events:
            opens = event.kind == Kind.START and self.heard == 0
            assert opens or is_legal(state, event, self.grid), f"{event} after tick {state.now}"
            state.apply(event, self.grid)
        hear(self, *events)

    with mock.patch.object(Context, "hear", watched):
        yield
