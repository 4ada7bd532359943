"""The habits of the test run itself: no silent green, no way out to the network."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pytest_socket import SocketBlockedError

ROOT = Path(__file__).parents[3]

PLANTED = {
    "flow/test_server.py": """
        from tests.needs import needs_url
        def test_needs_a_server(): needs_url("VELORA_TEST_MYSQL_URL")
    """,
    "flow/test_file.py": """
        from tests.needs import needs_url
        needs_url("VELORA_TEST_REDIS_URL")
        def test_in_a_file_that_needs_a_server(): pass
    """,
    "flow/test_other.py": """
        import pytest
        def test_skips_for_another_reason(): pytest.skip("partitions exist on MySQL only")
    """,
    "http/test_loopback.py": """
        import pytest, socket
        from pytest_socket import SocketConnectBlockedError
        def test_reaches_this_machine_only():
            server = socket.create_server(("127.0.0.1", 0))
            with server, socket.create_connection(server.getsockname()): pass
            with pytest.raises(SocketConnectBlockedError): socket.create_connection(("192.0.2.1", 80))
    """,
}


def outcomes(tests: Path, **environment: str) -> dict[str, str]:
    """What became of each planted file, run with this project's own conftest and settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VELORA_")}
    report = tests / "report.xml"
    plain = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "--continue-on-collection-errors", f"--junitxml={report}"]
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tests), *plain, str(tests)]
    run = subprocess.run(command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False)
    assert report.exists(), run.stdout + run.stderr
    return {page_of(case): next((child.tag for child in case), "passed") for case in ElementTree.parse(report).iter("testcase")}


def page_of(case: ElementTree.Element) -> str:
    """The planted file of a result, as in "server" for flow/test_server.py."""
    return (case.get("classname") or case.get("name", "")).rsplit("test_", 1)[1]


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    tests = tmp_path / "tests"
    for name, text in {**PLANTED, "conftest.py": (ROOT / "backend/tests/conftest.py").read_text()}.items():
        page = tests / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(re.sub(r"^ {8}", "", text, flags=re.MULTILINE) if name in PLANTED else text)
    return tests


def test_on_a_laptop_a_missing_server_skips(tests: Path):
    assert outcomes(tests) == {"server": "skipped", "file": "skipped", "other": "skipped", "loopback": "passed"}


def test_where_services_are_required_a_missing_server_fails(tests: Path):
    required = outcomes(tests, VELORA_REQUIRE_SERVICES="1")
    assert required == {"server": "failure", "file": "error", "other": "skipped", "loopback": "passed"}


def test_a_unit_test_cannot_open_a_socket():
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
