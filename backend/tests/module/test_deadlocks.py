"""When a real server gives a transaction up for another, or lets it wait too long for a lock, it is run again from the start."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from velora.modules.inventory import service as inventory
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.errors import Unavailable
from velora.platform.db.group_commit import in_one_transaction


async def two_levels(db: Database) -> tuple[int, int, int, int]:
    """A seller with a location and two variants of which nothing is there."""
    seller, one, other = db.new_id(), db.new_id(), db.new_id()
    async with db.begin(None) as uow:
        (location,) = await inventory.open_locations(uow, [inventory.NewLocation(seller, "Kiel")])
        await inventory.set_on_hand(uow, [inventory.Count(seller, variant, location, 0) for variant in (one, other)])
    return seller, location, one, other


async def on_hand(db: Database, *variants: int) -> list[int]:
    async with db.read(None) as uow:
        found = await inventory.availability(uow, variants)
    return [found[variant].on_hand for variant in variants]


async def test_two_that_lock_in_opposite_order_both_end_well(db: Database):
    if db.dialect != "mysql":  # SQLite has one writer
        return
    seller, location, one, other = await two_levels(db)
    met, tries = asyncio.Barrier(2), 0

    async def crossing(uow: UnitOfWork, items: Sequence[tuple[int, int]]) -> list[None]:
        nonlocal tries
        tries += 1
        ((first, second),) = items
        await inventory.receive(uow, [inventory.Receipt(seller, first, location, 1)])
        if tries <= 2:
            await met.wait()
        await inventory.receive(uow, [inventory.Receipt(seller, second, location, 1)])
        return [None]

    await asyncio.gather(*(in_one_transaction(db, crossing, [way]) for way in ((one, other), (other, one))))
    assert await on_hand(db, one, other) == [2, 2]
    assert tries == 3  # one of the two was given up, once


async def test_who_waits_too_long_for_a_lock_tries_again(db: Database):
    if db.dialect != "mysql":
        return
    seller, location, one, _ = await two_levels(db)
    tries = 0
    locked, free = asyncio.Event(), asyncio.Event()

    async def holds() -> None:
        async with db.begin(None) as uow:
            await inventory.receive(uow, [inventory.Receipt(seller, one, location, 1)])
            locked.set()
            await free.wait()

    async def waits(uow: UnitOfWork, items: Sequence[int]) -> list[None]:
        nonlocal tries
        tries += 1
        if tries == 2:
            free.set()
        await uow.connection.execute(text("SET SESSION innodb_lock_wait_timeout = 1"))
        try:
            await inventory.receive(uow, [inventory.Receipt(seller, one, location, quantity) for quantity in items])
        finally:
            await uow.connection.execute(text("SET SESSION innodb_lock_wait_timeout = 10"))
        return [None]

    holding = asyncio.create_task(holds())
    await locked.wait()
    await in_one_transaction(db, waits, [1])
    await holding
    assert (await on_hand(db, one), tries) == ([2], 2)


async def test_a_commit_that_the_server_never_got_is_said_and_leaves_nothing(db: Database):
    """The connection is ended between the last statement and COMMIT: the caller hears that it is not known, and may ask again."""
    if db.dialect != "mysql":
        return
    seller, location, one, _ = await two_levels(db)

    async def received() -> None:
        async with db.begin(None) as uow:
            await inventory.receive(uow, [inventory.Receipt(seller, one, location, 1)])
            await uow._write([])
            number = (await uow.connection.execute(text("SELECT CONNECTION_ID()"))).scalar_one()
            async with db.engine.connect() as other:
                await other.execute(text(f"KILL {number}"))

    with pytest.raises(Unavailable):
        await received()
    assert await on_hand(db, one) == [0]
