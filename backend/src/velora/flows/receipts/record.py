"""A receipt stands in the books, once for each reference of the statement, and pays the order that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from velora.flows.once import Once, once
from velora.flows.second_person import Hand
from velora.flows.suspense.open import open_case
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState
from velora.modules.suspense import service as suspense
from velora.modules.suspense.errors import NotWaiting
from velora.modules.suspense.service import CaseFacts, CaseState, Limits, NewCase, ReceiptDiffers, Settlement
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

Key = tuple[int, int]


@dataclass(frozen=True)
class Receipt:
    """So much came on this day, as the statement says under this reference. `words` are the payer's.

    `order_id` is the order that whoever records it has chosen; without it, the one that the words name is paid. The caller has checked
    that `by` may, and that the amount is above zero.
    """

    tenant_id: int
    reference: str
    amount_minor: int
    currency: str
    valued_on: date
    words: str
    by: Hand
    limits: Limits
    order_id: int | None = None

    @property
    def case(self) -> NewCase:
        facts = {"valued_on": self.valued_on.isoformat(), "words": self.words}
        return NewCase(
            self.tenant_id, suspense.BANK, self.reference, self.amount_minor, self.currency, facts, suspense.RECEIPT, self.by.actor_ref
        )


@dataclass(frozen=True)
class Recorded:
    """The receipt's case as it stands now. `refusal` is why it did not pay the order that was chosen for it: the money is here anyway."""

    case: CaseFacts
    is_new: bool
    refusal: Refusal | None = None


async def record_once(uow: UnitOfWork, requests: Sequence[Once[Receipt]]) -> list[Recorded | Replay | Refusal]:
    """As `record`, once for each Idempotency-Key."""
    return await once(uow, requests, record, lambda done: {"case": done.case.ref})


async def record(uow: UnitOfWork, receipts: Sequence[Receipt]) -> list[Recorded | Refusal]:
    """Each receipt stands in the books, once for each reference, and pays its order if that waits; or it is said why not.

    Recorded before with the same amount, it answers as it stands; with another, it is refused. In order.
    """
    opened = await open_case(uow, [one.case for one in receipts])
    new = {case.key: one for one, case in zip(receipts, opened, strict=True) if case.is_new}
    wishes = await _wishes(uow, new, {case.key: case for case in opened})
    said = await settle(uow, wishes)
    now = await suspense.by_id(uow, {case.key for case in opened})
    refused = {wish.key: _why_not(wish, told, now[wish.key]) for wish, told in zip(wishes, said, strict=True)}
    return [
        ReceiptDiffers(case.ref, one.reference, case.received_minor, case.currency)
        if (case.received_minor, case.currency) != (one.amount_minor, one.currency)
        else Recorded(now[case.key], case.is_new, refused.get(case.key) if case.is_new else None)
        for one, case in zip(receipts, opened, strict=True)
    ]


def _why_not(wish: Wish, told: CaseFacts | Refusal, now: CaseFacts) -> Refusal | None:
    """Why the order was not paid with it; the order may have been paid by another receipt of the same batch."""
    if isinstance(told, Refusal):
        return told
    return NotWaiting(encode("ord", wish.order_id or 0)) if now.state is CaseState.OPEN else None


async def _wishes(uow: UnitOfWork, new: Mapping[Key, Receipt], cases: Mapping[Key, CaseFacts]) -> list[Wish]:
    """Which orders these shall pay: the chosen one, or the one that waits of those that the payer named."""
    named = {key: suspense.orders_named(cases[key].words) for key, one in new.items() if one.order_id is None}
    intents = await payments.of_orders(uow, {(key[0], order) for key, orders in named.items() for order in orders})
    chosen = {key: one.order_id for key, one in new.items() if one.order_id is not None}
    for key, orders in named.items():
        waiting = [order for order in orders if (one := intents.get((key[0], order))) and one.state == IntentState.AWAITED]
        if len(waiting) == 1 and intents[key[0], waiting[0]].currency == cases[key].currency:
            chosen[key] = waiting[0]
    return [
        Wish(*key, Settlement.TAKE, f"Received for {encode('ord', order)}", new[key].by, new[key].limits, "", order_id=order)
        for key, order in chosen.items()
    ]
