"""An order that no gateway brings the money for is paid with what is kept for it, as soon as that suffices.

Whoever keeps money for an order, or lowers what is due of one, comes here. How it is captured is `settle`'s, as for every payment.
"""

from collections.abc import Collection, Sequence

from velora.flows.payment_outcome.settle import News, settle
from velora.modules.audit import service as audit
from velora.modules.orders.events import SellerOrderCancelled
from velora.modules.payments import service as payments
from velora.modules.payments.events import PaymentFailed
from velora.modules.payments.service import Heard, IntentState
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts
from velora.platform.db import UnitOfWork

Key = tuple[int, int]  # tenant, order


async def take_up(uow: UnitOfWork, keys: Collection[Key]) -> list[CaseFacts]:
    """Each (tenant, order) for which enough is kept is captured; the cases that turned by it, as they stand now.

    Of those that are kept the first pay first. What the order does not need is open again: as a case of its own where only a part was
    needed. An order that waits no longer keeps nothing. Locks the payments, then the cases.
    """
    intents = await payments.lock_of_orders(uow, keys)
    waiting = {key: intent for key, intent in intents.items() if intent.state == IntentState.AWAITED}
    due = {key: payments.outstanding(intent) for key, intent in waiting.items()}
    taken: list[tuple[CaseFacts, int]] = []
    needless: list[CaseFacts] = []
    news: list[News] = []
    for key, kept in (await suspense.lock_kept(uow, keys)).items():
        if key not in waiting:
            needless += kept
            continue
        shares = suspense.shares(due[key], [case.amount_minor for case in kept])
        paying = [(case, share) for case, share in zip(kept, shares, strict=True) if share]
        if not paying:
            continue
        taken += paying
        needless += [case for case, share in zip(kept, shares, strict=True) if not share]
        heard = Heard(key[0], waiting[key].id, IntentState.CAPTURED, amount_minor=due[key], cases=tuple(case.ref for case, _ in paying))
        news.append(News(heard))
    done, rests = await suspense.take(uow, taken)
    opened = await suspense.reopen(uow, needless)
    if news:
        await settle(uow, news)
    await _on_record(uow, done, opened, rests)
    return [*done, *opened]


async def follow_cancelled(uow: UnitOfWork, cancelled: Sequence[SellerOrderCancelled]) -> None:
    """What is kept for an order may suffice for what is left of it."""
    await take_up(uow, {(one.tenant_id, one.order_id) for one in cancelled})


async def follow_failed(uow: UnitOfWork, failed: Sequence[PaymentFailed]) -> None:
    """What was kept for an order that was given up is on finance's desk again."""
    await take_up(uow, {(one.tenant_id, one.order_id) for one in failed})


async def _on_record(uow: UnitOfWork, done: Sequence[CaseFacts], opened: Sequence[CaseFacts], rests: Sequence[CaseFacts]) -> None:
    entries = [audit.Entry(one.tenant_id, "system", "suspense.taken", one.ref, {"amount_minor": one.amount_minor}) for one in done]
    entries += [audit.Entry(one.tenant_id, "system", "suspense.let_go", one.ref) for one in opened]
    entries += [audit.Entry(one.tenant_id, "system", "suspense.split_off", one.ref, {"of": one.facts["of"]}) for one in rests]
    await audit.record(uow, entries)
