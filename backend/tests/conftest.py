"""What holds for every test: who may open a socket, and that a missing service is never a silent green.

A test that needs a real server asks for its address with `needs_url("VELORA_TEST_MYSQL_URL")`, and one that needs a browser with
`needs_browser()` (both in `tests.needs`). On a laptop without them the test skips and says what to set. Where
`VELORA_REQUIRE_SERVICES` is set, as in `.ci/run`, such a skip is a failure.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.needs import is_missing_service, services_are_required

pytest_plugins = ["tests.fixtures_db", "tests.fixtures_s3"]

HERE = Path(__file__).parent
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
NO_SOCKETS = {"unit", "architecture"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the folders that talk to engines reach this machine, and no test reach any other."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder not in NO_SOCKETS:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a test that skipped for want of a service fail where services are required."""
    report = yield
    fail_if_service_missing(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hold the same for a whole file that skips while it is collected."""
    report = yield
    fail_if_service_missing(report, collector.nodeid)
    return report


def fail_if_service_missing(report: pytest.TestReport | pytest.CollectReport, nodeid: str) -> None:
    """Turn a skip for want of a service into a failure that names it."""
    if report.outcome != "skipped" or not services_are_required():
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if is_missing_service(reason):
        report.outcome = "failed"
        report.longrepr = f"{nodeid}: {reason}\nVELORA_REQUIRE_SERVICES is set, so this may not be skipped."
