"""What becomes of a payment. Every function takes many; what the gateway says is settled here, whoever heard it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from velora.kernel.ids import encode, time_of, try_decode
from velora.modules.payments import events, repository
from velora.modules.payments.models import PaymentAttempt, PaymentIntent
from velora.modules.payments.policy import (
    FAILED,
    FEE_LOOK_AFTER,
    LOOK_AFTER,
    OPEN,
    PROMISED,
    UNHEARD_PAYMENT,
    Capture,
    IntentState,
    Method,
    how_far,
    is_to_be_reminded,
    late_since,
    may_become,
)
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewIntent:
    """`amount_minor` is what the gateway is asked for, or what is awaited where it is not a card that pays; `credit_minor` beside it is
    paid with the buyer's store credit. `due_at` is until when an invoice is to be paid.
    """

    tenant_id: int
    id: int
    order_id: int
    amount_minor: int
    currency: str
    token: str
    capture: Capture = "now"
    keep_card: bool = False
    credit_minor: int = 0
    method: Method = "card"
    due_at: datetime | None = None

    @property
    def gateway_key(self) -> str:
        """The key under which the gateway does it once."""
        return encode("pi", self.id)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of an intent now: from the reply, a notice of the gateway, or by asking.

    `amount_minor` is what was captured, or is about to be; None for all that was asked for. `until` is when an authorisation ends.
    `cases` are the refs of the money in suspense that pays it, where no gateway does.
    """

    tenant_id: int
    intent_id: int
    state: IntentState
    reason: str = ""
    charge_ref: str = ""
    brand: str = ""
    last4: str = ""
    # None while the gateway has not said what it keeps.
    fee_minor: int | None = 0
    challenge_url: str = ""
    amount_minor: int | None = None
    until: datetime | None = None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """An intent after something was heard. `turned` is False when it stood there already, or was further.

    `learned_fee`: it was captured before, and only now is known what the gateway keeps of it.
    """

    intent: PaymentIntent
    heard: Heard
    turned: bool
    state: IntentState
    learned_fee: bool = False

    @property
    def captured_minor(self) -> int:
        """What was taken, if it was."""
        if self.heard.amount_minor is not None:
            return self.heard.amount_minor
        if self.was_awaited:
            return self.intent.due_minor
        return self.intent.capturing_minor if self.intent.state == IntentState.CAPTURING else self.intent.amount_minor

    @property
    def was_awaited(self) -> bool:
        """Whether the buyer was to pay it later, past every gateway, so that a memo says so."""
        return self.intent.state == IntentState.AWAITED


def intend(uow: UnitOfWork, intents: Sequence[NewIntent]) -> None:
    """The orders can be charged: each intent stands with the key that the gateway will be asked under."""
    rows = [
        {
            "tenant_id": one.tenant_id, "id": one.id, "order_id": one.order_id, "amount_minor": one.amount_minor, "captured_minor": 0,
            "refunded_minor": 0, "fee_minor": 0, "currency": one.currency, "state": IntentState.AUTHORISING,
            "gateway_key": one.gateway_key, "token": one.token, "charge_ref": "", "card_brand": "", "card_last4": "", "challenge_url": "",
            "reason": "", "next_look_at": uow.now + LOOK_AFTER[IntentState.AUTHORISING], "settled_at": None, "capture": one.capture,
            "keep_card": one.keep_card, "credit_minor": one.credit_minor, "method": one.method, "due_at": one.due_at,
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
        waits_for_fee = not turned and now is one.state is IntentState.CAPTURED and not intent.fee_known
        turns.append(Turn(intent, one, turned, one.state if turned else now, learned_fee=waits_for_fee and one.fee_minor is not None))
        if waits_for_fee:
            values[key] = _fee_after(uow, one)
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
    return await repository.stale_intents(uow, LOOK_AFTER, uow.now, limit)


async def remind(uow: UnitOfWork, *, limit: int) -> list[PaymentIntent]:
    """Overdue invoices whose buyers are to be reminded now: each counts as reminded in this transaction, once. Platform scope."""
    waiting = await repository.overdue(uow, late_since(uow.now), limit)
    due = [
        one
        for one in (await repository.lock_intents(uow, waiting)).values()
        if one.state == IntentState.AWAITED and one.due_at is not None and is_to_be_reminded(one.due_at, one.reminded, uow.now)
    ]
    repository.set_intents(uow, {(one.tenant_id, one.id): {"reminded": one.reminded + 1} for one in due})
    return due


async def look_now(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """The sweeper looks at these (tenant, intent) next. The caller has locked them, and knows that they are open."""
    repository.set_intents(uow, {key: {"next_look_at": uow.now} for key in keys})


async def without_fee(uow: UnitOfWork, *, limit: int) -> Sequence[PaymentIntent]:
    """Captured payments of which the gateway has not said what it keeps, and should be asked. Platform scope."""
    return await repository.intents_without_fee(uow, uow.now, limit)


def note_credit(uow: UnitOfWork, used: Mapping[Key, int]) -> None:
    """So much of each (tenant, intent) was paid with store credit. The caller has locked them."""
    repository.set_intents(uow, {key: {"credit_used_minor": amount} for key, amount in used.items()})


async def of_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intent of each (tenant, order)."""
    return {(one.tenant_id, one.order_id): one for one in await repository.of_orders(uow, keys)}


async def lock_of_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intent of each (tenant, order), kept for this transaction: whoever gives money back locks payments first."""
    found = await repository.of_orders(uow, keys)
    locked = await repository.lock_intents(uow, {(one.tenant_id, one.id) for one in found})
    return {(one.tenant_id, one.order_id): one for one in locked.values()}


def asks_gateway(intent: PaymentIntent | NewIntent) -> bool:
    """Whether a gateway has a part in it: an order that credit pays alone asks none, nor does one that is paid without a card."""
    return intent.method == "card" and bool(intent.amount_minor or not intent.credit_minor)


def outstanding(intent: PaymentIntent) -> int:
    """What is still to come of it past every gateway: of an awaited payment its parts that were not cancelled, less the store credit that
    pays first; of any other nothing.
    """
    return intent.due_minor if intent.state == IntentState.AWAITED else 0


async def lower_due(uow: UnitOfWork, amounts: Mapping[Key, int]) -> None:
    """So much less is to come of each awaited (tenant, intent). The caller has locked them, and posts it in the same transaction."""
    await repository.add_to_intents(uow, {key: {"due_minor": -amount} for key, amount in amounts.items() if amount})


def is_asked(intent: PaymentIntent) -> bool:
    """Whether the bank's first word is still to come: neither held, nor taken, nor refused, nor awaited past every bank."""
    return IntentState(intent.state) in OPEN - PROMISED


def asked_at(intent_id: int, answers: Sequence[PaymentAttempt]) -> datetime:
    """When the gateway was first asked, given its answers, oldest first: nothing is heard before, though ids may run ahead of clocks."""
    return min([time_of(intent_id), *(one.at for one in answers[:1])])


async def intents_seen(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The intents with these (tenant, id) keys, as they stand."""
    return {(one.tenant_id, one.id): one for one in await repository.intents(uow, keys)}


async def intents_named(uow: UnitOfWork, tenant_ids: Collection[int], gateway_keys: Collection[str]) -> dict[str, Key]:
    """The (tenant, payment) that each of these keys at the gateway stands for; keys of others who trade with the same account are missing.

    A key does not name its marketplace: each of these is asked by primary key.
    """
    ids = {id_ for key in gateway_keys if (id_ := try_decode("pi", key)) is not None}
    found = await intents_seen(uow, {(tenant_id, id_) for tenant_id in tenant_ids for id_ in ids})
    return {one.gateway_key: key for key, one in found.items()}


async def unheard(uow: UnitOfWork, *, tenant_id: int | None, before: int | None, limit: int) -> Sequence[PaymentIntent]:
    """Payments that have stayed unknown for UNHEARD_PAYMENT or longer, newest first; of every tenant when none is named."""
    return await repository.unheard_intents(uow, tenant_id=tenant_id, since=uow.now - UNHEARD_PAYMENT, before=before, limit=limit)


async def attempts(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentAttempt]:
    """Every answer of the gateway for these (tenant, intent) keys, oldest first."""
    return await repository.attempts(uow, keys)


def _after(uow: UnitOfWork, turn: Turn) -> dict[str, object]:
    intent, heard = turn.intent, turn.heard
    settled = heard.state not in OPEN
    after: dict[str, object] = {
        "state": heard.state, "reason": heard.reason, "charge_ref": heard.charge_ref or intent.charge_ref,
        "card_brand": heard.brand or intent.card_brand, "card_last4": heard.last4 or intent.card_last4,
        "challenge_url": heard.challenge_url,
        "captured_minor": turn.captured_minor if heard.state is IntentState.CAPTURED else 0,
        "next_look_at": heard.until or _next_look(uow, heard.state), "settled_at": uow.now if settled else None,
        **(_fee_after(uow, heard) if settled else {}),
    }  # fmt: skip
    if heard.state is IntentState.AUTHORISED:
        after["authorised_until"] = heard.until
    if heard.state is IntentState.CAPTURING:
        after["capturing_minor"] = heard.amount_minor or 0
    if heard.state is IntentState.AWAITED or turn.was_awaited:
        after["due_minor"] = intent.amount_minor if heard.state is IntentState.AWAITED else 0
    return after


def _next_look(uow: UnitOfWork, state: IntentState) -> datetime | None:
    """When the gateway should be asked: never about what is settled, nor about what it never hears of."""
    return uow.now + LOOK_AFTER[state] if state in LOOK_AFTER else None


def _fee_after(uow: UnitOfWork, heard: Heard) -> dict[str, object]:
    """What the gateway keeps, or when to ask it again; not known is not nothing."""
    known = heard.fee_minor is not None
    return {"fee_minor": heard.fee_minor or 0, "fee_known": int(known), "next_look_at": None if known else uow.now + FEE_LOOK_AFTER}


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
