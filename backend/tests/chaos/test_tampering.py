"""A hundred random tamperings by somebody with every right on the database: each is found, and its block is named."""

import random
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history, broken, doubted, posted
from tests.chaos.tampering import EVERY, opened, without_triggers
from tests.fixtures_db import undone
from velora.flows.bookkeeping.verify import Outside, examine
from velora.kernel.clock import ManualClock
from velora.kernel.ids import id_source
from velora.platform.db import Database
from velora.platform.house import House

SEED = 20261125
BLOCKS = 25


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(fresh_db, tmp_path) as house:
        await a_sealed_history(house, [11, 22, 33], blocks=BLOCKS, seed=SEED)
        yield house


async def test_a_hundred_tamperings_are_found_each_with_its_block(house):
    assert (await doubted(house)).clean
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
    chance = random.Random(SEED)
    unfound: list[str] = []
    for count in range(100):
        tamper = EVERY[count % len(EVERY)]
        async with undone(house.db, None) as uow:
            hurt = await tamper(await opened(uow, chance))
            verdict = await examine(uow, None, outside=Outside(house.keys, house.anchors), anchored=BLOCKS)
        named = {example for check in verdict.checks if check.number in (11, 12, 13) for example in check.examples}
        if not {f"block {n}" for n in hurt} <= named:
            unfound.append(f"{count}: {tamper.__name__} hurt {sorted(hurt)}; named {sorted(named)}")
    assert unfound == []
    assert (await doubted(house)).clean, "every tampering was undone"


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting"])
@pytest.mark.parametrize("how", ["DROP PARTITION {part}", "TRUNCATE PARTITION {part}", "EXCHANGE PARTITION {part} WITH TABLE elsewhere"])
async def test_a_month_that_is_gone_is_found_with_its_blocks(house, table: str, how: str):
    """No trigger fires on these; an administrator of MySQL can do them, our users cannot (test_roles)."""
    if house.db.dialect != "mysql":
        pytest.skip("SQLite has no partitions")
    async with house.db.engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE elsewhere LIKE {table}"))
        await connection.execute(text("ALTER TABLE elsewhere REMOVE PARTITIONING"))
        await connection.execute(text(f"ALTER TABLE {table} {how.format(part='p202611')}"))
    found = broken(await doubted(house))
    assert found[12] == tuple(f"block {n}" for n in range(1, 6))


async def test_rows_that_lie_in_another_months_partition_are_found(house):
    """MySQL does not look when it is told not to."""
    if house.db.dialect != "mysql":
        pytest.skip("SQLite has no partitions")
    assert 24 in {check.number for check in (await doubted(house)).checks}
    async with house.db.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE elsewhere LIKE ledger_posting"))
        await connection.execute(text("ALTER TABLE elsewhere REMOVE PARTITIONING"))
        count = await connection.scalar(text("SELECT COUNT(*) FROM ledger_posting"))
        await connection.execute(text("ALTER TABLE ledger_posting EXCHANGE PARTITION p202611 WITH TABLE elsewhere"))
        await connection.execute(text("ALTER TABLE ledger_posting EXCHANGE PARTITION p202612 WITH TABLE elsewhere WITHOUT VALIDATION"))
    assert broken(await doubted(house))[24] == (f"{count} in ledger_posting.p202612",)


async def test_rows_outside_of_every_month_are_found(house, clock: ManualClock):
    """They lie in pmax when nobody made their month in time."""
    if house.db.dialect != "mysql":
        pytest.skip("SQLite has no partitions")
    clock.set(datetime(2034, 5, 1, tzinfo=UTC))
    late = Database(house.db.engine, clock, id_source(clock, 77))
    await posted(late, 11, [500])
    found = broken(await doubted(house))
    assert (set(found), set(found[24])) == ({24}, {"1 in ledger_journal.pmax", "2 in ledger_posting.pmax", "1 in outbox_event.pmax"})
