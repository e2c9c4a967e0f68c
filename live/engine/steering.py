"""MIDI that steers instead of being heard: learned controllers, and one channel for control alone.

What steers is never heard as playing, and the stage keeps it out of thru.
"""

from __future__ import annotations

from collections.abc import Callable

from live.engine.errands import Errand
from live.engine.hearing import ends_all
from live.engine.learned import Entry, Learned, LearnedFile, Target, targets
from live.engine.learning import Learning, Place
from live.engine.session import Session
from live.engine.told import Outcome
from live.errors import AntiphonError
from live.stage import records as r
from live.stage.messages import is_controller

PROGRAM_CHANGE = 0xC0
ALL_LEARNED = "all"
CANCEL = "cancel"


class Steering:
    """Engine thread only, but for the constructor; never blocks.

    ``to_stage`` takes orders; ``errand`` does what the disk is needed for; ``say`` a line for a person;
    ``program`` is told of program changes on the ``channel`` (0-15) for control.
    """

    def __init__(
        self,
        session: Session,
        to_stage: Callable[..., None],
        errand: Errand[None],
        say: Callable[[str], None],
        file: LearnedFile,
        *,
        channel: int | None = None,
        program: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        self._session, self._to_stage, self._errand, self._say = session, to_stage, errand, say
        self._file, self._channel, self._program = file, channel, program
        self._learning = Learning()
        self._learned: dict[Place, Learned] = {}
        self._unknown: list[Entry] = []
        session.steers = self.steers
        session.actions |= {"learn": self.learn, "unlearn": self.unlearn}

    def begin(self) -> None:
        """Read what was learned before. Blocks for the disk; before the engine starts."""
        try:
            entries = self._file.read()
        except AntiphonError as error:
            self._say(f"{error}; learned controllers are not used")
            entries = []
        found, unknown = targets(entries)
        for line in unknown:
            self._say(line)
        self._unknown = [e for e in entries if (e.channel - 1, e.controller) not in found]
        for place, target in found.items():
            self._bind(place, target)
        if self._channel is not None:
            self._to_stage(r.SetBlocked(self._channel))

    def steers(self, heard: r.Heard, now_ns: int) -> bool:
        """Whether a message is for control; then what it says is done."""
        message = heard.message
        if not is_controller(message):
            if self._channel is None or message[0] >= 0xF0 or message[0] & 0x0F != self._channel:
                return False
            if message[0] & 0xF0 == PROGRAM_CHANGE:
                self._program(message[1], now_ns)
            return True
        place, value = (message[0] & 0x0F, message[1]), message[2]
        own_channel = place[0] == self._channel
        if self._learning.target is not None and self._learn(place, value, now_ns):
            return True
        if ends_all(message):
            return False
        learned = self._learned.get(place)
        if learned is not None:
            self._do(learned, place, value, now_ns)
        return own_channel or learned is not None

    def learn(self, text: object, now_ns: int, who: str) -> None:
        """The next controller that moves is the one for this control or action; ``cancel``: for none."""
        if str(text).strip() == CANCEL:
            self._learning.forget_all()
            return
        target = Target.parse(text)
        self._learning.want(target)
        self._say(f"learning: move the controller for {target}")

    def unlearn(self, text: object, now_ns: int, who: str) -> None:
        """No controller is for this control or action any more; ``all``: none for anything."""
        wanted = str(text).strip()
        for place, learned in list(self._learned.items()):
            if wanted in (ALL_LEARNED, str(learned.target)):
                self._free(place)
        if wanted == ALL_LEARNED:
            self._unknown.clear()
        else:
            self._learning.forget(Target.parse(wanted))
        self._save()

    def learned(self) -> dict[str, str]:
        """What each learned controller does. Any thread."""
        return {_name(place): str(each.target) for place, each in self._learned.copy().items()}

    @property
    def waiting(self) -> str | None:
        """What the next controller that moves is for, if anything. Any thread."""
        target = self._learning.target
        return None if target is None else str(target)

    def _learn(self, place: Place, value: int, now_ns: int) -> bool:
        """A controller moves in learn mode. Whether it is not heard as playing."""
        refusal = self._learning.refuses(place)
        if refusal is not None:
            if refusal:
                self._say(refusal)
            return False
        target = self._learning.sees(place, value, now_ns)
        if target is None:
            return place not in self._learned
        for other, learned in list(self._learned.items()):
            if learned.target == target:
                self._free(other)
        self._bind(place, target, fresh=True)
        self._save()
        line = f"learned: {target} is {_name(place)}"
        self._say(line)
        self._session.tell(Outcome.DONE, "learned", str(target), _who(place), line)
        after = self._learning.target
        if after is not None:
            self._say(f"learning: move the controller for {after}")
        return True

    def _do(self, learned: Learned, place: Place, value: int, now_ns: int) -> None:
        change = learned.moved(value, self._session.settings)
        if change is None:
            return
        if change.is_action:
            self._session.act(change.name, change.value, now_ns, _who(place))
        else:
            self._session.set(change.name, change.value, now_ns, _who(place))

    def _bind(self, place: Place, target: Target, *, fresh: bool = False) -> None:
        soft = place[0] != self._channel  # what a program sends there jumps
        self._learned[place] = Learned(target, soft=soft, fresh=fresh)
        self._to_stage(r.SetBlocked(*place))

    def _free(self, place: Place) -> None:
        del self._learned[place]
        self._to_stage(r.SetBlocked(*place, blocked=False))

    def _save(self) -> None:
        entries = [
            Entry(channel=channel + 1, controller=controller, does=str(each.target))
            for (channel, controller), each in self._learned.items()
        ]
        kept = [*entries, *self._unknown]
        self._errand(lambda: self._file.write(kept), self._saved)

    def _saved(self, result: Exception | None) -> None:
        if result is not None:
            self._say(f"{result}; what was learned is not kept")


def _name(place: Place) -> str:
    return f"CC {place[1]} on channel {place[0] + 1}"


def _who(place: Place) -> str:
    return f"cc {place[1]} channel {place[0] + 1}"
