"""``antiphon live``: listen, and play back. Ends every note and exits 0 on SIGINT or SIGTERM."""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from live.commands.control_options import with_controls
from live.commands.options import Provider
from live.commands.status_line import StatusLine
from live.commands.ways import listen_settings, voice_settings
from live.sessions.size import parse_size

if TYPE_CHECKING:
    from live.antiphon import Antiphon

QUIET_SECONDS = 10.0
"""If nothing has been heard for this long after the start, say which inputs are listened to."""


@with_controls
def live(
    input_: Annotated[list[str] | None, typer.Option("--input", help="Input port; may be repeated.")] = None,
    output: Annotated[str | None, typer.Option(help="Output port instead of the virtual one.")] = None,
    api: Annotated[str, typer.Option(help="auto, alsa, jack, coremidi or winmm.")] = "auto",
    channels: Annotated[
        list[int] | None,
        typer.Option(
            help="Companion's channels (1-16); default 2, 3, 4. May be repeated; short for --voice."
        ),
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N:NAME=VALUE,...",
            help="One voice's way out, like 1:channel=2,program=52,low=C3,high=C5,transpose=-12,curve=soft.",
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="CHANNELS,NAME=VALUE,...",
            help="Your way in: channels and keys that are listened to, like 1,2 or 1,low=60,transpose=12.",
        ),
    ] = None,
    provider: Provider = "auto",
    seed: Annotated[int | None, typer.Option(help="Random numbers; the same seed, the same choices.")] = None,
    capture: Annotated[bool, typer.Option(help="Keep a record of the session.")] = True,
    keep_sessions: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            envvar="ANTIPHON_KEEP_SESSIONS",
            help="Old sessions are deleted above this in all: 500MB, 2GB, none (no limit).",
        ),
    ] = "1GB",
    sound: Annotated[bool, typer.Option("--sound", help="Start FluidSynth and play through it.")] = False,
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont for --sound; default: from the usual places.")
    ] = None,
    control_channel: Annotated[
        int | None, typer.Option(help="MIDI channel (1-16) for control alone; default none.")
    ] = None,
    learn: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONTROL",
            help="Learn the next MIDI controller that moves for this control, CONTROL=VALUE or action; "
            "may be repeated.",
        ),
    ] = None,
    osc: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT",
            help="Be controlled by OSC (see docs/control.md); without HOST from here only.",
        ),
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Begin with the controls of this preset.")] = None,
    player: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who plays: phrases are remembered under this name (--memory)."),
    ] = None,
    plan_port: Annotated[
        str | None,
        typer.Option(
            metavar="[NAME]",
            help="One more output, for what is about to sound (docs/plan.md); without NAME a virtual port.",
        ),
    ] = None,
    panel: Annotated[
        bool | None,
        typer.Option(
            "--panel/--no-panel",
            help="Open the page to play in, or serve none; default: served, not opened.",
        ),
    ] = None,
    panel_at: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS[:PORT]",
            help="Where the page is, like 0.0.0.0 for other devices; default: for this machine alone.",
        ),
    ] = None,
    tls: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="CERT KEY",
            help="Serve the page by https, with your certificate and its key (PEM).",
        ),
    ] = None,
    status: Annotated[
        bool | None,
        typer.Option(help="Show time, bar, key and mode in the last line; default: on a terminal."),
    ] = None,
    **controls: Any,
) -> None:
    """Play with a musician: harmonise each note as it is struck, or answer phrases."""
    given = {name: value for name, value in controls.items() if value is not None}
    given |= voice_settings(voice or ()) | listen_settings(listen)
    from live.antiphon import Antiphon  # noqa: PLC0415

    ended: queue.SimpleQueue[None] = queue.SimpleQueue()  # a handler may put into no other
    line = StatusLine(sys.stderr)
    antiphon = Antiphon(
        api=api,
        inputs=tuple(input_ or ()),
        output=output,
        channels=tuple(channels) if channels else None,
        provider=provider,
        seed=seed,
        capture=capture,
        keep_bytes=parse_size(keep_sessions),
        sound=sound or soundfont is not None,
        soundfont=soundfont,
        control_channel=control_channel,
        learn=tuple(learn or ()),
        osc=osc,
        preset=preset,
        player=player,
        plan_port=True if plan_port == "" else plan_port,
        panel=panel is not False,
        panel_at=panel_at,
        tls=tls,
        say=lambda text: line.say(f"antiphon: {text}"),
        **given,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.put(None))
    with antiphon:
        print(antiphon.ready, flush=True)
        antiphon.prune()
        if panel and antiphon.panel is not None:
            _open_in_browser(antiphon.panel)
        _wait(antiphon, ended, line if (sys.stderr.isatty() if status is None else status) else None)
        line.close()
    if troubles := troubles_of(antiphon.state()):
        print(f"antiphon: of this session's notes {troubles}", file=sys.stderr)
    if antiphon.failed:
        raise SystemExit(1)


def _open_in_browser(address: str) -> None:
    """In a thread: some browsers come back only when they are closed."""
    import webbrowser  # noqa: PLC0415

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def troubles_of(state: dict[str, Any]) -> str:
    """What did not go as it should; empty when all did."""
    words = {
        "deadline": "{} were played by a rule, because the model was late (see antiphon doctor)",
        "dropped": "{} were not sent, because their time had passed",
        "missed": "{} of yours were taken up too late to be harmonised",
    }
    return "; ".join(text.format(state[name]) for name, text in words.items() if state[name])


def _wait(antiphon: Antiphon, ended: queue.SimpleQueue[None], line: StatusLine | None) -> None:
    """Until the end; meanwhile keep ``line`` up to date."""
    seconds = 0.5 if line is None else line.seconds
    quiet_at = time.monotonic() + QUIET_SECONDS
    while not antiphon.failed:
        with contextlib.suppress(queue.Empty):
            ended.get(timeout=seconds)
            return
        if line is not None:
            line.show(antiphon.state())
        if time.monotonic() >= quiet_at:
            quiet_at = float("inf")
            antiphon.say_if_quiet()
