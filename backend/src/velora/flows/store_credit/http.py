"""Routes of store credit: a buyer's own, and finance's goodwill."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.second_person import Hand, approval_of
from velora.flows.store_credit.goodwill import Wish, give_once
from velora.flows.store_credit.purse import PurseView, purse_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import decode
from velora.kernel.money import CURRENCY_DIGITS
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.identity import service as identity
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import (
    FinanceAdmin,
    HouseDep,
    IdempotencyKey,
    MoneyOut,
    Schema,
    SignedIn,
    Tenant,
    address_of,
    house_of,
    ident,
    problems,
)
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.idempotency import KeyMissing

account_router = APIRouter(prefix="/account/credit", tags=["account"], responses=problems(UnknownHost, NotSignedIn))
router = APIRouter(prefix="/finance/credit", tags=["finance"], responses=problems(NotSignedIn, Forbidden, NotFound))

JournalId = Annotated[int, ident("jrn")]
OrderId = Annotated[int, ident("ord")]
AccountId = Annotated[int, ident("acc")]
Trading = Annotated[TradingHouse, Depends(house_of)]
Currency = Annotated[str | None, Query(max_length=3, description="The marketplace's main one when left out")]
_KINDS: Final = {"capture": "spent", "refund_paid": "refund", "goodwill": "goodwill", "suspense_credit": "payment_found"}


class CreditMoveOut(Schema):
    """`amount` is below nothing where credit paid for an order."""

    at: datetime
    kind: Literal["spent", "refund", "goodwill", "payment_found", "other"]
    amount: MoneyOut
    order_id: OrderId | None


class CreditOut(Schema):
    """What there is in one currency, how much of it waits for unpaid orders, and what can be spent now; the newest movements first.

    `others` is what there is in other currencies. Credit pays for orders in its own currency only.
    """

    balance: MoneyOut
    held: MoneyOut
    free: MoneyOut
    history: list[CreditMoveOut]
    others: list[MoneyOut]

    @classmethod
    def of(cls, view: PurseView) -> "CreditOut":
        facts, currency = view.facts, view.facts.currency
        return cls(
            balance=MoneyOut.of(facts.balance_minor, currency), held=MoneyOut.of(facts.held_minor, currency),
            free=MoneyOut.of(facts.free_minor, currency),
            history=[
                CreditMoveOut.model_validate(
                    {
                        "at": one.at, "kind": _KINDS.get(one.kind, "other"), "amount": MoneyOut.of(one.amount_minor, currency),
                        "order_id": decode("ord", one.order) if one.order else None,
                    }
                )
                for one in view.moves
            ],
            others=[MoneyOut.of(one.balance_minor, one.currency) for one in view.others],
        )  # fmt: skip


class BuyerCreditOut(Schema):
    """A buyer's credit in one marketplace, as finance sees it."""

    account_id: AccountId
    name: str
    email: str
    tenant: str
    credit: CreditOut


class GoodwillIn(Schema):
    tenant: str = Field(max_length=40, examples=["nordlicht"])
    email: str = Field(max_length=254, examples=["ada@example.com"])
    amount: MoneyOut
    reason: str = Field(min_length=3, max_length=200, description="Why, for the record; the buyer does not see it")


class GoodwillOut(BuyerCreditOut):
    """`waiting` for a second person when it is not given yet; `needs_second_person_from` is the limit."""

    state: Literal["given", "waiting"]
    approval_id: Annotated[int, ident("apr")] | None


@account_router.get("", responses=problems(Invalid))
async def read_credit(tenant: Tenant, caller: SignedIn, house: HouseDep, currency: Currency = None) -> CreditOut:
    """The caller's store credit in this marketplace, in one currency."""
    async with house.db.read(tenant.id) as uow:
        return CreditOut.of(await purse_of(uow, tenant.id, caller.account_id or 0, _known(currency or tenant.currency)))


@router.get("", responses=problems(Invalid))
async def read_credit_of_buyer(
    caller: FinanceAdmin,
    house: HouseDep,
    tenant: Annotated[str, Query(max_length=40)],
    email: Annotated[str, Query(max_length=254)],
    currency: Currency = None,
) -> BuyerCreditOut:
    """A buyer's credit in a marketplace, by the address of the account, in one currency."""
    async with house.db.read(None) as uow:
        market, account = await tenants.named(uow, tenant), await identity.named(uow, email)
        return await _shown(uow, market, account, _known(currency or market.currency))


@router.post("/goodwill", status_code=201, responses=problems(Invalid, BadCsrfToken, AlreadyAsked, InProgress, KeyReused, KeyMissing))
async def give_goodwill(body: GoodwillIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading) -> GoodwillOut:
    """Give a buyer credit. From a limit on it waits for a second person: state `waiting`."""
    async with house.db.read(None) as uow:
        market, account = await tenants.named(uow, body.tenant), await identity.named(uow, body.email)
    if (currency := body.amount.currency) not in market.currencies:
        raise Invalid("/amount/currency", f"{market.name} sells in {', '.join(market.currencies)}. Give credit that can be spent there.")
    if body.amount.amount < 1:
        raise Invalid("/amount/amount", "Give more than nothing.")
    hand = Hand(caller.actor_ref, address_of(request))
    limit = house.settings.credit_second_person_from_minor
    wish = Wish(market.id, account.id, body.amount.amount, currency, body.reason, hand, limit)
    given = await house.writes.submit(give_once, Once(market.id, caller, key, wish))
    waits = approval_of(given)
    async with house.db.read(None) as uow:
        shown = await _shown(uow, market, account, currency)
    return GoodwillOut(**shown.model_dump(), state="waiting" if waits else "given", approval_id=waits)


def _known(currency: str) -> str:
    """Raises Invalid. What there is in a currency that is no longer sold in can still be seen."""
    if currency not in CURRENCY_DIGITS:
        raise Invalid("/currency", f"Choose one of {', '.join(CURRENCY_DIGITS)}.")
    return currency


async def _shown(uow: UnitOfWork, market: TenantFacts, account: identity.AccountFacts, currency: str) -> BuyerCreditOut:
    view = await purse_of(uow, market.id, account.id, currency)
    return BuyerCreditOut(account_id=account.id, name=account.name, email=account.email, tenant=market.slug, credit=CreditOut.of(view))
