"""What the database itself refuses, and the months it keeps."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.fixtures_db import NOW
from velora.kernel.clock import ManualClock
from velora.kernel.ids import first_id_at, id_source
from velora.platform.db import Database
from velora.platform.db.database import lease_node
from velora.platform.db.ddl import append_only_tables, ensure_months_ahead, ensure_partitions, partitions_of, stray_rows

ROW = "INTO ledger_key (tenant_id, key_hash, fingerprint, journal_id) VALUES ({tenant}, x'{key}', x'{key}', {journal})"
KEY = "ab" * 32


async def write(db: Database, *statements: str) -> None:
    async with db.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_key SET journal_id = 9 WHERE tenant_id = {tenant}",
        "DELETE FROM ledger_key WHERE tenant_id = {tenant}",
        "REPLACE " + ROW,
    ],
)
async def test_an_append_only_row_can_be_neither_changed_nor_removed_nor_replaced(db: Database, change: str):
    tenant = db.new_id()
    await write(db, f"INSERT {ROW}".format(tenant=tenant, key=KEY, journal=1))
    with pytest.raises(DBAPIError):
        await write(db, change.format(tenant=tenant, key=KEY, journal=9))
    async with db.engine.connect() as connection:
        kept = await connection.execute(text("SELECT journal_id FROM ledger_key WHERE tenant_id = :tenant"), {"tenant": tenant})
        assert list(kept.scalars()) == [1]


async def test_money_and_records_are_append_only():
    names = {table.name for table in append_only_tables()}
    assert {"ledger_journal", "ledger_posting", "ledger_key", "audit_record", "stock_movement", "commission_rule"} <= names


async def test_months_are_made_ahead_behind_and_in_between(fresh_db: Database):
    if fresh_db.dialect != "mysql":
        assert await ensure_months_ahead(fresh_db.engine) == []
        return
    async with fresh_db.engine.connect() as connection:

        async def ensure(first: tuple[int, int], last: tuple[int, int]) -> set[str]:
            made = await connection.run_sync(ensure_partitions, datetime(*first, 1, tzinfo=UTC), datetime(*last, 1, tzinfo=UTC))
            return {name.removeprefix("ledger_journal.") for name in made if name.startswith("ledger_journal.")}

        before = (await connection.run_sync(partitions_of))["ledger_journal"]
        assert before == ["2026-11", "2026-12", "2027-01", "2027-02"]
        assert await ensure((2027, 6), (2027, 7)) == {"pb202706", "p202706", "p202707"}
        assert await ensure((2027, 1), (2027, 7)) == {"p202703", "p202704"}  # May is what was left before June
        assert len(await ensure((2010, 12), (2011, 12))) == 14
        assert await ensure((2010, 12), (2011, 12)) == set()
        after = (await connection.run_sync(partitions_of))["ledger_journal"]
    assert after[:13] == [*(f"{month // 12}-{month % 12 + 1:02}" for month in range(2010 * 12 + 11, 2011 * 12 + 12))]
    assert after[13:] == [*before, "2027-03", "2027-04", "2027-05", "2027-06", "2027-07"]


async def test_a_row_lies_in_its_month_and_one_of_no_month_is_counted(db: Database):
    if db.dialect != "mysql":
        return
    far = first_id_at(datetime(2031, 5, 5, tzinfo=UTC))
    columns = "(tenant_id, id, epoch, aggregate_type, aggregate_id, type, payload, relayed)"
    rows = [f"INSERT INTO outbox_event {columns} VALUES (1, {id_}, 1, 'a', 1, 't', '{{}}', 0)" for id_ in (first_id_at(NOW), far)]
    await write(db, *rows)
    async with db.engine.connect() as connection:
        assert (await connection.run_sync(stray_rows))["outbox_event"] == 1
        here = await connection.execute(text("SELECT COUNT(*) FROM outbox_event PARTITION (p202611) WHERE tenant_id = 1"))
        assert here.scalar_one() == 1
        await connection.run_sync(ensure_partitions, datetime(2031, 5, 1, tzinfo=UTC), datetime(2031, 5, 1, tzinfo=UTC))
        assert (await connection.run_sync(stray_rows))["outbox_event"] == 0


async def test_processes_that_start_together_lease_different_nodes(db: Database):
    nodes = [await lease_node(db.engine) for _ in range(3)]
    nodes += await asyncio.gather(*(lease_node(db.engine) for _ in range(5)))
    assert len(set(nodes)) == 8
    clock = ManualClock(NOW)
    made = [source() for source in [id_source(clock, node) for node in nodes] for _ in range(100)]
    assert len(set(made)) == 800
