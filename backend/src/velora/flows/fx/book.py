"""What was changed in a marketplace, and how 4030 stands in each currency because of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.fx.posting import EXCHANGE
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import CONVERTED
from velora.modules.ledger.service import Account, JournalView, Look
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class FxBook:
    """The newest conversions, and 4030 by currency: they are never added up, for only a rate could do that."""

    conversions: Sequence[JournalView]
    exchange: Sequence[Account]
    next_before: int | None


async def read(uow: UnitOfWork, tenant_id: int, *, before: int | None = None, limit: int = 50) -> FxBook:
    """The conversions of a marketplace, newest first, below the journal `before`."""
    accounts = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=EXCHANGE.code)
    if not accounts:
        return FxBook([], [], None)
    keys = {(one.tenant_id, one.id) for one in accounts}
    found = await ledger.explore(uow, Look(tenant_ids=[tenant_id], accounts=keys), before=before, limit=limit)
    return FxBook([one for one in found.journals if one.kind == CONVERTED], accounts, found.next_before)
