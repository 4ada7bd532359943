"""Routes of a seller's money: balance, payouts, statement."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from velora.flows import postings
from velora.flows.payout_run.balance import SellerBalance, accounts_of, balances_of, by_day
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.ledger import service as ledger
from velora.modules.payouts import service as payouts
from velora.modules.payouts.service import PayoutFacts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.web import HouseDep, MoneyOut, PageOut, Schema, SellerStaff, acting_for_seller, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(tags=["payouts"])

SellerId = Annotated[int, ident("sel")]
PayoutId = Annotated[int, ident("pay")]
Limit = Annotated[int, Query(ge=1, le=200)]
_STAFF = (NotSignedIn, Forbidden, NotFound)
_STATEMENT = (postings.PAYABLE, postings.ESCROW, postings.RESERVE, postings.RECEIVABLE)


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
    """What the seller has, by marketplace."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        found = await balances_of(uow, seller_id)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
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
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> StreamingResponse:
    """Every move of the seller's accounts in one marketplace as CSV: amounts in minor units, times in UTC."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        market = (await tenants.by_slug(uow, {tenant})).get(tenant)
    if market is None:
        raise NotFound("marketplace", tenant)

    async def pieces() -> AsyncGenerator[str]:
        async with house.db.read(market.id) as uow:
            accounts = await accounts_of(uow, seller_id, _STATEMENT, market.id)
            async for piece in ledger.statement_csv(uow, accounts, since=since, until=until):
                yield piece

    name = f"statement-{market.slug}.csv"
    return StreamingResponse(pieces(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})
