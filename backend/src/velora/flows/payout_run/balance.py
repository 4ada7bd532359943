"""What a seller has in each marketplace: held, coming, available, on its way, paid. From the ledger and what is still held."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from velora.flows import postings
from velora.kernel.ids import encode
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.payouts import service as payouts
from velora.platform.db import UnitOfWork


@dataclass
class SellerBalance:
    """One marketplace and currency. `coming` says when how much of what is held will be available, commission taken off."""

    tenant_id: int
    currency: str
    on_hold_minor: int = 0
    coming: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    available_minor: int = 0
    on_its_way_minor: int = 0
    paid_minor: int = 0


async def balances_of(uow: UnitOfWork, seller_id: int) -> list[SellerBalance]:
    """Everywhere the seller has, or had, money; by marketplace, in platform scope."""
    found: dict[tuple[int, str], SellerBalance] = {}

    def at(tenant_id: int, currency: str) -> SellerBalance:
        return found.setdefault((tenant_id, currency), SellerBalance(tenant_id, currency))

    for account in await accounts_of(uow, seller_id, (postings.ESCROW, postings.PAYABLE)):
        balance = at(account.tenant_id, account.currency)
        if account.code.startswith(postings.ESCROW):
            balance.on_hold_minor = account.balance_minor
        else:
            balance.available_minor = account.balance_minor
    for tenant_id, currency, due_at, amount in await escrow.coming(uow, seller_id):
        if due_at is not None:
            at(tenant_id, currency).coming.append((due_at, amount))
    for tenant_id, _, currency, state, amount in await payouts.sums(uow, seller_id=seller_id):
        if state in payouts.OPEN:
            at(tenant_id, currency).on_its_way_minor += amount
        elif state == "paid":
            at(tenant_id, currency).paid_minor += amount
    return [found[key] for key in sorted(found)]


async def accounts_of(uow: UnitOfWork, seller_id: int, codes: Sequence[str], tenant_id: int | None = None) -> list[ledger.Account]:
    """The seller's accounts of these codes, in one marketplace or in all."""
    accounts: list[ledger.Account] = []
    for code in codes:
        accounts += await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=f"{code}:{encode('sel', seller_id)}")
    return accounts


def by_day(coming: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """The same, one entry a day, at its first moment of release."""
    days: defaultdict[object, list[tuple[datetime, int]]] = defaultdict(list)
    for moment, amount in coming:
        days[moment.date()].append((moment, amount))
    return sorted((min(moment for moment, _ in day), sum(amount for _, amount in day)) for day in days.values())
