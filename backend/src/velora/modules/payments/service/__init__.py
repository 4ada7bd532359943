"""What can be done with payments. Every function takes many; what the gateway says is settled here, whoever heard it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.payments import events, repository
from velora.modules.payments.errors import Declined, NotTakenYet, PaymentLapsed, PaymentUnderWay, RefundTooLarge
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.payments.policy import (
    FAILED,
    HELD,
    LONGEST_WAIT,
    LOOK_AFTER,
    OPEN,
    PROMISED,
    Capture,
    IntentState,
    again_after,
    how_far,
    may_become,
)
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork

__all__ = [
    "FAILED",
    "HELD",
    "LONGEST_WAIT",
    "PROMISED",
    "Capture",
    "Declined",
    "Heard",
    "IntentState",
    "NewIntent",
    "NotTakenYet",
    "PaymentIntent",
    "PaymentLapsed",
    "PaymentUnderWay",
    "RefundAsked",
    "RefundHeard",
    "RefundRequest",
    "RefundTooLarge",
    "Turn",
]

_REFUND_LOOK: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class NewIntent:
    tenant_id: int
    id: int
    order_id: int
    amount_minor: int
    currency: str
    token: str
    capture: Capture = "now"
    keep_card: bool = False

    @property
    def gateway_key(self) -> str:
        """The key under which the gateway does it once."""
        return encode("pi", self.id)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of an intent now: from the reply, a notice of the gateway, or by asking.

    `amount_minor` is what was captured, or is about to be; None for all that was asked for. `until` is when an authorisation ends.
    """

    tenant_id: int
    intent_id: int
    state: IntentState
    reason: str = ""
    charge_ref: str = ""
    brand: str = ""
    last4: str = ""
    fee_minor: int = 0
    challenge_url: str = ""
    amount_minor: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An intent after something was heard. `turned` is False when it stood there already, or was further."""

    intent: PaymentIntent
    heard: Heard
    turned: bool
    state: IntentState

    @property
    def captured_minor(self) -> int:
        """What was taken, if it was."""
        asked = self.intent.capturing_minor if self.intent.state == IntentState.CAPTURING else self.intent.amount_minor
        return asked if self.heard.amount_minor is None else self.heard.amount_minor


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Give this much back. The key is the reason's own (a return, a cancellation): the same reason refunds once."""

    tenant_id: int
    intent_id: int
    amount_minor: int
    key: str


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """The refund stands as requested; `is_new` is False when this key had asked before."""

    refund_id: int
    order_id: int
    charge_ref: str
    amount_minor: int
    currency: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class RefundHeard:
    tenant_id: int
    refund_id: int
    succeeded: bool
    gateway_ref: str = ""
    reason: str = ""


def intend(uow: UnitOfWork, intents: Sequence[NewIntent]) -> None:
    """The orders can be charged: each intent stands with the key that the gateway will be asked under."""
    rows = [
        {
            "tenant_id": one.tenant_id, "id": one.id, "order_id": one.order_id, "amount_minor": one.amount_minor, "captured_minor": 0,
            "refunded_minor": 0, "fee_minor": 0, "currency": one.currency, "state": IntentState.AUTHORISING,
            "gateway_key": one.gateway_key, "token": one.token, "charge_ref": "", "card_brand": "", "card_last4": "", "challenge_url": "",
            "reason": "", "next_look_at": uow.now + LOOK_AFTER[IntentState.AUTHORISING], "settled_at": None, "capture": one.capture,
            "keep_card": one.keep_card,
        }
        for one in intents
    ]  # fmt: skip
    repository.add_intents(uow, rows)


async def apply(uow: UnitOfWork, heard: Sequence[Heard]) -> list[Turn]:
    """Each intent stands where it was heard to stand, if that is forward; in ascending order of intent. Locks the intents.

    Hearing the same twice turns once; of several things heard at once, one that settles outweighs one that does not. The
    caller does what follows from a turn in the same transaction.
    """
    by_key = {(one.tenant_id, one.intent_id): one for one in sorted(heard, key=lambda one: how_far(one.state))}
    intents = await repository.lock_intents(uow, by_key)
    turns: list[Turn] = []
    values: dict[Key, dict[str, object]] = {}
    attempts: list[dict[str, object]] = []
    for key, intent in intents.items():
        one = by_key[key]
        now = IntentState(intent.state)
        turned = may_become(now, one.state)
        turns.append(Turn(intent, one, turned, one.state if turned else now))
        if turned:
            values[key] = _after(uow, turns[-1])
            attempts.append(
                {
                    "tenant_id": key[0], "id": uow.new_id(), "intent_id": key[1], "at": uow.now, "outcome": one.state,
                    "reason": one.reason, "charge_ref": one.charge_ref,
                }
            )  # fmt: skip
    repository.set_intents(uow, values)
    repository.add_attempts(uow, attempts)
    uow.tell(_news(turns))
    return turns


async def stale(uow: UnitOfWork, *, limit: int) -> Sequence[PaymentIntent]:
    """Intents of which nothing was heard for too long: the gateway should be asked. Platform scope."""
    return await repository.stale_intents(uow, OPEN, uow.now, limit)


async def look_now(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """The sweeper looks at these (tenant, intent) next. The caller has locked them, and knows that they are open."""
    repository.set_intents(uow, {key: {"next_look_at": uow.now} for key in keys})


async def of_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intent of each (tenant, order)."""
    return {(one.tenant_id, one.order_id): one for one in await repository.of_orders(uow, keys)}


async def lock_of_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intent of each (tenant, order), kept for this transaction: whoever gives money back locks payments first."""
    found = await repository.of_orders(uow, keys)
    locked = await repository.lock_intents(uow, {(one.tenant_id, one.id) for one in found})
    return {(one.tenant_id, one.order_id): one for one in locked.values()}


def is_asked(intent: PaymentIntent) -> bool:
    """Whether the bank's first word is still to come: neither held, nor taken, nor refused."""
    return IntentState(intent.state) in OPEN - HELD


async def intents_seen(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intents with these (tenant, id) keys, as they stand."""
    return {(one.tenant_id, one.id): one for one in await repository.intents(uow, keys)}


async def request_refunds(uow: UnitOfWork, requests: Sequence[RefundRequest]) -> list[RefundAsked | Refusal]:
    """Each refund stands as requested and counts against the payment, or is refused: never more than was captured.

    Idempotent by (tenant, key): asked again, a refund answers with what stands. Locks the intents in ascending order.
    """
    intents = await repository.lock_intents(uow, {(one.tenant_id, one.intent_id) for one in requests})
    found = await repository.refunds_by_key(uow, {(one.tenant_id, one.key) for one in requests})
    known = {
        key: RefundAsked(before.id, before.order_id, before.charge_ref, before.amount_minor, before.currency, is_new=False)
        for key, before in found.items()
    }
    left = {key: intent.captured_minor - intent.refunded_minor for key, intent in intents.items()}
    outcomes: list[RefundAsked | Refusal] = []
    rows: list[dict[str, object]] = []
    taken: Counter[Key] = Counter()
    for one in requests:
        key = (one.tenant_id, one.intent_id)
        intent = intents.get(key)
        if intent is None:
            outcomes.append(NotFound("payment", encode("pi", one.intent_id)))
        elif before := known.get((one.tenant_id, one.key)):
            outcomes.append(before)
        elif one.amount_minor > left[key] or one.amount_minor < 1:
            outcomes.append(RefundTooLarge(one.amount_minor, left[key]))
        else:
            left[key] -= one.amount_minor
            taken[key] += one.amount_minor
            refund_id = uow.new_id()
            rows.append(_refund_row(uow, refund_id, one, intent))
            asked = RefundAsked(refund_id, intent.order_id, intent.charge_ref, one.amount_minor, intent.currency, is_new=True)
            known[one.tenant_id, one.key] = replace(asked, is_new=False)
            outcomes.append(asked)
    await repository.add_to_intents(uow, {key: {"refunded_minor": amount} for key, amount in taken.items()})
    await repository.add_refunds(uow, rows)
    return outcomes


async def settle_refunds(uow: UnitOfWork, heard: Sequence[RefundHeard]) -> list[PaymentRefund]:
    """The refunds that turned by this: succeeded, or failed and no longer counted against the payment."""
    by_key = {(one.tenant_id, one.refund_id): one for one in heard}
    found = await repository.lock_refunds(uow, by_key)
    turned = [refund for refund in found.values() if refund.state == "requested"]
    values: dict[Key, dict[str, object]] = {}
    back: Counter[Key] = Counter()
    for refund in turned:
        one = by_key[refund.tenant_id, refund.id]
        values[refund.tenant_id, refund.id] = {
            "state": "succeeded" if one.succeeded else "failed", "gateway_ref": one.gateway_ref, "reason": one.reason,
            "next_look_at": None, "settled_at": uow.now,
        }  # fmt: skip
        if not one.succeeded:
            back[refund.tenant_id, refund.intent_id] -= refund.amount_minor
    await repository.set_refunds(uow, values)
    await repository.add_to_intents(uow, {key: {"refunded_minor": amount} for key, amount in back.items()})
    uow.tell(
        events.RefundSettled(
            tenant_id=refund.tenant_id,
            order_id=refund.order_id,
            refund_id=refund.id,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            succeeded=by_key[refund.tenant_id, refund.id].succeeded,
        )
        for refund in turned
    )
    return turned


async def open_refunds(uow: UnitOfWork, *, limit: int) -> Sequence[PaymentRefund]:
    """Refunds of which nothing was heard for too long: send the same key again. Platform scope."""
    return await repository.refunds_to_look_at(uow, "requested", uow.now, limit)


async def ask_again_later(uow: UnitOfWork, refusals: Mapping[Key, int]) -> None:
    """The money of these refused refunds will be asked for again, by new refunds; later, the more often it was refused."""
    await repository.set_refunds(uow, {key: {"next_look_at": uow.now + again_after(count)} for key, count in refusals.items()})


async def refused_refunds(uow: UnitOfWork, *, before: datetime, limit: int) -> Sequence[PaymentRefund]:
    """Refused refunds whose money is to be asked for again up to this moment, soonest first. Platform scope."""
    return await repository.refunds_to_look_at(uow, "failed", before, limit)


async def take_refused(uow: UnitOfWork, keys: Collection[Key]) -> list[PaymentRefund]:
    """Those of these refused refunds whose time has come: the caller, and nobody else, asks again in this transaction."""
    found = (await repository.lock_refunds(uow, keys)).values()
    due = [one for one in found if one.state == "failed" and one.next_look_at is not None and one.next_look_at <= uow.now]
    await repository.set_refunds(uow, {(one.tenant_id, one.id): {"next_look_at": None} for one in due})
    return due


async def refunds_of_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentRefund]:
    """Every refund of these (tenant, order) keys, oldest first."""
    return await repository.refunds_of_orders(uow, keys)


def _after(uow: UnitOfWork, turn: Turn) -> dict[str, object]:
    intent, heard = turn.intent, turn.heard
    settled = heard.state not in OPEN
    after: dict[str, object] = {
        "state": heard.state, "reason": heard.reason, "charge_ref": heard.charge_ref or intent.charge_ref,
        "card_brand": heard.brand or intent.card_brand, "card_last4": heard.last4 or intent.card_last4,
        "challenge_url": heard.challenge_url, "fee_minor": heard.fee_minor,
        "captured_minor": turn.captured_minor if heard.state is IntentState.CAPTURED else 0,
        "next_look_at": None if settled else heard.until or uow.now + LOOK_AFTER[heard.state], "settled_at": uow.now if settled else None,
    }  # fmt: skip
    if heard.state is IntentState.AUTHORISED:
        after["authorised_until"] = heard.until
    if heard.state is IntentState.CAPTURING:
        after["capturing_minor"] = heard.amount_minor or 0
    return after


def _news(turns: Sequence[Turn]) -> list[events.PaymentCaptured | events.PaymentFailed]:
    news: list[events.PaymentCaptured | events.PaymentFailed] = []
    for turn in turns:
        intent = turn.intent
        if turn.turned and turn.state is IntentState.CAPTURED:
            news.append(
                events.PaymentCaptured(
                    tenant_id=intent.tenant_id,
                    order_id=intent.order_id,
                    intent_id=intent.id,
                    amount_minor=turn.captured_minor,
                    currency=intent.currency,
                )
            )
        elif turn.turned and turn.state in FAILED:
            news.append(
                events.PaymentFailed(tenant_id=intent.tenant_id, order_id=intent.order_id, intent_id=intent.id, reason=turn.heard.reason)
            )
    return news


def _refund_row(uow: UnitOfWork, refund_id: int, request: RefundRequest, intent: PaymentIntent) -> dict[str, object]:
    return {
        "tenant_id": request.tenant_id, "id": refund_id, "intent_id": request.intent_id, "order_id": intent.order_id,
        "business_key": request.key, "amount_minor": request.amount_minor, "currency": intent.currency, "charge_ref": intent.charge_ref,
        "state": "requested", "gateway_ref": "", "reason": "", "requested_at": uow.now, "next_look_at": uow.now + _REFUND_LOOK,
        "settled_at": None,
    }  # fmt: skip


async def walk_captured(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[int]:
    """The next captured payments of a marketplace after this id, oldest first: all of them in pieces."""
    return await repository.captured_after(uow, tenant_id=tenant_id, after=after, limit=limit)


async def miscounted(uow: UnitOfWork, tenant_id: int | None, *, limit: int) -> list[int]:
    """Payments whose refunds add up to something else than is counted, or to more than was captured: there must be none."""
    return await repository.miscounted(uow, tenant_id, limit=limit)


async def capture_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int]]:
    """(tenant, currency, Σ captured, Σ fees) of all captured payments, as the gateway answered for each."""
    return await repository.capture_sums(uow, tenant_id)


async def held_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ amount) of all that banks hold for us and we have neither taken nor given up."""
    return await repository.held_sums(uow, tenant_id)


async def refund_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, int]]:
    """(tenant, currency, state, Σ amount) of all refunds."""
    return await repository.refund_sums(uow, tenant_id)
