"""The orders whose money has not come, what of it is kept, and how late each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.flows.sheets import amount_of
from velora.kernel.ids import encode
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.service import PaymentIntent
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseState
from velora.platform.db import UnitOfWork

BUCKETS: Final = ("not_due", "0-30", "31-60", "61-90", "90+")
_PAGE: Final = 500


@dataclass(frozen=True)
class Waiting:
    """An order whose money has not come, or not all of it. Of cash on delivery, `due_at` is None: it is due from the order on."""

    tenant_id: int
    order_id: int
    method: str
    buyer: str
    placed_at: datetime
    due_at: datetime | None
    late_days: int
    currency: str
    due_minor: int
    kept_minor: int

    @property
    def missing_minor(self) -> int:
        return max(self.due_minor - self.kept_minor, 0)

    @property
    def bucket(self) -> str:
        return bucket_of(self.late_days)

    def matches(self, asked: str) -> bool:
        """Whether its number has this in it, or so much is missing or due of it."""
        wanted = asked.strip()
        amount = amount_of(wanted, self.currency)
        in_number = wanted.upper().replace("ORD_", "") in encode("ord", self.order_id).upper()
        return in_number or (amount is not None and amount in (self.missing_minor, self.due_minor))


def bucket_of(late_days: int) -> str:
    """In which column of an ageing list it stands, by how many days it is late; below zero it is not due yet."""
    if late_days < 0:
        return BUCKETS[0]
    return BUCKETS[1 + sum(late_days > limit for limit in (30, 60, 90))]


async def waiting_orders(uow: UnitOfWork, tenant_id: int | None) -> list[Waiting]:
    """All of them, of one marketplace or of all, the longest due first."""
    found: list[Waiting] = []
    async for page in payments.awaiting(uow, tenant_id, at_once=_PAGE):
        found += await _waiting(uow, page)
    return sorted(found, key=lambda one: (-one.late_days, one.order_id))


async def _waiting(uow: UnitOfWork, intents: Sequence[PaymentIntent]) -> list[Waiting]:
    keys = {(one.tenant_id, one.order_id) for one in intents}
    bought = await orders.orders_by_id(uow, keys)
    cases = await suspense.of_orders(uow, keys)
    found: list[Waiting] = []
    for one in intents:
        key = (one.tenant_id, one.order_id)
        order = bought[key]
        kept = sum(case.amount_minor for case in cases.get(key, ()) if case.state is CaseState.KEPT)
        late = (uow.now - (one.due_at or order.placed_at)).days
        found.append(
            Waiting(
                *key, one.method, order.email, order.placed_at, one.due_at, late, one.currency, payments.outstanding(one), kept
            )
        )  # fmt: skip
    return found
