"""Whatever is played: what is forgotten was never there, files give back what they got, masks hold."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live.phrase_lines import PhraseLine, pack, parse, unpack
from live.player_file import PlayerFile
from models.events import PITCHES, Event, Kind
from models.grid import PERFORMANCE, SCORE, Grid
from models.phrase_memory import LASTING, Note, PhraseMemory
from models.recollection import Recollection
from models.sampling import Draws, Style, pick
from models.vocabulary import TOKENS

ROWS = st.tuples(
    st.integers(0, 400_000),
    st.one_of(st.just(LASTING), st.integers(1, 10**6)),
    st.integers(0, 127),
    st.integers(1, 127),
)


def phrase_of(rows: list[tuple[int, int, int, int]]) -> list[Note]:
    onset, notes = 0, []
    for gap, length, pitch, velocity in rows:
        notes.append(Note(onset, length, pitch, velocity))
        onset += gap
    return notes


PHRASE = st.lists(ROWS, min_size=1, max_size=40).map(phrase_of)
PHRASES = st.lists(PHRASE, max_size=5)


def everything(memory: PhraseMemory) -> tuple[object, ...]:
    return memory.phrases, memory.count, len(memory), deepcopy(memory._numbers)


@given(PHRASES, PHRASES)
def test_forgetting_is_the_inverse_of_learning(first: list[list[Note]], more: list[list[Note]]):
    memory = PhraseMemory(first)
    before = everything(memory)
    for phrase in more:
        memory.begin()
        for note in phrase:
            number = memory.strike(note.onset, note.pitch, note.velocity)
            memory.end(number, note.onset + max(1, note.length))
    for _ in more:
        assert memory.forget()
    assert everything(memory) == before == everything(PhraseMemory(first))


@given(PHRASES)
def test_a_memory_holds_what_it_was_given(phrases: list[list[Note]]):
    assert PhraseMemory(phrases).phrases == phrases


@given(PHRASES, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_a_file_gives_back_what_it_got(phrases: list[list[Note]], player: str):
    lines = [PhraseLine(f"n{index}", tuple(notes)) for index, notes in enumerate(phrases)]
    assert [parse(each.text) for each in lines] == lines
    assert unpack(pack(lines)) == lines
    with TemporaryDirectory() as folder:
        file = PlayerFile(player, Path(folder))
        for each in lines:
            file.change(add=[each])
        said: list[str] = []
        assert PlayerFile(player, Path(folder)).load(said.append) == lines
        file.change(remove=[each.id for each in lines[-1:]])
        assert file.load(said.append) == lines[:-1]
        assert not said


class _Context:
    def __init__(self, notes: list[Note], grid: Grid) -> None:
        self.grid = grid
        self.events = [Event(0, Kind.START)]
        for note in notes:
            self.events.append(Event(note.onset // 10_000, Kind.ON, note.pitch, note.velocity))
        self.now = self.events[-1].time

    def recent(self, count: int) -> list[Event]:
        return self.events[-count:]


@given(
    PHRASES,
    PHRASE,
    st.floats(0.01, 1.0),
    st.sampled_from([PERFORMANCE, SCORE]),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_what_is_forbidden_is_never_chosen(
    phrases: list[list[Note]], now: list[Note], weight: float, grid: Grid, seed: int, own: bool
):
    """Here every pitch of the memory is forbidden with a chance of a half."""
    generator = np.random.default_rng(seed)
    context = _Context(now, grid)
    how = Recollection(PhraseMemory([*phrases, now]), weight, since=context.now if own else None)
    recalled = how.recall(context)
    if recalled is None:
        return
    legal = generator.random(TOKENS) < 0.5
    legal[generator.integers(PITCHES)] = True
    logits = generator.normal(0, 3, TOKENS).astype(np.float32)
    mixed = recalled.tokens(logits, legal, int(generator.integers(100)))
    assert np.isfinite(mixed).all()
    assert np.array_equal(mixed[~legal], logits[~legal])
    assert legal[pick(mixed, legal, Style(), Draws(seed, 0).uniform()).choice]
    waits = recalled.waits(generator.normal(0, 3, grid.time_bins).astype(np.float32))
    loud = recalled.loudness(generator.normal(0, 3, 32).astype(np.float32), now[-1].pitch)
    assert np.isfinite(waits).all()
    assert np.isfinite(loud).all()
