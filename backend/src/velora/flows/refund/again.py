"""What the gateway refused of a cancelled order is asked for again: the goods are not coming, so the money must go back.

A refusal is for good under its key, so each try is a refund of its own, with its own key and its own postings. It takes the money out
of escrow like the first, which has put it back: two tries can never give it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.refund.start import Key, Started, of_cancellation, start, tries_of, wanted_by
from velora.modules.escrow import service as escrow
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork

SYSTEM: Final = "system"
# From so many refusals on, a person should look.
OFTEN: Final = 3
_LOOKED_AT: Final = 1000


@dataclass(frozen=True)
class Refused:
    """Money of a cancelled order that the gateway has refused so often to give back, last for this reason."""

    order_id: int
    refusals: int
    reason: str
    amount_minor: int
    currency: str


async def ask_again(uow: UnitOfWork, refused: Sequence[Key]) -> list[Started | None]:
    """A new refund stands for each refused (tenant, refund) whose time has come; None where somebody was quicker."""
    taken = {(one.tenant_id, one.id): one.business_key for one in await payments.take_refused(uow, set(refused))}
    before = await wanted_by(uow, taken, SYSTEM)
    parts = await orders.parts_by_id(uow, {(one.tenant_id, one.seller_order_id) for one in before.values()})
    wanted = [
        of_cancellation(parts[one.tenant_id, one.seller_order_id], one.country, SYSTEM, tries_of(one.key) + 1) for one in before.values()
    ]
    started = dict(zip(before, await start(uow, wanted), strict=True))
    waiting = {key: tries_of(before[key].key) for key, one in started.items() if isinstance(one, escrow.UnderDispute)}
    await payments.ask_again_later(uow, waiting)  # the bank has the money now; if it gives it back, it is the buyer's after all
    return [one if isinstance(one := started.get(key), Started) else None for key in refused]


async def refused_often(uow: UnitOfWork) -> list[Refused]:
    """The money of cancelled orders that was refused OFTEN or more times and has not gone back yet. Platform scope."""
    waiting = await payments.refused_refunds(uow, before=uow.now + payments.LONGEST_WAIT, limit=_LOOKED_AT)
    return [
        Refused(one.order_id, tries_of(one.business_key), one.reason, one.amount_minor, one.currency)
        for one in waiting
        if tries_of(one.business_key) >= OFTEN
    ]
