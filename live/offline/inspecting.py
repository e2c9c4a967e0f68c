"""What a piece of music is, in figures: key, meter, tempo, range, density, and what surprises a model."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from live.files.bars import bar_lines
from live.files.lines import melody_part
from live.files.music import Music, Part
from live.offline.continuing import model_for
from live.offline.prompts import prompt_for
from live.offline.surprise import nats_of
from models.convert import NoteArray
from models.events import KIND, PITCH, TIME, Kind
from models.key import NAMES, find_key
from models.step import Network, load_network


@dataclass(frozen=True)
class Inspected:
    """``facts`` are for programs; ``surprise`` ``[n, 4]``: quarter, pitch, duration in quarters and bits of
    each note that the model heard.
    """

    facts: dict[str, Any]
    surprise: NoteArray


def inspect_music(music: Music, *, network: Network | None = None, part: str | None = None) -> Inspected:
    """Figures of a piece. Surprise is by `folk` for a single line, else by `piano`, if not told.

    Of several parts a model of single lines hears the melody (``part``). Blocks: 0.3 ms a note.
    """
    notes = np.concatenate([each.notes for each in music.pitched])
    seconds = float(music.tempo.seconds_at(music.end))
    paces = np.asarray(music.tempo.pace)
    surprise, model = _surprise(music, network, part)
    bits = surprise[:, 3]
    facts: dict[str, Any] = {
        "name": music.name,
        "title": music.title,
        "key": (music.key or find_key(notes)).name,
        "key_from": "file" if music.key else "notes",
        "meters": list(dict.fromkeys(f"{mark.numerator}/{mark.denominator}" for mark in music.meters)),
        "bars": len(bar_lines(music.meters, music.end)) or None,
        "tempo": {
            "start": round(60 / float(paces[0]), 1),
            "slowest": round(60 / float(paces.max()), 1),
            "fastest": round(60 / float(paces.min()), 1),
        },
        "seconds": round(seconds, 2),
        "notes": len(notes),
        "notes_a_second": round(len(notes) / max(seconds, 1e-9), 2),
        "sounding_together": round(_together(music, seconds), 2),
        "range": _range(notes),
        "parts": [_part(each) for each in music.parts],
        "melody": melody_part(music, part).name,
        "chord_symbols": len(music.chords),
        "surprise": {
            "model": model,
            "bits_a_note": round(float(bits.mean()), 2),
            "notes": [[round(float(each), 3) for each in row] for row in surprise[:, [0, 1, 3]]],
        },
    }
    return Inspected(facts, surprise)


def _surprise(music: Music, network: Network | None, part: str | None) -> tuple[NoteArray, str]:
    network = network or load_network(model_for(music))
    prompt = prompt_for(network.manifest, music, part=part)
    events = prompt.piece.events(prompt.grid, network.manifest.voices)
    nats = nats_of_all(network, events, prompt.piece.meters)
    ons = np.flatnonzero(events[1:, KIND] == Kind.ON)
    ticks, pitches = events[1:][ons][:, TIME], events[1:][ons][:, PITCH]
    quarters = prompt.axis.quarters(ticks)
    order = np.lexsort((prompt.piece.notes[:, 1], np.rint(prompt.piece.notes[:, 0])))
    lengths = {
        (round(onset), int(pitch)): duration
        for onset, pitch, _, duration, _ in prompt.piece.notes[order].tolist()
    }
    durations = [
        lengths.get((int(tick), int(pitch)), 1.0) for tick, pitch in zip(ticks, pitches, strict=True)
    ]
    ends = prompt.axis.quarters(ticks + np.array(durations))
    real = pitches - prompt.piece.transposition
    return np.stack([quarters, real, ends - quarters, nats[ons] / log(2)], axis=1), network.manifest.name


def nats_of_all(network: Network, events: Any, meters: Any) -> Any:
    """Of every event but the first, a thousand at a time."""
    step = 1024
    found = [
        nats_of(network, events[: min(len(events), first + step)], meters, first)
        for first in range(1, len(events), step)
    ]
    return np.concatenate(found)


def _together(music: Music, seconds: float) -> float:
    """How many notes sound at once on average, while any time passes."""
    tempo = music.tempo
    total = sum(
        float((tempo.seconds_at(notes[:, 0] + notes[:, 3]) - tempo.seconds_at(notes[:, 0])).sum())
        for notes in (each.sounding() for each in music.pitched)
    )
    return total / max(seconds, 1e-9)


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "notes": len(part.notes),
        "program": part.program,
        "drums": part.drums,
        "range": _range(part.notes),
    }


def _range(notes: NoteArray) -> list[str]:
    """The lowest and the highest note, like ``C4``."""
    if not len(notes):
        return []
    return [
        f"{NAMES[int(pitch) % 12]}{int(pitch) // 12 - 1}" for pitch in (notes[:, 1].min(), notes[:, 1].max())
    ]
