"""The comparison as Markdown: one table for each corpus, published figures, how it came about."""

from __future__ import annotations

from export.compare.board import Board, Budget, Measured
from export.compare.contestants import RATE_SHARE, Contestant
from export.compare.published import PUBLISHED, UNITS, Unit

BEGIN = "<!-- comparison: written by python -m export.compare, not by hand -->"
END = "<!-- comparison ends -->"

_UNIT_OF: dict[str, Unit | None] = {
    "piano": "nats_per_token388",
    "chorale": "nats_per_sixteenth",
    "folk": None,
}


def markdown(networks: list[Contestant], board: Board, budget: Budget, pictures: dict[str, str]) -> str:
    """All of it, between the two marks. ``pictures``: each corpus' curves, as the page links them."""
    lines = [BEGIN, "", *_how(networks, board)]
    corpora = dict.fromkeys(one.corpus for one in networks)
    for corpus in corpora:
        own = [one for one in networks if one.corpus == corpus]
        lines += ["", f"### `{corpus}`", "", *_budget(corpus, budget), *_table(corpus, own, board, budget)]
        if corpus in pictures:
            lines += ["", f"![Learning curves of {corpus}]({pictures[corpus]})"]
    lines += ["", "### Beside published figures", "", *_published(networks, board)]
    return "\n".join([*lines, "", END])


def replaced(page: str, section: str) -> str:
    """The page with its section between the marks replaced, or with the section at its end."""
    if BEGIN in page and END in page:
        before, _, rest = page.partition(BEGIN)
        return before + section + rest.partition(END)[2]
    return page.rstrip("\n") + "\n\n## Backbones compared\n\n" + section + "\n"


def _how(networks: list[Contestant], board: Board) -> list[str]:
    quiet = [speed.quiet for one in networks if (speed := board.speed(one))]
    lines = [
        "All networks of a corpus are trained on as many events with its recipe; only backbone, width, "
        "optimizer and weight decay are replaced (and for `piano` the batch, 4 windows in place of 16, the "
        "warm-up and the average of weights, which are meant for a longer run). The backbones of one size "
        "have about as many weights (small 0.5, large 2.1 million, without embeddings and heads).",
        "",
        "The learning rate of each backbone and corpus is the best of three on validation, tried on the "
        f"small network for {RATE_SHARE:.0%} of the budget; the large one takes the same. Recurrent networks "
        "are trained with AdamW, transformers with Muon, as the shipped `folk`, `chorale` and `piano` are. "
        "The rate falls to zero over the budget. The best of 20 validations is exported (int8 where it loses "
        "less than 0.5 %) and measured as `antiphon evaluate` does.",
    ]
    trained = [learned for one in networks if (learned := board.learned(board.place(one)))]
    if trained:
        most = max(learned.waited / learned.seconds for learned in trained)
        lines += ["", f"Training waited for its input at most {most:.1%} of its time."]
    if not all(quiet):
        lines += [
            "",
            "Times marked ~ were taken beside other work; `--speeds` takes them anew on a quiet machine.",
        ]
    return lines


def _budget(corpus: str, budget: Budget) -> list[str]:
    return [f"{budget.events[corpus]:,} training events each.", ""] if corpus in budget.events else []


def _table(corpus: str, networks: list[Contestant], board: Board, budget: Budget) -> list[str]:
    unit = _UNIT_OF[corpus]
    heads = ["network", "parameters", "rate", "validation", "nats / event", "nats / note"]
    heads += [f"nats / {UNITS[unit]}"] if unit else []
    heads += ["next event right", "step p50 / p99, ms", "notes/s", "MB"]
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " --: |" * (len(heads) - 1)]
    for one in networks:
        lines.append("| " + " | ".join(_row(one, board, budget, unit)) + " |")
    if (ngram := board.baseline(corpus)) is not None:
        own = [f"{ngram.nats_per_event:.4f}", f"{ngram.nats_per_note:.4f}"]
        own += [_number(getattr(ngram, unit))] if unit else []
        cells = [f"n-gram, order {ngram.order}", "", "", "", *own, "", "", "", ""]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _row(one: Contestant, board: Board, budget: Budget, unit: Unit | None) -> list[str]:
    name = f"{one.backbone}, {one.size}"
    learned, found, speed = board.learned(board.place(one)), board.measured(one), board.speed(one)
    if learned is None:
        done = board.part_done(one, budget)
        state = f"{name} ({done:.0%} trained)" if done else f"{name} (not begun)"
        return [state, *[""] * (9 if unit is None else 10)]
    how = [f"{learned.parameters:,}", f"{learned.rate:g}", f"{learned.best:.3f}"]
    if found is None:
        return [f"{name} (not yet measured)", *how, *[""] * (6 if unit is None else 7)]
    own = [f"{found.nats_per_event:.4f}", f"{found.nats_per_note:.4f}"]
    own += [_number(getattr(found, unit))] if unit else []
    if speed is None:
        times = ["", ""]
    else:
        mark = "" if speed.quiet else "~"
        times = [
            f"{mark}{speed.step_ms_p50:.2f} / {speed.step_ms_p99:.2f}",
            f"{mark}{speed.notes_per_second:.0f}",
        ]
    size = f"{found.bytes / 2**20:.1f}{'' if found.int8 else ' (float)'}"
    return [name, *how, *own, f"{found.next_event_accuracy:.3f}", *times, size]


def _published(networks: list[Contestant], board: Board) -> list[str]:
    lines = [
        "| figure | nats | per | data | best here | how comparable |",
        "| --- | --: | --- | --- | --: | --- |",
    ]
    for each in PUBLISHED:
        ours = [
            found
            for one in networks
            if one.corpus == each.corpus and (found := board.measured(one)) is not None
        ]
        cells = [each.model, f"{each.nats:g}", UNITS[each.unit], each.data, _best(ours, each.unit)]
        lines.append("| " + " | ".join([*cells, each.comparable]) + " |")
    return lines


def _best(found: list[Measured], unit: Unit) -> str:
    known = [value for each in found if (value := getattr(each, unit)) is not None]
    return f"{min(known):.3f}" if known else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
