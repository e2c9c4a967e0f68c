"""``antiphon inspect``: what music is, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from live.commands import options

if TYPE_CHECKING:
    from live.commands.many import Done
    from live.commands.targets import Target
    from live.files.music import Music
    from live.offline.made import Progress

EXAMPLES = """Say what music is: key, meter, tempo, range, density, and how much each note surprises a model.

With a corpus, also the longest run of notes that stands in it (see antiphon novelty).

Examples:

  antiphon inspect song.mid --plot surprise.png

  antiphon inspect tunes/ --json
"""


def inspect_(
    source: options.Sources,
    model: options.Model = None,
    part: options.MelodyPart = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw the surprise of each note.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="PATH", help="A corpus to look for copied notes in.")
    ] = None,
    jobs: options.Jobs = None,
    as_json: options.Json = False,
) -> None:
    """Inspect (the text of help is :data:`EXAMPLES`)."""
    from live.commands import many, sources, targets  # noqa: PLC0415
    from live.files import write  # noqa: PLC0415

    found = sources.sources(source)
    if plot is not None:
        write.check(plot, write.ROLLS)
        if len(found) > 1:
            raise typer.BadParameter("--plot draws one file, not several")
    wanted = many.Wanted("inspect", "looks", as_json, jobs)
    places = [targets.Target(()) for _ in found]
    many.run(wanted, found, places, _Inspect(model, part, plot, data))


inspect_.__doc__ = EXAMPLES


@dataclass(frozen=True)
class _Inspect:
    """The task: how one file is looked at."""

    model: str | None
    part: str | None
    plot: Path | None
    data: Path | None

    def __call__(self, music: Music, target: Target, progress: Progress) -> list[Done]:
        from live.commands.many import Done  # noqa: PLC0415
        from live.files.whole import write_whole  # noqa: PLC0415
        from live.files.write import ending_of  # noqa: PLC0415
        from live.offline.inspecting import inspect_music  # noqa: PLC0415
        from models.step import load_network  # noqa: PLC0415

        found = inspect_music(music, network=load_network(self.model) if self.model else None, part=self.part)
        facts = dict(found.facts)
        if self.plot is not None:
            from live.files.surprise_roll import surprise_roll  # noqa: PLC0415

            form = ending_of(self.plot).lstrip(".")
            write_whole(self.plot, surprise_roll(music, found.surprise, form))
        if self.data is not None:
            from live.commands.novelty import copied  # noqa: PLC0415

            facts["novelty"] = copied(music, self.data)
        progress(1.0)
        return [Done(_said(facts), facts)]


def _said(facts: dict[str, Any]) -> str:
    """The same for people."""
    tempo, surprise = facts["tempo"], facts["surprise"]
    varied = tempo["slowest"] != tempo["fastest"]
    rows = {
        "key": f"{facts['key']} ({'written' if facts['key_from'] == 'file' else 'heard'})",
        "meter": ", ".join(facts["meters"]) or "none",
        "tempo": f"{tempo['start']:g}"
        + (f" ({tempo['slowest']:g} to {tempo['fastest']:g})" if varied else ""),
        "length": f"{facts['seconds']:g} s" + (f", {facts['bars']} bars" if facts["bars"] else ""),
        "notes": f"{facts['notes']}, {facts['notes_a_second']:g} a second, "
        f"{facts['sounding_together']:g} together",
        "range": " to ".join(facts["range"]),
        "parts": ", ".join(f"{part['name']} ({part['notes']})" for part in facts["parts"]),
        "melody": facts["melody"],
        "surprise": f"{surprise['bits_a_note']:g} bits a note ({surprise['model']})",
    }
    if facts["chord_symbols"]:
        rows["chords"] = f"{facts['chord_symbols']} symbols"
    if "novelty" in facts:
        found = facts["novelty"]
        place = f" in {found['source']}" if found["source"] else ""
        rows["copied"] = f"{found['longest_run']} notes in a row stand{place}"
    return "\n".join([facts["name"], *(f"  {name:9} {text}" for name, text in rows.items())])
