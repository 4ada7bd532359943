"""Money on its way back: asked for under a key of its own, never more than was taken, settled once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode, try_decode
from velora.modules.payments import events, repository
from velora.modules.payments.errors import RefundTooLarge
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.payments.policy import UNHEARD_REFUND, Parted, again_after, look_again_after, part_refund
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork

_REFUND_LOOK: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Give this much back. The key is the reason's own (a return, a cancellation): the same reason refunds once.

    With `as_credit_of` all of it becomes store credit of that account, as its owner wishes.
    """

    tenant_id: int
    intent_id: int
    amount_minor: int
    key: str
    as_credit_of: int | None = None


@dataclass(frozen=True, slots=True)
class CreditLeft:
    """What of a payment's store credit has not gone back, and whose it was."""

    account_id: int
    left_minor: int


_NO_CREDIT: Final[Mapping[Key, CreditLeft]] = {}


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """The refund stands as requested; `is_new` is False when this key had asked before."""

    refund: PaymentRefund
    is_new: bool

    @property
    def refund_id(self) -> int:
        return self.refund.id


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


async def request_refunds(
    uow: UnitOfWork, requests: Sequence[RefundRequest], credit: Mapping[Key, CreditLeft] = _NO_CREDIT
) -> list[RefundAsked | Refusal]:
    """Each refund stands as requested and counts against the payment, or is refused: never more than was paid and not taken back.

    What the card paid goes back first, then what credit paid; `credit` says how much of that is left under each (tenant, intent), and the
    caller counts there what a new refund takes of it. Idempotent by (tenant, key): asked again, a refund answers with what stands.
    Locks the intents in ascending order.
    """
    intents = await repository.lock_intents(uow, {(one.tenant_id, one.intent_id) for one in requests})
    known = await repository.refunds_by_key(uow, {(one.tenant_id, one.key) for one in requests})
    card_left = {key: intent.captured_minor - intent.refunded_minor - intent.disputed_minor for key, intent in intents.items()}
    credit_left = Counter({key: one.left_minor for key, one in credit.items()})
    outcomes: list[RefundAsked | Refusal] = []
    rows: list[dict[str, object]] = []
    taken: Counter[Key] = Counter()
    for one in requests:
        key = (one.tenant_id, one.intent_id)
        if key not in intents:
            outcomes.append(NotFound("payment", encode("pi", one.intent_id)))
        elif before := known.get((one.tenant_id, one.key)):
            outcomes.append(RefundAsked(before, is_new=False))
        elif not 0 < one.amount_minor <= card_left[key] + credit_left[key]:
            outcomes.append(RefundTooLarge(one.amount_minor, card_left[key] + credit_left[key]))
        else:
            parted = part_refund(one.amount_minor, card_left_minor=card_left[key])
            card_left[key] -= parted.card_minor
            credit_left[key] -= parted.credit_minor
            taken[key] += parted.card_minor
            rows.append(_refund_row(uow, one, intents[key], parted, credit.get(key)))
            known[one.tenant_id, one.key] = made = PaymentRefund(**rows[-1])
            outcomes.append(RefundAsked(made, is_new=True))
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
            back[refund.tenant_id, refund.intent_id] -= refund.amount_minor - refund.from_credit_minor
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
            credit_minor=refund.to_credit_minor,
        )
        for refund in turned
    )
    return turned


async def open_refunds(uow: UnitOfWork, *, limit: int) -> Sequence[PaymentRefund]:
    """Refunds of which nothing was heard for too long: send the same key again. Platform scope."""
    return await repository.refunds_to_look_at(uow, "requested", uow.now, limit)


async def look_again_later(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """Nothing was heard of these refunds: the open ones are asked about again, later the longer they wait."""
    waiting = [one for one in (await repository.lock_refunds(uow, keys)).values() if one.state == "requested" and not one.by_transfer]
    await repository.set_refunds(
        uow, {(one.tenant_id, one.id): {"next_look_at": uow.now + look_again_after(uow.now - one.requested_at)} for one in waiting}
    )


async def refunds_seen(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentRefund]:
    """The refunds with these (tenant, id) keys, as they stand."""
    return {(one.tenant_id, one.id): one for one in await repository.refunds(uow, keys)}


async def refunds_named(uow: UnitOfWork, tenant_ids: Collection[int], gateway_keys: Collection[str]) -> dict[str, Key]:
    """The (tenant, refund) that each of these keys at the gateway stands for; the same as `intents_named` for payments."""
    ids = {id_ for key in gateway_keys if (id_ := try_decode("rfd", key)) is not None}
    return {refund_key(key[1]): key for key in await refunds_seen(uow, {(tenant_id, id_) for tenant_id in tenant_ids for id_ in ids})}


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


def _refund_row(
    uow: UnitOfWork, request: RefundRequest, intent: PaymentIntent, parted: Parted, credit: CreditLeft | None
) -> dict[str, object]:
    to_credit = parted.credit_minor if request.as_credit_of is None else request.amount_minor
    account_id = request.as_credit_of if request.as_credit_of is not None else credit.account_id if credit and to_credit else None
    by_transfer = intent.method != "card" and to_credit < request.amount_minor
    return {
        "tenant_id": request.tenant_id, "id": uow.new_id(), "intent_id": request.intent_id, "order_id": intent.order_id,
        "business_key": request.key, "amount_minor": request.amount_minor, "currency": intent.currency, "charge_ref": intent.charge_ref,
        "state": "requested", "gateway_ref": "", "reason": "", "requested_at": uow.now,
        "next_look_at": None if by_transfer else uow.now + _REFUND_LOOK, "by_transfer": by_transfer,
        "settled_at": None, "from_credit_minor": parted.credit_minor, "to_credit_minor": to_credit, "credit_account_id": account_id,
    }  # fmt: skip
