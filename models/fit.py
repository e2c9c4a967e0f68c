"""Whether the graphs of a model are those that its manifest describes; refused with the reason if not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import onnxruntime as ort

from models.grid import VELOCITY_BINS
from models.manifest import Manifest, ModelError
from models.memory import UNDO
from models.vocabulary import CHOICES, TOKENS

Shapes = dict[str, list[Any]]
"""Name of a tensor -> its axes; a number where the size is fixed."""


def check_runtime(manifest: Manifest) -> None:
    """Raises :class:`ModelError` where ONNX Runtime is too old for a model."""
    if _numbers(ort.__version__) < _numbers(manifest.least_onnxruntime):
        raise ModelError(
            f"model {manifest.name}: least_onnxruntime is {manifest.least_onnxruntime}, "
            f"here is {ort.__version__}: install a newer ONNX Runtime"
        )


def _numbers(version: str) -> list[int]:
    """``1.22.0rc1`` as ``[1, 22, 0]``."""
    return [int(part) for part in re.findall(r"(?:^|\.)(\d+)", version)]


def check_fit(manifest: Manifest, step: ort.InferenceSession, heads: ort.InferenceSession) -> None:
    """Compare names and sizes of all tensors; raises :class:`ModelError` for the first that differs."""
    wrong = next(_faults(manifest, step, heads), None)
    if wrong is not None:
        raise ModelError(f"model {manifest.name}: its manifest does not fit its graphs: {wrong}")


def _faults(manifest: Manifest, step: ort.InferenceSession, heads: ort.InferenceSession) -> Iterator[str]:
    yield from _ring_faults(manifest)
    told = {"events": [1, None, CHOICES], "sounding": [1, None, manifest.sounding_size]}
    if manifest.told_to_step:
        told["conditions"] = [1, None, manifest.told_to_step]
    if manifest.ring:
        told |= {"position": [None], "slots": [manifest.ring]}
    state = {each.name: list(each.shape) for each in manifest.state}
    yield from _differences("step", _shapes(step.get_inputs()), {**told, **state})
    new = {each.output: [None if manifest.ring else size for size in each.shape] for each in manifest.state}
    hidden = {"hidden": [None, None, manifest.units]}
    yield from _differences("step", _shapes(step.get_outputs()), {**hidden, **new})

    found = _shapes(heads.get_inputs())
    asked = {"hidden": [None, manifest.units], "choices": [None, CHOICES]}
    if "conditions" in found:
        asked["conditions"] = [None, len(manifest.conditions)]
    yield from _differences("heads", found, asked)
    if manifest.heads != tuple(_shapes(heads.get_outputs())):
        yield f"heads are {', '.join(_shapes(heads.get_outputs()))}, not {', '.join(manifest.heads)}"
    sizes = {"wait": manifest.time_bins, "token": TOKENS}
    if manifest.voices > 1:
        sizes["voice"] = manifest.voices
    if manifest.grid_object.has_velocity:
        sizes["velocity"] = VELOCITY_BINS
    wanted = {name: [None, size] for name, size in sizes.items()}
    yield from _differences("heads", _shapes(heads.get_outputs()), wanted)


def _ring_faults(manifest: Manifest) -> Iterator[str]:
    wanted = manifest.window + UNDO if manifest.backbone == "transformer" else 0
    if manifest.ring != wanted:
        yield f"ring is {manifest.ring}, not {wanted}"
    for each in manifest.state:
        axis = each.event_axis
        if (axis is not None) != bool(manifest.ring):
            yield f"state.{each.name}: event_axis is {axis}"
        elif axis is not None and each.shape[axis : axis + 1] != (manifest.ring,):
            yield f"state.{each.name}: axis {axis} of {list(each.shape)} is not the ring's {manifest.ring}"


def _differences(graph: str, found: Shapes, wanted: Shapes) -> Iterator[str]:
    """Tensors that are missing, that nobody speaks of, or whose fixed sizes differ."""
    for name in sorted(wanted.keys() - found.keys()):
        yield f"{graph} has no tensor {name!r}"
    for name in sorted(found.keys() - wanted.keys()):
        yield f"{graph} has a tensor {name!r} that nothing is known of"
    for name, shape in wanted.items():
        axes = found[name]
        if len(axes) != len(shape) or any(
            isinstance(axis, int) and size is not None and axis != size
            for axis, size in zip(axes, shape, strict=True)
        ):
            yield f"{graph}: {name!r} is {axes}, not {shape}"


def _shapes(tensors: list[Any]) -> Shapes:
    return {each.name: list(each.shape) for each in tensors}
