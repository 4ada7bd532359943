"""Routes of payments, for finance."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows.screens.finance.journals.http import JournalMarketplaceOut, JournalOut, journal_out
from velora.flows.screens.finance.names import tenant_of
from velora.flows.screens.finance.payments.history import Event, History, history_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode, time_of, try_decode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState, Method, PaymentIntent, exploring
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, PageOut, Schema, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(prefix="/finance/payments", tags=["finance"])

IntentId = Annotated[int, ident("pi")]
OrderId = Annotated[int, ident("ord")]
_FINANCE: Final = (NotSignedIn, Forbidden, NotFound)


class FinancePaymentOut(Schema):
    """A payment as it stands. `next_look_at` is when the gateway is asked again if nothing is heard before; None once it is settled."""

    id: IntentId
    order_id: OrderId
    tenant: JournalMarketplaceOut
    created_at: datetime
    state: IntentState
    method: Method
    due: MoneyOut = Field(description="What is still to come of what is awaited past the gateway")
    due_at: datetime | None
    charged: Literal["now", "later"] = Field(description="`later`: held with the order, taken when the goods leave")
    amount: MoneyOut = Field(description="What the gateway is asked for")
    captured: MoneyOut
    refunded: MoneyOut = Field(description="What was asked back or went back of what was captured")
    credit: MoneyOut = Field(description="What the buyer's store credit pays of the order beside it, or paid once it is captured")
    brand: str
    last4: str
    reason: str = Field(description="The gateway's own word for why not; empty where there is none")
    next_look_at: datetime | None


class PaymentEventOut(Schema):
    """What was asked (`who` is velora), said (`who` is the gateway), or is still to be done (`expected`)."""

    at: datetime
    who: Literal["velora", "gateway"]
    what: str = Field(
        description="Asked: charge, hold, capture, refund. Said: a state of the payment, refunded, refund_refused. To come: look, void, "
        "capture_again, refund_again"
    )
    amount: MoneyOut | None
    key: str = Field(description="The key that the gateway was asked under: under one key it does a thing once")
    ref: str = Field(description="The gateway's own reference")
    reason: str
    expected: bool


class FinancePaymentFullOut(FinancePaymentOut):
    fee: MoneyOut
    buyer: str
    order_state: str
    authorised_until: datetime | None
    settled_at: datetime | None
    events: list[PaymentEventOut]
    journals: list[JournalOut]


@router.get("", responses=problems(Invalid, *_FINANCE))
async def list_payments(
    caller: FinanceAdmin,
    house: HouseDep,
    tenant: str | None = None,
    state: IntentState | None = None,
    q: Annotated[str, Query(max_length=40, description="A payment or an order, by id")] = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut[FinancePaymentOut]:
    """Payments, newest first. A page may be short, or empty, and still have more behind it: settled states are looked for in stretches."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        of = [market.id] if market else [one.id for one in await tenants.all_tenants(uow)]
        if q.strip():
            intent_id, order_id = _searched(q.strip())
            by_order = await payments.of_orders(uow, [(tenant_id, order_id) for tenant_id in of] if order_id is not None else [])
            one = await exploring.anywhere(uow, of, intent_id) if intent_id is not None else None
            named = [*by_order.values(), *([one] if one else [])]
            found = exploring.Seen([one for one in named if state is None or one.state == state], None)
        else:
            found = await exploring.newest(uow, of, state=state, before=before, limit=limit)
        markets = await tenants.by_id(uow, {one.tenant_id for one in found.intents})
    rows = [FinancePaymentOut.model_validate(_payment(one, markets[one.tenant_id])) for one in found.intents]
    return PageOut[FinancePaymentOut].of(Page(rows, None if found.next_before is None else encode_cursor(found.next_before)))


@router.get("/{intent_id}", responses=problems(*_FINANCE))
async def read_payment(intent_id: IntentId, caller: FinanceAdmin, house: HouseDep) -> FinancePaymentFullOut:
    """One payment: what we asked, what the gateway said, what comes next, and the journals of its order."""
    async with house.db.read(None) as uow:
        history = await history_of(uow, intent_id)
    if history is None:
        raise NotFound("payment", encode("pi", intent_id))
    return _full(history)


def _searched(q: str) -> tuple[int | None, int | None]:
    """(payment, order) of the id that was typed; an id that cannot be finds nothing."""
    return try_decode("pi", q), try_decode("ord", q)


def _payment(one: PaymentIntent, market: TenantFacts) -> dict[str, object]:
    credit_minor = one.credit_used_minor if one.state == IntentState.CAPTURED else one.credit_minor
    return {
        "id": one.id, "order_id": one.order_id, "tenant": JournalMarketplaceOut(slug=market.slug, name=market.name),
        "created_at": time_of(one.id), "state": IntentState(one.state), "charged": one.capture,
        "method": one.method, "due": MoneyOut.of(one.due_minor, one.currency), "due_at": one.due_at,
        "amount": MoneyOut.of(one.amount_minor, one.currency), "captured": MoneyOut.of(one.captured_minor, one.currency),
        "refunded": MoneyOut.of(one.refunded_minor, one.currency), "credit": MoneyOut.of(credit_minor, one.currency),
        "brand": one.card_brand, "last4": one.card_last4,
        "reason": one.reason, "next_look_at": one.next_look_at,
    }  # fmt: skip


def _full(history: History) -> FinancePaymentFullOut:
    one, order = history.intent, history.order
    return FinancePaymentFullOut.model_validate(
        {
            **_payment(one, history.tenant), "fee": MoneyOut.of(one.fee_minor, one.currency), "buyer": order.email if order else "",
            "order_state": order.state if order else "", "authorised_until": one.authorised_until, "settled_at": one.settled_at,
            "events": [_event(event, one.currency) for event in history.events],
            "journals": [journal_out(journal, history.journals) for journal in history.journals.journals],
        }
    )  # fmt: skip


def _event(event: Event, currency: str) -> PaymentEventOut:
    return PaymentEventOut(
        at=event.at, who=event.who, what=event.what, key=event.key, ref=event.ref, reason=event.reason, expected=event.expected,
        amount=None if event.amount_minor is None else MoneyOut.of(event.amount_minor, currency),
    )  # fmt: skip
