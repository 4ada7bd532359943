"""Queries are counted beside searches: several processes at once, and through an outage, nothing is counted twice or lost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.builders.house import a_house
from velora.flows.merchandising.counting import note, write_down, writing_behind
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.service import Seen
from velora.platform.db import Database
from velora.platform.db.errors import Unavailable
from velora.platform.house import House


@pytest.fixture
async def houses(db: Database, tmp_path: Path) -> AsyncGenerator[list[House]]:
    """Four processes over one database."""
    async with AsyncExitStack() as open_:
        yield [await open_.enter_async_context(a_house(db, tmp_path / str(number))) for number in range(4)]


async def counted(house: House, tenant_id: int) -> dict[str, tuple[int, int]]:
    async with house.db.read(tenant_id) as uow:
        kinds = [await merchandising.most_frequent(uow, tenant_id, seen, days=30, limit=500) for seen in Seen]
    return {one.shown: (one.found, one.missed) for kind in kinds for one in kind}


async def test_four_processes_that_count_the_same_words_add_up(db: Database, houses: list[House]):
    tenant_id = db.new_id()
    for house in houses:
        for number in range(30):
            note(house, tenant_id, f"lamp {number % 10}", Seen.FOUND)
        note(house, tenant_id, "LÁMP 1", Seen.MISSED)
        note(house, tenant_id, "me@example.com", Seen.MISSED)
    await asyncio.gather(*(write_down(house) for house in houses))
    assert await counted(houses[0], tenant_id) == {f"lamp {number}": (12, 4 if number == 1 else 0) for number in range(10)}


async def test_while_the_database_is_away_counts_wait_and_come_once_it_is_back(
    db: Database, houses: list[House], monkeypatch: pytest.MonkeyPatch
):
    house, tenant_id = houses[0], db.new_id()
    note(house, tenant_id, "lamp", Seen.FOUND)
    away = True

    async def count(*args: object) -> None:
        if away:
            raise Unavailable("gone")
        await real(*args)  # pyright: ignore[reportArgumentType]

    real = merchandising.count
    monkeypatch.setattr(merchandising, "count", count)
    with pytest.raises(Unavailable):
        await write_down(house)
    note(house, tenant_id, "lamp", Seen.FOUND)
    away = False
    await write_down(house)
    assert await counted(house, tenant_id) == {"lamp": (2, 0)}


async def test_what_was_counted_last_is_written_when_the_application_stops(db: Database, houses: list[House]):
    house, tenant_id = houses[0], db.new_id()
    async with writing_behind(house):
        note(house, tenant_id, "lamp", Seen.FOUND)
    assert await counted(house, tenant_id) == {"lamp": (1, 0)}
