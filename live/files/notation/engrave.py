"""A page engraved: verovio draws MusicXML as SVG, CairoSVG makes a PDF of it (extra ``notation``)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from live.errors import FileError
from live.files.music import Music, Part
from live.files.notation.musicxml_out import page_bytes
from live.files.notation.sheet import sheet_of

_MISSING = "engraving needs the packages verovio and cairosvg: pip install 'antiphon[notation]'"
_OPTIONS = {
    "pageWidth": 2100,
    "pageHeight": 2970,
    "scale": 45,
    "footer": "none",
    "breaks": "auto",
    "xmlIdChecksum": True,  # the same page has the same names in it
}
_ONE_TALL_PAGE = {"pageHeight": 60000, "adjustPageHeight": True}
_SIGNS = {"\uea63": "bb", "\uea64": "b", "\uea65": "", "\uea66": "#", "\uea67": "x"}
_A4 = (793.7, 1122.5)
"""In CSS pixels."""


def engraved(form: str, music: Music, added: Sequence[Part] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The page as ``svg`` or ``png`` (one tall picture) or ``pdf`` (A4 pages), and remarks.

    Raises ``FileError`` where the extra is missing. Blocks: about 2 ms a note, then 30 ms a page.
    """
    toolkit = _toolkit()
    sheet = sheet_of(music, added)
    toolkit.setOptions(_OPTIONS if form == "pdf" else {**_OPTIONS, **_ONE_TALL_PAGE})
    if not toolkit.loadData(page_bytes(sheet, plain_tempo=True).decode()):
        raise FileError("the music cannot be engraved: verovio does not understand it")
    pages = [toolkit.renderToSVG(page).encode() for page in range(1, toolkit.getPageCount() + 1)]
    if form == "svg":
        return pages[0], sheet.remarks
    return _drawn([_with_plain_signs(page) for page in pages], form), sheet.remarks


def _with_plain_signs(page: bytes) -> bytes:
    """The sharps and flats of chord symbols as letters: CairoSVG does not read the font in the picture."""
    text = page.decode()
    for sign, letter in _SIGNS.items():
        text = text.replace(sign, letter).replace(f"&#x{ord(sign):X};", letter)
    return text.encode()


def _toolkit() -> Any:
    try:
        import verovio  # noqa: PLC0415
    except ImportError as error:
        raise FileError(_MISSING) from error
    verovio.enableLog(verovio.LOG_OFF)
    return verovio.toolkit()


def _drawn(pages: list[bytes], form: str) -> bytes:
    """All pages in one PDF, or the first as PNG."""
    try:
        import cairocffi  # noqa: PLC0415
        from cairosvg.parser import Tree  # noqa: PLC0415
        from cairosvg.surface import PDFSurface, PNGSurface  # noqa: PLC0415
    except (ImportError, OSError) as error:  # OSError: the system has no libcairo
        raise FileError(f"{_MISSING}; CairoSVG also needs the cairo library of the system") from error
    whole = BytesIO()
    if form == "png":
        PNGSurface(Tree(bytestring=pages[0]), whole, 96, background_color="white").finish()
        return whole.getvalue()
    paper = cairocffi.PDFSurface(whole, 595.28, 841.89)

    class Page(PDFSurface):  # type: ignore[misc]
        """CairoSVG makes a file of each picture; these are drawn on one paper."""

        def _create_surface(self, width: float, height: float) -> tuple[Any, float, float]:
            return paper, width, height

    for page in pages:
        Page(Tree(bytestring=page), None, 96, output_width=_A4[0], output_height=_A4[1])
        paper.show_page()
    paper.finish()
    return whole.getvalue()
