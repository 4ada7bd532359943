"""Routes of the checkout."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from velora.flows.checkout.cards import saved_token
from velora.flows.checkout.draft import Buyer, Draft, EmptyCart, LineOutOfStock, Market, NotOnSale, PriceChanged
from velora.flows.checkout.later import ways
from velora.flows.checkout.pay import Answer, bought_with, check_out, confirm
from velora.flows.checkout.place import merged
from velora.flows.house import TradingHouse
from velora.flows.shopping.service import read_cart, take_bought
from velora.kernel.errors import Invalid, MalformedId, NotFound
from velora.kernel.principal import Principal
from velora.modules.credit.errors import NotEnoughCredit
from velora.modules.payments.service import Declined, Method, MethodNotOffered, TooMuchInCash
from velora.modules.payments.service.methods import customer_of
from velora.modules.terms.service import NoTerms, OverLimit
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.tokens import guest_key_for
from velora.platform.web import Caller, IdempotencyKey, MoneyOut, Schema, Selling, Tenant, house_of, ident, problems, remember_guest
from velora.platform.web.callers import UnknownHost
from velora.platform.web.idempotency import KeyMissing
from velora.platform.web.reply import JsonReply

router = APIRouter(tags=["checkout"], responses=problems(MalformedId, UnknownHost))

OrderId = Annotated[int, ident("ord")]
IntentId = Annotated[int, ident("pi")]
VariantId = Annotated[int, ident("var")]
MethodId = Annotated[int, ident("pm")]


class AddressIn(Schema):
    """Where it goes."""

    name: str = Field(min_length=1, max_length=120, examples=["Ada Lovelace"])
    line1: str = Field(min_length=1, max_length=120, examples=["Holstenstraße 12"])
    line2: str = Field(default="", max_length=120)
    postal_code: str = Field(min_length=1, max_length=16, examples=["24103"])
    city: str = Field(min_length=1, max_length=80, examples=["Kiel"])
    country: str = Field(pattern="^[A-Z]{2}$", examples=["DE"])
    phone: str = Field(default="", max_length=40)


class PaymentIn(Schema):
    """A token from the gateway's card form, or a saved card; card numbers never come here."""

    token: str | None = Field(default=None, min_length=1, max_length=64, examples=["tok_visa"])
    payment_method_id: MethodId | None = None
    save: bool = Field(default=False, description="Keep this card for the next time, once it has paid; for who is signed in")


class OrderedLineIn(Schema):
    variant_id: VariantId
    quantity: int = Field(ge=1, le=999)


class CheckoutIn(Schema):
    """`expected_total` is what the buyer was shown, in the currency in which it was shown.

    Without `lines` the cart is ordered. What was paid for leaves the cart. `credit` of it is paid with the caller's store credit, the rest
    with `payment`, which may be left out where nothing is left to pay. Any other `method` than a card takes no `payment`: the money comes
    later.
    """

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254, examples=["ada@example.com"])
    address: AddressIn
    method: Method = Field(default="card", description="One of those that `GET /checkout/methods` names, or a card")
    payment: PaymentIn | None = None
    purchase_order: str = Field(default="", max_length=40, description="The buyer's own number for the order", examples=["PO-4711"])
    credit: MoneyOut | None = None
    expected_total: MoneyOut
    lines: list[OrderedLineIn] | None = Field(default=None, max_length=200)


class CheckoutOrderOut(Schema):
    id: OrderId
    state: str
    total: MoneyOut


class CheckoutPaymentOut(Schema):
    """`captured`; or `authorised`: charged when the first parcel leaves; or `awaited`: to be paid later, past the gateway; or
    `action_required`, with the address where the buyer confirms; or `unknown`: ask for the order in a moment.
    """

    state: str
    intent_id: IntentId
    challenge_url: str | None


class CheckoutOut(Schema):
    order: CheckoutOrderOut
    payment: CheckoutPaymentOut


class MethodOut(Schema):
    """`at_most`: what an order may cost at most, or how much more may be owed; `days` to pay an invoice."""

    method: Method
    at_most: MoneyOut | None
    days: int | None


class MethodsOut(Schema):
    data: list[MethodOut]


Trading = Annotated[TradingHouse, Depends(house_of)]


@router.post(
    "/checkout",
    status_code=201,
    response_model=CheckoutOut,
    responses={202: {"model": CheckoutOut, "description": "Placed; the payment is not settled yet"}}
    | problems(NotFound, Declined, LineOutOfStock, PriceChanged, NotOnSale, EmptyCart, NotEnoughCredit, InProgress, KeyReused, KeyMissing)
    | problems(MethodNotOffered, TooMuchInCash, NoTerms, OverLimit),
)
async def place_order(body: CheckoutIn, tenant: Tenant, caller: Caller, key: IdempotencyKey, house: Trading) -> JsonReply:
    """Order and pay. The same Idempotency-Key never orders or charges twice. A guest without a key gets one, in a cookie."""
    if (currency := body.expected_total.currency) not in tenant.currencies:
        raise Invalid("/expected_total/currency", f"This marketplace sells in {', '.join(tenant.currencies)}.")
    known = caller.account_id is not None or caller.guest_key
    buyer = caller if known else replace(caller, guest_key=guest_key_for(house.secret_key, key.key_hash))
    lines = (
        merged([(line.variant_id, line.quantity) for line in body.lines])
        if body.lines is not None
        else await read_cart(house, buyer, tenant.id)
    )
    credit_minor = _credit(body, buyer)
    payment = None if credit_minor and credit_minor == body.expected_total.amount else _payment(body)
    method = "card" if credit_minor == body.expected_total.amount else body.method  # of nothing nothing is awaited
    token = await _token(house, tenant.id, buyer, payment) if payment else ""
    is_known = payment is not None and buyer.account_id is not None and (payment.save or payment.payment_method_id is not None)
    draft = Draft(
        market=Market(tenant.id, currency, tenant.tax_mode, charged=tenant.charged, further=currency != tenant.currency),
        buyer=Buyer(buyer.account_id, buyer.guest_key, body.email),
        address=body.address.model_dump(),
        country=body.address.country,
        lines=lines,
        token=token,
        expected_total_minor=body.expected_total.amount,
        asked=key,
        order_id=house.db.new_id(),
        keep_card=payment is not None and payment.save,
        customer=customer_of(tenant.id, buyer.account_id or 0) if is_known else "",
        credit_minor=credit_minor,
        method=method,
        purchase_order=body.purchase_order.strip(),
    )
    answer = await check_out(house, draft)
    if body.lines is None and answer.code == 201 and not answer.replayed:  # else the effect of the paid order will do
        await _take_out(house, buyer, tenant.id, answer, dict(lines))
    reply = _reply(answer)
    if not known:
        remember_guest(reply, house, buyer.guest_key)
    return reply


@router.get("/checkout/methods")
async def list_methods(here: Selling, caller: Caller, house: Trading) -> MethodsOut:
    """How the caller can pay here later, beside a card, in the currency that the caller has chosen."""
    async with house.db.read(here.id) as uow:
        found = await ways(uow, here.id, caller.account_id, here.currency)
    return MethodsOut(
        data=[
            MethodOut(
                method=one.method, days=one.days,
                at_most=None if one.at_most_minor is None else MoneyOut.of(one.at_most_minor, here.currency),
            )
            for one in found
        ]
    )  # fmt: skip


@router.post(
    "/checkout/{intent_id}/confirm",
    status_code=201,
    response_model=CheckoutOut,
    responses={202: {"model": CheckoutOut, "description": "The bank has not heard from the buyer yet"}} | problems(NotFound, Declined),
)
async def confirm_payment(intent_id: IntentId, tenant: Tenant, caller: Caller, house: Trading) -> JsonReply:
    """After the bank's confirmation (3-D Secure): what became of the payment. It is told to the buyer alone."""
    answer = await confirm(house, tenant.id, intent_id, caller)
    if answer.code == 201 and not answer.replayed:
        await _take_out(house, caller, tenant.id, answer, await bought_with(house, tenant.id, intent_id))
    return _reply(answer)


def _credit(body: CheckoutIn, buyer: Principal) -> int:
    """How much of the total the caller's store credit pays. Raises Invalid."""
    if body.credit is None or not body.credit.amount:
        return 0
    if buyer.account_id is None:
        raise Invalid("/credit", "Store credit belongs to an account. Sign in, or pay all of it by card.")
    if body.credit.currency != body.expected_total.currency:
        raise Invalid("/credit/currency", f"Your credit here is in {body.expected_total.currency}.")
    if not 0 < body.credit.amount <= body.expected_total.amount:
        raise Invalid("/credit/amount", "Use more than nothing, and at most what the order costs.")
    return body.credit.amount


def _payment(body: CheckoutIn) -> PaymentIn | None:
    """The card that pays for what credit does not, if one does. Raises Invalid."""
    if body.method != "card":
        if body.payment is not None:
            raise Invalid("/payment", "Only a card needs a token or a saved card. Leave this out, or choose the method card.")
        return None
    if body.payment is None:
        raise Invalid("/payment", "Say what it is paid with: a token of the card form or one of your saved cards.")
    return body.payment


async def _token(house: TradingHouse, tenant_id: int, buyer: Principal, payment: PaymentIn) -> str:
    """What the gateway is asked to charge. Raises Invalid and NotFound."""
    if (payment.token is None) == (payment.payment_method_id is None):
        raise Invalid("/payment", "Give either a token of the card form or one of your saved cards.")
    if payment.save and (buyer.account_id is None or payment.token is None):
        raise Invalid("/payment/save", "Only a new card can be saved, and only by who is signed in. Leave this out, or sign in.")
    if payment.token is not None:
        return payment.token
    return await saved_token(house, tenant_id, buyer, payment.payment_method_id or 0)


async def _take_out(house: TradingHouse, buyer: Principal, tenant_id: int, answer: Answer, bought: dict[int, int]) -> None:
    """What was bought leaves the cart before the buyer looks at it again, and not only with the effect of the paid order."""
    await take_bought(house, buyer, tenant_id, {CheckoutOut.model_validate(answer.body).order.id: bought})


def _reply(answer: Answer) -> JsonReply:
    return JsonReply(answer.body, answer.code, {"Idempotent-Replayed": "true"} if answer.replayed else None)
