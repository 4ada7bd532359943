"""Routes of receipts, for finance: what came without a gateway, and the orders that wait for it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.receipts.record import Receipt, Recorded, record_once
from velora.flows.receipts.sheet import LONGEST_REFERENCE, LONGEST_WORDS
from velora.flows.receipts.waiting import BUCKETS, Waiting, waiting_orders
from velora.flows.screens.finance.names import tenant_of
from velora.flows.second_person import Hand
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import decode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.suspense import service as suspense
from velora.modules.suspense.errors import ReceiptDiffers
from velora.modules.suspense.service import CaseFacts, CaseState, Limits, Settlement
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import FinanceAdmin, IdempotencyKey, MoneyOut, PageOut, Schema, address_of, house_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(prefix="/finance", tags=["receipts"])

CaseId = Annotated[int, ident("sus")]
OrderId = Annotated[int, ident("ord")]
Trading = Annotated[TradingHouse, Depends(house_of)]
_STAFF: Final = (NotSignedIn, Forbidden, NotFound)


class ReceiptMarketplaceOut(Schema):
    slug: str
    name: str

    @classmethod
    def of(cls, tenant: TenantFacts) -> "ReceiptMarketplaceOut":
        return cls(slug=tenant.slug, name=tenant.name)


class ReceiptIn(Schema):
    tenant: str = Field(max_length=80, examples=["nordmarkt"])
    reference: str = Field(min_length=1, max_length=LONGEST_REFERENCE, description="The statement's own: one movement has one")
    amount_minor: int = Field(gt=0, le=10**12, examples=[11556])
    currency: str = Field(pattern="^[A-Z]{3}$", examples=["EUR"])
    valued_on: date = Field(description="The day of value")
    words: str = Field(default="", max_length=LONGEST_WORDS, description="What the payer wrote")
    order_id: OrderId | None = Field(default=None, description="The order that it pays; without it, the one that the payer's words name")


class ReceiptOut(Schema):
    """What came, and what became of it. `rest` is what no order needed of it: a case of its own on finance's desk."""

    id: CaseId
    tenant: ReceiptMarketplaceOut
    reference: str
    received: MoneyOut
    rest: MoneyOut
    valued_on: date
    recorded_at: datetime
    words: str
    state: CaseState
    settlement: Settlement | None
    order_id: OrderId | None = Field(description="The order that it paid, or is kept for until the rest has come")

    @classmethod
    def of(cls, case: CaseFacts, tenant: TenantFacts) -> "ReceiptOut":
        return cls.model_validate(_receipt(case, tenant))


class ReceiptRecordedOut(ReceiptOut):
    is_new: bool = Field(description="False where it was recorded before: nothing was done")
    refusal: str | None = Field(description="Why it did not pay the order that was chosen; the money is in the books anyway")


class WaitingOut(Schema):
    """An order whose money has not come. `kept` of it has; `late_days` is above zero where it was to be here by now."""

    order_id: OrderId
    tenant: ReceiptMarketplaceOut
    method: str
    buyer: str
    placed_at: datetime
    due_at: datetime | None
    late_days: int
    bucket: Literal["not_due", "0-30", "31-60", "61-90", "90+"]
    due: MoneyOut
    kept: MoneyOut


class WaitingSumOut(Schema):
    """What is missing in one currency of what is so late."""

    bucket: Literal["not_due", "0-30", "31-60", "61-90", "90+"]
    orders: int
    missing: MoneyOut


class WaitingListOut(Schema):
    data: list[WaitingOut]
    sums: list[WaitingSumOut]


@router.get("/receipts", responses=problems(Invalid, *_STAFF))
async def list_receipts(
    caller: FinanceAdmin,
    house: Trading,
    state: CaseState | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut[ReceiptOut]:
    """What came without a gateway, newest first, and what became of each."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await suspense.listed(
            uow, market.id if market else None, states={state} if state else set(), source=suspense.RECEIPT, before=before, limit=limit + 1
        )
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    shown = [ReceiptOut.of(one, markets[one.tenant_id]) for one in found[:limit]]
    return PageOut[ReceiptOut].of(Page(shown, encode_cursor(found[limit - 1].id) if len(found) > limit else None))


@router.post(
    "/receipts",
    status_code=201,
    responses=problems(ReceiptDiffers, AlreadyAsked, InProgress, KeyReused, KeyMissing, BadCsrfToken, Invalid, *_STAFF),
)
async def record_receipt(
    body: ReceiptIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> ReceiptRecordedOut:
    """Record what came, as the bank's statement or the courier's list says. The same reference is recorded once.

    It pays the order that is named at once; with less than is due it is kept for it. From a limit on a second person must agree, unless
    the payer's own words name the order.
    """
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, body.tenant)
    if market is None:
        raise Invalid("/tenant", "Name the marketplace into whose account it came.")
    if body.currency not in market.currencies:
        raise Invalid("/currency", f"{market.name} trades in {', '.join(market.currencies)}.")
    settings = house.settings
    receipt = Receipt(
        market.id, body.reference.strip(), body.amount_minor, body.currency, body.valued_on, body.words.strip(),
        Hand(caller.actor_ref, address_of(request)),
        Limits(settings.suspense_second_person_from_minor, settings.suspense_write_off_up_to_minor), body.order_id,
    )  # fmt: skip
    done = await house.writes.submit(record_once, Once(market.id, caller, key, receipt))
    if isinstance(done, Recorded):
        return _recorded(done.case, market, is_new=done.is_new, refusal=done.refusal.detail() if done.refusal else None)
    async with house.db.read(market.id) as uow:
        case_key = (market.id, decode("sus", str(done.body["case"])))
        case = (await suspense.by_id(uow, [case_key]))[case_key]
    return _recorded(case, market, is_new=False, refusal=None)


@router.get("/waiting-orders", responses=problems(Invalid, *_STAFF))
async def list_waiting_orders(
    caller: FinanceAdmin,
    house: Trading,
    tenant: str | None = None,
    q: Annotated[str, Query(max_length=40, description="A part of the order's number, or the amount that is missing: 115.56")] = "",
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> WaitingListOut:
    """The orders whose money has not come, the longest due first, with what is missing by how late it is."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await waiting_orders(uow, market.id if market else None)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    shown = [one for one in found if one.matches(q) and currency in (None, one.currency)]
    return WaitingListOut(data=[_waiting(one, markets[one.tenant_id]) for one in shown[:limit]], sums=_sums(found))


def _receipt(case: CaseFacts, tenant: TenantFacts) -> Mapping[str, object]:
    return {
        "id": case.id, "tenant": ReceiptMarketplaceOut.of(tenant), "reference": case.gateway_ref,
        "received": MoneyOut.of(case.received_minor, case.currency), "rest": MoneyOut.of(case.split_minor, case.currency),
        "valued_on": str(case.facts["valued_on"]), "recorded_at": case.seen_at, "words": case.words, "state": case.state,
        "settlement": case.settlement, "order_id": case.order_id,
    }  # fmt: skip


def _recorded(case: CaseFacts, tenant: TenantFacts, *, is_new: bool, refusal: str | None) -> ReceiptRecordedOut:
    return ReceiptRecordedOut.model_validate({**_receipt(case, tenant), "is_new": is_new, "refusal": refusal})


def _waiting(one: Waiting, tenant: TenantFacts) -> WaitingOut:
    return WaitingOut.model_validate(
        {
            "order_id": one.order_id, "tenant": ReceiptMarketplaceOut.of(tenant), "method": one.method, "buyer": one.buyer,
            "placed_at": one.placed_at, "due_at": one.due_at, "late_days": one.late_days, "bucket": one.bucket,
            "due": MoneyOut.of(one.due_minor, one.currency), "kept": MoneyOut.of(one.kept_minor, one.currency),
        }
    )  # fmt: skip


def _sums(found: Sequence[Waiting]) -> list[WaitingSumOut]:
    sums: list[WaitingSumOut] = []
    for currency in sorted({one.currency for one in found}):
        for bucket in BUCKETS:
            mine = [one for one in found if (one.currency, one.bucket) == (currency, bucket)]
            missing = MoneyOut.of(sum(one.missing_minor for one in mine), currency)
            sums.append(WaitingSumOut.model_validate({"bucket": bucket, "orders": len(mine), "missing": missing}))
    return sums
