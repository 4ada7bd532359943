"""Routes of a buyer's orders, and the documents in which orders are shown to buyers and sellers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows.refund.http import ReturnOut
from velora.flows.screens.orders.view import OrderSummary, OrderView, orders_of, seen_by
from velora.kernel.errors import NotFound
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.documents import service as documents
from velora.modules.escrow import service as escrow
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.sellers import service as sellers
from velora.modules.tenants.service import BankDetails
from velora.platform.web import Caller, HouseDep, MoneyOut, PageOut, Schema, SignedIn, Tenant, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(prefix="/orders", tags=["orders"])

OrderId = Annotated[int, ident("ord")]
SellerOrderId = Annotated[int, ident("sor")]
LineId = Annotated[int, ident("lin")]
VariantId = Annotated[int, ident("var")]
GuestKey = Annotated[str, Query(max_length=64, description="The key of a guest's order, as it stands in the link of the letter")]


class OrderSellerOut(Schema):
    id: Annotated[int, ident("sel")]
    name: str
    slug: str


class OrderLineOut(Schema):
    """`returnable` pieces can still be given back."""

    id: LineId
    variant_id: VariantId
    slug: str
    title: str
    variant_title: str
    picture: str
    tone: str
    quantity: int
    shipped: int
    cancelled: int
    returned: int
    returnable: int
    unit: MoneyOut
    total: MoneyOut


class PiecesOut(Schema):
    line_id: LineId
    quantity: int


class ShipmentOut(Schema):
    id: Annotated[int, ident("shp")]
    carrier: str
    tracking: str
    shipped_at: datetime
    delivered_at: datetime | None
    lines: list[PiecesOut]


class EscrowOut(Schema):
    """The buyer's money on its way to the seller: `held` until `due_at`, net of tax. No state before it is paid."""

    state: str | None
    held: MoneyOut
    due_at: datetime | None


class DocumentOut(Schema):
    """A file for this part of the order; `return_id` where it is about a return."""

    id: Annotated[int, ident("doc")]
    kind: documents.Kind
    number: str = Field(examples=["NORDLICHT-000042"], description="In its seller's series; labels have none")
    issued_at: datetime
    return_id: Annotated[int, ident("ret")] | None

    @classmethod
    def of(cls, one: documents.DocumentFacts) -> "DocumentOut":
        about = one.subject_id if one.subject_id != one.seller_order_id else None
        return cls(id=one.id, kind=one.kind, number=one.number, issued_at=one.issued_at, return_id=about)


class SellerOrderOut(Schema):
    """One seller's part. Amounts stand as the marketplace shows prices: with tax where its prices include tax."""

    id: SellerOrderId
    seller: OrderSellerOut
    state: str
    items: MoneyOut
    shipping: MoneyOut
    tax: MoneyOut
    total: MoneyOut
    escrow: EscrowOut
    lines: list[OrderLineOut]
    shipments: list[ShipmentOut]
    returns: list[ReturnOut]
    documents: list[DocumentOut]


class TimelineOut(Schema):
    """What happened, of the whole order or of one seller's part. Carrier and tracking belong to `shipped`, a reason to `payment_failed`."""

    at: datetime
    kind: Literal["placed", "paid", "payment_failed", "shipped", "delivered", "completed", "cancelled", "refused", "refunded"]
    seller_order_id: SellerOrderId | None
    carrier: str | None = None
    tracking: str | None = None
    reason: orders.FailReason | None = None


class BankOut(Schema):
    """Where to transfer to."""

    holder: str
    iban: str
    bic: str


class OrderPaymentOut(Schema):
    """`card` (or what comes later in its place, by `method`) and `credit` are what each is to pay, or paid once the order is paid.

    `due` is what is still to come, until `due_at` of an invoice, to `bank` with the order's number as reference.
    """

    method: payments.Method
    due: MoneyOut
    due_at: datetime | None
    bank: BankOut | None
    card: MoneyOut
    credit: MoneyOut
    state: str
    brand: str
    last4: str
    challenge_url: str | None


class OrderMayOut(Schema):
    """What its buyer can still do; `credit`: take money that goes back as store credit."""

    cancel: bool
    credit: bool


class OrderOut(Schema):
    """Amounts stand as the marketplace shows prices; `total` is what was asked of the buyer, `refunded` what went back of it."""

    id: OrderId
    placed_at: datetime
    state: str
    email: str
    currency: str
    tax_mode: str
    items: MoneyOut
    shipping: MoneyOut
    tax: MoneyOut
    total: MoneyOut
    refunded: MoneyOut
    address: dict[str, str]
    payment: OrderPaymentOut | None
    purchase_order: str
    seller_orders: list[SellerOrderOut]
    timeline: list[TimelineOut]
    may: OrderMayOut

    @classmethod
    def of(cls, view: OrderView) -> "OrderOut":
        order, currency = view.read.order, view.read.order.currency
        parts = [part_out(view, part) for part in view.read.parts]
        paid = view.payment
        return cls(
            id=order.id,
            placed_at=order.placed_at,
            state=order.state,
            email=order.email,
            currency=currency,
            tax_mode=order.tax_mode,
            items=MoneyOut.of(sum(part.items.amount for part in parts), currency),
            shipping=MoneyOut.of(sum(part.shipping.amount for part in parts), currency),
            tax=MoneyOut.of(order.tax_minor, currency),
            total=MoneyOut.of(order.total_minor, currency),
            refunded=MoneyOut.of((paid.refunded_minor if paid else 0) + (view.credit.back_minor if view.credit else 0), currency),
            address={name: str(value) for name, value in order.address.items()},
            payment=_payment_out(paid, view.bank) if paid else None,
            purchase_order=order.purchase_order,
            seller_orders=parts,
            timeline=timeline_out(view.read.time_line),
            may=OrderMayOut(cancel=view.may_cancel, credit=order.buyer_id is not None),
        )


class PictureOut(Schema):
    name: str
    tone: str


class OrderSummaryOut(Schema):
    id: OrderId
    placed_at: datetime
    state: str
    total: MoneyOut
    items: int
    pictures: list[PictureOut]
    sellers: list[str]

    @classmethod
    def of(cls, one: OrderSummary) -> "OrderSummaryOut":
        return cls(
            id=one.order.id,
            placed_at=one.order.placed_at,
            state=one.order.state,
            total=MoneyOut.of(one.order.total_minor, one.order.currency),
            items=sum(line.quantity for line in one.lines),
            pictures=[PictureOut(name=line.picture, tone=line.tone) for line in one.lines],
            sellers=list(one.sellers),
        )


@router.get("", responses=problems(NotSignedIn))
async def list_orders(
    tenant: Tenant, caller: SignedIn, house: HouseDep, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> PageOut[OrderSummaryOut]:
    """The caller's orders in this marketplace, newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(tenant.id) as uow:
        found = await orders_of(uow, tenant.id, caller.account_id or 0, before=before, limit=limit + 1)
    shown = [OrderSummaryOut.of(one) for one in found[:limit]]
    return PageOut[OrderSummaryOut].of(Page(shown, encode_cursor(shown[-1].id) if len(found) > limit else None))


@router.get("/{order_id}", responses=problems(NotFound))
async def show_order(order_id: OrderId, tenant: Tenant, caller: Caller, house: HouseDep, key: GuestKey = "") -> OrderOut:
    """One order, to whoever bought it."""
    async with house.db.read(tenant.id) as uow:
        return OrderOut.of(await seen_by(uow, (tenant.id, order_id), caller, key))


def _payment_out(paid: payments.PaymentIntent, bank: BankDetails | None) -> OrderPaymentOut:
    taken = paid.state == payments.IntentState.CAPTURED
    return OrderPaymentOut(
        method=method_of(paid), due=MoneyOut.of(payments.outstanding(paid), paid.currency), due_at=paid.due_at,
        bank=BankOut(holder=bank.holder, iban=bank.iban, bic=bank.bic) if bank else None,
        card=MoneyOut.of(paid.captured_minor if taken else paid.amount_minor, paid.currency),
        credit=MoneyOut.of(paid.credit_used_minor if taken else paid.credit_minor, paid.currency),
        state=paid.state, brand=paid.card_brand, last4=paid.card_last4, challenge_url=paid.challenge_url or None,
    )  # fmt: skip


def method_of(paid: payments.PaymentIntent) -> payments.Method:
    match paid.method:
        case "cash_on_delivery" | "invoice":
            return paid.method
        case _:
            return "card"


def part_out(view: OrderView, part: orders.SellerOrder) -> SellerOrderOut:
    """One seller's part of the order."""
    key, currency = (part.tenant_id, part.id), part.currency
    tax_within = view.read.order.tax_mode == "inclusive"
    lines = [line for line in view.read.lines if line.seller_order_id == part.id]
    items = sum(_shown(line, tax_within=tax_within) for line in lines)
    seller = view.sellers.get(part.seller_id)
    return SellerOrderOut(
        id=part.id,
        seller=seller_out(part.seller_id, seller),
        state=part.state,
        items=MoneyOut.of(items, currency),
        shipping=MoneyOut.of(part.shipping_minor + (part.shipping_tax_minor if tax_within else 0), currency),
        tax=MoneyOut.of(part.tax_minor, currency),
        total=MoneyOut.of(part.total_minor, currency),
        escrow=escrow_out(view.held.get(key), currency),
        lines=[_line_out(view, line, currency, tax_within=tax_within) for line in lines],
        shipments=_shipments_out(view, part),
        returns=[ReturnOut.of(one) for one in view.returns.get(key, ())],
        documents=[DocumentOut.of(one) for one in view.documents.get(key, ())],
    )


def seller_out(seller_id: int, seller: sellers.SellerFacts | None) -> OrderSellerOut:
    return OrderSellerOut(id=seller_id, name=seller.name if seller else "", slug=seller.slug if seller else "")


def escrow_out(hold: escrow.Hold | None, currency: str) -> EscrowOut:
    if hold is None:
        return EscrowOut(state=None, held=MoneyOut.of(0, currency), due_at=None)
    return EscrowOut(state=hold.shown_state, held=MoneyOut.of(hold.rest, currency), due_at=hold.due_at)


def timeline_out(entries: Sequence[orders.OrderEvent]) -> list[TimelineOut]:
    return [
        TimelineOut.model_validate({"at": one.at, "kind": one.kind, "seller_order_id": one.seller_order_id, **one.facts}) for one in entries
    ]


def _shipments_out(view: OrderView, part: orders.SellerOrder) -> list[ShipmentOut]:
    return [
        ShipmentOut(
            id=one.id,
            carrier=one.carrier,
            tracking=one.tracking,
            shipped_at=one.shipped_at,
            delivered_at=one.delivered_at,
            lines=[
                PiecesOut(line_id=piece.line_id, quantity=piece.quantity) for piece in view.read.contents if piece.shipment_id == one.id
            ],
        )
        for one in view.read.shipments
        if one.seller_order_id == part.id
    ]


def _line_out(view: OrderView, line: orders.OrderLine, currency: str, *, tax_within: bool) -> OrderLineOut:
    return OrderLineOut(
        id=line.id,
        variant_id=line.variant_id,
        slug=line.slug,
        title=line.title,
        variant_title=line.variant_title,
        picture=line.picture,
        tone=line.tone,
        quantity=line.quantity,
        shipped=line.shipped_quantity,
        cancelled=line.cancelled_quantity,
        returned=line.returned_quantity,
        returnable=view.returnable(line),
        unit=MoneyOut.of(line.unit_minor, currency),
        total=MoneyOut.of(_shown(line, tax_within=tax_within), currency),
    )


def _shown(line: orders.OrderLine, *, tax_within: bool) -> int:
    return line.net_minor + (line.tax_minor if tax_within else 0)
