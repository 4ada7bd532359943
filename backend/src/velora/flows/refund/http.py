"""Routes of returns: the buyer asks, the seller decides."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.refund.ask import ReturnAsk, ask_once
from velora.flows.refund.decide import Decision, approve_once, decline_once
from velora.flows.refund.settle import give_back
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.iban import iban_of
from velora.kernel.ids import decode, encode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.kernel.principal import Principal
from velora.modules.escrow.errors import NothingHeld, UnderDispute
from velora.modules.orders import service as orders
from velora.modules.returns import service as returns
from velora.modules.returns.errors import AfterRelease, AlreadyDecided, NothingToGiveBack, NotPaidYet, NotReturnable
from velora.modules.tenants import service as tenants
from velora.modules.transfers.service import BadIban, Payee
from velora.platform.db.idempotency import InProgress, KeyReused, Replay
from velora.platform.web import (
    Caller,
    IdempotencyKey,
    MoneyOut,
    PageOut,
    Schema,
    SellerStaff,
    Tenant,
    acting_for_seller,
    house_of,
    ident,
    problems,
)
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["returns"])

SellerOrderId = Annotated[int, ident("sor")]
SellerId = Annotated[int, ident("sel")]
ReturnId = Annotated[int, ident("ret")]
LineId = Annotated[int, ident("lin")]
_KEYED = (InProgress, KeyReused, KeyMissing)
_STAFF = (NotSignedIn, Forbidden, BadCsrfToken, NotFound)


class ReturnLineIn(Schema):
    line_id: LineId
    quantity: int = Field(ge=1, le=9999)


class PayeeIn(Schema):
    """Shown to finance alone, and erased some time after the money was sent."""

    holder: str = Field(min_length=2, max_length=140, examples=["Ada Lovelace"])
    iban: str = Field(min_length=15, max_length=42, examples=["DE89 3704 0044 0532 0130 00"])

    @property
    def payee(self) -> Payee:
        """Raises BadIban."""
        iban = iban_of(self.iban)
        if iban is None:
            raise BadIban
        return Payee(self.holder.strip(), iban)


class ReturnIn(Schema):
    lines: list[ReturnLineIn] = Field(min_length=1, max_length=200)
    reason: returns.Reason
    note: str = Field(default="", max_length=1000)
    as_credit: bool = Field(default=False, description="Take it as store credit instead of money; for who is signed in")
    payee: PayeeIn | None = Field(default=None, description="Where the money of an order goes that was paid by transfer or at the door")


class ReturnedLineOut(Schema):
    line_id: LineId
    quantity: int


class ReturnOut(Schema):
    """A return. `amount` goes back to the buyer, tax included; `note` is what the seller said."""

    id: ReturnId
    state: returns.State
    reason: returns.Reason
    requested_at: datetime
    amount: MoneyOut
    lines: list[ReturnedLineOut]
    note: str
    as_credit: bool = Field(description="The buyer takes it as store credit instead of money")

    @classmethod
    def of(cls, facts: returns.ReturnFacts) -> "ReturnOut":
        return cls(
            id=facts.id, state=facts.state, reason=returns.Reason(facts.reason), requested_at=facts.requested_at,
            amount=MoneyOut.of(facts.amount_minor, facts.currency),
            lines=[ReturnedLineOut(line_id=line.line_id, quantity=line.worth.quantity) for line in facts.lines], note=facts.note,
            as_credit=facts.as_credit_of is not None,
        )  # fmt: skip


class SellerReturnLineOut(ReturnedLineOut):
    title: str
    variant_title: str
    picture: str
    tone: str


class MarketplaceOut(Schema):
    slug: str
    name: str


class SellerReturnOut(Schema):
    """A return as its seller sees it, whichever marketplace it came through."""

    id: ReturnId
    seller_order_id: SellerOrderId
    marketplace: MarketplaceOut
    state: returns.State
    reason: returns.Reason
    requested_at: datetime
    amount: MoneyOut
    lines: list[SellerReturnLineOut]
    note: str
    buyer_note: str
    as_credit: bool


class DecisionIn(Schema):
    """What the buyer will read."""

    note: str = Field(default="", max_length=1000)


Trading = Annotated[TradingHouse, Depends(house_of)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post(
    "/seller-orders/{seller_order_id}/returns",
    status_code=201,
    responses=problems(
        NotFound,
        Invalid,
        NotReturnable,
        NothingToGiveBack,
        NotPaidYet,
        AfterRelease,
        NothingHeld,
        UnderDispute,
        orders.WrongState,
        UnknownHost,
        *_KEYED,
    ),
)
async def ask_for_return(
    seller_order_id: SellerOrderId, body: ReturnIn, tenant: Tenant, caller: Caller, key: IdempotencyKey, house: Trading, order_key: str = ""
) -> ReturnOut:
    """Ask to give pieces back; the seller decides. A guest without the order's cookie sends its key as `order_key`."""
    buyer = caller if caller.account_id is not None or not order_key else Principal(tenant_id=caller.tenant_id, guest_key=order_key)
    pieces = tuple((line.line_id, line.quantity) for line in body.lines)
    wanted = ReturnAsk(
        tenant.id, seller_order_id, pieces, body.reason, body.note, buyer, body.as_credit, body.payee.payee if body.payee else None
    )
    answer = await house.writes.submit(ask_once, Once(tenant.id, buyer, key, wanted))
    if isinstance(answer, returns.ReturnFacts):
        return ReturnOut.of(answer)
    made = (tenant.id, decode("ret", str(answer.body["id"])))
    async with house.db.read(tenant.id) as uow:
        return ReturnOut.of((await returns.by_id(uow, {made}))[made])


@router.get("/seller/{seller_id}/returns", responses=problems(*_STAFF))
async def list_returns(
    seller_id: SellerId,
    caller: SellerStaff,
    house: Trading,
    state: returns.State | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[SellerReturnOut]:
    """A seller's returns in every marketplace, newest first."""
    acting_for_seller(caller, seller_id)
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        found = await returns.of_seller(uow, seller_id, states=[state] if state else [], before=before, limit=limit + 1)
        shown = found[:limit]
        lines = await orders.lines_of(uow, {(one.tenant_id, one.seller_order_id) for one in shown})
        markets = await tenants.by_id(uow, {one.tenant_id for one in shown})
    sold = {(tenant_id, line.id): line for (tenant_id, _), part in lines.items() for line in part}
    rows = [_of_seller(one, sold, markets[one.tenant_id]) for one in shown]
    return PageOut[SellerReturnOut].of(Page(rows, encode_cursor(shown[-1].id) if len(found) > limit else None))


@router.post(
    "/seller/{seller_id}/returns/{return_id}/approve",
    responses=problems(AlreadyDecided, AfterRelease, NothingHeld, UnderDispute, *_STAFF, *_KEYED),
)
async def approve_return(
    seller_id: SellerId, return_id: ReturnId, body: DecisionIn, caller: SellerStaff, key: IdempotencyKey, house: Trading
) -> ReturnOut:
    """Take it back: the buyer's money is sent at once, with its tax, and the commission on it is given up."""
    request = await _decision(house, caller, seller_id, return_id, body)
    started = await house.writes.submit(approve_once, Once(request.tenant_id, caller, key, request))
    if not isinstance(started, Replay):
        await give_back(house, [started])
    return await _now(house, request)


@router.post("/seller/{seller_id}/returns/{return_id}/decline", responses=problems(AlreadyDecided, *_STAFF, *_KEYED))
async def decline_return(
    seller_id: SellerId, return_id: ReturnId, body: DecisionIn, caller: SellerStaff, key: IdempotencyKey, house: Trading
) -> ReturnOut:
    """Leave it as it is; the note tells the buyer why."""
    request = await _decision(house, caller, seller_id, return_id, body)
    await house.writes.submit(decline_once, Once(request.tenant_id, caller, key, request))
    return await _now(house, request)


async def _decision(house: TradingHouse, caller: Principal, seller_id: int, return_id: int, body: DecisionIn) -> Decision:
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        facts = await returns.one_of_seller(uow, seller_id, return_id)
    if facts is None:
        raise NotFound("return", encode("ret", return_id))
    return Decision(facts.tenant_id, facts.order_id, return_id, body.note, caller.actor_ref)


async def _now(house: TradingHouse, decision: Decision) -> ReturnOut:
    async with house.db.read(decision.tenant_id) as uow:
        return ReturnOut.of((await returns.by_id(uow, {decision.key}))[decision.key])


def _of_seller(facts: returns.ReturnFacts, sold: dict[tuple[int, int], orders.OrderLine], market: tenants.TenantFacts) -> SellerReturnOut:
    plain = ReturnOut.of(facts)
    lines: list[SellerReturnLineOut] = []
    for line in plain.lines:
        row = sold[facts.tenant_id, line.line_id]
        lines.append(
            SellerReturnLineOut(
                line_id=line.line_id, quantity=line.quantity, title=row.title, variant_title=row.variant_title, picture=row.picture,
                tone=row.tone,
            )
        )  # fmt: skip
    return SellerReturnOut(
        id=facts.id, seller_order_id=facts.seller_order_id, marketplace=MarketplaceOut(slug=market.slug, name=market.name),
        state=plain.state, reason=plain.reason, requested_at=plain.requested_at, amount=plain.amount, lines=lines, note=plain.note,
        buyer_note=facts.buyer_note, as_credit=plain.as_credit,
    )  # fmt: skip
