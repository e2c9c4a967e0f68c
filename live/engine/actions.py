"""What happens once when it is asked for; others (learning, presets, keeping) add theirs where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live.control_kinds import shown
from live.engine.answer import Answer
from live.engine.loop import Loop
from live.engine.told import Doing
from live.errors import AntiphonError
from live.stage import records as r

if TYPE_CHECKING:
    from live.engine.session import Session


def actions_of(session: Session) -> dict[str, Doing]:
    """By name, to be done with ``(argument, now_ns, who)`` by the engine's thread."""

    def panic(_: object, now_ns: int, who: str) -> None:
        session.send(r.Panic())
        session.policy.stop(now_ns)

    def answer(_: object, now_ns: int, who: str) -> None:
        if not isinstance(session.policy, Answer):
            raise AntiphonError("nothing is answered in this mode: set mode to answer")
        session.policy.answer_now(now_ns)

    def loop(argument: object, now_ns: int, who: str) -> None:
        if not isinstance(session.policy, Loop):
            raise AntiphonError("nothing is looped in this mode: set mode to loop")
        word = str(argument).strip().lower()
        if word not in ("take", "stop", "toggle"):
            raise AntiphonError(f"loop must be told take, stop or toggle, not {shown(argument)}")
        session.policy.do(word, now_ns)

    def veto(_: object, now_ns: int, who: str) -> None:
        session.policy.veto(now_ns)

    def tap(_: object, now_ns: int, who: str) -> None:
        tempo = session.time.tap(now_ns)
        if tempo is not None:
            session.set_all({"tempo": tempo, "time": "tempo"}, now_ns, who)

    def lock_key(argument: object, now_ns: int, who: str) -> None:
        word = str(argument).strip().lower()
        if word not in ("on", "off", "toggle"):
            raise AntiphonError(f"lock_key must be told on, off or toggle, not {shown(argument)}")
        locked = session.settings.key != "auto"
        lock = not locked if word == "toggle" else word == "on"
        if lock != locked:
            session.set("key", session.key.key.name if lock else "auto", now_ns, who)

    def forget(argument: object, now_ns: int, who: str) -> None:
        word = str(argument).strip().lower()
        if word not in ("last", "all"):
            raise AntiphonError(f"forget must be told last or all, not {shown(argument)}")
        phrases = session.history.phrases
        if word == "all":
            phrases.forget_all()
        elif not phrases.forget():
            raise AntiphonError("there is no phrase to forget")

    def player(_: object, now_ns: int, who: str) -> None:
        session.history.phrases.finish()
        raise AntiphonError("phrases are kept under a name by a running daemon only")

    return {
        "panic": panic,
        "answer": answer,
        "loop": loop,
        "veto": veto,
        "tap": tap,
        "lock_key": lock_key,
        "forget": forget,
        "player": player,
    }
