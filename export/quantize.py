"""int8 weights: a smaller file and a faster step, kept only where the likelihood allows it."""

from __future__ import annotations

import logging
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic


def quantize(source: Path, target: Path) -> None:
    """Write ``source`` with int8 weights (activations are scaled anew in every call)."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # it warns about a pre-processing that changes nothing here
    try:
        quantize_dynamic(
            onnx.load(source),
            str(target),
            # Tables stay as they are: they are small, and looked up rather than multiplied with.
            op_types_to_quantize=["MatMul", "LSTM"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        logger.setLevel(level)
