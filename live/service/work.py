"""One job: ``python -P -m live.service.work``, with the order as the first line of standard input.

It lives as long as standard input is open. What it has to tell goes to standard output, see
:mod:`live.service.orders`.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from live.service.orders import Order, Word
from live.service.tamed import die_with_the_parent, quiet_signals, tame

PROGRESS_SECONDS = 0.1
"""Progress is told so often at most."""
CHARACTER = {"mood": "mood", "density_goal": "density", "register_goal": "register"}
"""What a taste calls the options of character."""
Figures = dict[str, float]
_DONE = {"continue": "continued", "harmonize": "harmonized", "compose": "composed"}


def main() -> None:
    """Do it, tell it, end."""
    quiet_signals()
    order = Order.model_validate_json(sys.stdin.buffer.readline())
    tame(idle=order.idle, cpu_seconds=order.cpu_seconds, memory_bytes=order.memory_bytes)
    die_with_the_parent(sys.stdin.buffer, order.folder)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as told:
        os.dup2(2, 1)  # what libraries print is no word of ours
        tell = _teller(told)
        do(order, tell)
    sys.stderr.flush()
    os._exit(0)  # nothing here needs to be taken down in order


def do(order: Order, tell: Callable[[Word], None]) -> None:
    """The whole of it; what goes wrong is told, and a fault of ours is also written to standard error."""
    try:
        _work(order, tell)
    except Exception as error:
        if not getattr(error, "user_error", False):
            traceback.print_exc()
        tell(_failure(error, order))
    else:
        tell(Word(what="done"))


def _teller(to: IO[str]) -> Callable[[Word], None]:
    def tell(word: Word) -> None:
        to.write(word.model_dump_json(exclude_defaults=True) + "\n")
        to.flush()

    return tell


def _failure(error: Exception, order: Order) -> Word:
    """One line, without the names of our folders."""
    if isinstance(error, MemoryError):
        most = f"{order.memory_bytes >> 20} MB of memory"
        reason = f"{order.name or 'it'} needs more than the {most} that a job may have"
        return Word(what="failed", status=422, reason=reason)
    if isinstance(error, OSError) and not getattr(error, "user_error", False):
        return Word(what="failed", status=507, reason=f"the answer cannot be kept: {error.strerror}")
    if not getattr(error, "user_error", False):
        return Word(
            what="failed", reason=f"Antiphon failed at this ({type(error).__name__}): please report it"
        )
    reason = " ".join(str(error).split())
    if order.file is not None:
        reason = reason.replace(str(order.file), order.name)
    return Word(what="failed", status=422, reason=reason.replace(f"{order.folder}{os.sep}", ""))


def _work(order: Order, tell: Callable[[Word], None]) -> None:
    from live.service import shown, wishes  # noqa: PLC0415

    music = None
    if order.file is not None:
        music = _read(order)
        _line(order, tell, "read", {"what": "read", **shown.read(music).model_dump()})
    if order.kind == "read":
        return
    wish = order.wish
    first = wish.get("seed")
    seed = secrets.randbelow(1_000_000) if first is None else int(first)
    for number, (made, figures) in enumerate(_all(order, music, seed, tell), start=1):
        name = _name(order, made.music.name, number)
        data, kind, remarks = _encoded(name, wish["format"], made)
        begins, seconds = shown.times(made.music, made.added)
        answer = wishes.Made(
            number=number,
            model=made.model,
            seed=made.seed,
            begins=begins,
            seconds=seconds,
            parts=shown.parts(made.added, made.music.tempo),
            remarks=[*made.remarks, *remarks],
            **figures,
            file=wishes.MadeFile(name=name, type=kind, base64=base64.b64encode(data).decode()),
        )
        file = order.folder / f"made-{number}"
        file.write_bytes(data)
        _line(
            order,
            tell,
            "made",
            {"what": "made", **answer.model_dump()},
            number=number,
            file=file,
            name=name,
            type=kind,
        )


def _line(order: Order, tell: Callable[[Word], None], what: Any, answer: dict[str, Any], **more: Any) -> None:
    path = order.folder / f"{what}-{more.get('number', 0)}.json"
    path.write_text(json.dumps(answer, separators=(",", ":")), encoding="utf-8")
    tell(Word(what=what, line=path, **more))


def _read(order: Order) -> Any:
    """The music that was sent. Raises ``FileError``; whatever a reader stumbles over is the file's fault."""
    from live.errors import FileError  # noqa: PLC0415
    from live.files.read import read  # noqa: PLC0415

    assert order.file is not None
    try:
        music = read(order.file)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # a reader's own bug is no fault of the service
        traceback.print_exc()
        raise FileError(f"cannot read {order.name}: it is damaged ({type(error).__name__})") from error
    return replace(music, name=Path(order.name).stem)


def _all(order: Order, music: Any, seed: int, tell: Callable[[Word], None]) -> Iterator[tuple[Any, Figures]]:
    """Each alternative when it is there, and the figures by which it is ranked, if it is."""
    wish = order.wish
    if wish.get("alternatives", 1) > 1:
        from live.offline.alternatives import alternatives  # noqa: PLC0415

        for each in alternatives(
            music, _taste(wish, seed), wish["alternatives"], network=_network(order, music),
            progress=_progress(tell, 1), **_length(wish),
        ):  # fmt: skip
            yield each.made, {"nats": round(each.nats, 3), "new": round(each.new, 3)}
        return
    made_by = _maker(order, music)
    for number in range(1, wish["count"] + 1):
        yield made_by(seed + number - 1, _progress(tell, number)), {}


def _maker(order: Order, music: Any) -> Callable[[int, Callable[[float], None]], Any]:
    """Makes one alternative of a seed; the network is loaded once."""
    from live.offline.composing import compose_music  # noqa: PLC0415
    from live.offline.continuing import continue_music  # noqa: PLC0415
    from live.offline.harmonizing import harmonize_music  # noqa: PLC0415
    from models.key import Key  # noqa: PLC0415

    wish = order.wish
    key = None if wish.get("key", "auto") == "auto" else Key.parse(wish["key"])
    network = _network(order, music)
    match order.kind:
        case "continue":
            return lambda seed, progress: continue_music(
                music, _taste(wish, seed), network=network, progress=progress, **_length(wish)
            )
        case "harmonize":
            chosen = {"voices": wish["voices"], "key": key, "part": wish["part"]}
            return lambda seed, progress: harmonize_music(
                music, _taste(wish, seed), network=network, progress=progress, **chosen
            )
        case _:
            over, under = (int(each) for each in wish["meter"].split("/"))
            return lambda seed, progress: compose_music(
                "piece", _taste(wish, seed), network=network, key=key, mode=wish["mode"],
                meter=(over, under), bars=wish["bars"], progress=progress,
            )  # fmt: skip


def _network(order: Order, music: Any) -> Any:
    """The one that was asked for, else the usual one."""
    from live.offline.continuing import model_for  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    usual = {"harmonize": "chorale", "compose": "folk"}
    return load_network(order.wish["model"] or usual.get(order.kind) or model_for(music))


def _taste(wish: Mapping[str, Any], seed: int) -> Any:
    from live.offline.taste import Taste  # noqa: PLC0415

    asked = {name: wish[option] for name, option in CHARACTER.items() if option in wish}
    # The mode of a piece from nothing is that of its key.
    mode = "free" if "key" in wish else wish.get("mode", "free")
    return Taste(seed, wish["temperature"], wish["top_p"], mode_goal=mode, **asked)


def _length(wish: Mapping[str, Any]) -> dict[str, Any]:
    """How far a piece goes on, and by which part."""
    return {
        "seconds": wish["seconds"], "bars": wish["bars"], "part": wish["part"], "may_end": wish["allow_end"]
    }  # fmt: skip


def _progress(tell: Callable[[Word], None], number: int) -> Callable[[float], None]:
    told_at = 0.0

    def progress(share: float) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= PROGRESS_SECONDS:
            told_at = now
            tell(Word(what="progress", number=number, share=round(min(1.0, max(0.0, share)), 3)))

    return progress


def _name(order: Order, title: str, number: int) -> str:
    """What the file that is made is called."""
    count = f"-{number}" if order.wish["count"] > 1 else ""
    done = f"-{_DONE[order.kind]}" if order.file is not None else ""
    return f"{title}{done}{count}.{order.wish['format']}"


def _encoded(name: str, form: str, made: Any) -> tuple[bytes, str, list[str]]:
    """The file's bytes, media type, and remarks. Raises ``FileError``."""
    from live.files.write import encoded  # noqa: PLC0415
    from live.service.formats import WRITTEN  # noqa: PLC0415

    found = encoded(Path(name), made.music, made.added)
    return found.data, WRITTEN["." + form], list(found.remarks)


if __name__ == "__main__":
    main()
