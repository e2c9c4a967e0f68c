"""A page to ABC notation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from live.files.music import Lyric, Music, Part
from live.files.notation.modes import abc_key
from live.files.notation.sheet import Bar, Mark, Sheet, Staff, sheet_of
from live.files.notation.spelling import altered_steps, spelled
from live.files.notation.values import values

UNIT = Fraction(1, 2)
"""Quarters in the unit note length, an eighth."""
BARS_A_LINE = 4
MOST_IN_RUN = 9
"""Notes under one number: readers take a single digit."""
_MARKS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def abc_bytes(music: Music, added: Sequence[Part] = ()) -> tuple[bytes, tuple[str, ...]]:
    """A tune of its own, and remarks. A staff with notes beside longer ones is written as several voices."""
    sheet = sheet_of(music, added)
    return (abc_text(sheet) + "\n").encode(), sheet.remarks


def abc_text(sheet: Sheet, number: int = 1) -> str:
    """One tune of a book, without the empty line that ends it."""
    first = sheet.bars[0]
    meter = "{}/{}".format(*first.meter) if first.meter else "none"
    head = [f"X:{number}", f"T:{_line(sheet.title)}", f"M:{meter}", "L:1/8"]
    if first.tempo:
        head.append(f"Q:1/4={_number(first.tempo[0][1])}")
    voices = [(staff, at) for staff in sheet.staves for at in range(max(len(bar) for bar in staff.bars))]
    lines = [*head, f"K:{abc_key(sheet.music.key, first.sharps)}"]
    for count, (staff, at) in enumerate(voices, start=1):
        if len(voices) > 1 or staff.part.name not in ("", "part 1"):
            lines.append(f'V:{count} name="{_line(staff.part.name)}"')
        if staff.part.program is not None:
            lines.append(f"%%MIDI program {staff.part.program}")
        lines += _voice(sheet, staff, at, leads=count == 1)
    return "\n".join(lines) + "\n"


def _voice(sheet: Sheet, staff: Staff, at: int, *, leads: bool) -> Iterator[str]:
    """Lines of music, each followed by its lyrics; meters, keys and tempos on lines of their own."""
    line: list[str] = []
    syllables: list[Mark] = []
    for index, (bar, voices) in enumerate(zip(sheet.bars, staff.bars, strict=True)):
        fields = list(_fields(bar)) if index else []
        if line and (fields or len(line) == BARS_A_LINE):
            yield from (" ".join(line), *_lyrics(syllables))
            line, syllables = [], []
        yield from fields
        marks = voices[at] if at < len(voices) else _rest(bar)
        shown = [*_endings(bar), _bar(bar, marks, leads=leads), _bar_line(sheet, index)]
        line.append(" ".join(word for word in shown if word))
        syllables += [mark for mark in marks if mark.pitches]
    yield from (" ".join(line), *_lyrics(syllables))


def _fields(bar: Bar) -> Iterator[str]:
    if bar.meter:
        yield "M:{}/{}".format(*bar.meter)
    if bar.signature is not None:
        yield f"K:{abc_key(None, bar.signature)}"
    if bar.tempo and bar.tempo[0][0] == bar.start:
        yield f"Q:1/4={_number(bar.tempo[0][1])}"


def _endings(bar: Bar) -> Iterator[str]:
    if bar.repeat_start:
        yield "|:"
    if bar.ending_start is not None:
        yield f"[{bar.ending_start}"


def _bar_line(sheet: Sheet, index: int) -> str:
    if sheet.bars[index].repeat_end:
        return ":|"
    if index + 1 == len(sheet.bars):
        return "|]"
    if sheet.bars[index].ending_end is not None:
        return "||"
    return "" if sheet.bars[index + 1].repeat_start else "|"


def _bar(bar: Bar, marks: Sequence[Mark], *, leads: bool) -> str:
    """Signs with beats set apart, tuplets under their numbers, chord symbols before what sounds at them."""
    signature = altered_steps(bar.sharps)
    touched: dict[str, int] = {}
    symbols = list(bar.chords) if leads else []
    tempo = [each for each in bar.tempo if each[0] > bar.start] if leads else []
    words: list[str] = []
    for group in _tuplets(marks):
        actual, normal = group[0].value.actual, group[0].value.normal
        if actual > 1:
            words.append(f"({actual}:{normal}:{len(group)}")
        for mark in group:
            if words and actual == 1 and (mark.onset - bar.start) % bar.beat == 0:
                words.append(" ")
            while tempo and tempo[0][0] <= mark.onset:
                words.append(f"[Q:1/4={_number(tempo.pop(0)[1])}]")
            while symbols and symbols[0][0] < mark.onset + mark.value.length:
                words.append(f'"{_line(symbols.pop(0)[1])}"')
            words.append(_sign(mark, bar.sharps, signature, touched))
        if actual > 1:
            words.append(" ")
    return "".join(words).strip()


def _tuplets(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Marks in runs that are tuplets or none; a tuplet ends where its notes fill a plain length."""
    run: list[Mark] = []
    filled = Fraction(0)
    for mark in marks:
        ratio = mark.value[2:]
        if run:
            whole = ratio[0] > 1 and (_is_plain(filled) or len(run) == MOST_IN_RUN)
            if ratio != run[0].value[2:] or whole:
                yield run
                run, filled = [], Fraction(0)
        run.append(mark)
        filled += mark.value.length
    if run:
        yield run


def _is_plain(length: Fraction) -> bool:
    return length.denominator & (length.denominator - 1) == 0


def _sign(mark: Mark, sharps: int, signature: dict[str, int], touched: dict[str, int]) -> str:
    length = mark.value._replace(actual=1, normal=1).length / UNIT
    over = "" if length.numerator == 1 else str(length.numerator)
    under = "" if length.denominator == 1 else f"/{length.denominator}"
    if not mark.pitches:
        return f"z{over}{under}"
    tie = "-" if mark.tied_on else ""
    notes = [_pitch(pitch, sharps, signature, touched) for pitch in mark.pitches]
    if len(notes) == 1:
        return f"{notes[0]}{over}{under}{tie}"
    return f"[{''.join(notes)}]{over}{under}{tie}"


def _pitch(pitch: int, sharps: int, signature: dict[str, int], touched: dict[str, int]) -> str:
    """An accidental stands wherever the key or anything before it in the bar could say otherwise.

    Programs differ on whether an accidental holds for other octaves: so a letter that has had one is never
    without.
    """
    step, alter, octave = spelled(pitch, sharps)
    plain = alter == signature.get(step, 0) and step not in touched
    if not plain:
        touched[step] = alter
    sign = "" if plain else _MARKS[alter]
    if octave >= 5:
        return f"{sign}{step.lower()}{chr(39) * (octave - 5)}"
    return f"{sign}{step}{',' * (4 - octave)}"


def _rest(bar: Bar) -> list[Mark]:
    found, at = [], bar.start
    for sign in values(Fraction(0), bar.length, bar.beat):
        found.append(Mark(at, sign))
        at += sign.length
    return found


def _lyrics(marks: Sequence[Mark]) -> Iterator[str]:
    """A line for each verse: a syllable, a hyphen or a star for every note."""
    for verse in range(1, 1 + max((lyric.verse for mark in marks for lyric in mark.lyrics), default=0)):
        words = []
        for mark in marks:
            found = next((lyric for lyric in mark.lyrics if lyric.verse == verse), None)
            words.append("*" if found is None else _syllable(found))
        yield "w:" + " ".join(words).replace("- ", "-")


def _syllable(lyric: Lyric) -> str:
    text = _line(lyric.text).replace("-", "\\-").replace("_", "\\_").replace("*", "\\*").replace(" ", "~")
    return f"{text}-" if lyric.hyphen else text


def _line(text: str) -> str:
    """Text that cannot end its line or its quotes."""
    return " ".join(text.replace('"', "'").replace("%", "\\%").split())


def _number(bpm: float) -> str:
    return f"{bpm:.3f}".rstrip("0").rstrip(".")
