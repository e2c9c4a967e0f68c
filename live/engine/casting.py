"""Which model plays in which mode; another one is loaded beside the music and takes over when it is ready."""

from __future__ import annotations

from collections.abc import Callable

from live.controls import Settings
from live.engine.answer import Answer
from live.engine.chords_below import ChordsBelow
from live.engine.duet import Duet
from live.engine.errands import Errand
from live.engine.harmonize import Harmonize
from live.engine.harmonize_freely import HarmonizeFreely
from live.engine.loop import Loop
from live.engine.parallel import Parallel
from live.engine.policy import Off, Policy, Stage
from live.errors import AntiphonError
from models.step import Network

CAST = frozenset({"mode", "model", "style"})
"""Controls that decide who plays: they change together or not at all."""
DEFAULT_MODEL = {"harmonize": "chorale", "answer": "piano", "duet": "piano", "loop": "piano"}


def model_of(settings: Settings) -> str | None:
    """The name of the model that these settings ask for; None where none is needed."""
    if settings.mode == "off" or _unaided(settings):
        return None
    return DEFAULT_MODEL.get(settings.mode) if settings.model == "auto" else settings.model


def part_of(settings: Settings) -> tuple[object, ...]:
    """What must have changed for another policy to play."""
    return settings.mode, model_of(settings), settings.style if _unaided(settings) else None


def policy_of(settings: Settings, network: Network | None, stage: Stage) -> Policy:
    """The mode over this network. Raises ``AntiphonError`` for a model that cannot do that."""
    if network is None:
        return _unaided_policy(settings, stage) if _unaided(settings) else Off()
    manifest = network.manifest
    if settings.mode == "answer":
        if manifest.voices > 1:
            raise AntiphonError(f"model {manifest.name} cannot answer: use piano or folk")
        return Answer(network, stage)
    if settings.mode == "duet":
        if manifest.monophonic:
            raise AntiphonError(f"model {manifest.name} cannot play a duet: use piano")
        return Duet(network, stage)
    if settings.mode == "loop":
        if manifest.voices > 1:
            raise AntiphonError(f"model {manifest.name} cannot vary a loop: use piano or folk")
        return Loop(network, stage)
    if not manifest.monophonic:
        return HarmonizeFreely(network, stage)
    if manifest.voices < 2:
        raise AntiphonError(f"model {manifest.name} cannot harmonise: use chorale or piano")
    return Harmonize(network, stage)


def _unaided(settings: Settings) -> bool:
    """Whether these settings ask for a harmony that needs no network."""
    return settings.mode == "harmonize" and settings.style != "chorale"


def _unaided_policy(settings: Settings, stage: Stage) -> Policy:
    return ChordsBelow(stage, stage.chord_tables()) if settings.style == "chords" else Parallel(stage)


class Casting:
    """Networks that are loaded and warm, and the one wish that is under way. Owned by the engine's thread.

    ``networks`` loads a model, which takes long; ``errand`` says who does that.
    """

    def __init__(self, networks: Callable[[str], Network], errand: Errand[Network]) -> None:
        self._load, self._errand = networks, errand
        self._ready: dict[str, Network] = {}
        self._wish: object = None
        self.loading: str | None = None
        """The model that is being loaded. Any thread."""

    def has(self, name: str | None) -> bool:
        """Whether nothing has to be loaded."""
        return name is None or name in self._ready

    def now(self, name: str | None) -> Network | None:
        """The network; loaded here and now if it is not. Raises ``ModelError`` where there is none."""
        if name is not None and name not in self._ready:
            self._ready[name] = self._load(name)
        return None if name is None else self._ready[name]

    def soon(self, name: str, then: Callable[[Network | Exception], None]) -> None:
        """Load beside the music; ``then`` follows in the engine's thread, unless another wish came first."""
        wish = self._wish = object()
        self.loading = name

        def done(result: Network | Exception) -> None:
            if not isinstance(result, Exception):
                self._ready[name] = result
            if self._wish is wish:
                self.forget()
                then(result)

        self._errand(lambda: self._load(name), done)

    def forget(self) -> None:
        """Whatever is being loaded is not waited for any more."""
        self._wish = self.loading = None
