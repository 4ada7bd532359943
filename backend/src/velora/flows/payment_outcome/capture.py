"""R2 to R3: what a bank holds for an order is taken, before the first of its parcels leaves. One capture, of all that was not cancelled.

The amount is written down before the gateway is asked, under the lock of the payment: from then on nothing of the order can be cancelled
until it is known what became of it, and whoever asks again asks for the same.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.settle import News, Settled, heard_of, settle
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Captured, CaptureFailed, CaptureOrder, ChargeOutcome, DeclinedCharge, Gateway
from velora.modules.payments.service import Heard, IntentState, NotTakenYet, PaymentLapsed
from velora.platform.db import UnitOfWork

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """The gateway is to be asked for this; an amount of nothing is only released. `needed` is False for what was taken before."""

    tenant_id: int
    intent_id: int
    gateway_key: str
    order: CaptureOrder
    needed: bool = True


async def take_money(house: TradingHouse, tenant_id: int, order_id: int) -> None:
    """The order is paid. Raises NotTakenYet while that is not certain, PaymentLapsed when it never will be: then nothing may leave."""
    asked: Asked = await house.writes.submit(begin, (tenant_id, order_id))
    if not asked.needed:
        return
    outcome = await ask(house.gateway, asked)
    settled: Settled = await house.writes.submit(settle, News(heard_of(asked.tenant_id, asked.intent_id, outcome)))
    if settled.state in payments.FAILED:
        lapsed: Refusal = PaymentLapsed()
        raise lapsed
    if settled.state is not IntentState.CAPTURED:
        silent: Refusal = NotTakenYet()
        raise silent


async def begin(uow: UnitOfWork, keys: Sequence[Key]) -> list[Asked | Refusal]:
    """Each (tenant, order) whose money is held stands as about to be captured, for what of it was not cancelled; or it is said why not.

    What is being captured already answers with what was written down then. Locks the payments, as whoever cancels does.
    """
    intents = await payments.lock_of_orders(uow, set(keys))
    held = {key: intent for key, intent in intents.items() if intent.state == IntentState.AUTHORISED}
    due = await _due(uow, held)
    # Store credit pays first: what was cancelled lowers what is taken from the card.
    asked_for = {key: payments.part_due(amount, held[key].credit_minor).card_minor for key, amount in due.items()}
    turns = await payments.apply(
        uow,
        [
            Heard(key[0], intent.id, IntentState.CAPTURING, charge_ref=intent.charge_ref, amount_minor=asked_for[key])
            for key, intent in held.items()
            if key in asked_for
        ],
    )
    asked = {(turn.intent.tenant_id, turn.intent.order_id): _asked(turn.intent, asked_for) for turn in turns}
    return [asked.get(key) or _stands(intents.get(key), key) for key in keys]


async def ask(gateway: Gateway, asked: Asked) -> ChargeOutcome:
    """What became of it. What the gateway will not take is released there before anything is said about it here."""
    if not asked.order.amount_minor:
        found = await gateway.void(asked.gateway_key)  # all that costs something was cancelled: the rest is paid for with nothing
        return Captured(asked.order.charge_ref, "", "", 0, 0) if isinstance(found, DeclinedCharge) else found
    outcome = await gateway.capture(asked.order)
    return await gateway.void(asked.gateway_key) if isinstance(outcome, CaptureFailed) else outcome


async def ask_again(gateway: Gateway, intent: payments.PaymentIntent) -> ChargeOutcome:
    """What became of what may have been asked before. A gateway may keep an error under the key, so how the charge stands comes first."""
    asked = again(intent)
    found = await gateway.find(intent.gateway_key)
    return found if asked.order.amount_minor and isinstance(found, Captured | DeclinedCharge) else await ask(gateway, asked)


def again(intent: payments.PaymentIntent) -> Asked:
    """The same question, of a payment that stands as being captured."""
    return _ask_for(intent, intent.capturing_minor)


async def _due(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, int]:
    """What each order costs without what was cancelled of it; those of which nothing is left are missing."""
    due: Counter[Key] = Counter()
    for part in await orders.parts_of(uow, keys):
        if part.state != orders.State.CANCELLED:
            due[part.tenant_id, part.order_id] += part.total_minor
    return dict(due)


def _asked(intent: payments.PaymentIntent, due: dict[Key, int]) -> Asked:
    return _ask_for(intent, due[intent.tenant_id, intent.order_id])


def _ask_for(intent: payments.PaymentIntent, amount_minor: int, *, needed: bool = True) -> Asked:
    order = CaptureOrder(encode("cap", intent.id), intent.charge_ref, amount_minor, intent.currency)
    return Asked(intent.tenant_id, intent.id, intent.gateway_key, order, needed)


def _stands(intent: payments.PaymentIntent | None, key: Key) -> Asked | Refusal:
    """Of a payment that cannot begin to be captured now: how it stands."""
    if intent is None:
        return NotFound("payment of", encode("ord", key[1]))
    match IntentState(intent.state):
        case IntentState.CAPTURED:
            return _ask_for(intent, intent.captured_minor, needed=False)
        case IntentState.CAPTURING:
            return again(intent)
        case IntentState.AUTHORISED:
            return orders.WrongState(orders.State.CANCELLED, "shipped")
        case state:
            return PaymentLapsed() if state in payments.FAILED else NotTakenYet()
