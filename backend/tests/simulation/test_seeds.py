"""Whatever happens, in whatever order, the claims hold. VELORA_SIM_SEEDS says how many seeds, VELORA_SIM_SEED runs one of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.run import Simulation

SEEDS = int(os.environ.get("VELORA_SIM_SEEDS", "200"))
ONE = os.environ.get("VELORA_SIM_SEED")
CHUNK = 20

PRINT_FINGERPRINTS = """
import sys, pathlib
from tests.simulation.run import Simulation
simulation = Simulation(pathlib.Path(sys.argv[1]))
print(*(simulation.run(int(seed)).fingerprint for seed in sys.argv[2:]))
"""


def chunks() -> list[range]:
    """Some seeds for each test, so that several workers share them."""
    return [range(int(ONE), int(ONE) + 1)] if ONE else [range(first, min(first + CHUNK, SEEDS)) for first in range(0, SEEDS, CHUNK)]


@pytest.mark.parametrize("seeds", chunks(), ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_whatever_happens_the_claims_hold(simulation: Simulation, seeds: range):
    for seed in seeds:
        outcome = simulation.run(seed)
        assert not outcome.broken, outcome.report


def test_a_seed_is_the_same_in_another_process_in_another_order_and_with_other_hashes(simulation: Simulation, tmp_path: Path):
    seeds = [3, 11, 29]
    here = {seed: simulation.run(seed).fingerprint for seed in reversed(seeds)}
    assert len(set(here.values())) == len(seeds)
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    command = [sys.executable, "-c", PRINT_FINGERPRINTS, str(tmp_path), *map(str, seeds)]
    there = subprocess.run(command, cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.split() == [here[seed] for seed in seeds]
