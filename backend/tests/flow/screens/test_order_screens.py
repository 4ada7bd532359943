"""Pages of orders cost the same number of statements however much is on them."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.builders.orders import GUEST, a_line, a_paid_order, a_part, delivered
from tests.builders.people import a_caller, a_seller, a_tenant, an_account
from velora.flows.screens.orders.view import order_view, orders_of, require_buyer, seen_by
from velora.flows.screens.seller.view import Newest, desk, seller_order, seller_orders
from velora.kernel.errors import NotFound
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.platform.db import Database


@contextmanager
def statements(db: Database) -> Generator[list[str]]:
    """The statements that reach the database within the block."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


async def an_order(db: Database, *, parts: int, lines: int, seller_id: int | None = None, tenant_id: int | None = None):
    """A delivered order of so many sellers with so many lines each."""
    async with db.begin(None) as uow:
        tenant_id = tenant_id or (await a_tenant(uow)).id
        sold = [a_part(uow, *(a_line(uow) for _ in range(lines)), seller_id=seller_id) for _ in range(parts)]
        paid = await a_paid_order(uow, tenant_id, sold, buyer_id=None)
        await delivered(uow, paid)
    return paid


async def test_an_orders_page_costs_the_same_for_one_line_and_for_forty(db):
    small, large = await an_order(db, parts=1, lines=1), await an_order(db, parts=4, lines=10)
    counts = []
    for one in (small, large):
        async with db.read(one.tenant_id) as uow:
            with statements(db) as seen:
                view = await order_view(uow, (one.tenant_id, one.order_id))
        assert view is not None
        assert len(view.read.lines) == sum(len(part.lines) for part in one.parts)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


async def test_a_sellers_list_costs_the_same_for_one_order_and_for_many(db):
    async with db.begin(None) as uow:
        owner = await an_account(uow)
        tenant = await a_tenant(uow)
        few, many = await a_seller(uow, owner.id, at=(tenant.id,)), await a_seller(uow, owner.id, at=(tenant.id,))
    await an_order(db, parts=1, lines=1, seller_id=few.id, tenant_id=tenant.id)
    for _ in range(5):
        await an_order(db, parts=2, lines=3, seller_id=many.id, tenant_id=tenant.id)
    counts = []
    for seller in (few, many):
        async with db.read(None) as uow:
            with statements(db) as seen:
                page = await seller_orders(uow, seller.id, "delivered", market=None, text="", order=Newest(), limit=50)
                await desk(uow, seller.id)
        counts.append((len(page.rows), len(seen)))
    assert [rows for rows, _ in counts] == [1, 10]
    assert counts[0][1] == counts[1][1] <= 16


async def test_a_buyers_list_costs_the_same_for_one_order_and_for_many(db):
    async with db.begin(None) as uow:
        tenant, few, many = await a_tenant(uow), await an_account(uow), await an_account(uow)
        await a_paid_order(uow, tenant.id, buyer_id=few.id)
        for _ in range(4):
            await a_paid_order(uow, tenant.id, [a_part(uow), a_part(uow)], buyer_id=many.id)
    counts = []
    for buyer in (few, many):
        async with db.read(tenant.id) as uow:
            with statements(db) as seen:
                found = await orders_of(uow, tenant.id, buyer.id, before=None, limit=20)
        counts.append((len(found), len(seen)))
    assert [rows for rows, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1] <= 5


async def test_a_guests_order_is_shown_to_whoever_has_its_key_and_to_nobody_else(db):
    paid = await an_order(db, parts=1, lines=1)
    key = (paid.tenant_id, paid.order_id)
    async with db.read(paid.tenant_id) as uow:
        assert (await seen_by(uow, key, Principal(guest_key=GUEST))).read.order.id == paid.order_id
        assert (await seen_by(uow, key, a_caller(), GUEST)).read.order.id == paid.order_id
        for stranger, said in ((Principal(), ""), (Principal(guest_key="other"), "another"), (a_caller(), "")):
            with pytest.raises(NotFound):
                await seen_by(uow, key, stranger, said)
            with pytest.raises(NotFound):
                await require_buyer(uow, key, stranger, said)


async def test_an_accounts_order_does_not_open_to_a_key(db):
    async with db.begin(None) as uow:
        tenant, ada = await a_tenant(uow), await an_account(uow)
        paid = await a_paid_order(uow, tenant.id, buyer_id=ada.id)
    async with db.read(tenant.id) as uow:
        key = (tenant.id, paid.order_id)
        await require_buyer(uow, key, a_caller(account_id=ada.id))
        with pytest.raises(NotFound):
            await require_buyer(uow, key, Principal(guest_key=GUEST), GUEST)


async def test_a_seller_sees_its_own_part_only(db):
    paid = await an_order(db, parts=2, lines=1)
    mine, theirs = paid.parts
    async with db.read(None) as uow:
        view = await seller_order(uow, mine.seller_id, mine.id)
        assert view.gets_minor == 10800 - 1000
        assert view.part.state == orders.State.DELIVERED
        with pytest.raises(NotFound):
            await seller_order(uow, mine.seller_id, theirs.id)
