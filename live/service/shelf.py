"""The models that are there, as a client is told of them."""

from __future__ import annotations

import json
from contextlib import suppress

from live.service.wishes import Model, Models
from models import places
from models.conditions import CONDITIONS


def models() -> Models:
    """All whose manifests can be read. Blocks for the disk."""
    found = []
    for name in [*places.shipped_names(), *places.own_names()]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            path = places.manifest_of(name)
            if path is not None:
                told = json.loads(path.read_bytes())
                harmonizes = ["harmonize"] if told["voices"] > 1 else []
                found.append(
                    Model(
                        name=name,
                        does=["continue", *harmonizes, "compose"],
                        voices=told["voices"],
                        data=told["data"],
                        licence=told["licence"],
                        goals=[name for name in told.get("conditions", ()) if CONDITIONS[name].goal],
                    )
                )
    return Models(models=found)
