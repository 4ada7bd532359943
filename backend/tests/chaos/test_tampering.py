"""A hundred random tamperings by somebody with every right on the database: each is found, and its block is named."""

import random
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history, broken, doubted
from tests.chaos.tampering import EVERY, opened, without_triggers
from tests.fixtures_db import undone
from velora.flows.bookkeeping.verify import Outside, examine
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
