"""What banks take back of payments: it counts beside the refunds, so that nothing is given back twice."""

from collections.abc import Collection, Mapping

from velora.modules.payments import repository
from velora.modules.payments.models import PaymentIntent
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    """The payments with these (tenant, id) keys, kept for this transaction: whoever moves their money locks them first."""
    return await repository.lock_intents(uow, dict.fromkeys(keys))


async def add_disputed(uow: UnitOfWork, deltas: Mapping[Key, int]) -> None:
    """So much more of each payment is under a dispute, or less where it came back. The caller has locked them."""
    await repository.add_to_intents(uow, {key: {"disputed_minor": delta} for key, delta in deltas.items() if delta})


async def disputed_sums(uow: UnitOfWork, tenant_id: int | None) -> dict[Key, int]:
    """What each (tenant, payment) counts as under disputes, where there is any."""
    return {(tenant, intent): total for tenant, intent, total in await repository.disputed(uow, tenant_id)}
