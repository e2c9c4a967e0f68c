"""``antiphon prepare``: a corpus read once, into one file that the commands that train and measure take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.lazy import corpus_module
from live.errors import AntiphonError


def prepare(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="folk, chorale or piano, or a .toml of settings.")
    ],
    data: options.Data,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.npz", help="The prepared corpus to write.")
    ],
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.json", help="Also write what became of every file."),
    ] = None,
) -> None:
    """Read a corpus, leave duplicates out, divide it, and write it into one file.

    train, export and evaluate take that file as --data; without it they prepare the corpus themselves, and
    keep it in the cache folder.
    """
    corpora = corpus_module("training.corpus")
    if output.suffix != corpora.PREPARED:
        raise AntiphonError(f"cannot write {output}: a prepared corpus ends in {corpora.PREPARED}")
    settings = corpus_module("training.settings").load_settings(name)
    found = corpora.load(settings.data, data, settings.corpus)
    try:
        corpus_module("training.store").save(output, found.splits, found.report)
        if report is not None:
            report.parent.mkdir(parents=True, exist_ok=True)
            report.write_text(found.report.to_json() + "\n")
    except OSError as error:
        raise AntiphonError(f"cannot write {error.filename or output}: {error.strerror}") from error
    print("\n".join(found.report.lines()))
