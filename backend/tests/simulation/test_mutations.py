"""Each planted defect is found, and soon. How many seeds it took is printed (`pytest -rP`) and kept in the report's properties."""

from collections.abc import Callable

import pytest

from tests.simulation.mutations import Mutation
from tests.simulation.mutations_of_documents import MUTATIONS
from tests.simulation.run import Simulation

MOST_SEEDS = 200


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_defect_is_found(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None], mutation: Mutation
):
    mutation.plant(monkeypatch)
    for seed in range(MOST_SEEDS):
        outcome = simulation.run(seed)
        if outcome.broken:
            record_property("seeds", seed + 1)
            print(f"{mutation.name}: found after {seed + 1} seeds: {outcome.broken[0].splitlines()[-1]}")
            return
    pytest.fail(f"{mutation.name}: not found in {MOST_SEEDS} seeds")
