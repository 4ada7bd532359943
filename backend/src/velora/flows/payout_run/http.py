"""Routes of payouts: a seller's balance, payouts and statement, and the runs that finance starts."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from velora.flows import dispute_postings, postings
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.payout_run.balance import SellerBalance, accounts_of, balances_of, by_day
from velora.flows.payout_run.run import PayoutRun, run_payouts
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.money import CURRENCY_DIGITS
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.ledger import service as ledger
from velora.modules.payouts import service as payouts
from velora.modules.payouts.service import PayoutFacts
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import (
    FinanceAdmin,
    HouseDep,
    IdempotencyKey,
    MoneyOut,
    PageOut,
    Schema,
    SellerStaff,
    acting_for_seller,
    ident,
    problems,
)
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["payouts"])

SellerId = Annotated[int, ident("sel")]
PayoutId = Annotated[int, ident("pay")]
Limit = Annotated[int, Query(ge=1, le=200)]
_STAFF = (NotSignedIn, Forbidden, NotFound)
PayoutState = Literal["reserved", "submitted", "unknown", "paid", "failed"]
_STATEMENT = (postings.PAYABLE, postings.ESCROW, postings.RESERVE, postings.RECEIVABLE, dispute_postings.HOLD)


def _house(request: Request) -> TradingHouse:
    return request.app.state.house


Trading = Annotated[TradingHouse, Depends(_house)]


class MarketplaceOut(Schema):
    slug: str
    name: str

    @classmethod
    def of(cls, tenant: TenantFacts) -> "MarketplaceOut":
        return cls(slug=tenant.slug, name=tenant.name)


class ComingOut(Schema):
    at: datetime
    amount: MoneyOut


class SellerAccountOut(Schema):
    """`on_hold` waits for deliveries to settle, `coming` says when it is released, `available` goes with the next payout."""

    tenant: MarketplaceOut
    currency: str
    on_hold: MoneyOut
    coming: list[ComingOut]
    available: MoneyOut
    on_its_way: MoneyOut
    paid: MoneyOut

    @classmethod
    def of(cls, balance: SellerBalance, tenant: TenantFacts) -> "SellerAccountOut":
        def money(amount_minor: int) -> MoneyOut:
            return MoneyOut.of(amount_minor, balance.currency)

        return cls(
            tenant=MarketplaceOut.of(tenant), currency=balance.currency, on_hold=money(balance.on_hold_minor),
            coming=[ComingOut(at=at, amount=money(amount)) for at, amount in by_day(balance.coming)],
            available=money(balance.available_minor), on_its_way=money(balance.on_its_way_minor), paid=money(balance.paid_minor),
        )  # fmt: skip


class SellerBalanceOut(Schema):
    accounts: list[SellerAccountOut]


class SellerPayoutOut(Schema):
    id: PayoutId
    tenant: MarketplaceOut
    amount: MoneyOut
    state: str
    reason: str
    created_at: datetime
    paid_at: datetime | None

    @classmethod
    def of(cls, payout: PayoutFacts, tenant: TenantFacts) -> "SellerPayoutOut":
        return cls(
            id=payout.id, tenant=MarketplaceOut.of(tenant), amount=MoneyOut.of(payout.amount_minor, payout.currency), state=payout.state,
            reason=payout.reason, created_at=payout.created_at, paid_at=payout.settled_at if payout.state == "paid" else None,
        )  # fmt: skip


@router.get("/seller/{seller_id}/balance", responses=problems(*_STAFF))
async def seller_balance(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> SellerBalanceOut:
    """What the seller has, by marketplace and currency, the main one first."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        found = await balances_of(uow, seller_id)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    found.sort(key=lambda one: (one.tenant_id, one.currency != markets[one.tenant_id].currency, one.currency))
    return SellerBalanceOut(accounts=[SellerAccountOut.of(one, markets[one.tenant_id]) for one in found])


@router.get("/seller/{seller_id}/payouts", responses=problems(*_STAFF))
async def seller_payouts(
    seller_id: SellerId, caller: SellerStaff, house: HouseDep, cursor: str | None = None, limit: Limit = 50
) -> PageOut[SellerPayoutOut]:
    """The seller's payouts, newest first."""
    acting_for_seller(caller, seller_id)
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        found = await payouts.listed(uow, seller_id=seller_id, before=before, limit=limit + 1)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    shown = [SellerPayoutOut.of(one, markets[one.tenant_id]) for one in found[:limit]]
    return PageOut[SellerPayoutOut].of(Page(shown, encode_cursor(found[limit - 1].id) if len(found) > limit else None))


@router.get("/seller/{seller_id}/statement.csv", response_class=StreamingResponse, responses=problems(Invalid, *_STAFF))
async def seller_statement(
    seller_id: SellerId,
    caller: SellerStaff,
    house: HouseDep,
    tenant: str,
    currency: Annotated[str | None, Query(max_length=3, description="Each in turn when left out")] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> StreamingResponse:
    """Every move of the seller's accounts in one marketplace as CSV: amounts in minor units, times in UTC."""
    acting_for_seller(caller, seller_id)
    if currency is not None and currency not in CURRENCY_DIGITS:
        raise Invalid("/currency", f"Choose one of {', '.join(CURRENCY_DIGITS)}, or leave it out.")
    async with house.db.read(None) as uow:
        market = await tenants.named(uow, tenant)

    async def pieces() -> AsyncGenerator[str]:
        async with house.db.read(market.id) as uow:
            every = await accounts_of(uow, seller_id, _STATEMENT, market.id)
            accounts = [one for one in every if currency in (None, one.currency)]
            async for piece in ledger.statement_csv(uow, accounts, since=since, until=until):
                yield piece

    name = f"statement-{market.slug}-{currency.lower()}.csv" if currency else f"statement-{market.slug}.csv"
    return StreamingResponse(pieces(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


class PayeeOut(Schema):
    id: SellerId
    name: str


class FinancePayoutOut(Schema):
    id: PayoutId
    tenant: MarketplaceOut
    seller: PayeeOut
    amount: MoneyOut
    state: str
    bank_ref: str
    reason: str
    created_at: datetime
    settled_at: datetime | None


class PayoutRunIn(Schema):
    tenant: str = Field(description="The marketplace's short name", examples=["nordmarkt"])


class PayoutsOut(Schema):
    data: list[FinancePayoutOut]


@router.get("/finance/payouts", responses=problems(Invalid, *_STAFF))
async def list_payouts(
    caller: FinanceAdmin,
    house: HouseDep,
    state: PayoutState | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[FinancePayoutOut]:
    """Payouts of every marketplace, newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        market = await tenants.named(uow, tenant) if tenant else None
        found = await payouts.listed(
            uow, tenant_id=market.id if market else None, states=[state] if state else [], before=before, limit=limit + 1
        )
        shown = await _named(uow, found[:limit])
    return PageOut[FinancePayoutOut].of(Page(shown, encode_cursor(found[limit - 1].id) if len(found) > limit else None))


@router.post("/finance/payouts/run", responses=problems(BadCsrfToken, InProgress, KeyReused, KeyMissing, *_STAFF))
async def start_payout_run(body: PayoutRunIn, caller: FinanceAdmin, key: IdempotencyKey, house: Trading) -> PayoutsOut:
    """Pay everyone in this marketplace who has reached its threshold, through the bank, now."""
    async with house.db.read(None) as uow:
        market = await tenants.named(uow, body.tenant)
    ids = await run_payouts(house, Once(market.id, caller, key, PayoutRun(market.id, caller.actor_ref)))
    async with house.db.read(None) as uow:
        found = await payouts.by_id(uow, {(market.id, id_) for id_ in ids})
        return PayoutsOut(data=await _named(uow, found))


async def _named(uow: UnitOfWork, found: Sequence[PayoutFacts]) -> list[FinancePayoutOut]:
    markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    names = await sellers.facts(uow, {one.seller_id for one in found})
    return [
        FinancePayoutOut(
            id=one.id, tenant=MarketplaceOut.of(markets[one.tenant_id]), seller=PayeeOut(id=one.seller_id, name=names[one.seller_id].name),
            amount=MoneyOut.of(one.amount_minor, one.currency), state=one.state, bank_ref=one.bank_ref, reason=one.reason,
            created_at=one.created_at, settled_at=one.settled_at,
        )
        for one in found
    ]  # fmt: skip
