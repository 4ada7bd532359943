"""What is due of an order is issued: an invoice for what has left, a label for what may come back, a credit note for what is not owed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from velora.flows.documents import sheet
from velora.flows.documents.sheet import Case
from velora.modules.documents import service as documents
from velora.modules.documents.service import DocumentFacts, Kind, NewDocument
from velora.modules.orders import service as orders
from velora.modules.orders.events import SellerOrderCancelled, SellerOrderShipped
from velora.modules.payments import service as payments
from velora.modules.payments.events import RefundSettled
from velora.modules.returns import service as returns
from velora.modules.returns.events import ReturnApproved
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import Database, UnitOfWork

Key = tuple[int, int]
_PAGE: Final = 200  # parts in a transaction


async def follow(uow: UnitOfWork, events: Sequence[SellerOrderShipped | SellerOrderCancelled | ReturnApproved | RefundSettled]) -> None:
    """Whatever is due by now of the orders of these events is issued."""
    await issue_due(uow, {(event.tenant_id, event.order_id) for event in events})


async def issue_due(uow: UnitOfWork, keys: Collection[Key]) -> int:
    """Whatever is due by now of these orders is issued, once however often it is asked; how many are new.

    It goes by what is so, not by what was told.
    """
    cases = await _cases(uow, keys)
    back = await returns.of_seller_orders(uow, cases)
    invoices = {
        key: one for key, there in (await documents.of_seller_orders(uow, cases)).items() for one in there if one.kind is Kind.INVOICE
    }
    made = await documents.issue(uow, [_invoice(case) for key, case in cases.items() if key not in invoices])
    invoices |= {(one.tenant_id, one.seller_order_id): one for one in made}
    further = [one for key, case in cases.items() for one in (*_labels(case, back[key]), *_credits(case, back[key], invoices[key]))]
    return len(made) + len(await documents.issue(uow, further))


async def issue_all(db: Database, done: Callable[[int], None]) -> int:
    """Whatever is due of any order is issued, also of those that left before there were documents; how many are new.

    `done` is told now and then how many parts have been looked at. Stopped, the next call goes on with what is not there.
    """
    looked_at = new = 0
    async with db.read(None) as uow:
        markets = await tenants.all_tenants(uow)
    for market in markets:
        after = 0
        while page := await _left(db, market.id, after):
            async with db.begin(None) as uow:
                new += await issue_due(uow, {(market.id, order_id) for _, order_id in page})
            after, looked_at = page[-1][0], looked_at + len(page)
            done(looked_at)
    return new


async def _left(db: Database, tenant_id: int, after: int) -> Sequence[tuple[int, int]]:
    async with db.read(tenant_id) as uow:
        return await orders.walk_left(uow, tenant_id, after=after, limit=_PAGE)


def _invoice(case: Case) -> NewDocument:
    return _new(case, Kind.INVOICE, case.part.id, sheet.invoice(case), case.part.shipped_at)


def _labels(case: Case, back: Sequence[returns.ReturnFacts]) -> list[NewDocument]:
    """One for each return that was accepted, as soon as it is known where it goes."""
    if case.imprint is None:
        return []
    accepted = [one for one in back if one.state in (returns.State.APPROVED, returns.State.REFUNDED)]
    return [_new(case, Kind.RETURN_LABEL, one.id, sheet.label(case, one, case.imprint), one.decided_at) for one in accepted]


def _credits(case: Case, back: Sequence[returns.ReturnFacts], invoice: DocumentFacts) -> list[NewDocument]:
    """One for each return whose money went back, and for a part that was given up after it had been billed."""
    given = [
        _new(case, Kind.CREDIT_NOTE, one.id, sheet.credit_for_return(case, one, invoice.number), one.settled_at)
        for one in back
        if one.state is returns.State.REFUNDED
    ]
    if case.part.state == orders.State.CANCELLED:
        given.append(_new(case, Kind.CREDIT_NOTE, case.part.id, sheet.credit_for_all(invoice.facts, invoice.number)))
    return given


def _new(case: Case, kind: Kind, subject_id: int, facts: Mapping[str, object], due_at: datetime | None = None) -> NewDocument:
    part, market = case.part, case.market.slug
    return NewDocument(part.tenant_id, kind, part.seller_id, part.order_id, part.id, subject_id, market, due_at or case.now, facts)


async def _cases(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Case]:
    """The parts of these orders of which something has left."""
    parts = {(part.tenant_id, part.id): part for part in await orders.parts_of(uow, keys) if part.shipped_at is not None}
    if not parts:
        return {}
    placed = await orders.orders_by_id(uow, {(part.tenant_id, part.order_id) for part in parts.values()})
    lines = await orders.lines_of(uow, parts)
    who = {part.seller_id for part in parts.values()}
    known, imprints = await sellers.facts(uow, who), await sellers.imprints(uow, who)
    markets = await tenants.by_id(uow, {tenant_id for tenant_id, _ in parts})
    paid = await payments.of_orders(uow, placed)
    return {
        key: Case(
            placed[part.tenant_id, part.order_id], part, lines[key], known[part.seller_id], imprints.get(part.seller_id),
            markets[part.tenant_id], paid.get((part.tenant_id, part.order_id)), uow.now,
        )
        for key, part in sorted(parts.items())
    }  # fmt: skip
