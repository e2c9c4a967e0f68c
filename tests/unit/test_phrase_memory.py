"""Phrases are found again by their notes, whatever the transposition and whichever finger was first."""

from __future__ import annotations

import numpy as np

from models.phrase_memory import BEGINNING, MOST, Note, PhraseMemory, keys_of, newest_first

MS = 1000


def melody(*pitches: int, gap_ms: int = 200) -> list[Note]:
    return [Note(index * gap_ms * MS, 150 * MS, pitch, 64) for index, pitch in enumerate(pitches)]


def test_three_notes_lead_to_the_next_in_any_transposition():
    memory = PhraseMemory([melody(60, 64, 67, 72)])
    assert memory.places(keys_of([67 + 5, 64 + 5, 60 + 5])[0]) == [3]
    assert not memory.places(keys_of([67, 65, 60])[0])


def test_the_beginning_of_a_phrase_is_a_place_of_its_own():
    memory = PhraseMemory([melody(60, 62), melody(70, 72)])
    assert memory.places(keys_of([BEGINNING])[0]) == [0, 2]
    assert memory.places(keys_of([65, BEGINNING])[0]) == [1, 3]


def test_notes_of_one_phrase_do_not_lead_into_the_next():
    memory = PhraseMemory([melody(60, 62, 64), melody(65, 67, 69)])
    assert not memory.places(keys_of([64, 62, 60])[0])


def test_a_chord_is_the_same_whichever_finger_was_first():
    assert newest_first([(0, 50), (500, 60), (510, 67), (520, 64)], 35) == [
        (500, 60), (520, 64), (510, 67), (0, 50),
    ]  # fmt: skip


def test_nothing_is_left_of_the_only_phrase():
    memory = PhraseMemory([melody(60, 62, 64)])
    memory.forget()
    assert len(memory) == 0
    assert not memory.forget()
    assert memory.phrases == []


def test_the_oldest_notes_make_room():
    memory = PhraseMemory()
    for start in range(0, MOST + 3000, 100):
        memory.begin()
        for index in range(100):
            memory.strike(index * 100 * MS, 30 + (start + index * index) % 60, 64, 50 * MS)
    assert sum(map(len, memory.phrases)) == MOST
    held = {number for numbers in memory._numbers.values() for number in numbers}
    assert held == set(range(memory.count - MOST, memory.count))
    found = memory.places((0,))
    assert found == sorted(found)
    assert found[-1] == memory.count - 1


def test_a_note_that_is_gone_is_not_ended():
    memory = PhraseMemory([melody(60, 62)])
    number = memory.strike(10**6, 64, 64)
    memory.forget()
    memory.end(number, 2 * 10**6)
    assert np.all(memory.length[:2] == 150 * MS)
