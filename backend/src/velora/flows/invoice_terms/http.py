"""Routes of invoice terms, and of giving up what never came: finance's."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.invoice_terms import give_up, limits
from velora.flows.once import Once
from velora.flows.second_person import Hand, approval_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.identity import service as identity
from velora.modules.orders import service as orders
from velora.modules.payments.service import NotAwaited
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import FinanceAdmin, HouseDep, IdempotencyKey, MoneyOut, Schema, address_of, house_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(prefix="/finance", tags=["finance"], responses=problems(NotSignedIn, Forbidden, NotFound))

OrderId = Annotated[int, ident("ord")]
ApprovalId = Annotated[int, ident("apr")]
Trading = Annotated[TradingHouse, Depends(house_of)]
_ONCE = (Invalid, BadCsrfToken, AlreadyAsked, InProgress, KeyReused, KeyMissing)


class InvoiceTermsOut(Schema):
    """A buyer's terms in one marketplace: how much may be owed on invoices, how much is, and how much more may be."""

    account_id: Annotated[int, ident("acc")]
    name: str
    email: str
    tenant: str
    limit: MoneyOut
    owed: MoneyOut
    left: MoneyOut


class InvoiceTermsIn(Schema):
    tenant: str = Field(max_length=40, examples=["nordlicht"])
    email: str = Field(max_length=254, examples=["ada@example.com"])
    limit: MoneyOut = Field(description="Nothing withdraws them: no more on invoice, and what is owed stands")
    reason: str = Field(min_length=3, max_length=200, description="Why, for the record; the buyer does not see it")


class InvoiceTermsSetOut(InvoiceTermsOut):
    """`waiting` for a second person when it does not hold yet."""

    state: Literal["set", "waiting"]
    approval_id: ApprovalId | None


class GiveUpIn(Schema):
    reason: str = Field(min_length=3, max_length=200, description="Why, for the record", examples=["Two reminders, no answer"])


class GivenUpOut(Schema):
    state: Literal["given_up", "waiting"]
    approval_id: ApprovalId | None


@router.get("/invoice-terms")
async def read_invoice_terms(
    caller: FinanceAdmin, house: HouseDep, tenant: Annotated[str, Query(max_length=40)], email: Annotated[str, Query(max_length=254)]
) -> InvoiceTermsOut:
    """What a buyer may owe on invoices of a marketplace, by the address of the account."""
    async with house.db.read(None) as uow:
        return await _shown(uow, await tenants.named(uow, tenant), await identity.named(uow, email))


@router.put("/invoice-terms", responses=problems(*_ONCE))
async def set_invoice_terms(
    body: InvoiceTermsIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> InvoiceTermsSetOut:
    """Let a buyer owe so much on invoices, or no more. A higher limit waits for a second person from an amount on: state `waiting`."""
    async with house.db.read(None) as uow:
        market, account = await tenants.named(uow, body.tenant), await identity.named(uow, body.email)
    if body.limit.currency != market.currency:
        raise Invalid("/limit/currency", f"{market.name} writes its invoices in {market.currency}.")
    if body.limit.amount < 0:
        raise Invalid("/limit/amount", "Give an amount above zero, or zero to let this buyer no more.")
    hand, least = Hand(caller.actor_ref, address_of(request)), house.settings.awaited_second_person_from_minor
    wish = limits.Wish(market.id, account.id, body.limit.amount, market.currency, body.reason, hand, least)
    done = await house.writes.submit(limits.let_once, Once(market.id, caller, key, wish))
    waits = approval_of(done)
    async with house.db.read(None) as uow:
        shown = await _shown(uow, market, account)
    return InvoiceTermsSetOut(**shown.model_dump(), state="waiting" if waits else "set", approval_id=waits)


@router.post("/orders/{order_id}/give-up", responses=problems(NotAwaited, *_ONCE))
async def give_up_payment(
    order_id: OrderId, body: GiveUpIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> GivenUpOut:
    """Nothing is awaited for this order any more: it is not paid. From an amount on it waits for a second person: state `waiting`."""
    async with house.db.read(None) as uow:
        order = await orders.found_anywhere(uow, [one.id for one in await tenants.all_tenants(uow)], order_id)
    if order is None:
        raise NotFound("order", encode("ord", order_id))
    hand, least = Hand(caller.actor_ref, address_of(request)), house.settings.awaited_second_person_from_minor
    wish = give_up.Wish(order.tenant_id, order.id, body.reason, hand, least)
    done = await house.writes.submit(give_up.give_up_once, Once(order.tenant_id, caller, key, wish))
    waits = approval_of(done)
    return GivenUpOut(state="waiting" if waits else "given_up", approval_id=waits)


async def _shown(uow: UnitOfWork, market: TenantFacts, account: identity.AccountFacts) -> InvoiceTermsOut:
    key = (market.id, account.id, market.currency)
    one = (await terms.of_accounts(uow, [key[:2]])).get(key, terms.Standing(0, 0))
    limit, owed, left = (MoneyOut.of(amount, market.currency) for amount in (one.limit_minor, one.owed_minor, one.left_minor))
    return InvoiceTermsOut(
        account_id=account.id, name=account.name, email=account.email, tenant=market.slug, limit=limit, owed=owed, left=left
    )  # fmt: skip
