"""The lock files install the same everywhere: hashes for every package, no registry's address, no machine's builds left out."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NPM_LOCK = ROOT / "frontend/package-lock.json"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-setup.lock"])
def test_every_python_package_is_pinned_with_hashes(name: str):
    text = (ROOT / name).read_text()
    pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,]+\])?)==", text, re.MULTILINE)
    hashed = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,]+\])?)==\S+(?: ;[^\\]*)? \\\n    --hash=", text, re.MULTILINE)
    assert pins
    assert pins == hashed
    assert "://" not in text


def test_what_runs_is_pinned_alike_for_running_and_for_testing():
    pins = {
        name: set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    }
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_the_web_lock_names_no_address():
    assert [line for line in NPM_LOCK.read_text().splitlines() if '"resolved"' in line] == []


def test_the_web_lock_has_the_builds_for_every_machine():
    """`npm ci` refuses a lock file that leaves out an optional build, which npm does when a registry did not offer it."""
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    named = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    present = {path.rsplit("node_modules/", 1)[-1] for path in packages}
    assert sorted(named - present) == []
