"""The world of the state machines, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.property.world import World


@pytest.fixture(params=["sqlite", "mysql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    world = World(request.param, tmp_path)
    yield world
    world.close()
