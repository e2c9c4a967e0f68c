"""The models that are shipped: whole, small, and without a fault in what they say."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from legality import only_legal_events
from under_test import OTHER_MODELS, model

import models.step
from models.context import Context, Limits
from models.events import Event, Kind
from models.manifest import read_manifest
from models.sampling import Draws, Style
from models.step import Network, find_manifest, load_network

FOLDER = Path(os.environ.get(OTHER_MODELS, Path(models.step.__file__).parent))
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
EXPECTED = ["chorale", "folk", "piano"]
MOST_BYTES = 24 * 2**20
EVENTS = 2_000

NOT_YET = pytest.param("", marks=pytest.mark.skip("no models yet"))
each_model = pytest.mark.parametrize("name", NAMES or [NOT_YET])


@pytest.fixture(scope="module")
def networks() -> dict[str, Network]:
    return {name: load_network(model(name)) for name in NAMES}


@pytest.mark.skipif("piano" not in NAMES, reason="the models are not complete yet")
def test_all_three_models_are_here():
    assert NAMES == EXPECTED


@pytest.mark.skipif(OTHER_MODELS in os.environ, reason="models under test are not measured yet")
@each_model
def test_figures_data_and_licence_are_told(name: str):
    manifest = read_manifest(find_manifest(model(name)))
    assert manifest.name == name
    assert manifest.data
    assert manifest.licence
    figures = manifest.figures
    assert figures.parity_error is not None
    assert figures.nats_per_event is not None
    assert figures.ngram_nats_per_event is not None
    assert figures.nats_per_event < figures.ngram_nats_per_event


def test_models_are_small_enough_for_a_wheel():
    assert (
        sum(path.stat().st_size for path in FOLDER.iterdir() if path.suffix in (".onnx", ".json"))
        < MOST_BYTES
    )


@each_model
def test_the_length_of_calls_makes_no_difference(name: str, networks: dict[str, Network]):
    """On a short piece; int8 weights scale activations anew in every call, hence the tolerance."""
    events = sampled(networks[name], 120)
    by_one, at_once = Context(networks[name]), Context(networks[name])
    for event in events:
        by_one.hear(event)
    at_once.hear(*events)
    assert by_one.hidden is not None
    assert at_once.hidden is not None
    distance = np.linalg.norm(by_one.hidden - at_once.hidden) / np.linalg.norm(at_once.hidden)
    assert distance < 0.05


@each_model
def test_the_step_of_one_event_says_what_the_step_says_to_the_last_bit(
    name: str, networks: dict[str, Network]
):
    by_size, general = Context(networks[name]), Context(load_network(model(name)))
    assert general.network.step_of_one is not general.network.step
    general.network.step_of_one = general.network.step
    for event in sampled(networks[name], 60):
        by_size.hear(event)
        general.hear(event)
        assert by_size.hidden is not None
        assert general.hidden is not None
        assert np.array_equal(by_size.hidden, general.hidden)


@each_model
def test_a_plan_leaves_no_trace(name: str, networks: dict[str, Network]):
    context = Context(networks[name])
    context.hear(*sampled(networks[name], 80))
    before, hidden = context.heard, context.hidden
    plan = context.fork()
    said(plan, 40)
    plan.rollback(40)
    np.testing.assert_array_equal(plan.hidden, hidden)
    np.testing.assert_array_equal(context.hidden, hidden)
    assert said(plan, 10) == said(context, 10)
    assert context.heard == before + 10


@each_model
def test_thousands_of_its_events_have_no_fault(name: str, networks: dict[str, Network]):
    with only_legal_events():
        events = sampled(networks[name], EVENTS)
    kinds = {event.kind for event in events}
    assert {Kind.ON, Kind.OFF} <= kinds
    assert 1 < events[-1].time / EVENTS < 40, "a strange pace"
    low = min(low for low, _ in networks[name].manifest.ranges)
    high = max(high for _, high in networks[name].manifest.ranges)
    pitches = np.array([event.pitch for event in events if event.kind == Kind.ON])
    assert ((pitches >= low) & (pitches <= high)).mean() > 0.98


def sampled(network: Network, count: int) -> list[Event]:
    context = Context(network)
    context.hear(Event(0, Kind.START))
    return [Event(0, Kind.START), *said(context, count - 1)]


def said(context: Context, count: int) -> list[Event]:
    events = []
    for decision in range(count):
        choice = context.choose(Limits(most=400), Style(), Draws(7, decision))
        assert choice is not None
        assert np.isfinite(choice.total)
        context.hear(choice.event)
        events.append(choice.event)
    return events
