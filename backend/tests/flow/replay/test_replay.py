"""A shop's month through the product's own flows: every line has its fate, twice changes nothing, and a crash is gone on from."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from tests.builders.checkout import a_trading_house
from tests.builders.shop_file import a_file, a_line, a_months_lines
from velora.flows.bookkeeping.verify import verify
from velora.flows.replay.lines import Fate
from velora.flows.replay.report import FateRow, Report
from velora.flows.replay.run import replay
from velora.kernel.errors import Invalid
from velora.modules.payments.gateways.port import ChargeOrder, ChargeOutcome, RefundOrder, RefundOutcome
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.platform.bus.forgetting import forget_relayed
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.relaying import relay
from velora.platform.db import ACROSS_TENANTS, Base, Database
from velora.platform.db.idempotency import forget_expired


class Gone(Exception):
    """The process is no more."""


class GatewayThatDies:
    """Does what the sandbox does; but with its nth charge or refund done, the process is gone before it hears of it."""

    def __init__(self, sandbox: SandboxGateway, *, charges: int = 10**9, refunds: int = 10**9) -> None:
        self.sandbox, self.charges, self.refunds = sandbox, charges, refunds
        self.find, self.void, self.find_refund, self.ping, self.close = (
            sandbox.find, sandbox.void, sandbox.find_refund, sandbox.ping, sandbox.close,
        )  # fmt: skip

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        outcome = await self.sandbox.charge(order)
        self.charges -= 1
        if self.charges <= 0:
            raise Gone
        return outcome

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        outcome = await self.sandbox.refund(order)
        self.refunds -= 1
        if self.refunds <= 0:
            raise Gone
        return outcome


async def rows_of(db: Database) -> dict[str, int]:
    """How many rows every table has."""
    async with db.read(None) as uow:
        return {
            mapper.class_.__tablename__: await uow.scalar(
                select(func.count()).select_from(mapper.class_).execution_options(**ACROSS_TENANTS)
            )
            or 0
            for mapper in Base.registry.mappers
        }


async def is_clean(db: Database) -> bool:
    return [check for check in (await verify(db)).checks if check.count] == []


def by_fate(report: Report) -> dict[Fate, FateRow]:
    return {row.fate: row for row in report.fates}


async def test_every_line_has_its_fate_and_a_second_replay_changes_nothing(fresh_db, tmp_path):
    lines = a_months_lines()
    file = a_file(tmp_path, lines)
    async with a_trading_house(fresh_db, tmp_path) as (house, gateway):
        report = await replay(house, file)
        assert report.problems == ()
        assert sum(row.lines for row in report.fates) == report.lines == len(lines)
        fates = by_fate(report)
        assert fates[Fate.SOLD].amount_minor == report.captured_minor == (await gateway.totals()).charged_minor["GBP"]
        assert (await gateway.totals()).charges == report.orders == sum(month.invoices for month in report.months)
        assert fates[Fate.REFUNDED] == FateRow(Fate.REFUNDED, 2, 1500, 1500)
        assert fates[Fate.REFUNDED_IN_PART] == FateRow(Fate.REFUNDED_IN_PART, 1, 2000, 1600, 0, 400)
        assert fates[Fate.AFTER_RELEASE] == FateRow(Fate.AFTER_RELEASE, 1, 1500, 0, 1500, 0)
        assert fates[Fate.UNMATCHED] == FateRow(Fate.UNMATCHED, 1, 100, 0, 0, 100)
        assert (await gateway.totals()).refunded_minor == {"GBP": 3100}
        assert (report.refundable_in_full, report.refundable_in_part) == ((3, 3000), (1, 1600))
        assert report.balances["2010"] == report.balances["2020"] == 0  # released and paid out
        assert await is_clean(fresh_db)

        before = await rows_of(fresh_db)
        assert await replay(house, file) == report
        assert await rows_of(fresh_db) == before


async def test_days_that_were_lived_stay_lived_when_keys_and_events_have_served_their_time(fresh_db, clock, tmp_path):
    file = a_file(tmp_path, [a_line("1", "LAMP"), a_line("2", "LAMP")])
    async with a_trading_house(fresh_db, tmp_path) as (house, gateway):
        report = await replay(house, file)
        today = datetime(2026, 1, 1, tzinfo=UTC)
        clock.set(today)
        while await relay(fresh_db, OutboxBus(fresh_db)):
            pass
        async with fresh_db.begin(None) as uow:
            assert await forget_expired(uow)
            assert await forget_relayed(uow, needed_from=None)
        before = await rows_of(fresh_db)
        assert await replay(house, file) == report
        assert await rows_of(fresh_db) == before
        assert (await gateway.totals()).charges == report.orders == 2
        clock.set(today)
        assert await is_clean(fresh_db)


@pytest.mark.parametrize("dies", [{"charges": 20}, {"refunds": 2}], ids=["charging", "refunding"])
async def test_after_a_crash_it_goes_on_where_it_was(fresh_db, tmp_path, dies):
    file = a_file(tmp_path, a_months_lines())
    async with a_trading_house(fresh_db, tmp_path) as (house, gateway):
        with pytest.raises(Gone):
            await replay(replace(house, gateway=GatewayThatDies(gateway, **dies)), file)
        report = await replay(house, file)
        assert report.problems == ()
        totals = await gateway.totals()
        assert (totals.charges, totals.charged_minor, totals.refunded_minor) == (
            report.orders,
            {"GBP": report.captured_minor},
            {"GBP": 3100},
        )
        assert by_fate(report)[Fate.REFUNDED] == FateRow(Fate.REFUNDED, 2, 1500, 1500)
        assert await is_clean(fresh_db)


async def test_a_second_file_needs_a_marketplace_of_its_own(fresh_db, tmp_path):
    async with a_trading_house(fresh_db, tmp_path) as (house, _):
        await replay(house, a_file(tmp_path, [a_line("1", "LAMP")]))
        before = await rows_of(fresh_db)
        with pytest.raises(Invalid, match="was made from another file: it has no VASE@200"):
            await replay(house, a_file(tmp_path, [a_line("1", "LAMP"), a_line("1", "VASE")]))
        assert await rows_of(fresh_db) == before
