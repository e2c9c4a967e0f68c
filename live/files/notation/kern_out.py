"""A page to Humdrum **kern."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from live.files.music import Music, Part
from live.files.notation.modes import kern_key
from live.files.notation.sheet import Bar, Mark, Sheet, Staff, sheet_of
from live.files.notation.spelling import FIFTHS, spelled
from live.files.notation.values import Value

_ACCIDENTALS = {-2: "--", -1: "-", 0: "", 1: "#", 2: "##"}
_TIES = {
    (False, False): ("", ""),
    (False, True): ("[", ""),
    (True, True): ("", "_"),
    (True, False): ("", "]"),
}


def kern_bytes(music: Music, added: Sequence[Part] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The file, and remarks."""
    sheet = sheet_of(music, added)
    return ("\n".join(_Writer(sheet).lines()) + "\n").encode(), sheet.remarks


class _Column:
    """A staff: a **kern spine, and a **text spine for each verse that is sung to it."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.verses = range(1, 1 + max((lyric.verse for lyric in staff.part.lyrics), default=0))

    def tokens(self, kern: Sequence[str], text: str | None = None) -> list[str]:
        """Of the kern spine (several where it is split) and the same, or ``text``, for every verse."""
        return [*kern, *[kern[0] if text is None else text] * len(self.verses)]


class _Writer:
    """Lowest staff first, as Humdrum has it."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._columns = [_Column(staff) for staff in reversed(sheet.staves)]

    def lines(self) -> Iterator[str]:
        yield f"!!!OTL: {' '.join(self._sheet.title.split())}"
        yield self._row(lambda column: column.tokens(["**kern"], "**text"))
        names = (" ".join(column.staff.part.name.split()) for column in self._columns)
        named = dict(zip(self._columns, names, strict=True))
        yield self._row(lambda column: column.tokens([f'*I"{named[column]}'], "*"))
        for index, bar in enumerate(self._sheet.bars):
            yield self._all(self._bar_line(index))
            yield from map(self._interpretation, self._signs(bar))
            yield from self._music(index, bar)
        yield self._all("==" if not self._sheet.bars[-1].repeat_end else f"={len(self._sheet.bars) + 1}:|!")
        yield self._all("*-")

    def _row(self, tokens: Callable[[_Column], list[str]]) -> str:
        return "\t".join(token for column in self._columns for token in tokens(column))

    def _all(self, token: str) -> str:
        return self._row(lambda column: column.tokens([token]))

    def _interpretation(self, token: str) -> str:
        return self._row(lambda column: column.tokens([token], "*"))

    def _bar_line(self, index: int) -> str:
        bar = self._sheet.bars[index]
        ends = index > 0 and self._sheet.bars[index - 1].repeat_end
        sign = {(True, True): ":|!|:", (True, False): ":|!", (False, True): "!|:"}.get(
            (ends, bar.repeat_start), ""
        )
        first = "-" if not index and not sign else ""
        return f"={bar.number}{sign or first}"

    def _signs(self, bar: Bar) -> Iterator[str]:
        """Signature, key, meter, tempo: where they change."""
        if bar.signature is not None:
            count = bar.signature
            steps = FIFTHS[:count] if count >= 0 else FIFTHS[::-1][:-count]
            yield f"*k[{''.join(step.lower() + ('#' if count > 0 else '-') for step in steps)}]"
            key = kern_key(self._sheet.music.key, count) if bar.start == 0 else None
            if key is not None:
                yield key
        if bar.meter is not None:
            yield "*M{}/{}".format(*bar.meter)
        yield from (_tempo(bpm) for at, bpm in bar.tempo if at == bar.start)

    def _music(self, index: int, bar: Bar) -> Iterator[str]:
        counts = [len(column.staff.bars[index]) for column in self._columns]
        yield from self._split(counts)
        rows: dict[Fraction, list[list[str]]] = {}
        for place, column in enumerate(self._columns):
            for voice, marks in enumerate(column.staff.bars[index]):
                for mark in marks:
                    row = rows.setdefault(mark.onset, self._empty(counts))
                    row[place][voice] = _token(mark, bar.sharps)
                    for verse, text in enumerate(_texts(mark, column.verses), start=counts[place]):
                        row[place][verse] = text if text is not None else row[place][verse]
        tempos = {at: bpm for at, bpm in bar.tempo if at > bar.start}
        for at in tempos:
            rows.setdefault(at, self._empty(counts))
        for at in sorted(rows):
            if at in tempos:
                yield "\t".join(
                    token
                    for column, count in zip(self._columns, counts, strict=True)
                    for token in column.tokens([_tempo(tempos[at])] * count, "*")
                )
            line = "\t".join(token for column in rows[at] for token in column)
            if line.strip(".\t"):
                yield line
        yield from self._join(counts)

    def _empty(self, counts: list[int]) -> list[list[str]]:
        return [
            ["."] * (count + len(column.verses)) for column, count in zip(self._columns, counts, strict=True)
        ]

    def _split(self, counts: list[int]) -> Iterator[str]:
        """One ``*^`` after another until every staff has its voices."""
        now = [1] * len(counts)
        for place, count in enumerate(counts):
            while now[place] < count:
                splitting = [["*"] * each for each in now]
                splitting[place][-1] = "*^"
                yield self._spread(splitting)
                now[place] += 1

    def _join(self, counts: list[int]) -> Iterator[str]:
        now = list(counts)
        for place in range(len(counts)):
            while now[place] > 1:  # two at a time: not every reader takes more
                joining = [["*"] * each for each in now]
                joining[place][-2:] = ["*v", "*v"]
                yield self._spread(joining)
                now[place] -= 1

    def _spread(self, kern: list[list[str]]) -> str:
        return "\t".join(
            token
            for column, tokens in zip(self._columns, kern, strict=True)
            for token in column.tokens(tokens, "*")
        )


def _token(mark: Mark, sharps: int) -> str:
    length = _recip(mark.value)
    if not mark.pitches:
        return f"{length}r"
    before, after = _TIES[mark.tied_back, mark.tied_on]
    return " ".join(f"{before}{length}{_pitch(pitch, sharps)}{after}" for pitch in mark.pitches)


def _pitch(pitch: int, sharps: int) -> str:
    step, alter, octave = spelled(pitch, sharps)
    letters = step.lower() * (octave - 3) if octave >= 4 else step * (4 - octave)
    return letters + _ACCIDENTALS[alter]


def _recip(value: Value) -> str:
    """The reciprocal of a whole note's share: 4 is a quarter, 12 a triplet eighth, 0 a breve."""
    dots = "." * value.dots
    if value.base == 8 and value.actual == 1:
        return f"0{dots}"
    found = Fraction(4) / value.base * value.actual / value.normal
    whole = str(found.numerator) if found.denominator == 1 else f"{found.numerator}%{found.denominator}"
    return whole + dots


def _texts(mark: Mark, verses: range) -> list[str | None]:
    """For each verse the syllable, with a hyphen on the side where its word goes on."""
    found = {
        lyric.verse: lyric.text.replace("\t", " ") + ("-" if lyric.hyphen else "") for lyric in mark.lyrics
    }
    return [found.get(verse) for verse in verses]


def _tempo(bpm: float) -> str:
    return f"*MM{bpm:.3f}".rstrip("0").rstrip(".")
