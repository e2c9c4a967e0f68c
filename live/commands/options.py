"""Options that several commands share, with one name and one meaning."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from live.controls import checked
from live.errors import AntiphonError
from live.moods import FREE, MOODS
from models import places


def _above_zero(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise typer.BadParameter("it must be a number above 0")
    return value


def _share(value: float | None) -> float | None:
    if value is not None and not 0 < value <= 1:
        raise typer.BadParameter("it must be above 0 and at most 1")
    return value


def _control(name: str) -> Callable[[str], Any]:
    """What checks an option that is a control of the instrument by another name."""

    def check(value: str) -> Any:
        try:
            return checked(name, value)
        except AntiphonError as error:
            raise typer.BadParameter(str(error).removeprefix(f"{name} ")) from error

    return check


Source = Annotated[
    Path,
    typer.Argument(
        metavar="IN",
        show_default=False,
        help="A .mid, .krn, .abc, .musicxml or .mxl file (or a shipped example: "
        "example-piano.mid, example-tune.abc).",
    ),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT.mid", help="The MIDI file to write.")]
Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="IN",
        show_default=False,
        help="Files that hold music (or a shipped example: example-piano.mid, example-tune.abc), folders, "
        "patterns like 'tunes/*.krn', or - for standard input.",
    ),
]
Outputs = Annotated[
    list[Path],
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="The file to write: its ending says the format. Several at once; a folder for many inputs; "
        "- for standard output.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Format in a folder or on standard output: mid, abc, ... (several).",
    ),
]
Soundfont = Annotated[
    Path | None,
    typer.Option("--soundfont", metavar="FILE.sf2", help="What .wav and .flac are played with."),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Files that are worked on at once; all cores.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one object for programs.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help=f"Which model plays: {', '.join([*places.shipped_names(), *places.own_names()])}, "
        "or a manifest's path.",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        callback=_above_zero,
        help="Above 1 more adventurous, below 1 more careful. Each model has its own default.",
    ),
]
TopP = Annotated[
    float | None,
    typer.Option(
        "--top-p",
        callback=_share,
        help="Choose among the likeliest notes that make up this share. Each model has its own.",
    ),
]
Density = Annotated[
    str,
    typer.Option(
        "--density",
        metavar="NOTES",
        callback=_control("density_goal"),
        help="Aim at so many notes a second; off: as the model likes. Known to piano.",
    ),
]
Register = Annotated[
    str,
    typer.Option(
        "--register",
        metavar="KEY",
        callback=_control("register_goal"),
        help="Play around this key, like C3 or 48; off: where the model likes. Known to piano.",
    ),
]
Mood = Annotated[
    str,
    typer.Option(
        "--mood",
        metavar="|".join(MOODS),
        callback=_control("mood"),
        help=f"The character, several of these at once: {', '.join(each for each in MOODS if each != FREE)}.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="The same seed makes the same file. Drawn if not given."),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE.png", help="Also draw a piano roll of old and new."),
]
Key = Annotated[
    str,
    typer.Option("--key", metavar="KEY|auto", help="The key, like F#m or Bb; auto finds it."),
]
MelodyPart = Annotated[
    str | None,
    typer.Option("--part", metavar="NAME", help="The part with the melody, by name or number."),
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", callback=_above_zero, help="How long the new music lasts."),
]
Bars = Annotated[int | None, typer.Option("--bars", min=1, help="The same, in bars.")]
Provider = Annotated[
    str,
    typer.Option(
        "--provider",
        help="Where models compute: cpu, cuda, or auto, which measures once where there is a graphics card.",
    ),
]
Data = Annotated[Path, typer.Option("--data", metavar="PATH", help="The corpus: a folder or an archive.")]
Runs = Annotated[Path, typer.Option("--runs", metavar="FOLDER", help="Where training runs keep their files.")]


def seed_or_drawn(seed: int | None) -> int:
    """The seed given, or a new one that is short enough to be typed again."""
    return secrets.randbelow(1_000_000) if seed is None else seed
