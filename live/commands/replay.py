"""``antiphon replay``: a recorded session as a MIDI file, run again, or as another take."""

from __future__ import annotations

import sys
from dataclasses import replace as with_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live.commands import options
from live.errors import AntiphonError

if TYPE_CHECKING:
    from live.sessions.file import SessionFile
    from live.sessions.tracks import Track

DIFFERENT = 1
"""Exit code of ``--again`` when the engine does not say the same."""


def replay(
    session: Annotated[
        str | None,
        typer.Argument(metavar="SESSION", show_default=False, help="A path, a number of the list, or last."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT.mid", help="The MIDI file to write."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Run the engine again on what it heard, and compare.")
    ] = False,
    mode: Annotated[str | None, typer.Option(help="Another take: in this mode.")] = None,
    model: Annotated[str | None, typer.Option(help="Another take: by this model.")] = None,
    temperature: options.Temperature = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Another take: with these random numbers.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another take: a control; may be repeated."),
    ] = None,
    plot: options.Plot = None,
) -> None:
    """Write a recorded session as a MIDI file: player and companion as tracks, as they sounded.

    Without SESSION, list the sessions. With --again the engine must say the same, note for note; with
    another mode, model, temperature, seed or control it plays another take to what you played.
    """
    from live.files import write  # noqa: PLC0415
    from live.sessions.file import SessionFile  # noqa: PLC0415
    from live.sessions.folder import session_named  # noqa: PLC0415

    changes = _changes(mode, model, temperature, set_ or [])
    new_take = bool(changes) or seed is not None
    if session is None:
        if output or again or new_take or plot:
            raise typer.BadParameter("name a session: a path, a number of the list, or last")
        _list()
        return
    file = SessionFile(session_named(session))
    if output is None and (new_take or plot or not again):
        raise typer.BadParameter("say where to write: -o OUT.mid")
    if output is not None:
        write.check(output, write.MIDI)
        if plot is not None:
            write.check(plot, write.ROLLS)
    if new_take:
        from live.engine.loaded import Loaded  # noqa: PLC0415
        from live.sessions.take import another_take  # noqa: PLC0415

        tracks = another_take(file, Loaded().get, changes, seed=seed)
    elif again:
        _again(file)
    if output is not None:
        _write(file, output, plot, tracks if new_take else _played(file))


def _changes(
    mode: str | None, model: str | None, temperature: float | None, given: list[str]
) -> dict[str, object]:
    """Controls and their new values, checked. Raises ``AntiphonError``."""
    from live.controls import checked  # noqa: PLC0415

    words: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise AntiphonError(f"--set {text}: write it as NAME=VALUE, like voices=2")
        words[name.strip()] = value.strip()
    named = {"mode": mode, "model": model, "temperature": temperature}
    words |= {name: value for name, value in named.items() if value is not None}
    return {name: checked(name, value) for name, value in words.items()}


def _played(file: SessionFile) -> list[Track]:
    from live.sessions.tracks import Listener  # noqa: PLC0415

    listener = Listener([port["name"] for port in file.header.ports.get("inputs", [])])
    for entry in file.entries():
        listener.listen(entry)
    return listener.tracks()


def _write(file: SessionFile, output: Path, picture: Path | None, tracks: list[Track]) -> None:
    from live.files import write  # noqa: PLC0415
    from live.sessions.listing import duration_words  # noqa: PLC0415
    from live.sessions.midi import write_session  # noqa: PLC0415
    from live.sessions.tracks import PLAYER, span  # noqa: PLC0415

    started = file.header.started[:16].replace("T", " ")
    music = write_session(output, tracks, f"Antiphon, {started}")
    if picture is not None:
        names = {track.name for track in tracks if track.who == PLAYER}
        by_player = tuple(part for part in music.parts if part.name in names)
        others = [part for part in music.parts if part.name not in names]
        write.save(picture, with_(music, parts=by_player), others)
    first, last = span(tracks)
    notes = [
        sum(len(track.notes) for track in tracks if (track.who == PLAYER) is own) for own in (True, False)
    ]
    print(
        f"{output}: {duration_words((last - first) / 1e9)}, {notes[0]} notes by the player, "
        f"{notes[1]} by the companion"
    )


def _again(file: SessionFile) -> None:
    """Say whether it is the same; exits 1 where it is not."""
    from live.engine.loaded import Loaded  # noqa: PLC0415
    from live.sessions.again import run_again  # noqa: PLC0415
    from live.sessions.listing import duration_words  # noqa: PLC0415

    outcome = run_again(file, Loaded().get)
    for remark in outcome.remarks:
        print(f"antiphon: {remark}", file=sys.stderr)
    if outcome.difference:
        print(f"different {outcome.difference}")
        raise typer.Exit(DIFFERENT)
    print(
        f"equal: {outcome.notes} note-ons and all {outcome.orders} orders of "
        f"{duration_words(outcome.seconds)} are the same"
    )


def _list() -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from live.errors import FileError  # noqa: PLC0415
    from live.sessions.folder import sessions, sessions_folder  # noqa: PLC0415
    from live.sessions.listing import duration_words, summary  # noqa: PLC0415
    from live.sessions.size import size_words  # noqa: PLC0415

    console = Console()
    found = sessions()
    if not found:
        console.print(f"No session has been recorded yet in {sessions_folder()}.", soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("number", "date", "length", "player's notes", "companion's", "mode", ""):
        table.add_column(name, justify="left" if name in ("date", "mode", "") else "right")
    for number, path in enumerate(found, start=1):
        try:
            each = summary(path)
        except FileError as error:
            table.add_row(
                str(number),
                path.stem[:17],
                "",
                "",
                "",
                "",
                "early version" if "early" in str(error) else "damaged",
            )
            continue
        table.add_row(
            str(number),
            f"{each.started:%Y-%m-%d %H:%M}",
            duration_words(each.seconds),
            str(each.player_notes),
            str(each.companion_notes),
            ", ".join(each.modes),
            each.state,
        )
    console.print(table)
    size = size_words(sum(path.stat().st_size for path in found))
    console.print(f"{size} in {sessions_folder()}", soft_wrap=True, highlight=False)
