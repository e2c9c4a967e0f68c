"""Note values: which lengths have one sign, and how others are tied together from several."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

SHORTEST = Fraction(1, 32)
"""Quarters: a 128th."""
LONGEST = Fraction(8)
"""Quarters: a breve."""
MOST_IN_TUPLET = 15
_DOTTED = (Fraction(1), Fraction(3, 2), Fraction(7, 4))


class Value(NamedTuple):
    """One sign for a length. ``base``: the plain note in quarters; ``actual`` notes stand for ``normal``."""

    base: Fraction
    dots: int = 0
    actual: int = 1
    normal: int = 1

    @property
    def length(self) -> Fraction:
        """In quarters."""
        return self.base * _DOTTED[self.dots] * self.normal / self.actual


@lru_cache(maxsize=4096)
def value(length: Fraction) -> Value | None:
    """The one sign for a length in quarters; ``None`` where it takes several."""
    actual = length.denominator
    while actual % 2 == 0:
        actual //= 2
    if actual > MOST_IN_TUPLET:
        return None
    normal = 1
    while normal * 2 < actual:
        normal *= 2
    shown = length * actual / normal
    for dots, factor in enumerate(_DOTTED):
        base = shown / factor
        if _power_of_two(base) and SHORTEST <= base <= LONGEST and base / 2**dots >= SHORTEST:
            return Value(base, dots, actual, normal)
    return None


@lru_cache(maxsize=16384)
def values(onset: Fraction, length: Fraction, beat: Fraction) -> tuple[Value, ...]:
    """The signs for a length that begins at ``onset`` quarters after a bar line, to be tied together.

    Where several are needed they meet on beats if they can. Raises ``ValueError`` for a length
    that no few signs make.
    """
    whole = value(length)
    if whole is not None and _readable(onset, whole, beat):
        return (whole,)
    cuts = _cuts(onset, length, beat)
    best: dict[Fraction, tuple[float, tuple[Value, ...]]] = {cuts[0]: (0.0, ())}
    for end in cuts[1:]:
        for start in cuts:
            if start >= end or start not in best:
                continue
            sign = value(end - start)
            if sign is None:
                continue
            cost = best[start][0] + 1 + _unreadable(start, sign, beat)
            cost += 0 if end % beat == 0 else 0.2
            if end not in best or cost < best[end][0]:
                best[end] = (cost, (*best[start][1], sign))
    if onset + length not in best:
        raise ValueError(f"no note values make {length} quarters")
    return best[onset + length][1]


def _cuts(onset: Fraction, length: Fraction, beat: Fraction) -> list[Fraction]:
    """Where a note may be divided: at the beats within it and on the finer grid around its ends."""
    end = onset + length
    places = {onset, end}
    first, last = -(-onset // beat), end // beat
    places |= {number * beat for number in range(int(first), int(last) + 1)}
    step = Fraction(1, lcm(onset.denominator, end.denominator))
    for start, stop in ((onset, min(end, first * beat)), (max(onset, last * beat), end)):
        count = (stop - start) / step
        if count <= 64:
            places |= {start + number * step for number in range(int(count) + 1)}
        places |= {start + Fraction(number, 4) for number in range(int((stop - start) * 4) + 1)}
    return sorted(place for place in places if onset <= place <= end)


def _unreadable(onset: Fraction, sign: Value, beat: Fraction) -> float:
    """How much worse a sign is at this place than one sign more: most, where it leaves its tuplet."""
    if _readable(onset, sign, beat):
        return 0.0
    place = onset % beat
    return 3.0 if sign.actual > 1 or (place * 8).denominator > 1 else 1.5


def _readable(onset: Fraction, sign: Value, beat: Fraction) -> bool:
    """Whether a sign at this place hides no beat: it begins on a beat, or stays within one.

    Longer notes that begin off the beat by half of it are usual too (a syncopation).
    """
    if onset % beat == 0:
        return True
    if onset // beat == (onset + sign.length - Fraction(1, 10000)) // beat:
        return True
    return sign.actual == 1 and (onset * 2) % beat == 0 and sign.length <= beat * 2


def _power_of_two(number: Fraction) -> bool:
    upper, lower = number.numerator, number.denominator
    return upper & (upper - 1) == 0 and lower & (lower - 1) == 0
