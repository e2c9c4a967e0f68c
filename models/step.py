"""The live step of a model: events in, hidden vector out, choices by the heads; ONNX Runtime alone.

One ``Network`` may serve many ``StepModel`` (a memory each). Sessions are thread-safe; a
StepModel belongs to one thread. ONNX Runtime releases the GIL while it computes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models import places
from models.fit import check_fit, check_runtime
from models.manifest import Manifest, ModelError, read_manifest
from models.memory import UNDO, Memory, make_memory

CHUNK = UNDO
"""Most events in one call, so that a ring never overwrites what the call still needs."""

Logits = dict[str, NDArray[np.float32]]


class Network:
    """The sessions of a model and its manifest: the step, the step of one event, the heads."""

    def __init__(self, manifest: Manifest, folder: Path, provider: str = "cpu") -> None:
        self.manifest = manifest
        check_runtime(manifest)
        step = folder / f"{manifest.name}.step.onnx"
        self.step = _session(step, provider)
        self.heads = _session(folder / f"{manifest.name}.heads.onnx", "cpu")
        self.step_outputs = ["hidden", *(each.output for each in manifest.state)]
        check_fit(manifest, self.step, self.heads)
        self.step_of_one = _session(step, provider, ones=_free_sizes(self.step))
        """The same for a single event, bit for bit: a quarter of the graph reckons sizes, done once here."""
        self._head_inputs = {each.name for each in self.heads.get_inputs()}

    def logits(
        self,
        hidden: NDArray[np.float32],
        choices: NDArray[np.int32],
        conditions: NDArray[np.int32],
    ) -> Logits:
        """Logits of all heads ``[n, size]``.

        ``hidden`` ``[n, units]``, ``choices`` ``[n, 4]``, ``conditions`` ``[n, c]``.
        """
        inputs = {"hidden": hidden, "choices": choices, "conditions": conditions}
        inputs = {name: array for name, array in inputs.items() if name in self._head_inputs}
        return dict(zip(self.manifest.heads, self.heads.run(None, inputs), strict=True))

    def start(self) -> StepModel:
        """A fresh memory."""
        return StepModel(self, make_memory(self.manifest))


class StepModel:
    """One context of a network. Owned by one thread; ``feed`` blocks for the computation alone."""

    def __init__(self, network: Network, memory: Memory) -> None:
        self.network = network
        self._memory = memory
        self._told = network.manifest.told_to_step
        self._accepted = {each.name for each in network.step.get_inputs()}

    @property
    def position(self) -> int:
        """Events heard so far."""
        return self._memory.position

    def feed(
        self,
        events: NDArray[np.int32],
        conditions: NDArray[np.int32],
        sounding: NDArray[np.uint8],
    ) -> NDArray[np.float32]:
        """Hear ``n`` events: ``[n, 4]``, ``[n, c]``, ``[n, voices * 128]``. Returns hidden ``[n, units]``.

        Goals among the conditions are not looked at: heads alone are told them.
        """
        hidden = []
        for first in range(0, len(events), CHUNK):
            part = slice(first, first + CHUNK)
            told: dict[str, NDArray[Any]] = {
                "events": events[None, part],
                "conditions": conditions[None, part, : self._told],
                "sounding": sounding[None, part],
            }
            hidden.append(self._run(told))
        return np.concatenate(hidden) if len(hidden) > 1 else hidden[0]

    def rollback(self, count: int) -> None:
        """Take back the last ``count`` events (at most ``UNDO``)."""
        if not 0 <= count <= min(UNDO, self.position):
            raise ValueError(f"cannot take back {count} of {self.position} events")
        if count and (again := self._memory.rollback(count)):
            self._run(again)

    def fork(self) -> StepModel:
        """An independent copy, for plans."""
        return StepModel(self.network, self._memory.copy())

    def commit(self, plan: StepModel) -> None:
        """What was planned on the fork ``plan`` came true: take over its memory."""
        self._memory = plan._memory

    def _run(self, told: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        told = {**told, **self._memory.inputs(told["events"].shape[1])}
        fed = {name: array for name, array in told.items() if name in self._accepted}
        step = self.network.step_of_one if told["events"].shape[1] == 1 else self.network.step
        outputs = step.run(self.network.step_outputs, fed)
        self._memory.remember(told, dict(zip(self.network.step_outputs, outputs, strict=True)))
        return np.asarray(outputs[0][0])


def load_network(name_or_path: str, provider: str = "cpu") -> Network:
    """Load ``NAME`` (a shipped model or the user's own) or a path to a manifest."""
    path = find_manifest(name_or_path)
    return Network(read_manifest(path), path.parent, provider)


def find_manifest(name_or_path: str) -> Path:
    """The manifest of a model; :class:`ModelError` names the models there are."""
    if name_or_path.endswith(".json"):
        return Path(name_or_path)
    path = places.manifest_of(name_or_path)
    if path is None:
        names = ", ".join([*places.shipped_names(), *places.own_names()]) or "none"
        raise ModelError(f"no model named {name_or_path!r}: there are {names}")
    return path


def _free_sizes(session: ort.InferenceSession) -> set[str]:
    """The names of those sizes of inputs that a call decides: for a step, how many events it hears."""
    return {size for each in session.get_inputs() for size in each.shape if isinstance(size, str)}


def _session(path: Path, provider: str, ones: Iterable[str] = ()) -> ort.InferenceSession:
    """``ones``: sizes that are always 1."""
    options = ort.SessionOptions()
    for size in ones:
        options.add_free_dimension_override_by_name(size, 1)
    # One thread: a step is too small to share, and waiting threads would steal time from the stage.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        if provider == "cuda":
            return _on_cuda(path, options)
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except ModelError:
        raise
    except Exception as error:  # ONNX Runtime raises its own unrelated classes
        raise ModelError(f"ONNX Runtime cannot load {path.name}: {str(error).splitlines()[0]}") from error


def _on_cuda(path: Path, options: ort.SessionOptions) -> ort.InferenceSession:
    """On the graphics card or not at all: ONNX Runtime itself falls back to the processor, in red."""
    ort.set_default_logger_severity(4)
    try:
        with contextlib.redirect_stdout(None):  # says what it does not find
            ort.preload_dlls()
        session = ort.InferenceSession(
            str(path), options, providers=["CUDAExecutionProvider", "CPUExecutionProvider"]
        )
    finally:
        ort.set_default_logger_severity(2)
    if session.get_providers()[0] != "CUDAExecutionProvider":
        raise ModelError(
            "CUDA cannot be used: its libraries do not load (pip install 'onnxruntime-gpu[cuda,cudnn]'); "
            "--provider cpu plays without"
        )
    return session
