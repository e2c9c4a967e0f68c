"""Everything that a person may want to know of a session, in one plain dict."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from live.engine.session import Session


def state_of(session: Session) -> dict[str, Any]:
    """What plays, in which key and time, and what was counted. Any thread, never blocks."""
    return {
        "settings": asdict(session.settings),
        "idle": list(session.idling.now.names),
        "model": session.playing,
        "loading": session.loading,
        "key": session.key.key.name,
        "key_confidence": round(session.key.confidence, 2),
        "chord": session.chords.shown,
        "status": session.policy.status(),
        "time": session.time.state(session.now_ns()),
        "surprise": session.surprise.state(),
        "memory": {
            "player": session.history.phrases.player,
            "phrases": len(session.history.phrases.memory),
            "weight": session.settings.memory,
        },
        "heard": session.heard,
        "sent": session.sent,
        "dropped": session.dropped,
        "missed": session.counts["missed"],
        "deadline": session.counts["deadline"],
    }
