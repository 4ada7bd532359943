"""The inbox of what gateways say: a notice that was heard is not heard again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from velora.modules.payments import repository
from velora.modules.payments.repository import NoticeKey
from velora.platform.db import UnitOfWork

# Gateways repeat a notice that was not answered for some days; nothing older comes again, as its signature would be too old.
_KEPT: Final = timedelta(days=30)
FORGOTTEN_AT_ONCE: Final = 500

Outcome = Literal["told", "unmatched", "nothing"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A notice with what followed from it. An amount only for money that matched nothing."""

    gateway: str
    event_id: str
    type: str
    object_ref: str
    outcome: Outcome
    tenant_id: int | None = None
    amount_minor: int = 0
    currency: str = ""


async def had(uow: UnitOfWork, keys: Collection[NoticeKey]) -> set[NoticeKey]:
    """Those of these (gateway, event) that were heard before."""
    return await repository.notices_had(uow, keys)


async def note(uow: UnitOfWork, heard: Sequence[Heard]) -> None:
    """These notices were heard, if and only if this transaction commits. Raises Duplicate when somebody else was quicker."""
    rows = [
        {
            "gateway": one.gateway, "event_id": one.event_id, "type": one.type[:100], "object_ref": one.object_ref[:100],
            "received_at": uow.now, "outcome": one.outcome, "tenant_id": one.tenant_id, "amount_minor": one.amount_minor,
            "currency": one.currency,
        }
        for one in heard
    ]  # fmt: skip
    await repository.add_notices(uow, rows)


async def forget_old(uow: UnitOfWork) -> int:
    """Some of the notices that cannot come again are gone; how many. Those of money that matched nothing stay."""
    return await repository.forget_notices(uow, uow.now - _KEPT, FORGOTTEN_AT_ONCE)
