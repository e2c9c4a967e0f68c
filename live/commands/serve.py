"""``antiphon serve``: files over HTTP, without the instrument."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 for other machines.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 8765,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            envvar="ANTIPHON_TOKEN",
            help="What a client must know; drawn and printed if other machines are listened to.",
        ),
    ] = None,
    public: Annotated[
        str | None,
        typer.Option(
            "--public",
            metavar="URL",
            envvar="ANTIPHON_PUBLIC",
            help="What a browser shows where a reverse proxy stands before, like https://music.example.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, max=64, help="How many run at once; default: one a processor."),
    ] = None,
) -> None:
    """Continue, harmonise and compose files over HTTP, and a page for it; no MIDI (docs/api-http.md)."""
    from live.service.alone import Where  # noqa: PLC0415
    from live.service.alone import serve as serve_files  # noqa: PLC0415

    serve_files(
        Where(host=host, port=port, token=token or None, public=public or None),
        jobs or os.cpu_count() or 1,
        lambda line: print(f"antiphon: {line}", file=sys.stderr, flush=True),
        lambda address: print(f"ready: files at {address}", flush=True),
    )
