"""E4b or its reversal: what the gateway said of a refund, and everything that follows, in one transaction for all."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import postings
from velora.flows.house import TradingHouse
from velora.flows.refund.again import SYSTEM, ask_again
from velora.flows.refund.start import CANCELLATION, Key, Started, Wanted, open_still, tries_of, wanted_by
from velora.kernel.ids import decode
from velora.modules.credit import service as credit
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Refunded, RefundFailed, RefundOutcome
from velora.modules.returns import service as returns
from velora.platform.db import UnitOfWork

NOTHING_TO_SEND: Final = Refunded("")  # all of it becomes store credit
_A_SWEEP: Final = 100


@dataclass(frozen=True)
class RefundNews:
    """Something heard of a refund."""

    tenant_id: int
    refund_id: int
    outcome: RefundOutcome

    @property
    def key(self) -> Key:
        return self.tenant_id, self.refund_id


async def give_back(house: TradingHouse, started: Sequence[Started]) -> None:
    """The gateway is asked for each, and each is settled as far as it answered; the sweeper asks again for the rest. What a person sends by
    the bank is left to that person.
    """

    async def one(begun: Started) -> None:
        outcome = await house.gateway.refund(begun.order) if begun.asks_gateway else NOTHING_TO_SEND
        await house.writes.submit(settle, RefundNews(begun.tenant_id, begun.refund_id, outcome))

    await asyncio.gather(*(one(begun) for begun in started if not begun.by_transfer))


async def sweep_refunds(house: TradingHouse) -> int:
    """Refunds of which nothing was heard for too long are sent again under their keys; how many were looked at.

    What the gateway refused of cancelled orders is asked for again under new keys, once its time has come.
    """
    async with house.db.read(None) as uow:
        refused = [(one.tenant_id, one.id) for one in await payments.refused_refunds(uow, before=uow.now, limit=_A_SWEEP)]
        waiting = [open_still(one) for one in await payments.open_refunds(uow, limit=_A_SWEEP)]
    await give_back(house, waiting)
    again = await asyncio.gather(*(house.writes.submit(ask_again, key) for key in refused))
    await give_back(house, [one for one in again if one is not None])
    return len(waiting) + len(refused)


async def settle_credit(uow: UnitOfWork, started: Sequence[Started]) -> None:
    """Those that become store credit alone have succeeded, in this transaction: no gateway has a part in them."""
    if alone := [RefundNews(one.tenant_id, one.refund_id, NOTHING_TO_SEND) for one in started if not one.order.amount_minor]:
        await settle(uow, alone)


async def settle(uow: UnitOfWork, news: Sequence[RefundNews]) -> list[bool]:
    """Each refund stands as the gateway said: paid back and posted, or failed and undone; whether each is settled now.

    A refund of which nothing was heard stays requested. Hearing the same twice settles once. The money of a cancelled order is
    asked for again later; that of a return when its buyer asks again.
    """
    heard = {one.key: found for one in news if (found := _heard(one))}
    await payments.look_again_later(uow, {one.key for one in news} - heard.keys())
    turned = await payments.settle_refunds(uow, list(heard.values()))
    cases = await wanted_by(uow, {(one.tenant_id, one.id): one.business_key for one in turned}, SYSTEM)
    paid = {key: case for key, case in cases.items() if heard[key].succeeded}
    failed = {key: case for key, case in cases.items() if not heard[key].succeeded}
    await _take_back(uow, paid, failed)
    await escrow.settle_refunds(uow, paid=[case.taking for case in paid.values()], failed=[case.taking for case in failed.values()])
    rows = {(one.tenant_id, one.id): one for one in turned}
    await _move_credit(uow, [rows[key] for key in paid], [rows[key] for key in failed])
    await _post(uow, rows, paid, failed)
    await payments.ask_again_later(uow, {key: tries_of(case.key) for key, case in failed.items() if case.key.startswith(CANCELLATION)})
    return [one.key in heard for one in news]


def _heard(one: RefundNews) -> payments.RefundHeard | None:
    match one.outcome:
        case Refunded(ref):
            return payments.RefundHeard(one.tenant_id, one.refund_id, succeeded=True, gateway_ref=ref)
        case RefundFailed(reason):
            return payments.RefundHeard(one.tenant_id, one.refund_id, succeeded=False, reason=reason)
        case _:
            return None


async def _take_back(uow: UnitOfWork, paid: Mapping[Key, Wanted], failed: Mapping[Key, Wanted]) -> None:
    """The returns among these have ended; the pieces of those that were paid count as returned.

    Of a seller order whose every piece came back nothing else can happen: what is still held, the delivery, falls due.
    """
    refunds = [key for key, case in (*paid.items(), *failed.items()) if not case.key.startswith(CANCELLATION)]
    found = {key: decode("ret", case.key.split(":", 1)[1]) for key, case in (*paid.items(), *failed.items()) if key in refunds}
    facts = await returns.by_id(uow, {(key[0], return_id) for key, return_id in found.items()})
    pieces: Counter[Key] = Counter()
    for key in paid.keys() & found.keys():
        for line in facts[key[0], found[key]].lines:
            pieces[key[0], line.line_id] += line.worth.quantity
    if pieces:
        await orders.mark_returned(uow, pieces)
    await returns.settle(uow, {(key[0], return_id): key in paid for key, return_id in found.items()})
    parts = await orders.parts_by_id(uow, {(case.tenant_id, case.seller_order_id) for key, case in paid.items() if key in found})
    await escrow.confirm(uow, [key for key, part in sorted(parts.items()) if part.state == orders.State.REFUNDED])


async def _move_credit(uow: UnitOfWork, paid: Sequence[payments.PaymentRefund], failed: Sequence[payments.PaymentRefund]) -> None:
    """What of those that were paid is credit can be spent; what credit paid of those that failed has not gone back."""
    undone: Counter[Key] = Counter()
    for one in failed:
        undone[one.tenant_id, one.intent_id] += one.from_credit_minor
    await credit.undo_back(uow, undone)
    gifts: Counter[credit.Purse] = Counter()
    for one in paid:
        if one.to_credit_minor:
            gifts[one.tenant_id, one.credit_account_id or 0, one.currency] += one.to_credit_minor
    if gifts:
        await credit.give(uow, gifts)


async def _post(
    uow: UnitOfWork, rows: Mapping[Key, payments.PaymentRefund], paid: Mapping[Key, Wanted], failed: Mapping[Key, Wanted]
) -> None:
    requested = await ledger.find(uow, {(tenant_id, postings.refund_key(refund_id)) for tenant_id, refund_id in failed})
    journals = [postings.refund_paid(case.refund(rows[key]), at=uow.now) for key, case in paid.items()]
    journals += [
        postings.refund_failed(case.refund(rows[key]), at=uow.now, reverses_id=requested[key[0], postings.refund_key(key[1])])
        for key, case in failed.items()
    ]
    await ledger.post(uow, journals)
