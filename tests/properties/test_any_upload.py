"""Whatever is sent or asked for: it is done, or refused in one line; never a fault of ours."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from live.service.formats import READ
from live.service.limits import JOB_BYTES
from live.service.orders import Order, Word
from live.service.refusal import RefusedError
from live.service.wishes import Compose, Continue, File, Harmonize, ReadLine, wished
from live.service.work import do

EXAMPLES = Path(__file__).parents[2] / "live/examples"
TUNE = (EXAMPLES / "example-tune.abc").read_bytes()
PIECE = (EXAMPLES / "example-piano.mid").read_bytes()
KERN = b"**kern\n*M4/4\n=1\n4c\n4d\n4e\n4f\n=2\n1g\n*-\n"
SCORE = b"""<?xml version="1.0"?><score-partwise version="4.0"><part-list><score-part id="P1">
<part-name>x</part-name></score-part></part-list><part id="P1"><measure number="1"><attributes><divisions>1
</divisions></attributes><note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note>
</measure></part></score-partwise>"""
WHOLE = {".mid": PIECE, ".abc": TUNE, ".krn": KERN, ".musicxml": SCORE}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with some bytes changed, left out or doubled; its ending may lie."""
    ending = draw(st.sampled_from(sorted(WHOLE)))
    data = bytearray(WHOLE[ending])
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        new = draw(st.binary(max_size=8) | st.just(bytes(data[at:end])) | st.just(bytes(data[at:end]) * 2))
        data[at : draw(st.sampled_from((at, min(end, at + 8), end)))] = new
    return draw(st.sampled_from((ending, *READ))), bytes(data)


def read(ending: str, data: bytes) -> Word:
    """The last word of the process that reads it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / f"sent{ending}"
        file.write_bytes(data)
        words: list[Word] = []
        order = Order(
            kind="read",
            folder=folder,
            file=file,
            name=f"my tune{ending}",
            cpu_seconds=60,
            memory_bytes=JOB_BYTES,
        )
        do(order, words.append)
        last = words[-1]
        if last.what == "failed":
            assert last.status == 422, last
            assert "\n" not in last.reason
            assert f"my tune{ending}" in last.reason
            assert name not in last.reason
        else:
            assert [word.what for word in words] == ["read", "done"]
            assert words[0].line is not None
            told = ReadLine.model_validate_json(words[0].line.read_bytes())
            assert told.name == "my tune"
            assert told.parts
    return last


@pytest.mark.parametrize("ending", sorted(WHOLE))
def test_good_files_are_read(ending: str):
    assert read(ending, WHOLE[ending]).what == "done"


@settings(max_examples=150)
@given(st.sampled_from(READ), st.binary(min_size=1, max_size=400))
@example(".mid", b"MThd")
@example(".abc", b"\xff\xfe")
@example(".krn", b"**kern")
@example(".mxl", b"PK\x03\x04")
@example(".musicxml", b"<score-partwise>")
def test_any_bytes_are_music_or_refused_in_one_line(ending: str, data: bytes):
    read(ending, data)


@settings(max_examples=150)
@given(damaged())
def test_any_damaged_file_is_music_or_refused_in_one_line(sent: tuple[str, bytes]):
    read(*sent)


NAMES = sorted({*Continue.model_fields, *Harmonize.model_fields, *Compose.model_fields, "token", "", "x"})
VALUES = (
    st.text(max_size=40)
    | st.sampled_from(
        ["1", "-1", "0", "nan", "inf", "1e999", "true", "3/4", "F#m", "folk", "../folk", "a.mid"]
    )
    | st.integers().map(str)
    | st.floats().map(str)
)


@given(
    st.sampled_from((Continue, Harmonize, Compose, File)),
    st.dictionaries(st.sampled_from(NAMES) | st.text(string.ascii_letters, max_size=8), VALUES, max_size=6),
)
def test_any_options_are_taken_or_refused_in_one_line(kind: type[BaseModel], query: dict[str, str]):
    try:
        wish = wished(kind, query)
    except RefusedError as error:
        refusal = error
    else:
        assert kind.model_validate(wish.model_dump(by_alias=True)) == wish
        name = getattr(wish, "name", "x.mid")
        assert "/" not in name
        assert name.isprintable()
        return
    assert refusal.status == 422
    assert str(refusal)
    assert "\n" not in str(refusal)
