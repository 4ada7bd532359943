"""Looking at payments, for those who look after them: newest first, and everything the gateway said of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from velora.modules.payments import repository
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.payments.policy import OPEN, IntentState
from velora.platform.db import UnitOfWork

__all__ = ["PaymentIntent", "PaymentRefund", "Seen", "anywhere", "newest"]

A_STRETCH: Final = 2000
# States that the sweeper keeps few: all that stand in one are read. An authorisation may last for days, so those are many.
_FEW: Final = OPEN - {IntentState.AUTHORISED}
_AT_MOST: Final = 1000


@dataclass(frozen=True)
class Seen:
    """`next_before` asks for what is older; a page may be short, or empty, and still have more behind it."""

    intents: Sequence[PaymentIntent]
    next_before: int | None


async def newest(
    uow: UnitOfWork, tenant_ids: Sequence[int], *, state: IntentState | None, before: int | None, limit: int, stretch: int = A_STRETCH
) -> Seen:
    """The newest payments of these marketplaces below the id `before`, in this state or any.

    What is open is found by its state. What is settled is looked for in a stretch of the newest at a time, so that a page costs the same
    however rare the state is.
    """
    if state is not None and state in _FEW:
        keys = await repository.keys_in_state(uow, tenant_ids, state, limit=_AT_MOST)
        fitting = sorted((key for key in keys if before is None or key[1] < before), key=lambda key: key[1], reverse=True)
        more = fitting[limit - 1][1] if len(fitting) > limit else None
    else:
        many = limit + 1 if state is None else stretch
        seen = await repository.newest_states(uow, tenant_ids, before=before, limit=many)
        fitting = [(tenant_id, intent_id) for tenant_id, intent_id, now in seen if state is None or now == state]
        more = fitting[limit - 1][1] if len(fitting) > limit else seen[-1][1] if state is not None and len(seen) == many else None
    found = await repository.intents(uow, fitting[:limit])
    return Seen(sorted(found, key=lambda one: one.id, reverse=True), more)


async def anywhere(uow: UnitOfWork, tenant_ids: Collection[int], intent_id: int) -> PaymentIntent | None:
    """The payment of this id in whichever of these marketplaces, or None."""
    return next(iter(await repository.intents(uow, {(tenant_id, intent_id) for tenant_id in tenant_ids})), None)
