"""The habits of the test run itself: no silent green, no way out to the network."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError

ROOT = Path(__file__).parents[3]


def run_pytest(where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a planted folder with this project's own conftest and settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VELORA_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        "--rootdir",
        str(where),
        "-p",
        "no:cacheprovider",
        str(where),
    ]
    return subprocess.run(command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False)


def a_project(tmp_path: Path, test: str, folder: str = "flow") -> Path:
    tests = tmp_path / "tests"
    (tests / folder).mkdir(parents=True)
    (tests / "conftest.py").write_text((ROOT / "backend/tests/conftest.py").read_text())
    (tests / folder / "test_planted.py").write_text(test)
    return tests


NEEDS_A_SERVER = "from tests.needs import needs_url\ndef test_x(): needs_url('VELORA_TEST_MYSQL_URL')\n"
SKIPS_A_WHOLE_FILE = "from tests.needs import needs_url\nneeds_url('VELORA_TEST_REDIS_URL')\ndef test_x(): pass\n"


@pytest.mark.parametrize("test", [NEEDS_A_SERVER, SKIPS_A_WHOLE_FILE], ids=["one test", "whole file"])
def test_a_missing_server_skips_on_a_laptop_and_fails_where_services_are_required(tmp_path: Path, test: str):
    project = a_project(tmp_path, test)
    on_a_laptop = run_pytest(project)
    where_required = run_pytest(project, VELORA_REQUIRE_SERVICES="1")
    assert "1 skipped" in on_a_laptop.stdout, on_a_laptop.stdout
    assert where_required.returncode != 0
    assert "VELORA_TEST_" in where_required.stdout


def test_another_reason_to_skip_stays_a_skip(tmp_path: Path):
    project = a_project(tmp_path, "import pytest\ndef test_x(): pytest.skip('partitions exist on MySQL only')\n")
    assert run_pytest(project, VELORA_REQUIRE_SERVICES="1").returncode == 0


def test_a_unit_test_cannot_open_a_socket():
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_a_test_of_an_engine_reaches_this_machine_only(tmp_path: Path):
    project = a_project(
        tmp_path,
        "import pytest, socket\n"
        "from pytest_socket import SocketConnectBlockedError\n"
        "def test_x():\n"
        "    server = socket.create_server(('127.0.0.1', 0))\n"
        "    with server, socket.create_connection(server.getsockname()): pass\n"
        "    with pytest.raises(SocketConnectBlockedError): socket.create_connection(('192.0.2.1', 80))\n",
    )
    outcome = run_pytest(project)
    assert outcome.returncode == 0, outcome.stdout
