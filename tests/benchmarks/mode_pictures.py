"""The pictures of docs/modes.md: ``python tests/benchmarks/mode_pictures.py --write docs/modes``.

Each is the piano roll of a recorded session: what the examples that come with the package say is played to a
session in zero time, by the code and with the models that ship, and what the session's file then holds is
drawn by ``antiphon replay SESSION -o OUT.mid --plot OUT.png``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from recorded import RecordedBand  # noqa: E402

from live.commands.replay import replay  # noqa: E402
from live.files.examples import located  # noqa: E402
from live.files.read import read  # noqa: E402

Messages = list[tuple[float, bytes]]
DETACHED_MS = 15
"""Keys of a score are let go so long before the next one."""


class Scene(NamedTuple):
    """What is played, in which settings, and for how long the companion is listened to after it."""

    name: str
    playing: Messages
    settings: dict[str, object]
    rest_ms: float = 1500


def example(name: str, *, to_s: float | None = None, low: int = 0, high: int = 127) -> Messages:
    """A shipped example, or what of it begins before a time and lies in a range of keys."""
    music = read(located(Path(name)))
    messages: Messages = []
    for part in music.pitched:
        for onset, pitch, velocity, length, _ in part.notes.tolist():
            start, end = (1000 * float(music.tempo.seconds_at(at)) for at in (onset, onset + length))
            if low <= pitch <= high and (to_s is None or start < 1000 * to_s):
                until = max(start + DETACHED_MS, end - DETACHED_MS)
                messages += pressed(start, until, int(pitch), int(velocity))
        for at, value in part.pedal.tolist():
            moment = 1000 * float(music.tempo.seconds_at(at))
            if to_s is None or moment < 1000 * to_s:
                messages.append((moment, bytes((0xB0, 64, int(value)))))
    return in_order(messages)


def pressed(start: float, end: float, pitch: int, velocity: int) -> Messages:
    """A key that is down from one moment to another, in milliseconds."""
    return [(start, bytes((0x90, pitch, velocity))), (end, bytes((0x80, pitch, 0)))]


def in_order(messages: Iterable[tuple[float, bytes]]) -> Messages:
    """By time, releases before strikes."""
    return sorted(messages, key=lambda each: (each[0], each[1][0] & 0xF0 == 0x90))


def left_hand() -> Messages:
    """Chords of the example tune, a bar each, below its melody."""
    quarter = 60_000 / 112
    g, c, d = (43, 50, 59), (48, 52, 55), (50, 54, 57)
    messages: Messages = []
    for bar, chord in enumerate((g, g, d, g, g, c, d, g)):
        start = quarter * (1 + 3 * bar)
        for pitch in chord:
            messages += pressed(start, start + 2.9 * quarter, pitch, 60)
    return messages


def over(*pitches: int, at_ms: float, each_ms: float) -> Messages:
    """Long notes one after the other."""
    return [
        message
        for place, pitch in enumerate(pitches)
        for message in pressed(at_ms + place * each_ms, at_ms + (place + 0.9) * each_ms, pitch, 64)
    ]


def scenes() -> list[Scene]:
    """One for each mode and style."""
    tune = example("example-tune.abc")
    with_chords = in_order([*tune, *left_hand()])
    phrase = example("example-tune.abc", to_s=6.5)
    harmony: dict[str, object] = {"mode": "harmonize", "key": "G"}
    return [
        Scene("harmonize", tune, harmony),
        Scene("thirds", tune, {**harmony, "style": "thirds", "voices": 1}),
        Scene("chords", tune, {**harmony, "style": "chords"}),
        Scene("split", with_chords, {**harmony, "split": 60}),
        Scene("answer", example("example-piano.mid", to_s=8), {"mode": "answer"}, 12_000),
        Scene("duet", example("example-piano.mid", to_s=20, low=60), {"mode": "duet"}, 6000),
        Scene(
            "loop",
            in_order([*phrase, *over(43, 50, 48, 50, 43, 47, at_ms=12_000, each_ms=2200)]),
            {"mode": "loop", "model": "folk", "vary": 0.4},
            3000,
        ),
    ]


def draw(scene: Scene, folder: Path) -> Path:
    """Play it, record it, draw the record."""
    picture = folder / f"{scene.name}.png"
    with tempfile.TemporaryDirectory() as scratch:
        band = RecordedBand(Path(scratch) / f"{scene.name}.session", **scene.settings)
        band.play(scene.playing, rest_ms=scene.rest_ms)
        recorded = band.close().path
        replay(str(recorded), output=Path(scratch) / f"{scene.name}.mid", plot=picture)
    return picture


def main() -> None:
    """Draw them all, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    options.write.mkdir(parents=True, exist_ok=True)
    for scene in scenes():
        if not options.names or scene.name in options.names:
            print(draw(scene, options.write))


if __name__ == "__main__":
    main()
