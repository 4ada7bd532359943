"""`velora ledger journals`, `show`, `trail` and `balance`: finding journals on the command line."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.builders.ledger import posted
from tests.builders.shop import a_shop
from velora.apps.cli import app
from velora.apps.wiring import open_house
from velora.flows.bookkeeping.seal import seal_once
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.platform.settings import Settings

Velora = Callable[..., Result]


@pytest.fixture
def velora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Velora:
    """Runs a command in an installation with a shop whose gateway only holds the money, and an order of 2."""
    home = tmp_path / "home"
    monkeypatch.setenv("VELORA_HOME", str(home))
    runner = CliRunner()
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0

    async def trade() -> None:
        async with open_house(Settings(home=home), ManualClock(datetime(2026, 11, 16, 10, tzinfo=UTC))) as house:
            async with a_shop(house.db, tmp_path / "shop", charged="at_shipment") as shop:
                assert (await shop.buys(2)).code == 201
                await posted(house.db, shop.market.tenant.id, [500, 700])
            await seal_once(house)

    with asyncio.Runner() as loop:
        loop.run(trade())
    return lambda *words: runner.invoke(app, [*words], catch_exceptions=False)


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_journals_are_found_by_kind_account_amount_and_what_they_are_for(velora: Velora):
    everything = answer(velora("ledger", "journals", "--json"))
    assert {one["kind"] for one in everything} == {"top_up", "authorisation"}
    top_ups = answer(velora("ledger", "journals", "--kind", "top_up", "--json"))
    assert [one["legs"][0]["amount_minor"] for one in top_ups] == [700, 500]
    assert answer(velora("ledger", "journals", "--account", "1020", "--json")) == top_ups
    [dear] = answer(velora("ledger", "journals", "--account", "1020", "--amount-from", "600", "--currency", "EUR", "--json"))
    assert dear == top_ups[0]
    assert answer(velora("ledger", "journals", "--of", dear["key"], "--json")) == [dear]
    assert len(answer(velora("ledger", "journals", "--limit", "1", "--json"))) == 1
    assert answer(velora("ledger", "journals", "--to", "2026-11-16", "--json")) == []
    assert velora("ledger", "journals", "--to", "2026-11-16").stdout == "No journal is like that.\n"
    assert velora("ledger", "journals", "--from", "yesterday").exit_code == 2


def test_one_journal_is_shown_with_its_block(velora: Velora):
    [newest, *_] = answer(velora("ledger", "journals", "--kind", "top_up", "--json"))
    shown = answer(velora("ledger", "show", newest["id"], "--json"))
    assert shown | newest == shown
    assert (shown["block"]["n"], shown["block"]["anchored"], shown["reversed_by"]) == (1, "anchored", None)
    assert "EUR 7.00" in velora("ledger", "show", newest["id"]).stdout
    missing = velora("ledger", "show", encode("jrn", 5))
    assert (missing.exit_code, "velora ledger journals" in missing.stderr) == (1, True)


def test_the_trail_of_an_order_whose_money_is_only_held_is_the_memo(velora: Velora):
    [held] = answer(velora("ledger", "journals", "--kind", "authorisation", "--json"))
    order = held["about"]["order"]
    found = answer(velora("ledger", "trail", order, "--json"))
    assert (found["journals"], found["only_in_archive"]) == ([held], 0)
    assert {(leg["debit"], leg["credit"]) for leg in held["legs"]} == {("9010", "9020")}
    assert "9010" in velora("ledger", "trail", order).stdout
    nobody = velora("ledger", "trail", encode("ord", 5))
    assert (nobody.exit_code, "No money of" in nobody.stderr) == (1, True)


def test_a_balance_is_what_it_was_at_a_moment(velora: Velora):
    [bank] = answer(velora("ledger", "balance", "1020", "--json"))
    assert bank["balance_minor"] == 1200
    [then] = answer(velora("ledger", "balance", "1020", "--at", "2026-11-17", "--json"))
    assert then == bank
    assert velora("ledger", "balance", "1020", "--at", "2026-11-15").exit_code == 1, "it was not opened yet"
    assert [one["balance_minor"] for one in answer(velora("ledger", "balance", "4010", "--json"))] == [120]
