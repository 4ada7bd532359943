"""Routes of disputes: finance sees all of each, a seller what of its own money is held and why. Evidence is given at the gateway."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows import dispute_postings
from velora.flows.screens.finance.journals.http import JournalMarketplaceOut, JournalOut, journal_out
from velora.flows.screens.finance.journals.story import told
from velora.flows.screens.finance.names import tenant_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.disputes import service as disputes
from velora.modules.disputes.service import DisputeFacts, Share, State
from velora.modules.ledger import service as ledger
from velora.modules.sellers import service as sellers
from velora.modules.sellers.service import SellerFacts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, PageOut, Schema, SellerStaff, acting_for_seller, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(tags=["disputes"])

DisputeId = Annotated[int, ident("dp")]
OrderId = Annotated[int, ident("ord")]
PartId = Annotated[int, ident("sor")]
SellerId = Annotated[int, ident("sel")]
_STAFF: Final = (NotSignedIn, Forbidden, NotFound)
_MOST: Final = 100


class DisputeOut(Schema):
    """A dispute as it stands. `order_id` is None for a charge that is none of ours."""

    id: DisputeId
    tenant: JournalMarketplaceOut
    order_id: OrderId | None
    state: State
    reason: str = Field(description="The bank's own word", examples=["fraudulent"])
    amount: MoneyOut
    taken: MoneyOut = Field(description="What the bank has taken; nothing while it only asks")
    fee: MoneyOut = Field(description="What the gateway wants for it, less what it gave back")
    opened_at: datetime
    answer_by: datetime | None = Field(description="Until when evidence can be given, at the gateway")
    ended_at: datetime | None
    gateway: str
    gateway_ref: str


class DisputeShareOut(Schema):
    """What falls on one seller's order: `held` is kept from the seller while it is open, `owed` is what the seller came to owe."""

    seller_order_id: PartId
    seller: str
    amount: MoneyOut
    held: MoneyOut
    in_escrow: bool
    commission_back: MoneyOut
    owed: MoneyOut


class DisputeFullOut(DisputeOut):
    suspended: MoneyOut = Field(description="What falls on no seller, and stands in suspense")
    shares: list[DisputeShareOut]
    journals: list[JournalOut]


class SellerDisputeOut(Schema):
    """Why so much of the seller's money is held, or what was lost of it."""

    id: DisputeId
    tenant: JournalMarketplaceOut
    seller_order_id: PartId
    state: State
    reason: str
    amount: MoneyOut
    held: MoneyOut
    owed: MoneyOut
    opened_at: datetime
    ended_at: datetime | None


class SellerDisputesOut(Schema):
    disputes: list[SellerDisputeOut]


@router.get("/finance/disputes", responses=problems(Invalid, *_STAFF))
async def list_disputes(
    caller: FinanceAdmin,
    house: HouseDep,
    state: State | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut[DisputeOut]:
    """What buyers' banks took back, newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        states = {state} if state else set[State]()
        found = await disputes.listed(uow, market.id if market else None, states=states, before=before, limit=limit + 1)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    shown = [DisputeOut.model_validate(_dispute(one, markets[one.tenant_id])) for one in found[:limit]]
    return PageOut[DisputeOut].of(Page(shown, encode_cursor(found[limit - 1].id) if len(found) > limit else None))


@router.get("/finance/disputes/{dispute_id}", responses=problems(*_STAFF))
async def read_dispute(dispute_id: DisputeId, caller: FinanceAdmin, house: HouseDep) -> DisputeFullOut:
    """One dispute: on whom it falls, and what it moved so far."""
    async with house.db.read(None) as uow:
        markets = {one.id: one for one in await tenants.all_tenants(uow)}
        one = next(iter((await disputes.by_id(uow, {(tenant_id, dispute_id) for tenant_id in markets})).values()), None)
        if one is None:
            raise NotFound("dispute", encode("dp", dispute_id))
        posted = await ledger.find(uow, {(one.tenant_id, key) for key in dispute_postings.keys_of(one)})
        journals = await told(uow, await ledger.journals(uow, {(tenant_id, journal) for (tenant_id, _), journal in posted.items()}))
        names = await sellers.facts(uow, {share.seller_id for share in one.shares})
    return DisputeFullOut.model_validate(
        {
            **_dispute(one, markets[one.tenant_id]), "suspended": MoneyOut.of(one.suspended_minor, one.currency),
            "shares": [_share(one, share, names) for share in one.shares],
            "journals": [journal_out(journal, journals) for journal in journals.journals],
        }
    )  # fmt: skip


@router.get("/seller/{seller_id}/disputes", responses=problems(*_STAFF))
async def seller_disputes(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> SellerDisputesOut:
    """What buyers' banks took back of the seller's orders, newest first: what is held meanwhile, and what was lost."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        found = await disputes.of_seller(uow, seller_id, limit=_MOST)
        markets = await tenants.by_id(uow, {one.tenant_id for one, _ in found})
    return SellerDisputesOut(disputes=[_of_seller(one, share, markets[one.tenant_id]) for one, share in found])


def _dispute(one: DisputeFacts, market: TenantFacts) -> dict[str, object]:
    return {
        "id": one.id, "tenant": _market(market), "order_id": one.order_id, "state": one.state, "reason": one.reason,
        "amount": MoneyOut.of(one.amount_minor, one.currency), "taken": MoneyOut.of(one.taken_minor, one.currency),
        "fee": MoneyOut.of(one.fee_minor - one.fee_back_minor, one.currency), "opened_at": one.opened_at, "answer_by": one.answer_by,
        "ended_at": one.ended_at, "gateway": one.gateway, "gateway_ref": one.gateway_ref,
    }  # fmt: skip


def _market(market: TenantFacts) -> JournalMarketplaceOut:
    return JournalMarketplaceOut(slug=market.slug, name=market.name)


def _held(one: DisputeFacts, share: Share) -> MoneyOut:
    return MoneyOut.of(share.held_minor if one.state is State.OPEN else 0, one.currency)


def _share(one: DisputeFacts, share: Share, names: Mapping[int, SellerFacts]) -> DisputeShareOut:
    is_lost = one.state is State.LOST and not share.in_escrow
    return DisputeShareOut(
        seller_order_id=share.seller_order_id, seller=names[share.seller_id].name,
        amount=MoneyOut.of(share.gross_minor, one.currency), held=_held(one, share), in_escrow=share.in_escrow,
        commission_back=MoneyOut.of(share.commission_minor if is_lost else 0, one.currency),
        owed=MoneyOut.of(share.debt_minor, one.currency),
    )  # fmt: skip


def _of_seller(one: DisputeFacts, share: Share, market: TenantFacts) -> SellerDisputeOut:
    return SellerDisputeOut(
        id=one.id, tenant=_market(market), seller_order_id=share.seller_order_id, state=one.state, reason=one.reason,
        amount=MoneyOut.of(share.gross_minor, one.currency), held=_held(one, share), owed=MoneyOut.of(share.debt_minor, one.currency),
        opened_at=one.opened_at, ended_at=one.ended_at,
    )  # fmt: skip
