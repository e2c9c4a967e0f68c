"""From a wish for another mode or model to the turn of the engine in which it is taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live.controls import Settings
from live.engine.casting import Casting, model_of, part_of, policy_of
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from models.manifest import ModelError
from models.step import Network

if TYPE_CHECKING:
    from live.engine.session import Session


class Recasting:
    """The wishes that wait. Owned by the engine's thread; never blocks but for building a policy."""

    def __init__(self, session: Session, casting: Casting) -> None:
        self._session, self._casting = session, casting
        self._wanted: dict[str, Told] = {}  # what waits for a network

    @property
    def loading(self) -> str | None:
        """The model that is being loaded, if one is. Any thread."""
        return self._casting.loading

    def want(self, told: Told) -> None:
        """This value of a control of :data:`CAST` is wanted; whoever waits for another is refused."""
        before = self._wanted.get(told.name)
        if before is not None:
            text = f"{told.name} was changed again before it was ready"
            self._session.tell(Outcome.REFUSED, *before[1:4], text)
        self._wanted[told.name] = told

    def cast(self, now_ns: int) -> None:
        """Take up what is wanted, at once or when the network is there."""
        name = model_of(self._settings())
        if name is None or self._casting.has(name):
            self._casting.forget()
            self._take_up(self._casting.now(name), now_ns)
        elif self._casting.loading != name:
            self._casting.soon(name, lambda result: self._take_up(result, self._session.now_ns()))
            for told in list(self._wanted.values()):  # none, where errands are done at once
                text = f"loading {name}; until then everything goes on"
                self._session.tell(Outcome.LOADING, *told[1:4], text)

    def _settings(self) -> Settings:
        return self._session.settings.with_values({name: told.value for name, told in self._wanted.items()})

    def _take_up(self, found: Network | Exception | None, now_ns: int) -> None:
        """The network is there, or cannot be: another policy takes over, or nothing changes."""
        session = self._session
        before, after = session.settings, self._settings()
        asked, self._wanted = list(self._wanted.values()), {}
        try:
            if isinstance(found, Exception):
                raise found
            same = part_of(before) == part_of(after)
            policy = session.policy if same else policy_of(after, found, session.stage)
        except (AntiphonError, ModelError) as error:
            for told in asked:
                session.tell(Outcome.REFUSED, *told[1:4], str(error))
            return
        session.recast(after, [each for told in asked for each in told[1:3]], policy, found, now_ns)
        for told in asked:
            session.tell(*told)
        session.settle(now_ns)
