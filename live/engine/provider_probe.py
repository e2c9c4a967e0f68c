"""Times one model on the processor and on the graphics card: ``python -m live.engine.provider_probe NAME``.

A process of its own: CUDA's libraries may print, hang or crash, and take a second and a lot of memory to
load, which a daemon that then plays on the processor should not bear. Prints one line of JSON:
``{"cpu": ms, "cuda": ms}``, or ``{"cpu": ms, "problem": why}``.
"""

from __future__ import annotations

import json
import subprocess
import sys

TIMEOUT_SECONDS = 60.0
EVENTS, WARM_UP = 100, 20


def probe(model: str) -> dict[str, float | str]:
    """Run it for a model. Never raises: what goes wrong is the ``problem``. Blocks for seconds."""
    command = [sys.executable, "-m", "live.engine.provider_probe", model]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        found = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"problem": f"CUDA did not answer within {TIMEOUT_SECONDS:.0f} s"}
    except (OSError, ValueError, IndexError):
        return {"problem": "CUDA ended the process that tried it"}
    return found if isinstance(found, dict) else {"problem": "CUDA ended the process that tried it"}


def main() -> None:
    """Both providers, one after the other."""
    from models.manifest import ModelError  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415
    from models.step_time import step_times  # noqa: PLC0415 - a parent needs no ONNX Runtime for this

    found: dict[str, float | str] = {}
    for provider in ("cpu", "cuda"):
        try:
            network = load_network(sys.argv[1], provider)
            step_times(network, WARM_UP)
            found[provider] = step_times(network, EVENTS).event_ms
        except ModelError as error:
            found["problem"] = str(error)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
