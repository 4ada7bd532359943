"""Finance gives up what never came: no cash, no transfer. From a limit on a second person must agree.

The sellers were never credited for it, so nothing else moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.once import Once, once
from velora.flows.payment_outcome.settle import News, settle
from velora.flows.second_person import Done, Hand, ask_for, facts_of
from velora.kernel.errors import NotFound, Refusal, unrefused
from velora.kernel.ids import decode, encode
from velora.modules.approvals.service import ApprovalFacts, Matter
from velora.modules.audit import service as audit
from velora.modules.payments import service as payments
from velora.modules.payments.service import Heard, IntentState
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

GIVE_UP: Final = "payments.give_up"


@dataclass(frozen=True)
class Wish:
    """Nothing is awaited of this payment any more, for this reason. The route has checked that `by` may."""

    tenant_id: int
    order_id: int
    reason: str
    by: Hand
    second_person_from_minor: int


async def give_up_once(uow: UnitOfWork, requests: Sequence[Once[Wish]]) -> list[Done | Replay | Refusal]:
    """As `give_up`, once for each Idempotency-Key."""
    return await once(uow, requests, give_up, facts_of)


async def give_up(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Done | Refusal]:
    """Each is given up and on record, or waits for a second person, or it is said why not. Answers in order."""
    return [await _give_up(uow, one) for one in wishes]  # rare: one by one is fast enough


async def give_up_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed to is given up, in the transaction of the agreement. Raises NotAwaited for what came meanwhile."""
    for one in agreed:
        intent = unrefused(await _locked(uow, one.tenant_id, decode("ord", one.matter.subject)))
        await _end(uow, intent, one.matter, Hand(one.decided_by))


async def _give_up(uow: UnitOfWork, wish: Wish) -> Done | Refusal:
    intent = await _locked(uow, wish.tenant_id, wish.order_id)
    if isinstance(intent, Refusal):
        return intent
    matter = Matter(GIVE_UP, encode("ord", wish.order_id), {"reason": wish.reason}, intent.due_minor, intent.currency)
    if intent.due_minor < wish.second_person_from_minor:
        await _end(uow, intent, matter, wish.by)
        return Done()
    return await ask_for(uow, wish.tenant_id, matter, wish.by)


async def _locked(uow: UnitOfWork, tenant_id: int, order_id: int) -> payments.PaymentIntent | Refusal:
    intent = (await payments.lock_of_orders(uow, [(tenant_id, order_id)])).get((tenant_id, order_id))
    if intent is None:
        return NotFound("payment of", encode("ord", order_id))
    return intent if intent.state == IntentState.AWAITED else payments.NotAwaited(intent.state)


async def _end(uow: UnitOfWork, intent: payments.PaymentIntent, matter: Matter, by: Hand) -> None:
    await settle(uow, [News(Heard(intent.tenant_id, intent.id, IntentState.EXPIRED, "never_came"))])
    detail: dict[str, object] = {"reason": matter.payload["reason"], "amount_minor": intent.due_minor, "currency": intent.currency}
    await audit.record(uow, [audit.Entry(intent.tenant_id, by.actor_ref, "payments.given_up", matter.subject, detail, by.address)])
