"""For all tests: Hypothesis does not look at the clock, which on a busy machine would fail at random."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from tiny import Tiny, export_tiny

settings.register_profile(
    "antiphon",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("antiphon")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tiny]:
    """A tiny network of a backbone, exported once for all tests. Needs TensorFlow."""
    pytest.importorskip("tensorflow")

    @cache
    def exported(backbone: str) -> Tiny:
        return export_tiny(backbone, tmp_path_factory.mktemp(backbone))

    return exported
