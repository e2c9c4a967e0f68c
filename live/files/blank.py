"""The prompt of a piece that is yet to be composed."""

from __future__ import annotations

from live.files.music import MeterMark, Music, no_notes
from live.files.prompt import Prompt, empty_prompt
from live.files.tempo import TempoMap
from models.grid import Grid
from models.key import Key
from models.meter import Meter
from models.piece import Piece

SCORE_BPM = 100.0


def blank_prompt(name: str, grid: Grid, key: Key, meter: tuple[int, int]) -> Prompt:
    """Nothing but key, meter and tempo. A performance model plays as it likes, in any key."""
    over, under = meter
    if not grid.monophonic:
        return empty_prompt(Music(name, (), TempoMap.of()), grid, Piece(name, no_notes()))
    mark = MeterMark(0.0, over, under, 0.0)
    music = Music(name, (), TempoMap.steady(SCORE_BPM), meters=(mark,), key=key)
    piece = Piece(
        name,
        no_notes(),
        mode=key.mode,
        transposition=key.transposition,
        meters=[Meter(0, over, under, 0)],
    )
    return empty_prompt(music, grid, piece)
