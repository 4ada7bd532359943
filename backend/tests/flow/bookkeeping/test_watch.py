"""The worker doubts the books by itself: hourly, wholly once a day, one at a time, and loudly."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history
from tests.chaos.tampering import without_triggers
from velora.flows.bookkeeping.watch import watch_books
from velora.kernel.clock import ManualClock
from velora.modules.ledger import service as ledger
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.anchors.port import Anchor, AnchorsAway
from velora.platform.db import Database
from velora.platform.house import House


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(fresh_db, tmp_path) as house:
        await a_sealed_history(house, [11, 22], blocks=3, seed=3)
        yield house


async def last(house: House) -> ledger.Watched:
    async with house.db.read(None) as uow:
        found = await ledger.last_watch(uow)
    assert found
    return found


async def test_books_are_doubted_every_hour_and_wholly_once_a_day(house, clock: ManualClock):
    assert await watch_books(house) == 1
    first = clock.now()
    found = await last(house)
    assert (found.checked_at, found.whole_at, found.wrong) == (first, first, [])
    clock.advance(timedelta(minutes=59))
    assert await watch_books(house) == 0, "not yet"
    clock.advance(timedelta(minutes=1))
    assert await watch_books(house) == 1
    assert ((await last(house)).checked_at, (await last(house)).whole_at) == (clock.now(), first)
    clock.advance(timedelta(days=1))
    assert await watch_books(house) == 1
    assert (await last(house)).whole_at == clock.now()


async def test_of_two_workers_one_looks(house):
    assert sorted(await asyncio.gather(watch_books(house), watch_books(house))) == [0, 1]


async def test_what_is_wrong_is_said_aloud_and_looked_at_wholly_again(house, clock: ManualClock, caplog: pytest.LogCaptureFixture):
    await watch_books(house)
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(text("UPDATE ledger_balance SET debit = debit + 1 WHERE floor = 'C'"))
    clock.advance(timedelta(hours=1))
    with caplog.at_level(logging.ERROR, "velora.books"):
        assert await watch_books(house) == 1
    assert {check.number for check in (await last(house)).wrong} >= {5}
    assert "The books are not in order: 5," in caplog.text
    clock.advance(timedelta(hours=1))
    await watch_books(house)
    assert (await last(house)).whole_at == clock.now()


async def test_who_cannot_look_lets_another_look(house, clock: ManualClock):
    async with house.db.begin(None) as uow:
        assert await ledger.take_turn(uow, every=timedelta(hours=1), lasts=timedelta(hours=6))
    assert await watch_books(house) == 0, "somebody is at it"
    clock.advance(timedelta(hours=6))
    assert await watch_books(house) == 1, "who is taken for dead"
    clock.advance(timedelta(hours=1))
    with pytest.raises(AnchorsAway):
        await watch_books(replace(house, anchors=Away(house.settings.home / "anchors")))
    assert await watch_books(house) == 1, "at once"


class Away(FolderAnchors):
    """A place that does not answer."""

    async def newest(self, shard: int) -> Anchor | None:
        raise AnchorsAway("It does not answer.")
