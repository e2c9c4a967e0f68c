"""Meters and bar lines of a kern voice, as the score grid wants them."""

from __future__ import annotations

from bisect import bisect_left

from models.meter import Meter
from training.kern import Voice


def meters(voice: Voice) -> list[Meter]:
    """The meters of a voice; none where any of them is free or not a number (``*MX``).

    Each meter's ``bar_line`` is the first numbered bar line from its beginning on, so a pickup counts
    as the end of a bar. Where a bar is written longer or shorter than the meter says, the meter
    begins anew at the next bar line: positions follow what is written.
    """
    if any(not numerator or not denominator for _, numerator, denominator in voice.meters):
        return []
    found: list[Meter] = []
    changes = {tick: (numerator, denominator) for tick, numerator, denominator in voice.meters}
    starts = sorted(changes)
    for index, tick in enumerate(starts):
        numerator, denominator = changes[tick]
        stop = starts[index + 1] if index + 1 < len(starts) else voice.length + 1
        lines = voice.bars[bisect_left(voice.bars, tick) : bisect_left(voice.bars, stop)]
        meter = Meter(tick, numerator, denominator, lines[0] if lines else tick)
        if (numerator * 4 * 24) % denominator:
            return []
        found.append(meter)
        for line in lines:
            if (line - meter.bar_line) % meter.bar_ticks:
                meter = Meter(line, numerator, denominator, line)
                found.append(meter)
    return found
