"""What is issued of orders: when, how it is numbered, and that it is issued once. On both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.orders import GUEST, Paid, a_line, a_paid_order, a_part, delivered, shipped
from tests.builders.people import a_caller, a_seller, a_tenant, an_account
from velora.flows.documents.imprint import Saying, say_imprint
from velora.flows.documents.issue import follow, issue_all, issue_due
from velora.flows.documents.page import name_of, written
from velora.flows.documents.sheet import totals
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.decide import Decision, approve
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.kernel.errors import Forbidden, Invalid
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.documents import service as documents
from velora.modules.documents.service import Kind
from velora.modules.orders import service as orders
from velora.modules.orders.events import SellerOrderShipped
from velora.modules.payments.gateways.port import Refunded, RefundFailed
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole
from velora.modules.sellers.service import Imprint
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork

IMPRINT = Imprint("Lumen & Oak GmbH", "Holstenstraße 12", "", "24103", "Kiel", "DE", "DE123456789")
BUYER = Principal(guest_key=GUEST)


@pytest.fixture
async def market(uow: UnitOfWork) -> TenantFacts:
    return await a_tenant(uow)


@pytest.fixture
async def seller(uow: UnitOfWork, market: TenantFacts) -> sellers.SellerFacts:
    return await a_seller(uow, (await an_account(uow)).id, at=(market.id,))


@pytest.fixture
async def paid(uow: UnitOfWork, market: TenantFacts, seller: sellers.SellerFacts) -> Paid:
    """Five pieces at 20.00 + 1.40 tax, 8.00 + 0.56 delivery: paid, and still with the seller."""
    return await a_paid_order(uow, market.id, [a_part(uow, a_line(uow, quantity=5, net=10000, tax=700), seller_id=seller.id)])


async def issued(uow: UnitOfWork, paid: Paid, kind: Kind) -> list[documents.DocumentFacts]:
    """What is issued of this order by now, of one kind."""
    await issue_due(uow, {(paid.tenant_id, paid.order_id)})
    found = await documents.of_seller_orders(uow, {(paid.tenant_id, part.id) for part in paid.parts})
    return sorted((one for each in found.values() for one in each if one.kind is kind), key=lambda one: one.id)


async def say(uow: UnitOfWork, seller: sellers.SellerFacts, imprint: Imprint = IMPRINT) -> Imprint:
    """The seller's owner says who it is."""
    (owner,) = await sellers.staff(uow, seller.id)
    return await say_imprint(uow, Saying(seller.id, imprint, a_caller(account_id=owner.account_id), "127.0.0.1"))


async def a_return(uow: UnitOfWork, paid: Paid, quantity: int) -> Started:
    """So many pieces come back: asked for and accepted, the money not yet sent."""
    line = paid.parts[0].lines[0].id
    (asked_for,) = await ask(uow, [ReturnAsk(paid.tenant_id, paid.parts[0].id, ((line, quantity),), returns.Reason.OTHER, "", BUYER)])
    assert isinstance(asked_for, returns.ReturnFacts), asked_for
    (started,) = await approve(uow, [Decision(paid.tenant_id, paid.order_id, asked_for.id, "", "account:5")])
    assert isinstance(started, Started), started
    return started


def asks_for(document: documents.DocumentFacts) -> int:
    """What stands under it, with tax, in cents."""
    return sum(net + tax for net, tax in totals(document.facts).values())


async def test_what_was_paid_is_billed_when_it_leaves_and_for_exactly_what_it_costs(uow, paid):
    assert await issued(uow, paid, Kind.INVOICE) == []
    await shipped(uow, paid)
    [invoice] = await issued(uow, paid, Kind.INVOICE)
    assert asks_for(invoice) == paid.total_minor == 11556
    assert [(row["title"], row["quantity"], row["net"], row["tax"]) for row in invoice.facts["rows"]] == [("Brass Lamp", 5, 10000, 700)]
    assert (invoice.facts["payment"], invoice.facts["order"]) == ({"method": "paid"}, encode("ord", paid.order_id))
    assert name_of(invoice) == f"invoice-{invoice.number}.pdf"


async def test_what_is_issued_late_says_when_it_fell_due(uow, paid, clock):
    left = uow.now
    await shipped(uow, paid)
    clock.advance(timedelta(days=2, microseconds=7))
    [invoice] = await issued(uow, paid, Kind.INVOICE)
    assert invoice.issued_at == left
    assert written(replace(invoice, issued_at=clock.now())) != written(invoice)


async def test_told_twice_or_of_two_parcels_it_is_issued_once_and_numbers_have_no_gap(uow, market, seller):
    [other] = [await a_seller(uow, (await an_account(uow)).id, at=(market.id,))]
    made = [
        await a_paid_order(uow, market.id, [a_part(uow, seller_id=seller.id), a_part(uow, seller_id=other.id)]),
        await a_paid_order(uow, market.id, [a_part(uow, seller_id=seller.id)]),
    ]
    for paid in made:
        await shipped(uow, paid)
    told = [SellerOrderShipped(market.id, paid.order_id, part.id, uow.new_id()) for paid in made for part in paid.parts]
    await follow(uow, [*told, *told])
    await follow(uow, told)
    numbers = {part.seller_id: [] for paid in made for part in paid.parts}
    for paid in made:
        for one in await issued(uow, paid, Kind.INVOICE):
            numbers[one.seller_id].append(one.number)
    begins = market.slug.upper()
    assert sorted(numbers[seller.id]) == [f"{begins}-000001", f"{begins}-000002"]
    assert numbers[other.id] == [f"{begins}-000001"]


async def test_each_return_whose_money_went_back_has_a_credit_note_and_together_they_are_the_goods(uow, paid):
    await delivered(uow, paid)
    [invoice] = await issued(uow, paid, Kind.INVOICE)
    for quantity in (1, 2, 2):
        started = await a_return(uow, paid, quantity)
        before = await issued(uow, paid, Kind.CREDIT_NOTE)
        await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded("re_1"))])
        after = await issued(uow, paid, Kind.CREDIT_NOTE)
        assert len(after) == len(before) + 1
    assert sum(asks_for(note) for note in after) == 10700  # delivery is not given back
    assert [note.facts["rows"][0]["quantity"] for note in after] == [1, 2, 2]
    assert {note.facts["invoice"] for note in after} == {invoice.number}
    assert [note.number.rpartition("-")[2] for note in after] == ["C000001", "C000002", "C000003"]


async def test_money_that_did_not_go_back_is_not_credited(uow, paid):
    await delivered(uow, paid)
    started = await a_return(uow, paid, 1)
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, RefundFailed("card_closed"))])
    assert await issued(uow, paid, Kind.CREDIT_NOTE) == []


async def test_what_was_refused_at_the_door_is_credited_whole(uow, paid):
    await shipped(uow, paid)
    [invoice] = await issued(uow, paid, Kind.INVOICE)
    await orders.refuse_parts(uow, {paid.part})
    [note] = await issued(uow, paid, Kind.CREDIT_NOTE)
    assert (asks_for(note), note.facts["invoice"], note.facts["rows"]) == (paid.total_minor, invoice.number, invoice.facts["rows"])


async def test_an_accepted_return_has_a_label_as_soon_as_it_is_known_where_it_goes(uow, paid, seller):
    await delivered(uow, paid)
    await a_return(uow, paid, 2)
    assert await issued(uow, paid, Kind.RETURN_LABEL) == []
    await say(uow, seller)
    [label] = await issued(uow, paid, Kind.RETURN_LABEL)
    assert label.facts["to"] == ["Lumen & Oak GmbH", "Holstenstraße 12", "24103 Kiel", "DE"]
    assert label.facts["rows"] == [{"title": "Brass Lamp", "quantity": 2}]
    assert (label.number, name_of(label)) == ("", f"return-label-{label.facts['about']}.pdf")


async def test_what_was_issued_says_what_was_so_then(uow, paid, seller):
    await say(uow, seller)
    await shipped(uow, paid)
    [before] = await issued(uow, paid, Kind.INVOICE)
    await say(uow, seller, replace(IMPRINT, legal_name="Another Name Ltd", city="Husum"))
    [after] = await issued(uow, paid, Kind.INVOICE)
    assert after == before
    assert (after.facts["issuer"]["name"], after.facts["issuer"]["tax_number"]) == ("Lumen & Oak GmbH", "DE123456789")
    assert written(after) == written(before)


async def test_only_an_owner_says_who_the_seller_is_and_what_is_wrong_changes_nothing(uow, seller):
    await say(uow, seller)
    clerk = await an_account(uow)
    await sellers.hire(uow, seller.id, clerk.id, StaffRole.STAFF)
    with pytest.raises(Forbidden):
        await say_imprint(uow, Saying(seller.id, replace(IMPRINT, city="Husum"), a_caller(account_id=clerk.id), "127.0.0.1"))
    owner = next(one for one in await sellers.staff(uow, seller.id) if one.role is StaffRole.OWNER)
    for wrong, where in (({"city": " "}, "/city"), ({"country": "de"}, "/country"), ({"line2": "a" * 121}, "/line2")):
        with pytest.raises(Invalid) as refused:
            await say_imprint(uow, Saying(seller.id, replace(IMPRINT, **wrong), a_caller(account_id=owner.account_id), "127.0.0.1"))
        assert refused.value.pointer == where
    assert await sellers.imprints(uow, [seller.id]) == {seller.id: IMPRINT}


async def test_orders_from_before_have_their_documents_once_an_operator_asks_and_only_once(db):
    async with db.begin(None) as uow:
        market = await a_tenant(uow)
        seller = await a_seller(uow, (await an_account(uow)).id, at=(market.id,))
        made = [await a_paid_order(uow, market.id, [a_part(uow, seller_id=seller.id)]) for _ in range(3)]
        for paid in made[:2]:
            await shipped(uow, paid)
    seen: list[int] = []
    before = await issue_all(db, seen.append)
    assert before >= 2
    assert seen[-1] >= 2
    assert await issue_all(db, seen.append) == 0
    async with db.read(market.id) as uow:
        found = await documents.of_seller_orders(uow, {paid.part for paid in made})
    assert [len(found[paid.part]) for paid in made] == [1, 1, 0]
