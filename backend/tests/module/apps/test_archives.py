"""`velora archive`: what it says of months, to a person and to a machine."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from tests.builders.ledger import posted
from tests.fixtures_db import an_address
from velora.apps.cli import app
from velora.apps.wiring import open_house
from velora.flows.bookkeeping.seal import seal_once
from velora.kernel.clock import ManualClock
from velora.platform.settings import Settings

Velora = Callable[..., Result]


@pytest.fixture
def velora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Velora:
    """Runs a command in an installation whose ledger has a September and an October of 2026."""
    home = tmp_path / "home"
    monkeypatch.setenv("VELORA_HOME", str(home))
    runner = CliRunner()

    async def post() -> None:
        clock = ManualClock(datetime(2025, 9, 12, 9, tzinfo=UTC))
        async with open_house(Settings(home=home), clock) as house:
            for month in (9, 10):
                clock.set(datetime(2025, month, 12, 9, tzinfo=UTC))
                await posted(house.db, 11, [500, 700])
                await seal_once(house)

    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    with asyncio.Runner() as loop:
        loop.run(post())
    return lambda *words: runner.invoke(app, [*words], catch_exceptions=False)


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_months_are_archived_once_and_hold(velora: Velora):
    assert velora("archive", "verify").stdout == "There is no archive yet: velora archive run\n"
    first = answer(velora("archive", "run", "--until", "2025-09", "--json"))["archived"]
    assert [(one["month"], one["new"], one["journals"], one["sums"]) for one in first] == [("2025-09", True, 2, {"EUR": 1320})]
    assert "written" in velora("archive", "run").stdout
    assert velora("archive", "run").stdout.startswith("Nothing to do")
    assert [one["new"] for one in answer(velora("archive", "run", "--again", "--json"))["archived"]] == [False, False]
    found = answer(velora("archive", "verify", "--json"))
    assert (found["clean"], [(one["month"], one["in_database"]) for one in found["months"]]) == (True, [("2025-09", 2), ("2025-10", 2)])
    assert [one["archived"] for one in answer(velora("archive", "status", "--json"))["months"]] == [True, True]
    assert "younger than seven years until 2032-10-01" in velora("archive", "status").stdout


def test_an_archive_is_checked_with_neither_database_nor_private_key(velora: Velora, tmp_path: Path):
    out = tmp_path / "elsewhere"
    assert velora("archive", "run", "--out", str(out)).exit_code == 0
    home = tmp_path / "home"
    (home / "velora.db").unlink()
    for key in (home / "keys").glob("*.key"):
        key.unlink()
    assert velora("archive", "verify", "--files-only", "--out", str(out)).exit_code == 0
    file = out / "2025-10" / "keys.parquet"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])
    result = velora("archive", "verify", "2025-10", "--files-only", "--out", str(out))
    assert (result.exit_code, "2025-10: keys.parquet is not the file that was archived" in result.stdout) == (1, True)


def test_what_is_no_month_or_not_over_or_not_there_is_said(velora: Velora):
    assert velora("archive", "run", "--until", "2025-13").exit_code == 2
    assert velora("archive", "run", "--until", "2078-01").exit_code == 2
    missing = velora("archive", "verify", "2025-08")
    assert (missing.exit_code, "velora archive run --until 2025-08" in missing.stderr) == (1, True)


def test_sqlite_drops_nothing_and_says_why(velora: Velora):
    velora("archive", "run")
    refused = velora("archive", "drop", "2025-09", "--by", "ada@example.com")
    assert (refused.exit_code, "SQLite has no partitions" in refused.stderr) == (1, True)


async def on_mysql(address: str, home: Path) -> None:
    """Two months that are older than seven years."""
    clock = ManualClock(datetime(2018, 9, 12, 9, tzinfo=UTC))
    async with open_house(Settings(home=home, database_url=SecretStr(address)), clock) as house:
        for month in (9, 10):
            clock.set(datetime(2018, month, 12, 9, tzinfo=UTC))
            await posted(house.db, 11, [500, 700])
            await seal_once(house)


def test_a_month_is_dropped_when_two_people_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with asyncio.Runner() as loop:
        there = an_address("mysql", tmp_path)
        address = loop.run(there.__aenter__())
        monkeypatch.setenv("VELORA_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("VELORA_DATABASE_URL", address)
        runner = CliRunner()

        def velora(*words: str) -> Result:
            return runner.invoke(app, [*words], catch_exceptions=False)

        try:
            assert velora("db", "upgrade").exit_code == 0
            loop.run(on_mysql(address, tmp_path / "home"))
            for name in ("ada", "grace"):
                assert velora("user", "create", f"{name}@example.com", "--name", name.title()).exit_code == 0
                assert velora("user", "grant", f"{name}@example.com", "super_admin").exit_code == 0
            _drop_september(velora)
        finally:
            loop.run(there.__aexit__(None, None, None))


def _drop_september(velora: Velora) -> None:
    assert velora("archive", "run").exit_code == 0
    drop = ("archive", "drop", "2018-09", "--json")
    assert "oldest first: 2018-09" in velora("archive", "drop", "2018-10", "--by", "ada@example.com").stderr
    assert velora(*drop).exit_code == 2, "nobody has said who asks"
    asked = answer(velora(*drop, "--by", "ada@example.com"))
    assert asked["state"] == "asked"
    assert answer(velora(*drop))["state"] == "waits"
    assert velora("approvals", "approve", asked["approval"], "--by", "ada@example.com").exit_code == 1
    assert velora("approvals", "approve", asked["approval"], "--by", "grace@example.com").exit_code == 0
    assert answer(velora(*drop)) == {"month": "2018-09", "state": "dropped", "approval": asked["approval"]}
    assert answer(velora(*drop))["state"] == "dropped"
    months = answer(velora("archive", "status", "--json"))["months"]
    assert [(one["month"], one["dropped"], one["journals"]) for one in months] == [("2018-09", True, 2), ("2018-10", False, 2)]
    assert answer(velora("archive", "verify", "--json"))["clean"]
    assert answer(velora("ledger", "verify", "--json", "--archive", str(Settings().home / "archive")))["clean"]
    refused = velora("ledger", "trial-balance", "--at", "2018-09-13")
    assert (refused.exit_code, "velora archive verify 2018-09 --files-only" in refused.stderr) == (1, True)
    assert answer(velora("ledger", "trial-balance", "--at", "2018-10-01", "--json"))["sums"]["EUR"]["debit_minor"] == 1200
