"""A session begins to be recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from live.engine.capture import Capture
from live.sessions.folder import new_session
from live.sessions.header import header_of
from live.sessions.keeper import Keeper
from live.sessions.lines import SESSION
from live.stage.clock import SystemClock
from live.stage.settings import StageSettings

if TYPE_CHECKING:
    from live.engine.session import Session


def record(session: Session, ports: StageSettings, say: Callable[[str], None]) -> None:
    """Give a session a file of its own, of which it can keep the end as MIDI (the action ``keep``).

    Call before the engine starts. Raises ``FileError``.
    """
    session.capture = Capture(new_session(), say)
    header = header_of(session, ports, SystemClock().now_ns(), time.time_ns())
    session.capture.write(SESSION, header.now_ns, header.model_dump())
    keeper = Keeper(say)
    session.actions["keep"] = lambda seconds, now_ns, _: keeper.keep(session.capture, now_ns, seconds)
