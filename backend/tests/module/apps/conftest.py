"""The command line as its tests call it. A test file whose installation is another has a fixture of its own by this name."""

import logging
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from velora.apps.cli import app

Velora = Callable[..., Result]


@pytest.fixture(autouse=True)
def _logged_as_before() -> Generator[None]:
    """A command that serves or works says where to log to, for the whole process: here, for its own test."""
    loggers = [logging.getLogger(name) for name in ("", "velora", "velora.access")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def velora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Velora:
    """Runs a command in an installation of this test's own, with an up-to-date schema."""
    monkeypatch.setenv("VELORA_HOME", str(tmp_path / "home"))
    runner = CliRunner()
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    return lambda *words: runner.invoke(app, [*words], catch_exceptions=False)
