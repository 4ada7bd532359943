"""E4b or its reversal: what the gateway said of a refund, and everything that follows, in one transaction for all."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import postings
from velora.flows.house import TradingHouse
from velora.flows.refund.start import CANCELLATION, Started, Wanted, of_cancellation, of_return
from velora.kernel.ids import decode, encode
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Refunded, RefundFailed, RefundOrder, RefundOutcome
from velora.modules.returns import service as returns
from velora.platform.db import UnitOfWork

_A_SWEEP: Final = 100
_SYSTEM: Final = "system"

Key = tuple[int, int]


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
    """The gateway is asked for each, and each is settled as far as it answered; the sweeper asks again for the rest."""

    async def one(begun: Started) -> None:
        outcome = await house.gateway.refund(begun.order)
        await house.writes.submit(settle, RefundNews(begun.tenant_id, begun.refund_id, outcome))

    await asyncio.gather(*(one(begun) for begun in started))


async def sweep_refunds(house: TradingHouse) -> int:
    """Refunds of which nothing was heard for too long are sent again under their keys; how many were looked at."""
    async with house.db.read(None) as uow:
        waiting = [
            Started(one.tenant_id, one.id, RefundOrder(encode("rfd", one.id), one.charge_ref, one.amount_minor, one.currency))
            for one in await payments.open_refunds(uow, limit=_A_SWEEP)
        ]
    await give_back(house, waiting)
    return len(waiting)


async def settle(uow: UnitOfWork, news: Sequence[RefundNews]) -> list[bool]:
    """Each refund stands as the gateway said: paid back and posted, or failed and undone; whether each is settled now.

    A refund of which nothing was heard stays requested. Hearing the same twice settles once.
    """
    heard = {one.key: found for one in news if (found := _heard(one))}
    turned = await payments.settle_refunds(uow, list(heard.values()))
    cases = await _cases(uow, {(one.tenant_id, one.id): one.business_key for one in turned})
    paid = {key: case for key, case in cases.items() if heard[key].succeeded}
    failed = {key: case for key, case in cases.items() if not heard[key].succeeded}
    await _take_back(uow, paid, failed)
    await escrow.settle_refunds(uow, paid=[case.taking for case in paid.values()], failed=[case.taking for case in failed.values()])
    await _post(uow, paid, failed)
    return [one.key in heard for one in news]


def _heard(one: RefundNews) -> payments.RefundHeard | None:
    match one.outcome:
        case Refunded(ref):
            return payments.RefundHeard(one.tenant_id, one.refund_id, succeeded=True, gateway_ref=ref)
        case RefundFailed(reason):
            return payments.RefundHeard(one.tenant_id, one.refund_id, succeeded=False, reason=reason)
        case _:
            return None


async def _cases(uow: UnitOfWork, reasons: Mapping[Key, str]) -> dict[Key, Wanted]:
    """What each refund was asked for: its business key names the return or the cancelled seller order."""
    named = {key: reason.split(":", 1) for key, reason in reasons.items()}
    returned = {key: (key[0], decode("ret", ref)) for key, (kind, ref) in named.items() if kind != CANCELLATION}
    cancelled = {key: (key[0], decode("sor", ref)) for key, (kind, ref) in named.items() if kind == CANCELLATION}
    facts = await returns.by_id(uow, set(returned.values()))
    parts = await orders.parts_by_id(uow, set(cancelled.values()))
    bought = await orders.orders_by_id(uow, {(part.tenant_id, part.order_id) for part in parts.values()})
    cases = {key: of_return(facts[ref], _SYSTEM) for key, ref in returned.items()}
    for key, ref in cancelled.items():
        part = parts[ref]
        cases[key] = of_cancellation(part, bought[part.tenant_id, part.order_id].country, _SYSTEM)
    return cases


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


async def _post(uow: UnitOfWork, paid: Mapping[Key, Wanted], failed: Mapping[Key, Wanted]) -> None:
    requested = await ledger.find(uow, {(tenant_id, postings.refund_key(refund_id)) for tenant_id, refund_id in failed})
    journals = [postings.refund_paid(case.refund(key[1]), at=uow.now) for key, case in paid.items()]
    journals += [
        postings.refund_failed(case.refund(key[1]), at=uow.now, reverses_id=requested[key[0], postings.refund_key(key[1])])
        for key, case in failed.items()
    ]
    await ledger.post(uow, journals)
