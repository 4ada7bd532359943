"""One simulation for all seeds of a run: its town and its compiled statements are made once."""

import pytest

from tests.simulation.run import Simulation


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return Simulation(tmp_path_factory.mktemp("simulation"))
