"""OSC packets, read and written with python-osc; whatever comes from a network ends in one kind of error."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

LARGEST = 8192
"""Bytes; our largest wish has some hundred."""
MOST_MESSAGES = 64

Part = tuple[str, Sequence[object]]
"""One message: its address and its values."""


class BadPacketError(ValueError):
    """Not OSC, or more of it than anybody needs."""


def messages(data: bytes) -> list[tuple[str, list[Any]]]:
    """Addresses and arguments of a packet, bundles opened. Raises ``BadPacketError``, nothing else."""
    if len(data) > LARGEST:
        raise BadPacketError(f"a packet of {len(data)} bytes is too large")
    try:
        found = [(each.message.address, each.message.params) for each in OscPacket(data).messages]
    except Exception as error:  # python-osc lets through what its parts raise: Unicode, struct, recursion
        raise BadPacketError("not an OSC packet") from error
    if len(found) > MOST_MESSAGES:
        raise BadPacketError(f"a bundle of {len(found)} messages is too large")
    return found


def packet(parts: Sequence[Part]) -> bytes:
    """A packet with these messages. Switches go as 0 and 1, what OSC has no type for as text."""
    if len(parts) == 1:
        return bytes(_build(*parts[0]).dgram)
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, values in parts:
        builder.add_content(_build(address, values))
    return bytes(builder.build().dgram)


def _build(address: str, values: Sequence[object]) -> Any:
    builder = OscMessageBuilder(address=address)
    for value in values:
        if isinstance(value, bool):
            builder.add_arg(int(value))
        elif isinstance(value, int | float | str):
            builder.add_arg(value)
        else:
            builder.add_arg("" if value is None else str(value))
    return builder.build()


def quiet_library() -> None:
    """python-osc logs a line for each type tag that it does not know: a stranger could fill the terminal."""
    logging.getLogger().addFilter(_not_of_the_library)


def _not_of_the_library(record: logging.LogRecord) -> bool:
    return record.module not in ("osc_message", "osc_bundle")
