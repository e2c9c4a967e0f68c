"""Sets of lines that may be a clock, as convex polygons. Pure functions; any thread, never block."""

from __future__ import annotations

from itertools import pairwise

Lines = list[tuple[float, float]]
"""Corners of a convex set: (time of the last tick, ns since its stamp; length of a tick, ns)."""


def all_lines(bound: float, shortest: float, longest: float) -> Lines:
    """All that pass a tick within ``bound``, of ticks between these lengths; ns."""
    return [(-bound, shortest), (bound, shortest), (bound, longest), (-bound, longest)]


def advanced(lines: Lines, steps: int, passed_ns: float, bound_ns: float) -> Lines:
    """Those that pass a tick ``steps`` later too, stamped ``passed_ns`` later; none if there is none."""
    return _between([(a + steps * b - passed_ns, b) for a, b in lines], bound_ns)


def grown(lines: Lines, by: float) -> Lines:
    """A set so much wider around its middle."""
    a, b = centroid(lines)
    return [(x + (x - a) * by, y + (y - b) * by) for x, y in lines]


def _between(lines: Lines, bound: float) -> Lines:
    """What of a convex set is at most ``bound`` from the tick."""
    return _below([(-a, b) for a, b in _below([(-a, b) for a, b in lines], bound)], bound)


def _below(lines: Lines, bound: float) -> Lines:
    found: Lines = []
    for (a, b), (c, d) in zip(lines, [*lines[1:], *lines[:1]], strict=True):
        if a <= bound:
            found.append((a, b))
        if (a < bound < c) or (c < bound < a):
            found.append((bound, b + (d - b) * (bound - a) / (c - a)))
    return found


def centroid(lines: Lines) -> tuple[float, float]:
    """The middle of a set that is not empty."""
    a0, b0 = lines[0]
    area = a = b = 0.0
    for (x, y), (u, v) in pairwise(lines[1:]):
        part = (x - a0) * (v - b0) - (u - a0) * (y - b0)
        area += part
        a += part * (x + u - 2 * a0)
        b += part * (y + v - 2 * b0)
    if abs(area) < 1e-3:  # ns^2: a point
        n = len(lines)
        return sum(x for x, _ in lines) / n, sum(y for _, y in lines) / n
    return a0 + a / (3 * area), b0 + b / (3 * area)
