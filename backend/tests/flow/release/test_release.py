"""Escrow goes to the seller when it is due, once, and whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.orders import a_line, a_paid_order, a_part, delivered, shipped
from tests.builders.people import a_tenant
from velora.flows.postings import COMMISSION, escrow, payable, reserve
from velora.flows.release.release import Confirmation, confirm, release
from velora.kernel.errors import NotFound
from velora.modules.escrow import service as escrow_service
from velora.modules.orders import service as orders
from velora.modules.tenants import service as tenants
from velora.platform.db import CheckFailed


async def state_of(uow, paid) -> escrow_service.State:
    return (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part].state


async def test_fourteen_days_after_delivery_and_not_before(db, clock, holds):
    tenant = db.new_id()
    async with db.begin(None) as uow:
        paid = await a_paid_order(uow, tenant)
        await delivered(uow, paid, escrow_days=14)
    seller = paid.parts[0].seller_id
    clock.advance(timedelta(days=14) - timedelta(seconds=1))
    async with db.begin(None) as uow:
        await release(uow, 1000)
        await holds(uow, tenant, {escrow(seller): 10800})
    clock.advance(timedelta(seconds=1))
    async with db.begin(None) as uow:
        await release(uow, 1000)
        await holds(uow, tenant, {escrow(seller): 0, COMMISSION: 1000, payable(seller): 9800})
        (part,) = (await orders.parts_by_id(uow, {paid.part})).values()
        assert part.state == orders.State.COMPLETED


async def test_what_arrives_while_all_of_it_is_on_its_way_back_falls_due_if_it_does_not_go(uow, clock):
    paid = await a_paid_order(uow, uow.new_id())
    taking = escrow_service.Taking(*paid.part, 10800, 1000)
    await escrow_service.take_for_refund(uow, [taking])
    await delivered(uow, paid, escrow_days=14)
    await escrow_service.settle_refunds(uow, paid=[], failed=[taking])
    hold = (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part]
    assert (hold.state, hold.due_at) == (escrow_service.State.HELD, clock.now() + timedelta(days=14))


async def test_the_buyers_word_while_all_of_it_is_on_its_way_back_counts_if_it_does_not_go(uow, clock):
    paid = await a_paid_order(uow, uow.new_id())
    taking = escrow_service.Taking(*paid.part, 10800, 1000)
    await escrow_service.take_for_refund(uow, [taking])
    await shipped(uow, paid)
    (hold,) = await confirm(uow, [Confirmation(*paid.part)])
    assert isinstance(hold, escrow_service.Hold)
    await escrow_service.settle_refunds(uow, paid=[], failed=[taking])
    hold = (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part]
    assert (hold.state, hold.due_at) == (escrow_service.State.HELD, clock.now())


async def test_what_is_released_is_not_released_again(uow, holds):
    paid = await a_paid_order(uow, uow.new_id())
    await delivered(uow, paid)
    await confirm(uow, [Confirmation(*paid.part)])
    await release(uow, 1000)
    before = await state_of(uow, paid)
    await release(uow, 1000)
    assert before is await state_of(uow, paid) is escrow_service.State.RELEASED
    await holds(uow, paid.tenant_id, {COMMISSION: 1000, payable(paid.parts[0].seller_id): 9800})


async def test_the_buyers_confirmation_makes_it_due_now_and_the_parcel_delivered(uow):
    paid = await a_paid_order(uow, uow.new_id())
    await shipped(uow, paid)
    (hold,) = await confirm(uow, [Confirmation(*paid.part)])
    assert isinstance(hold, escrow_service.Hold)
    assert await state_of(uow, paid) is escrow_service.State.DUE
    (part,) = (await orders.parts_by_id(uow, {paid.part})).values()
    assert part.state == orders.State.DELIVERED


async def test_what_has_not_left_cannot_be_confirmed(uow):
    paid = await a_paid_order(uow, uow.new_id())
    assert await confirm(uow, [Confirmation(*paid.part)]) == [orders.WrongState("paid", "confirmed as delivered")]
    (unknown,) = await confirm(uow, [Confirmation(paid.tenant_id, 5)])
    assert isinstance(unknown, NotFound)
    assert await state_of(uow, paid) is escrow_service.State.HELD


async def test_a_tenants_reserve_is_kept_of_the_sellers_share(uow, holds):
    new = tenants.NewTenant(slug=f"r-{uow.new_id() % 10**12}", name="R", currency="EUR", locale="de-DE", country="DE", reserve_bps=1000)
    (tenant,) = await tenants.create(uow, [new])
    assert isinstance(tenant, tenants.TenantFacts)
    paid = await a_paid_order(uow, tenant.id)
    await delivered(uow, paid)
    await confirm(uow, [Confirmation(*paid.part)])
    await release(uow, 1000)
    seller = paid.parts[0].seller_id
    await holds(uow, tenant.id, {escrow(seller): 0, COMMISSION: 1000, reserve(seller): 980, payable(seller): 8820})


async def test_a_free_order_is_released_without_a_journal(uow, holds):
    tenant = await a_tenant(uow)
    paid = await a_paid_order(uow, tenant.id, [a_part(uow, a_line(uow, net=1, tax=0, bps=0), shipping=0, shipping_tax=0)])
    await delivered(uow, paid)
    await confirm(uow, [Confirmation(*paid.part)])
    await release(uow, 1000)
    await holds(uow, tenant.id, {payable(paid.parts[0].seller_id): 1})


async def test_the_database_refuses_to_release_more_than_was_captured(db):
    async with db.begin(None) as uow:
        paid = await a_paid_order(uow, db.new_id())
    (hold,) = (await in_scope(db, paid)).values()
    with pytest.raises(CheckFailed):
        await released_twice(db, hold)
    (after,) = (await in_scope(db, paid)).values()
    assert after == hold


async def in_scope(db, paid):
    async with db.read(None) as uow:
        return await escrow_service.of_seller_orders(uow, {paid.part})


async def released_twice(db, hold: escrow_service.Hold) -> None:
    async with db.begin(None) as uow:
        await escrow_service.release(uow, [replace(hold, captured=hold.captured + 1)])
