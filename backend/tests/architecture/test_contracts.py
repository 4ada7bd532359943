"""The import contracts hold, and each of the nine can see what it forbids.

A violation is planted into a copy of the package, and import-linter, with this project's own contracts, breaks exactly where expected.
An arrow that runs upwards also closes a circle, so it is seen by two contracts.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "backend/src/velora"
SETTINGS = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(SETTINGS.read_text())["tool"]["importlinter"]["contracts"]

PLANTED: list[tuple[set[int], str, str]] = [
    ({1}, "toolbox", "x = 1"),
    ({1, 9}, "platform.db", "import velora.flows"),
    ({2}, "modules.sellers.policy", "import velora.modules.tenants.events"),
    ({3}, "modules.orders.helpers", "x = 1"),
    ({3}, "modules.orders.models", "import velora.modules.orders.policy"),
    ({4}, "flows.planted", "import velora.modules.orders.repository"),
    ({4}, "flows.planted", "from velora.modules.orders.models import anything"),
    ({5}, "modules.orders.service", "import httpx"),
    ({5}, "modules.cart.repository", "from redis.asyncio import Redis"),
    ({5}, "modules.inventory.repository", "import velora.platform.cache.port"),
    ({5}, "modules.notifications.service", "import velora.platform.mail.port"),
    ({5}, "modules.ledger.service.planted", "import obstore"),
    ({6}, "flows.planted", "from fastapi import Depends"),
    ({6}, "modules.orders.service", "import starlette"),
    ({7}, "modules.orders.policy", "import sqlalchemy"),
    ({7}, "kernel.money", "from pydantic import BaseModel"),
    ({8}, "flows.planted", "from velora.platform.search import tantivy"),
    ({8}, "flows.planted", "import velora.modules.payments.gateways.sandbox"),
    ({9}, "kernel.planted", "import velora.kernel.planted_too"),
]


def plant(package: Path, module: str, line: str) -> None:
    """Put a line at the end of a module, which is made if it does not exist."""
    place = package.joinpath(*module.split("."))
    page = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    page.parent.mkdir(parents=True, exist_ok=True)
    with page.open("a") as file:
        file.write(f"\n{line}\n")


def broken_contracts(where: Path) -> set[int]:
    """The numbers of the contracts that the package in this folder breaks."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", str(SETTINGS), "--no-cache"]
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    outcome = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(\d) .* (KEPT|BROKEN)\b", outcome.stdout, re.MULTILINE))
    assert len(verdicts) == len(CONTRACTS), outcome.stdout + outcome.stderr
    return {int(number) for number, verdict in verdicts.items() if verdict == "BROKEN"}


@pytest.fixture
def a_copy(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "velora", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_tree_keeps_all_nine(a_copy: Path):
    assert broken_contracts(a_copy) == set()


@pytest.mark.parametrize(("numbers", "module", "line"), PLANTED)
def test_a_planted_violation_breaks_its_contract(a_copy: Path, numbers: set[int], module: str, line: str):
    plant(a_copy / "velora", module, line)
    plant(a_copy / "velora", "kernel.planted_too", "import velora.kernel.planted" if numbers == {9} else "x = 1")
    assert broken_contracts(a_copy) == numbers


def test_each_of_the_nine_is_proved():
    assert {number for numbers, _, _ in PLANTED for number in numbers} == set(range(1, 10))
    assert len(CONTRACTS) == 9


def test_every_technology_but_web_is_kept_from_the_web_framework():
    technologies = {f"velora.platform.{path.name}" for path in (SOURCE / "platform").iterdir() if (path / "__init__.py").exists()}
    pages = {f"velora.platform.{path.stem}" for path in (SOURCE / "platform").glob("*.py") if path.stem != "__init__"}
    (contract,) = (contract for contract in CONTRACTS if contract["id"] == "web-at-the-edge")
    listed = {name for name in contract["source_modules"] if name.startswith("velora.platform.")}
    assert listed == (technologies | pages) - {"velora.platform.web"}


def test_only_routes_and_the_composition_root_import_the_routes_of_flows():
    """Contract 6 looks away from what http.py imports, so nothing else of a flow may reach the web framework through it."""
    others = [page for page in (SOURCE / "flows").rglob("*.py") if page.name != "http.py"]
    reached = re.compile(r"^\s*(?:from|import) velora\.\S+\.http\b|^\s*from velora\.\S+ import .*\bhttp\b", re.MULTILINE)
    assert [str(page.relative_to(SOURCE)) for page in others if reached.search(page.read_text())] == []
