"""Routes of money trails."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows.screens.finance.names import tenant_of
from velora.flows.screens.finance.trails.flow import where_of
from velora.flows.screens.finance.trails.trail import Place, Share, Step, Trail, state_of, trail_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode, try_decode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.credit import service as credit
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, PageOut, Schema, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(tags=["finance"])

Key = tuple[int, int]

OrderId = Annotated[int, ident("ord")]
JournalId = Annotated[int, ident("jrn")]
Limit = Annotated[int, Query(ge=1, le=200)]
_FINANCE: Final = (NotSignedIn, Forbidden, NotFound)


class MarketplaceOut(Schema):
    slug: str
    name: str


class TrailRowOut(Schema):
    order_id: OrderId
    placed_at: datetime
    tenant: MarketplaceOut
    buyer: str
    total: MoneyOut
    state: str
    sellers: list[str]


class PlaceOut(Schema):
    code: str
    name: str
    sub_label: str

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        return cls(code=place.code, name=place.name, sub_label=place.sub_label)


class PostingOut(Schema):
    debit: PlaceOut
    credit: PlaceOut
    amount: MoneyOut


class StepRefundOut(Schema):
    """`pieces` that came back, none for an order that was `cancelled`; `answered` says whether the gateway has spoken."""

    pieces: int
    cancelled: bool
    answered: bool


class StepReleaseOut(Schema):
    """Whose share on which terms. Without `rate_bps` the lines have several rates, and only the `commission` is one figure."""

    seller: str
    commission: MoneyOut
    rate_bps: int | None
    fixed: MoneyOut | None
    base: MoneyOut
    reserve_bps: int
    waits_for: Literal["return", "dispute", "days", "next_run"] | None = Field(
        description="What stands between: an open return or dispute, the marketplace's days after delivery, or only the next run. None "
        "once released"
    )
    escrow_days: int


class StepOut(Schema):
    """What happened; `expected` says that it is still to come, and has no journal yet. `reason` is the gateway's own word, as it came."""

    journal_id: JournalId | None
    kind: str = Field(
        description="The kind of the journal: authorisation, awaited, capture, gateway_fee, refund, dispute_opened, release, …"
    )
    at: datetime | None
    expected: bool
    postings: list[PostingOut]
    refund: StepRefundOut | None
    release: StepReleaseOut | None
    reason: str


class PaymentOut(Schema):
    """What store credit paid, and what a card, or a transfer or cash where `method` says so."""

    method: payments.Method
    brand: str
    last4: str
    card: MoneyOut
    credit: MoneyOut


class NodeOut(Schema):
    id: str
    kind: str = Field(description="buyer, escrow, tax, seller, reserve, debt, commission or refund")
    name: str = Field(description="A seller's; nothing for the other kinds")
    amount: MoneyOut


class LinkOut(Schema):
    source: str = Field(serialization_alias="from", validation_alias="from")
    target: str = Field(serialization_alias="to", validation_alias="to")
    amount: MoneyOut
    kind: str = Field(description="`done`, or `expected` if nothing comes between")


class WhereOut(Schema):
    nodes: list[NodeOut]
    links: list[LinkOut]


class TotalsOut(Schema):
    """What a bank holds for the order is `authorised`, what is to come past the gateway `awaited`, what was taken `charged`.

    `seller_gets` goes, or went, to the sellers' payable; `reserve` is kept for them; `keeps` is the commission, before `fee`.
    """

    authorised: MoneyOut
    awaited: MoneyOut
    charged: MoneyOut
    refunded: MoneyOut
    held: MoneyOut
    seller_gets: MoneyOut
    reserve: MoneyOut
    keeps: MoneyOut
    fee: MoneyOut


class TrailOut(Schema):
    order_id: OrderId
    placed_at: datetime
    tenant: MarketplaceOut
    sellers: list[str]
    payment: PaymentOut
    state: str
    currency: str
    steps: list[StepOut]
    where: WhereOut
    totals: TotalsOut
    balanced: bool
    postings: int


@router.get("/finance/trails", responses=problems(Invalid, *_FINANCE))
async def list_trails(
    caller: FinanceAdmin, house: HouseDep, q: str = "", tenant: str | None = None, cursor: str | None = None, limit: Limit = 50
) -> PageOut[TrailRowOut]:
    """Orders that were paid or promised, newest first.

    `q` is an order's id, the beginning of a buyer's address, or a total in minor units.
    """
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    order_id, total, email = _searched(q.strip())
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        of = [market.id] if market else [one.id for one in await tenants.all_tenants(uow)]
        if order_id is None:
            found = await orders.recent(uow, of, email=email, total_minor=total, before=before, limit=limit + 1)
        else:
            found = [one for one in [await orders.found_anywhere(uow, of, order_id)] if one]
        shown = found[:limit]
        keys = [(one.tenant_id, one.id) for one in shown]
        parts = await orders.parts_of(uow, keys)
        intents = await payments.of_orders(uow, keys)
        with_credit = {(one.tenant_id, one.id) for one in intents.values() if one.credit_used_minor}
        credit_back = {key: use.back_minor for key, use in (await credit.uses_of(uow, with_credit)).items()}
        names = await sellers.facts(uow, {part.seller_id for part in parts})
        markets = await tenants.by_id(uow, {one.tenant_id for one in shown})
    rows = [
        TrailRowOut(
            order_id=one.id, placed_at=one.placed_at,
            tenant=MarketplaceOut(slug=markets[one.tenant_id].slug, name=markets[one.tenant_id].name), buyer=one.email,
            total=MoneyOut.of(one.total_minor, one.currency), state=_state(one, intents, credit_back),
            sellers=[names[part.seller_id].name for part in parts if part.order_id == one.id],
        )
        for one in shown
    ]  # fmt: skip
    return PageOut[TrailRowOut].of(Page(rows, encode_cursor(shown[-1].id) if len(found) > limit else None))


@router.get("/finance/trails/{order_id}", responses=problems(*_FINANCE))
async def read_trail(order_id: OrderId, caller: FinanceAdmin, house: HouseDep) -> TrailOut:
    """One order's money, from the buyer's card to wherever it is now, and what is still to come."""
    async with house.db.read(None) as uow:
        trail = await trail_of(uow, order_id)
    if trail is None:
        raise NotFound("paid or promised order", encode("ord", order_id))
    return _out(trail)


def _searched(q: str) -> tuple[int | None, int | None, str]:
    if q.startswith("ord_"):
        return try_decode("ord", q) or 0, None, ""  # an id that cannot be finds nothing
    digits = q.replace(".", "").replace(",", "")
    return (None, int(digits), "") if digits.isdecimal() and len(digits) < 18 else (None, None, q)


def _state(order: orders.Order, intents: Mapping[Key, payments.PaymentIntent], credit_back: Mapping[Key, int]) -> str:
    intent = intents.get((order.tenant_id, order.id))
    if intent is None:
        return order.state
    return state_of(order, intent, intent.refunded_minor + credit_back.get((intent.tenant_id, intent.id), 0))


def _out(trail: Trail) -> TrailOut:
    currency = trail.order.currency

    def money(amount_minor: int) -> MoneyOut:
        return MoneyOut.of(amount_minor, currency)

    where = where_of(trail)
    partings = [share.parting for share in trail.shares]
    return TrailOut(
        order_id=trail.order.id, placed_at=trail.order.placed_at,
        tenant=MarketplaceOut(slug=trail.tenant.slug, name=trail.tenant.name), sellers=list(trail.sellers),
        payment=PaymentOut.model_validate(
            {
                "method": trail.method, "brand": trail.brand, "last4": trail.last4, "card": money(trail.card_minor),
                "credit": money(trail.credit_minor),
            }
        ),
        state=trail.state, currency=currency,
        steps=[_step(step, currency, trail.tenant.escrow_days) for step in trail.steps],
        where=WhereOut(
            nodes=[NodeOut(id=node.id, kind=node.kind, name=node.name, amount=money(node.amount_minor)) for node in where.nodes],
            links=[
                LinkOut.model_validate({"from": link.source, "to": link.target, "amount": money(link.amount_minor), "kind": link.kind})
                for link in where.links
            ],
        ),
        totals=TotalsOut(
            authorised=money(trail.authorised_minor), awaited=money(trail.awaited_minor),
            charged=money(trail.card_minor + trail.credit_minor), refunded=money(trail.refunded_minor),
            held=money(sum(share.rest_minor for share in trail.shares)),
            seller_gets=money(sum(one.payable_minor for one in partings)), reserve=money(sum(one.reserve_minor for one in partings)),
            keeps=money(sum(one.commission_minor for one in partings)), fee=money(trail.fee_minor),
        ),
        balanced=trail.balanced, postings=trail.postings,
    )  # fmt: skip


def _step(step: Step, currency: str, escrow_days: int) -> StepOut:
    return StepOut(
        journal_id=step.journal_id, kind=step.kind, at=step.at, expected=step.expected,
        postings=[
            PostingOut(debit=PlaceOut.of(move.debit), credit=PlaceOut.of(move.credit), amount=MoneyOut.of(move.amount_minor, currency))
            for move in step.moves
        ],
        refund=StepRefundOut(pieces=step.refund.pieces, cancelled=step.refund.cancelled, answered=step.refund.answered)
        if step.refund
        else None,
        release=_release(step.release, currency, escrow_days) if step.release else None,
        reason=step.reason,
    )  # fmt: skip


def _release(share: Share, currency: str, escrow_days: int) -> StepReleaseOut:
    terms = share.terms
    bps, fixed_minor = terms.rate or (None, None)
    return StepReleaseOut(
        seller=share.seller, commission=MoneyOut.of(terms.commission_minor, currency), rate_bps=bps,
        fixed=None if fixed_minor is None else MoneyOut.of(fixed_minor, currency), base=MoneyOut.of(terms.base_minor, currency),
        reserve_bps=terms.reserve_bps, waits_for=share.waits_for, escrow_days=escrow_days,
    )  # fmt: skip
