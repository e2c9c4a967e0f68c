"""Whether a machine is fit for the stage, and what to change if it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from live.doctor.budgets import Missed, missed
from live.doctor.examine import Findings

LARGE_PERIOD_MS = 3.0
"""128 frames at 48 kHz are less."""
BUSY_SHARE = 0.25
"""Other programs that use more of the processor are spoken of."""

REALTIME_HOWTO = (
    "real-time priority was not granted: allow it by the two lines '@audio - rtprio 95' and "
    "'@audio - memlock unlimited' in /etc/security/limits.d/95-audio.conf, then "
    "'sudo usermod -aG audio $USER', and log in again"
)


class Verdict(NamedTuple):
    """``words`` in one line, every budget that was ``missed``, and ``advice``, the likeliest help first."""

    met: bool
    words: str
    missed: list[Missed]
    advice: list[str]


def judge(found: Findings) -> Verdict:
    """Judge the figures by the table of budgets; the facts say what may help."""
    bad = [each for figure in found.figures for each in missed(figure, found.period_ms)]
    if not bad:
        words = "All budgets are met: this machine is fit for the stage."
        if found.api is None:
            words = "All budgets are met, as far as they can be measured without a MIDI system."
        return Verdict(True, words, [], list(_cautions(found)))
    count = len({each.figure.name for each in bad})
    words = f"{count} {'budget is' if count == 1 else 'budgets are'} missed: not yet fit for the stage."
    advice = [*_causes(found), *_cautions(found), *_last_resorts(found, {each.figure.name for each in bad})]
    return Verdict(False, words, bad, list(dict.fromkeys(advice)))


def _cautions(found: Findings) -> Iterator[str]:
    """What hurts sooner or later, even where every budget was met this time."""
    if not found.realtime and found.platform == "linux":
        yield REALTIME_HOWTO
    if found.period_ms > LARGE_PERIOD_MS:
        yield (
            f"the period of {found.api} is {found.period_frames} frames ({found.period_ms:.1f} ms), and "
            "every note waits for it twice: set 64 or 128 (jackd -p 64, or QjackCtl's Frames/Period)"
        )
    fallbacks = found.figure("fallbacks")
    if fallbacks is not None and fallbacks.at("max") > 0:
        yield (
            f"the model missed its deadline at {fallbacks.at('max'):.0f} strikes, and a simple rule played "
            "there: fewer voices are quicker (antiphon live --voices 2)"
        )


def _causes(found: Findings) -> Iterator[str]:
    """What delays everything."""
    if found.others.share > BUSY_SHARE:
        names = f" ({', '.join(found.others.names)})" if found.others.names else ""
        share = f"{found.others.share:.0%}"
        yield f"other programs use {share} of the processor{names}: end them and measure again"
    if found.governor is not None and found.governor != "performance":
        yield (
            f"the processor is governed by {found.governor}, which is slow to wake up: "
            "'sudo cpupower frequency-set -g performance'"
        )


def _last_resorts(found: Findings, names: set[str]) -> Iterator[str]:
    """What helps when nothing else is in the way."""
    through_ports = {"port_to_port"} if found.period_ms <= LARGE_PERIOD_MS else set()
    if names & {"harmony_first", "harmony_all", *through_ports}:
        yield "fewer voices are quicker: antiphon live --voices 2, or 1"
    if names & {"piano_rate"}:
        yield "piano is the largest model: --model folk answers on a slower processor"
    if names & {"planned", "lateness", "dropped"}:
        yield "end other programs and other clients of the MIDI system, and measure again"
