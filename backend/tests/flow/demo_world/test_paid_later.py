"""At Nordmarkt buyers pay later, and every stage of it is there to look at."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.fixtures_db import NOW
from tests.flow.demo_world.conftest import Loaded
from velora.flows.demo_world.data import invoice_terms
from velora.flows.demo_world.strays import UNNAMED
from velora.flows.receipts.waiting import waiting_orders
from velora.modules.inventory.models import StockMovement
from velora.modules.notifications.models import NotificationMail
from velora.modules.orders import service as orders
from velora.modules.orders.models import Order
from velora.modules.payments import service as payments
from velora.modules.payments.service import PaymentIntent
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState
from velora.modules.tenants.service import CashOnDelivery
from velora.modules.terms import service as terms
from velora.modules.transfers import service as transfers
from velora.platform.db import ACROSS_TENANTS, UnitOfWork

BUYER = "mia@nordmarkt.example"


async def test_nordmarkt_lets_its_buyers_pay_later_and_the_others_do_not(loaded: Loaded) -> None:
    offered = {slug: market.paid_later for slug, market in loaded.world.markets.items()}
    assert [slug for slug, one in offered.items() if one.invoice or one.cash_on_delivery] == ["nordmarkt"]
    assert offered["nordmarkt"].cash_on_delivery == CashOnDelivery(300_00)
    assert offered["nordmarkt"].invoice is not None
    assert offered["nordmarkt"].invoice.days == 30


async def test_what_buyers_owe_is_what_their_invoices_wait_for(loaded: Loaded) -> None:
    market = loaded.world.markets["nordmarkt"]
    async with loaded.house.db.read(None) as uow:
        owed = {account: amount for account, _, amount in await terms.walk(uow, tenant_id=market.id, after=0, limit=100)}
        waiting = await waiting_orders(uow, None)
        standing = await terms.of_accounts(uow, [(market.id, loaded.world.accounts[one.email]) for one in invoice_terms()])
    invoices: Counter[int] = Counter()
    for one in waiting:
        if one.method == "invoice":
            invoices[loaded.world.accounts[one.buyer]] += one.due_minor
    assert invoices
    assert {account: amount for account, amount in owed.items() if amount} == dict(invoices)
    assert {one.limit_minor for one in standing.values()} == {one.limit_minor for one in invoice_terms()}
    assert all(one.owed_minor <= one.limit_minor for one in standing.values())


async def test_the_demo_buyer_has_an_invoice_not_sent_one_sent_one_overdue_and_cash_on_its_way(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        mine = {one.order_id: one for one in await waiting_orders(uow, None) if one.buyer == BUYER}
        intents, parts = await _read(uow, set(mine), loaded)
        letters = select(NotificationMail.template).where(NotificationMail.address == BUYER).execution_options(**ACROSS_TENANTS)
        written = Counter(await uow.entities(letters))
    seen = {(one.method, parts[order].state, one.late_days >= 0, intents[order].reminded) for order, one in mine.items()}
    assert seen == {
        ("invoice", "awaited", False, 0),
        ("invoice", "delivered", False, 0),
        ("invoice", "delivered", True, 1),
        ("cash_on_delivery", "shipped", True, 0),
    }
    assert written["invoice_reminder"] == 1


@pytest.mark.parametrize(
    ("reference", "state", "method", "off_minor"),
    [
        ("S25-3288-2", "captured", "invoice", 0),
        ("S25-3340-1", "awaited", "invoice", -15_00),
        ("S25-3347-5", "captured", "invoice", 10_00),
        ("COURIER-46-118", "captured", "cash_on_delivery", 0),
    ],
)
async def test_receipts_pay_what_they_name_exactly_or_are_kept_or_leave_a_rest(
    loaded: Loaded, reference: str, state: str, method: str, off_minor: int
) -> None:
    async with loaded.house.db.read(None) as uow:
        every = await suspense.listed(uow, None, states=set(), limit=100)
        [case] = [one for one in every if one.gateway_ref == reference and one.parent_id is None]
        intents, _ = await _read(uow, {case.order_id or 0}, loaded)
    intent = intents[case.order_id or 0]
    assert (intent.state, intent.method) == (state, method)
    assert case.received_minor - intent.amount_minor == off_minor
    assert case.state == (CaseState.KEPT if off_minor < 0 else CaseState.SETTLED)
    rests = [(one.amount_minor, one.state) for one in every if one.parent_id == case.id]
    assert rests == ([(off_minor, CaseState.OPEN)] if off_minor > 0 else [])


async def test_a_receipt_that_names_no_order_lies_on_the_desk(loaded: Loaded) -> None:
    _, amount_minor, reference, _ = UNNAMED
    async with loaded.house.db.read(None) as uow:
        found: list[CaseFacts] = list(await suspense.listed(uow, None, states={CaseState.OPEN}, source=suspense.RECEIPT, limit=100))
    assert [one.amount_minor for one in found if one.gateway_ref == reference] == [amount_minor]


async def test_what_was_refused_at_the_door_is_cancelled_and_for_sale_again(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        moved = select(StockMovement).where(StockMovement.reason == "refused")
        [movement] = await uow.entities(moved)
        cash = await _with(uow, loaded, "cash_on_delivery", "voided")
    [(intent, part)] = cash
    assert (part.state, part.shipped_at is not None, part.delivered_at) == ("cancelled", True, None)
    assert intent.captured_minor == 0
    assert (movement.seller_id, movement.quantity) == (part.seller_id, 1)


async def test_one_that_was_sent_and_never_paid_is_given_up(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        [(intent, part)] = await _with(uow, loaded, "invoice", "expired")
    assert (part.state, intent.captured_minor) == ("unpaid", 0)
    assert intent.due_at is not None
    assert intent.due_at < NOW - timedelta(days=7)
    assert intent.reminded == 2


async def test_a_return_of_what_was_paid_by_transfer_goes_back_by_one(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        [transfer] = await transfers.listed(uow, None, states=transfers.OPEN, limit=10)
        known = await transfers.payees(uow, {(transfer.tenant_id, transfer.payee)})
        bought = await orders.orders_by_id(uow, {(transfer.tenant_id, transfer.order_id or 0)})
    assert (transfer.state, transfer.amount_minor, transfer.currency) == (transfers.TransferState.TO_MAKE, 64_00, "EUR")
    assert [one.holder for one in known.values()] == ["Mia Hansen"]
    assert [one.email for one in bought.values()] == [BUYER]


async def _read(uow: UnitOfWork, ids: set[int], loaded: Loaded) -> tuple[dict[int, PaymentIntent], dict[int, orders.SellerOrder]]:
    """The payments of these orders of Nordmarkt, and a part of each."""
    keys = {(loaded.world.markets["nordmarkt"].id, order_id) for order_id in ids}
    intents = {order_id: one for (_, order_id), one in (await payments.of_orders(uow, keys)).items()}
    return intents, {part.order_id: part for part in await orders.parts_of(uow, keys)}


async def _with(uow: UnitOfWork, loaded: Loaded, method: str, state: str) -> list[tuple[PaymentIntent, orders.SellerOrder]]:
    """Nordmarkt's payments that are so, each with a part of its order."""
    places = select(Order.id).where(Order.tenant_id == loaded.world.markets["nordmarkt"].id)
    intents, parts = await _read(uow, set(await uow.entities(places)), loaded)
    return [(one, parts[order_id]) for order_id, one in intents.items() if (one.method, one.state) == (method, state)]
