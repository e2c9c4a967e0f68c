"""Lines about time are few and true."""

from __future__ import annotations

from live.beat.announcer import Announcer
from live.beat.pulse import Pulse, Source

SECOND = 10**9


def pulse(source: Source) -> Pulse:
    return Pulse(0, 0.0, SECOND / 2, source)


def test_a_change_is_said_at_once_and_the_next_after_a_second():
    said: list[str] = []
    announcer = Announcer(said.append)
    announcer.look(None, pulse(Source.CLOCK), 0)
    assert said == ["time from MIDI clock: 120.0 beats a minute"]
    announcer.look("MIDI clock stopped coming", None, SECOND // 2)
    assert len(said) == 1
    assert announcer.wake_at_ns == SECOND
    announcer.look(None, None, SECOND)
    assert said[1:] == ["MIDI clock stopped coming: free time"]
    assert announcer.wake_at_ns is None


def test_what_has_changed_back_within_a_second_is_not_said():
    said: list[str] = []
    announcer = Announcer(said.append)
    for at in range(0, SECOND, SECOND // 100):
        announcer.look(None, pulse(Source.CLOCK) if at % (SECOND // 50) == 0 else None, at)
    announcer.look(None, pulse(Source.CLOCK), SECOND)
    assert said == ["time from MIDI clock: 120.0 beats a minute"]


def test_a_beat_in_the_playing_comes_and_goes_unsaid_but_not_after_a_clock():
    said: list[str] = []
    announcer = Announcer(said.append)
    for at in range(10):
        announcer.look(None, pulse(Source.PLAYING) if at % 2 else None, at * SECOND)
    assert said == []
    announcer.look(None, pulse(Source.CLOCK), 20 * SECOND)
    announcer.look(None, pulse(Source.PLAYING), 30 * SECOND)
    assert said[1:] == ["time from your playing: 120.0 beats a minute"]
