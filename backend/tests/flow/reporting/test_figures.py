"""Figures say what the tables say: once they are counted, once they are built, and when they were wrong."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.builders.figures import count_today, figures_follow
from tests.builders.orders import a_paid_order, a_part
from tests.builders.people import a_tenant
from tests.builders.shop import Shop
from velora.flows.reporting import ask_for_all, ask_for_days_before, count_due, rebuild_figures, verify_figures
from velora.flows.screens.seller.view import Newest, desk, seller_orders
from velora.kernel.clock import ManualClock
from velora.kernel.ids import first_id_at
from velora.modules.orders import service as orders
from velora.modules.reporting import service as reporting
from velora.modules.reporting.models import ReportingFigure
from velora.modules.reporting.service import Figure
from velora.platform.db import Database


def quietly(done: int, of: int) -> None:
    """Nobody looks how far it is."""


async def a_market(db: Database) -> int:
    async with db.begin(None) as uow:
        return (await a_tenant(uow)).id


async def sold(db: Database, tenant: int, seller: int):
    async with db.begin(None) as uow:
        return await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller)])


async def count_all(db: Database) -> None:
    while await count_due(db):
        continue


async def of_seller(db: Database, seller: int) -> Sequence[Figure]:
    async with db.read(None) as uow:
        return [one for one in await reporting.of_seller(uow, seller) if one.pieces]


async def due_days(db: Database, tenant: int) -> list[int]:
    async with db.read(None) as uow:
        return [day for of, day in await reporting.due(uow, limit=1000) if of == tenant]


async def test_a_history_that_was_there_before_is_asked_for_once_and_counted(fresh_db: Database, clock: ManualClock):
    tenant, seller = await a_market(fresh_db), fresh_db.new_id()
    first = await sold(fresh_db, tenant, seller)
    clock.advance(timedelta(days=20))
    await sold(fresh_db, tenant, seller)
    assert await of_seller(fresh_db, seller) == []
    assert await ask_for_all(fresh_db) >= 1
    assert len(await due_days(fresh_db, tenant)) == 21  # every day from the first order to the last
    await count_all(fresh_db)
    assert [(one.name, one.pieces, one.amount_minor) for one in await of_seller(fresh_db, seller)] == [("paid", 1, first.total_minor)] * 2
    assert await ask_for_all(fresh_db) == 0
    assert await due_days(fresh_db, tenant) == []


async def test_what_is_asked_for_while_a_day_is_counted_is_counted_again(db: Database):
    tenant = await a_market(db)
    key = tenant, reporting.day_of(db.new_id())

    async def ask() -> None:
        async with db.begin(tenant) as uow:
            await reporting.ask(uow, {key})

    await ask()
    async with db.begin(tenant) as uow:
        assert await reporting.take(uow, key)
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0)
        await reporting.put(uow, key, {})
    await asking
    assert await due_days(db, tenant) == [key[1]]


async def test_a_day_that_another_worker_has_taken_is_left_to_it(db: Database):
    if db.dialect == "sqlite":
        pytest.skip("one writer at a time")
    tenant = await a_market(db)
    key = tenant, reporting.day_of(db.new_id())
    async with db.begin(tenant) as uow:
        await reporting.ask(uow, {key})
    async with db.begin(tenant) as one:
        assert await reporting.take(one, key)
        async with db.begin(tenant) as other:
            assert not await reporting.take(other, key)


async def test_a_wrong_figure_is_found_and_a_build_puts_it_right(db: Database):
    tenant, seller = await a_market(db), db.new_id()
    paid = await sold(db, tenant, seller)
    await rebuild_figures(db, tenant, quietly)
    assert (await verify_figures(db, tenant, quietly)).well
    async with db.begin(tenant) as uow:
        wrong = update(ReportingFigure).where(ReportingFigure.tenant_id == tenant, ReportingFigure.seller_id == seller)
        await uow.change(wrong.where(ReportingFigure.span == "month").values(amount_minor=1))
    found = await verify_figures(db, tenant, quietly)
    assert (found.wrong, [{name.name for name in names} for names in found.months.values()]) == ({}, [{"paid"}])
    assert not found.well
    async with db.begin(tenant) as uow:
        await uow.change(wrong.where(ReportingFigure.span == "day").values(pieces=7))
    mended = await rebuild_figures(db, tenant, quietly)
    assert (len(mended.wrong), mended.well) == (1, False)
    assert (await verify_figures(db, tenant, quietly)).well
    assert [(one.pieces, one.amount_minor) for one in await of_seller(db, seller)] == [(1, paid.total_minor)]


async def test_a_month_of_the_ledger_that_left_is_counted_no_more(fresh_db: Database, clock: ManualClock):
    tenant = await a_market(fresh_db)
    await sold(fresh_db, tenant, fresh_db.new_id())
    await rebuild_figures(fresh_db, tenant, quietly)
    clock.advance(timedelta(days=1))
    border = first_id_at(clock.now())
    await ask_for_days_before(fresh_db, border)
    assert await due_days(fresh_db, tenant) == [reporting.day_of(border) - 1]


async def test_figures_of_one_marketplace_are_none_of_anothers(db: Database):
    here, there, seller = await a_market(db), await a_market(db), db.new_id()
    await sold(db, here, seller)
    await sold(db, there, seller)
    await rebuild_figures(db, here, quietly)
    async with db.read(here) as uow:
        assert [one.pieces for one in await reporting.of_seller(uow, seller, tenant_id=here)] == [1]
    async with db.read(there) as uow:
        assert await reporting.of_seller(uow, seller, tenant_id=here) == []
    async with db.read(None) as uow:
        assert await reporting.of_seller(uow, seller, tenant_id=there) == []


async def test_a_sellers_desk_and_heaps_follow_what_happens(shop: Shop, clock: ManualClock):
    seller = shop.market.seller.id
    tenant = shop.market.tenant.id
    paid, gone = await sold(shop.house.db, tenant, seller), await sold(shop.house.db, tenant, seller)
    async with shop.house.db.begin(None) as uow:
        await orders.cancel_parts(uow, [gone.part])
    await figures_follow(shop.house)

    async def seen():
        async with shop.house.db.read(None) as uow:
            page = await seller_orders(uow, seller, "all", market=None, text="", order=Newest(), limit=10)
            home = await desk(uow, seller)
        return page.counts, home.this_month, home.last_month

    now = {"to_ship": 1, "on_the_way": 0, "delivered": 0, "cancelled": 1}
    assert await seen() == (now, {"EUR": paid.total_minor}, {})
    async with shop.house.db.begin(None) as uow:
        await orders.ship(uow, [orders.Parcel(tenant, paid.parts[0].id, "DHL", "JD01")])
    assert (await seen())[0] == now | {"to_ship": 0, "on_the_way": 1}  # what is under way is counted as one looks
    async with shop.house.db.begin(None) as uow:
        await orders.deliver(uow, [paid.part])
    await figures_follow(shop.house)
    assert (await seen())[0] == {"to_ship": 0, "on_the_way": 0, "delivered": 1, "cancelled": 1}
    clock.advance(timedelta(days=30))
    assert (await seen())[1:] == ({}, {"EUR": paid.total_minor})


async def test_a_day_counted_twice_says_the_same(uow):
    tenant, seller = uow.new_id(), uow.new_id()
    await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller)])
    await count_today(uow, tenant)
    once = await reporting.of_seller(uow, seller)
    await count_today(uow, tenant)
    assert await reporting.of_seller(uow, seller) == once != []
