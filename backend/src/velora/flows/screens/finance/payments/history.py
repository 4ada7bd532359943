"""What happened to one payment, in order: what we asked, what the gateway said, and what comes next by itself.

Answers are stored as they came. The questions follow from the payment: a charge when it was made, a capture when it began to be
captured, a refund when it was asked for, each under its own key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from velora.flows.screens.finance.journals.about import about, of_order
from velora.flows.screens.finance.journals.story import Told, told
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState, PaymentAttempt, PaymentIntent, PaymentRefund, exploring
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork

Who = Literal["velora", "gateway"]


@dataclass(frozen=True)
class Event:
    """Something that was asked, or said, or, `expected`, will be done at `at` if nothing comes between.

    `what` is a question (`charge`, `hold`, `capture`, `refund`), an answer (a state of the payment, `refunded`, `refund_refused`), or what
    will be done (`look`, `void`, `capture_again`, `refund_again`). `reason` is the gateway's own word, as it came. Past the gateway
    nobody is asked, and whatever happens is known here first.
    """

    at: datetime
    who: Who
    what: str
    amount_minor: int | None = None
    key: str = ""
    ref: str = ""
    reason: str = ""
    expected: bool = False


@dataclass(frozen=True)
class History:
    intent: PaymentIntent
    tenant: TenantFacts
    order: orders.Order | None
    refunds: Sequence[PaymentRefund]
    events: Sequence[Event]
    journals: Told


async def history_of(uow: UnitOfWork, intent_id: int) -> History | None:
    """The payment of this id in whichever marketplace, with everything that happened to it, or None."""
    markets = await tenants.all_tenants(uow)
    intent = await exploring.anywhere(uow, [one.id for one in markets], intent_id)
    if intent is None:
        return None
    order_key = (intent.tenant_id, intent.order_id)
    attempts = await payments.attempts(uow, [(intent.tenant_id, intent.id)])
    refunds = [one for one in await payments.refunds_of_orders(uow, [order_key]) if one.intent_id == intent.id]
    posted = {*await about(uow, [intent.tenant_id], encode("pi", intent.id)), *await of_order(uow, order_key)}
    journals = await ledger.journals(uow, posted)
    return History(
        intent=intent, tenant=next(one for one in markets if one.id == intent.tenant_id),
        order=(await orders.orders_by_id(uow, [order_key])).get(order_key), refunds=refunds,
        events=events_of(intent, attempts, refunds), journals=await told(uow, journals),
    )  # fmt: skip


def events_of(intent: PaymentIntent, attempts: Sequence[PaymentAttempt], refunds: Sequence[PaymentRefund]) -> list[Event]:
    """In the order of their moments; what is still to come stands at the end. Pure."""
    asked = "hold" if intent.capture == "later" else "charge"
    question = Event(payments.asked_at(intent.id, attempts), "velora", asked, intent.amount_minor, intent.gateway_key)
    events = [*([question] if intent.method == "card" else []), *(_heard(intent, one) for one in attempts)]
    for refund in refunds:
        events += _of_refund(refund)
    expected = [one for one in (_next_of(intent), *(_again(refund) for refund in refunds)) if one]
    return sorted(events, key=lambda one: one.at) + sorted(expected, key=lambda one: one.at)


def _heard(intent: PaymentIntent, attempt: PaymentAttempt) -> Event:
    if attempt.outcome == IntentState.CAPTURING:
        return Event(attempt.at, "velora", "capture", intent.capturing_minor, encode("cap", intent.id), attempt.charge_ref)
    who: Who = "gateway" if intent.method == "card" else "velora"
    said = Event(attempt.at, who, attempt.outcome, None, "", attempt.charge_ref, attempt.reason)
    if attempt.outcome == IntentState.CAPTURED:
        return replace(said, amount_minor=intent.captured_minor)
    return replace(said, amount_minor=intent.amount_minor) if attempt.outcome in (IntentState.AUTHORISED, IntentState.AWAITED) else said


def _of_refund(refund: PaymentRefund) -> list[Event]:
    asked = Event(refund.requested_at, "velora", "refund", refund.amount_minor, encode("rfd", refund.id), refund.charge_ref)
    if refund.settled_at is None:
        return [asked]
    who: Who = "velora" if refund.by_transfer else "gateway"
    what = "refunded" if refund.state == "succeeded" else "refund_refused"
    return [asked, Event(refund.settled_at, who, what, refund.amount_minor, "", refund.gateway_ref, refund.reason)]


def _next_of(intent: PaymentIntent) -> Event | None:
    if intent.next_look_at is None:
        return None
    match IntentState(intent.state):
        case IntentState.ACTION_REQUIRED | IntentState.AUTHORISED:
            what = "void"
        case IntentState.CAPTURING:
            what = "capture_again"
        case _:
            what = "look"
    return Event(intent.next_look_at, "velora", what, expected=True)


def _again(refund: PaymentRefund) -> Event | None:
    """An open refund is sent again under its key; the money of a refused one is asked for again under another."""
    if refund.next_look_at is None:
        return None
    key = encode("rfd", refund.id) if refund.state == "requested" else ""
    return Event(refund.next_look_at, "velora", "refund_again", refund.amount_minor, key, expected=True)
