"""Whether ONNX Runtime could compute on a graphics card here, found out without asking it to.

``onnxruntime-gpu`` lists CUDA as available on every machine and prints red errors when it is asked for
where there is none; the driver's library says it in a tenth of a millisecond.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import onnxruntime as ort

_DRIVER_VERSION = Path("/proc/driver/nvidia/version")


def problem() -> str | None:
    """Why CUDA cannot be used on this machine; None where it may. Any thread; quick."""
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        return f"this ONNX Runtime ({ort.__version__}) is built without it: install onnxruntime-gpu"
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
    except OSError:
        return f"there is no NVIDIA driver ({name} does not load)"
    count = ctypes.c_int()
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or not count.value:
        return "the NVIDIA driver finds no graphics card"
    return None


def driver_version() -> str:
    """What tells one driver from the next; empty where nothing does."""
    try:
        return _DRIVER_VERSION.read_text()
    except OSError:
        return ""
