"""Money on its way back: asked for under a key of its own, never more than was taken, settled once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.payments import events, repository
from velora.modules.payments.errors import RefundTooLarge
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.payments.policy import (
    UNHEARD_REFUND,
    again_after,
    look_again_after,
)
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork

_REFUND_LOOK: Final = timedelta(seconds=30)


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


def refund_key(refund_id: int) -> str:
    """The key under which the gateway gives it back once."""
    return encode("rfd", refund_id)


async def request_refunds(uow: UnitOfWork, requests: Sequence[RefundRequest]) -> list[RefundAsked | Refusal]:
    """Each refund stands as requested and counts against the payment, or is refused: never more than was captured and not taken back.

    Idempotent by (tenant, key): asked again, a refund answers with what stands. Locks the intents in ascending order.
    """
    intents = await repository.lock_intents(uow, {(one.tenant_id, one.intent_id) for one in requests})
    found = await repository.refunds_by_key(uow, {(one.tenant_id, one.key) for one in requests})
    known = {
        key: RefundAsked(before.id, before.order_id, before.charge_ref, before.amount_minor, before.currency, is_new=False)
        for key, before in found.items()
    }
    left = {key: intent.captured_minor - intent.refunded_minor - intent.disputed_minor for key, intent in intents.items()}
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


async def look_again_later(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """Nothing was heard of these refunds: the open ones are asked about again, later the longer they wait."""
    waiting = [one for one in (await repository.lock_refunds(uow, keys)).values() if one.state == "requested"]
    await repository.set_refunds(
        uow, {(one.tenant_id, one.id): {"next_look_at": uow.now + look_again_after(uow.now - one.requested_at)} for one in waiting}
    )


async def refunds_seen(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentRefund]:
    """The refunds with these (tenant, id) keys, as they stand."""
    return {(one.tenant_id, one.id): one for one in await repository.refunds(uow, keys)}


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


async def unheard_refunds(uow: UnitOfWork, *, tenant_id: int | None, before: int | None, limit: int) -> Sequence[PaymentRefund]:
    """Refunds of which nothing was heard for UNHEARD_REFUND or longer, newest first; of every tenant when none is named."""
    return await repository.unheard_refunds(uow, tenant_id=tenant_id, since=uow.now - UNHEARD_REFUND, before=before, limit=limit)


def _refund_row(uow: UnitOfWork, refund_id: int, request: RefundRequest, intent: PaymentIntent) -> dict[str, object]:
    return {
        "tenant_id": request.tenant_id, "id": refund_id, "intent_id": request.intent_id, "order_id": intent.order_id,
        "business_key": request.key, "amount_minor": request.amount_minor, "currency": intent.currency, "charge_ref": intent.charge_ref,
        "state": "requested", "gateway_ref": "", "reason": "", "requested_at": uow.now, "next_look_at": uow.now + _REFUND_LOOK,
        "settled_at": None,
    }  # fmt: skip
