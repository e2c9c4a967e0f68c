"""For all tests: what a busy machine must not decide.

Hypothesis does not look at the clock. Tests in real time (ports, browser) run one after another in one
process, the others beside them whenever a processor has nothing else to do.
They are tried up to three times, since the machine may belong to others as well for a while.

One process more than there are processors is right (``pytest -n 3`` on two): tests in real time mostly wait.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from tiny import Tiny, shared_tiny
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

settings.register_profile(
    "antiphon",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("antiphon")


IN_REAL_TIME = "tests/ports/"
"""Tests here play through real ports, a synth or a browser, so that their timing counts."""


LONG = "tests/hard/"
"""Tests here take long, each of them: one that began last would be waited for."""


class OneAtATime(LoadScopeScheduling):
    """Tests in real time are one piece of work, those of each other file are one: what a module's fixtures
    make is made once.

    (``--dist loadgroup`` would say the same, but pytest-xdist 3.8 forgets groups under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(LONG):
            return nodeid
        return IN_REAL_TIME if nodeid.startswith(IN_REAL_TIME) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneAtATime:
    config.option.loadscopereorder = False  # in the order below, not by how many tests a file has
    return OneAtATime(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: (not item.nodeid.startswith(IN_REAL_TIME), not item.nodeid.startswith(LONG)))


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.nodeid.startswith(IN_REAL_TIME):
        item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """With several processes (``pytest -n``) tests that keep no time run when nothing else wants to."""
    several = "PYTEST_XDIST_WORKER" in os.environ
    if several and sys.platform == "linux" and not item.nodeid.startswith(IN_REAL_TIME):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tiny]:
    """A tiny network of a backbone, exported once for all tests. Needs TensorFlow."""
    pytest.importorskip("tensorflow")
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes

    @cache
    def exported(backbone: str) -> Tiny:
        return shared_tiny(backbone, folder)

    return exported
