"""Reading MAESTRO: MIDI bytes to notes in true time, and the official split."""

from __future__ import annotations

import csv
import io
import json

import mido
import numpy as np
import pytest

from models.grid import PERFORMANCE
from models.piece import Piece
from training.errors import CorpusError
from training.maestro import Settings, divide, read
from training.report import RefusedError, Report

Row = tuple[int, str, int, int]


def midi(*rows: Row, tempos: tuple[tuple[int, int], ...] = (), tpq: int = 384) -> bytes:
    """A file from (tick, "on" | "off" | "pedal", pitch, velocity or value) and (tick, tempo)."""
    dated: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (tick, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in tempos
    ]
    for tick, what, first, second in rows:
        if what == "pedal":
            dated.append((tick, mido.Message("control_change", control=first, value=second)))
        else:
            dated.append((tick, mido.Message(f"note_{what}", note=first, velocity=second)))
    track = mido.MidiTrack()
    now = 0
    for tick, message in sorted(dated, key=lambda pair: pair[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    file = io.BytesIO()
    mido.MidiFile(ticks_per_beat=tpq, tracks=[track]).save(file=file)
    return file.getvalue()


def performance(content: bytes, name: str = "a.midi", *, pedal: bool = True) -> Piece:
    return read(name, content, Settings(pedal=pedal))[0]


def test_times_are_in_ticks_of_10_ms_and_are_not_rounded():
    piece = performance(midi((1, "on", 60, 40), (97, "off", 60, 0)))
    np.testing.assert_allclose(piece.notes, [[50 / 384, 60, 40, 12.5, 0]], rtol=1e-15)


def test_the_tempo_map_is_followed():
    # 96 ticks a quarter: 0.5 s, then 1 s a quarter from the second one on.
    content = midi((0, "on", 60, 9), (288, "off", 60, 0), tempos=((96, 1_000_000),), tpq=96)
    assert performance(content).notes[0, 3] == pytest.approx(250)


def test_the_pedal_holds_notes_and_a_new_strike_ends_them():
    content = midi(
        (0, "pedal", 64, 127),
        (0, "on", 60, 40), (96, "off", 60, 0),
        (0, "on", 64, 40), (96, "off", 64, 0),
        (384, "on", 60, 50), (400, "off", 60, 0),
        (768, "pedal", 64, 0),
    )  # fmt: skip
    notes = performance(content).notes
    assert notes[:, [0, 1, 3]].tolist() == [[0, 64, 100], [0, 60, 50], [50, 60, 50]]
    dry = performance(content, pedal=False).notes
    assert dry[:, 3].tolist() == pytest.approx([12.5, 12.5, 50 / 24])


def test_other_controllers_hold_nothing():
    content = midi((0, "pedal", 67, 127), (0, "on", 60, 40), (96, "off", 60, 0))
    assert performance(content).notes[0, 3] == 12.5


def test_performances_without_a_pedal_are_counted():
    dry = midi((0, "on", 60, 40), (96, "off", 60, 0))
    pedalled = midi((0, "pedal", 64, 0), (0, "on", 60, 40), (96, "off", 60, 0))
    assert read("a.midi", dry, Settings())[1] == {"without a sustain pedal": True}
    assert read("a.midi", pedalled, Settings())[1] == {"without a sustain pedal": False}


def test_a_file_without_notes_is_refused():
    with pytest.raises(RefusedError, match="no notes"):
        read("a.midi", midi((0, "pedal", 64, 0)), Settings())


def test_a_piece_goes_to_events():
    content = midi((0, "on", 60, 40), (96, "on", 64, 41), (384, "off", 60, 0), (384, "off", 64, 0))
    events = performance(content).events(PERFORMANCE)
    assert events[:, 0].tolist() == [0, 0, 12, 50, 50, 50]


TABLE = [
    {"canonical_composer": "C", "canonical_title": "T", "split": "train", "midi_filename": "1/a.mid"},
    {"canonical_composer": "C", "canonical_title": "T", "split": "test", "midi_filename": "1/b.mid"},
    {"canonical_composer": "C", "canonical_title": "U", "split": "test", "midi_filename": "1/c.mid"},
]


def csv_table() -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, TABLE[0])
    writer.writeheader()
    writer.writerows(TABLE)
    return text.getvalue().encode()


def json_table() -> bytes:
    return json.dumps({key: {str(i): row[key] for i, row in enumerate(TABLE)} for key in TABLE[0]}).encode()


@pytest.mark.parametrize(
    "table",
    [{"maestro-v3.0.0.csv": csv_table()}, {"maestro-v3.0.0.json": json_table()}],
    ids=["csv", "json"],
)
def test_the_official_table_makes_the_split_and_the_groups(table: dict[str, bytes]):
    content = midi((0, "on", 60, 40), (96, "off", 60, 0))
    pieces = [performance(content, name) for name in ("1/a.mid", "1/b.mid", "1/x.mid")]
    report = Report("piano")
    splits = divide(pieces, table, Settings(), report)
    assert {name: [piece.name for piece in part] for name, part in splits.items()} == {
        "train": ["1/a.mid"],
        "validation": [],
        "test": ["1/b.mid"],
    }
    assert splits["train"][0].group == "C: T"
    assert report.refused == {"1/x.mid": "not in the official table"}
    assert report.figures["works in more than one official split"] == 1
    assert report.figures["in the official table but not here"] == 1


def test_without_a_table_there_is_no_split():
    with pytest.raises(CorpusError, match="split is unknown"):
        divide([], {"a.mid": b""}, Settings(), Report("piano"))
