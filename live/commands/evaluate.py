"""``antiphon evaluate``: how surprised a model is by music that it never heard, or what it plays itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from live.commands import options
from live.commands.lazy import corpus_module, training_module

if TYPE_CHECKING:
    from models.manifest import Manifest

PASSAGES = 24
"""So many are gone on with at each place of a control unless told otherwise."""
CHORALES = 36
"""So many are harmonized unless told otherwise: the test split once."""


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model, by name or manifest.")],
    data: options.Data,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", metavar="train|validation|test", help="Which part; test, validation for samples."
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Let it play so often, and compare with the real music."),
    ] = None,
    harmony: Annotated[
        bool,
        typer.Option(
            "--harmony",
            help="Let it harmonize the chorales of --data, beside Bach and two rules, by --samples.",
        ),
    ] = False,
    responses: Annotated[
        bool,
        typer.Option(
            "--responses",
            help="Turn each control of character, let it play to --samples passages, and measure.",
        ),
    ] = False,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws passages and samples.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes that play at once; all cores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE.md", help="Put the tables into this file as well.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            metavar="FILE.json",
            help="Likelihood: write it there, not into the model's manifest.",
        ),
    ] = None,
) -> None:
    """Measure a model on a corpus, beside an n-gram of the same split; or, with --samples, what it plays.

    Samples are kept while they are played: the same command goes on where it was stopped.
    """
    from live.commands.own_music import splits_of  # noqa: PLC0415

    if samples is None and not harmony and not responses:
        if as_json or write or temperature is not None or top_p is not None:
            raise typer.BadParameter(
                "--temperature, --top-p, --json and --write need --samples, --responses or --harmony"
            )
        training_module("training.evaluate").run(name, data, split or "test", splits_of, figures)
        return
    if figures is not None:
        raise typer.BadParameter("--figures is for likelihood: leave --samples and --harmony away")
    from models.sampling import Style  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    manifest = load_network(name).manifest
    own = manifest.sampling
    style = Style(
        own.temperature if temperature is None else temperature, own.top_p if top_p is None else top_p
    )
    asked = corpus_module("training.listening.run").Asked(
        name=name, data=data, split=split or "validation", seed=seed, style=style,
        samples=samples or (PASSAGES if responses else CHORALES),
        jobs=jobs or os.cpu_count() or 1, as_json=as_json, write=write,
        splits_of=splits_of,
    )  # fmt: skip
    from live.offline.playing import going_on, harmonizing  # noqa: PLC0415

    if harmony:
        _harmony(asked, manifest)
        return
    if responses:
        from live.offline.turns import turns  # noqa: PLC0415

        corpus_module("training.listening.responses").run(asked, going_on, turns(manifest, style))
        return
    corpus_module("training.listening.run").run(asked, going_on, harmonizing)


def _harmony(asked: Any, manifest: Manifest) -> None:
    """Every way in which this model can harmonize, and the rules."""
    from live.offline.playing import harmonizing  # noqa: PLC0415
    from live.offline.yardsticks import by_the_rule, in_a_session, in_thirds  # noqa: PLC0415

    own = {manifest.name: harmonizing} if manifest.voices > 1 else {}
    live = {f"{manifest.name}, live session": in_a_session}
    rules = {"thirds": in_thirds, "triads by rule": by_the_rule}
    corpus_module("training.listening.harmonizing").run(asked, own | live | rules)
