"""``antiphon novelty``: how much of a file a model may have copied from what it learned from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from live.commands import options
from live.commands.lazy import corpus_module
from models.grid import TICK_SECONDS, TICKS_PER_QUARTER
from models.meter import bar_of

if TYPE_CHECKING:
    from live.files.music import Music
    from live.files.prompt import Prompt
    from models.grid import Grid


def novelty(
    source: options.Source,
    data: options.Data,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
) -> None:
    """Find the longest run of notes that stands in a corpus's training split, in any key and at half to
    double tempo, and where.

    Beside MAESTRO all parts are looked at together; beside songs and chorales each part by itself,
    the highest note of it where it has chords.
    """
    from live.files import examples  # noqa: PLC0415
    from live.files.read import read  # noqa: PLC0415

    music = read(examples.located(source))
    found = copied(music, data)
    if as_json:
        import json  # noqa: PLC0415

        print(json.dumps({"file": str(source), **found}))
    else:
        print(_said(source, found))


def copied(music: Music, data: Path) -> dict[str, Any]:
    """The longest run of notes of the music that stands in a corpus, for programs."""
    corpus = corpus_module("training.corpus")
    kind = corpus.kind_of(data)
    settings = corpus_module("training.settings").load_settings(kind)
    pieces = corpus.load(kind, data, settings.corpus).splits["train"]
    grid: Grid = settings.grid_object
    index = corpus_module("training.novelty.index").NoveltyIndex(pieces, grid)
    in_order = corpus_module("training.novelty.sequence").in_order
    prompts = list(_prompts(music, grid))
    queries = [in_order(prompt.piece.notes, grid) for _, prompt in prompts]
    runs = [index.longest(query) for query in queries]
    best = max(range(len(runs)), key=lambda number: runs[number].notes)
    part, prompt = prompts[best]
    found = _found(prompt, runs[best], index.notes, grid) | {"part": part, "corpus": kind}
    found["figures_once"] = max(index.longest(query, figures_once=True).notes for query in queries)
    return found


def _prompts(music: Music, grid: Grid) -> list[tuple[str | None, Prompt]]:
    """What is looked up: everything at once, or the line of each part and its name."""
    if not grid.monophonic:
        from live.files.performance import performance_prompt  # noqa: PLC0415

        return [(None, performance_prompt(music))]
    from live.files.melody import melody_prompt  # noqa: PLC0415

    parts = music.pitched
    return [(part.name, melody_prompt(music, part=str(n + 1))) for n, part in enumerate(parts)]


def _found(prompt: Prompt, run: Any, corpus_notes: int, grid: Grid) -> dict[str, Any]:
    """The run and its places: in bars and quarters of scores, in seconds of performances."""
    source = run.piece
    found: dict[str, Any] = {
        "notes": len(prompt.piece.notes),
        "longest_run": run.notes,
        "corpus_notes": corpus_notes,
        "source": source and source.name,
    }
    if source is None:
        return found
    quarter = float(prompt.axis.quarters(run.tick))
    if grid.monophonic:
        places = {"place": (quarter, prompt.piece.meters, run.tick)}
        places["source_place"] = (run.tick_there / TICKS_PER_QUARTER, source.meters, run.tick_there)
        for name, (at, meters, tick) in places.items():
            found[name] = {"quarter": round(at, 3), "bar": bar_of(tick, meters) if meters else None}
    else:
        found["place"] = {"second": round(float(prompt.music.tempo.seconds_at(quarter)), 2)}
        found["source_place"] = {"second": round(run.tick_there * TICK_SECONDS, 2)}
    return found


def _said(source: Path, found: dict[str, Any]) -> str:
    """The same in a sentence."""
    count, whole = found["longest_run"], found["notes"]
    if found["source"] is None:
        return f"{source}: nothing of its {whole} notes stands in the corpus"
    part = f" of {found['part']}" if found["part"] else ""
    here, there = _place(found["place"]), _place(found["source_place"])
    return (
        f"{source}: the longest run that stands in the training split has {count} of the {whole} "
        f"notes{part}: from {here} on, in {found['source']} from {there} on; "
        f"where figures that go round count once, {found['figures_once']} notes"
    )


def _place(place: dict[str, Any]) -> str:
    if "second" in place:
        minutes, seconds = divmod(place["second"], 60)
        return f"{minutes:.0f}:{seconds:04.1f}"
    return f"bar {place['bar']}" if place["bar"] is not None else f"quarter {place['quarter']:g}"
