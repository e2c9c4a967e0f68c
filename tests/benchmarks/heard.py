"""How well a recording of a line is heard: notes of real melodies, played by FluidSynth, found again.

    python tests/benchmarks/heard.py [--tunes 10]

Melodies from music21's corpus (Irish and German tunes), each with several instruments, and with a vibrato of
30 cents at 5.5 Hz made by pitch bends; F1 of notes (mir_eval: onset within 50 ms, pitch within 50 cents).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import mido
import numpy as np
from mir_eval.transcription import precision_recall_f1_overlap

sys.path[:0] = [str(Path(__file__).parents[1])]

from round_trip import corpus  # noqa: E402

from live.files.audio.hear import hear  # noqa: E402
from live.files.read import read_all  # noqa: E402
from live.sound.soundfont import find  # noqa: E402

BOOKS = ("essenFolksong/erk5.abc", "essenFolksong/kinder0.abc", "oneills1850/0001-0050.abc")
INSTRUMENTS = {"flute": 73, "voice oohs": 53, "violin": 40, "clarinet": 71, "whistle": 78, "piano": 0}
GATE = 0.92
"""How much of its time each note sounds."""
BPM = 100


def lines(count: int) -> list[tuple[str, np.ndarray]]:
    """Names and notes (seconds) of so many tunes, 30 s of each at most; not the first: they tuned it."""
    found = []
    for book in BOOKS:
        for music in read_all(corpus(book))[1 : 1 + -(-count // len(BOOKS))]:
            notes = music.parts[0].notes.copy()
            notes[:, [0, 3]] *= 60 / BPM
            notes[:, 3] *= GATE
            shift = 0 if notes[:, 1].mean() > 65 else 12
            notes[:, 1] += shift
            found.append((music.name, notes[notes[:, 0] < 30]))
    return found[:count]


def played(notes: np.ndarray, program: int, *, vibrato: bool) -> bytes:
    """The notes as FluidSynth plays them."""
    timed = [(0.0, mido.Message("program_change", program=program))]
    for onset, pitch, _, length, _ in notes.tolist():
        velocity = 80
        timed.append((onset, mido.Message("note_on", note=int(pitch), velocity=velocity)))
        timed.append((onset + length, mido.Message("note_off", note=int(pitch))))
    if vibrato:
        for at in np.arange(0, notes[-1, 0] + notes[-1, 3], 0.01).tolist():
            bend = round(8191 * 0.30 / 2 * np.sin(2 * np.pi * 5.5 * at))
            timed.append((at, mido.Message("pitchwheel", pitch=bend)))
    track, now = mido.MidiTrack(), 0
    for at, message in sorted(timed, key=lambda each: each[0]):
        tick = round(at * 960)
        track.append(message.copy(time=tick - now))
        now = tick
    whole = BytesIO()
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(file=whole)  # 120 a minute: 960 ticks a second
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.mid", Path(folder) / "a.wav"
        source.write_bytes(whole.getvalue())
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-g", "0.5", "-T", "wav", "-F", target, find(None), source],
            check=True,
        )
        return target.read_bytes()


def score(notes: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall, F1."""

    def told(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        spans = np.stack([rows[:, 0], rows[:, 0] + rows[:, 3]], axis=1)
        return spans, 440 * 2 ** ((rows[:, 1] - 69) / 12)

    if not len(found):
        return 0.0, 0.0, 0.0
    return precision_recall_f1_overlap(*told(notes), *told(found), offset_ratio=None)[:3]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tunes", type=int, default=9)
    asked = parser.parse_args()
    tunes = lines(asked.tunes)
    print(f"{len(tunes)} tunes, {sum(len(notes) for _, notes in tunes)} notes")
    for name, program in INSTRUMENTS.items():
        for vibrato in (False, True):
            if vibrato and name == "piano":
                continue
            scores = [score(notes, hear(played(notes, program, vibrato=vibrato)).notes) for _, notes in tunes]
            precision, recall, f1 = np.mean(scores, axis=0)
            label = f"{name}{', vibrato' if vibrato else ''}"
            print(f"{label:24} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}", flush=True)


if __name__ == "__main__":
    main()
