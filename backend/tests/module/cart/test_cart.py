"""Carts of accounts as they are kept."""

import asyncio

from velora.modules.cart import service
from velora.modules.cart.policy import Cart, Line
from velora.modules.cart.service import Keep
from velora.platform.db import Database

NORD, VALE, ADA = 401, 402, 77


def a_cart(version: int, quantity: int = 1) -> Cart:
    return Cart((Line(5, quantity, "Lamp", 4900),), version)


async def test_an_account_finds_its_cart_again_in_the_same_marketplace_only(uow):
    await service.keep(uow, [Keep(NORD, ADA, a_cart(1))])
    assert await service.read(uow, {(NORD, ADA), (VALE, ADA)}) == {(NORD, ADA): a_cart(1)}


async def test_a_late_write_does_not_bring_an_older_cart_back(uow):
    await service.keep(uow, [Keep(NORD, ADA, a_cart(3, 9))])
    assert await service.keep(uow, [Keep(NORD, ADA, a_cart(2, 1))]) == [a_cart(3, 9)]
    assert await service.read(uow, {(NORD, ADA)}) == {(NORD, ADA): a_cart(3, 9)}


async def test_of_several_versions_in_one_batch_the_newest_is_kept(uow):
    kept = await service.keep(uow, [Keep(NORD, ADA, a_cart(2, 2)), Keep(NORD, ADA, a_cart(1, 1)), Keep(VALE, ADA, a_cart(1))])
    assert kept == [a_cart(2, 2), a_cart(2, 2), a_cart(1)]


async def test_of_two_processes_that_change_the_same_version_the_later_learns_of_the_earlier(db: Database):
    tenant, account = db.new_id(), db.new_id()
    async with db.begin(None) as uow:
        await service.keep(uow, [Keep(tenant, account, a_cart(1))])

    async def another_process() -> list[Cart]:
        other = Database(db.engine, db.clock, db.new_id)
        async with other.begin(None) as uow:
            return await service.keep(uow, [Keep(tenant, account, a_cart(2, quantity=9))])

    async with db.begin(None) as uow:
        await service.keep(uow, [Keep(tenant, account, a_cart(2, quantity=5))])
        later = asyncio.create_task(another_process())
        await asyncio.sleep(0.3)
    assert await later == [a_cart(2, quantity=5)]
