"""The main thing: a melody goes in, harmony comes out, and a real synth makes it sound."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from sounding import figures, notes, sounding_at, without_end
from synth import Recorder, Synth

BEAT = 0.34
LEGATO = 0.9
"""Share of its length for which a note sounds."""
MELODY = (
    # eight bars of four beats, in G major: (pitch, beats); 0 is a rest
    *((67, 1), (69, 1), (71, 1), (67, 1)),
    *((72, 1), (71, 1), (69, 2)),
    *((71, 1), (72, 1), (74, 1), (71, 1)),
    *((69, 3), (0, 1)),
    *((74, 1), (74, 1), (72, 1), (71, 1)),
    *((72, 1), (69, 1), (71, 1), (67, 1)),
    *((69, 0.5), (67, 0.5), (66, 1), (64, 1), (69, 1)),
    *((67, 4),),
)
AUDIBLE, INAUDIBLE = 10 ** (-75 / 20), 10 ** (-85 / 20)
"""Full scale -75 and -85 dB: a held piano note fades, a released one is gone."""

assert sum(beats for _, beats in MELODY) == 32


def play_melody(peer: Peer) -> None:
    """In real time; returns when the last key is up."""
    due = time.perf_counter()
    for pitch, beats in MELODY:
        if pitch:
            peer.send(bytes((0x90, pitch, 80)))
        time.sleep(max(0.0, due + LEGATO * beats * BEAT - time.perf_counter()))
        if pitch:
            peer.send(bytes((0x80, pitch, 0)))
        due += beats * BEAT
        time.sleep(max(0.0, due - time.perf_counter()))


@pytest.mark.jack
@pytest.mark.synth
def test_a_chorale_melody_is_harmonised_below_at_once_and_sounds_through_a_synth(
    jack_server: JackServer,
    daemons: Callable[..., Daemon],
    peers: Callable[[], Peer],
    synth: Synth,
    tmp_path: Path,
) -> None:
    daemon = daemons(*options("harmonize", "--seed", "1"))
    daemon.wait_until_ready()
    peer = peers()
    synth.connect()
    recorder = Recorder(tmp_path / "harmony.wav", seconds=16)
    play_melody(peer)
    wait_until(lambda: not without_end(peer.log))
    loudness = recorder.loudness()
    assert daemon.stop() == 0
    assert daemon.complained == []

    melody, harmony = notes(peer.log, "sent"), notes(peer.log, "got")
    assert without_end(peer.log) == []
    assert {note.channel for note in harmony} == {1, 2, 3}
    _comes_at_once(melody, harmony)
    _lies_below(melody, harmony)
    _is_heard(loudness, recorder.began_ns, harmony)


def _comes_at_once(melody: list, harmony: list) -> None:
    """Every strike has three voices, soon. (One that a busy machine makes too late is left out.)"""
    took, full = [], 0
    for strike, following in zip(melody, [*melody[1:], None], strict=True):
        until = following.begin_ns if following else strike.end_ns
        own = [each for each in harmony if strike.begin_ns <= each.begin_ns < until]
        middle = (strike.begin_ns + strike.end_ns) // 2
        full += len(sounding_at(middle, harmony)) == 3
        took += [own[0].begin_ns - strike.begin_ns] if own else []
    print(f"{full} of {len(melody)} strikes have three voices, {len(took)} have new notes")
    assert full > 0.9 * len(melody)
    assert len(took) >= 8
    assert figures("key press -> first harmony note, port to port", took) < 50


def _lies_below(melody: list, harmony: list) -> None:
    """In the middle of every melody note all voices are lower than it, and do not cross."""
    for strike in melody:
        voices = sounding_at((strike.begin_ns + strike.end_ns) // 2, harmony)
        pitches = [each.pitch for each in sorted(voices, key=lambda each: each.channel)]
        assert max(pitches, default=0) < strike.pitch, (strike, pitches)
        assert pitches == sorted(pitches, reverse=True), (strike, pitches)


def _is_heard(loudness, began_ns: int, harmony: list) -> None:
    """The recording is loud wherever notes sound, and silent at its end."""
    window_ns = 50_000_000
    inside = [
        level
        for index, level in enumerate(loudness)
        if all(
            sounding_at(began_ns + index * window_ns + shift, harmony)
            for shift in (-2 * window_ns, 0, 2 * window_ns)
        )
    ]
    end = loudness[-10:].max()
    print(f"{len(inside)} windows with notes, the softest {min(inside):.5f}; the end {end:.6f}")
    assert len(inside) > 100
    assert sum(level > AUDIBLE for level in inside) > 0.98 * len(inside)
    assert end < INAUDIBLE
