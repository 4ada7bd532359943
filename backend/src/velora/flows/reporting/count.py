"""A day of a marketplace, counted from the tables of whoever knows of it."""

import asyncio
import time
from collections import Counter
from typing import Final

from velora.flows import postings
from velora.flows.fx.posting import EXCHANGE
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payouts import service as payouts
from velora.modules.reporting import service as reporting
from velora.modules.reporting.service import ALL_SELLERS, Name, Sum
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.errors import Deadlock, Duplicate

ORDERS_PAID: Final = "orders_paid"
CAPTURED: Final = "captured"
REFUNDED: Final = "refunded"
PAID_OUT: Final = "paid_out"
JOURNALS: Final = "journals"
POSTINGS: Final = "postings"
TAKEN: Final = "taken"
COMMISSION: Final = "commission"

DAYS_AT_ONCE: Final = 50
# After counting, a worker rests so many times as long: a day of very many orders is counted less often, and takes nobody's turn.
_REST: Final = 4


async def counted(uow: UnitOfWork, tenant_id: int, day: int) -> dict[Name, Sum]:
    """What belongs to the day on which its order was placed, its payout made or its journal posted, as the tables have it now.

    Of sellers: their parts by state. Of the marketplace: orders that were paid, what was captured, refunded and paid out, and what was
    booked.
    """
    first, below = reporting.ids_of(day)
    found: dict[Name, Sum] = {}
    for seller, state, currency, pieces, total in await orders.sums_of(uow, tenant_id, first, below):
        found[Name(seller, state, currency)] = Sum(pieces, total)
    captured, refunded = await payments.moved_of(uow, tenant_id, first, below)
    paid_out = await payouts.paid_of(uow, tenant_id, first, below)
    for name, sums in ((CAPTURED, captured), (REFUNDED, refunded), (PAID_OUT, paid_out)):
        for currency, total in sums:
            found[Name(ALL_SELLERS, name, currency)] = Sum(0, total)
    booked = await _booked(uow, tenant_id, first, below)
    paid = await orders.count_paid(uow, tenant_id, first, below)
    return {name: value for name, value in [*found.items(), *booked.items(), (_whole(ORDERS_PAID), Sum(paid, 0))] if any(value)}


async def _booked(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> dict[Name, Sum]:
    """Journals and postings; what came to the gateway's account, but for what was changed into its currency; commission."""
    codes = await ledger.ids_by_code(uow, tenant_id, {str(ref) for ref in (postings.CLEARING, postings.COMMISSION, EXCHANGE)})
    found: Counter[str] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for debit, credit, currency, pieces, total in await ledger.pairs_of(uow, tenant_id, first, below):
        found[POSTINGS] += pieces
        if codes.get(debit) == str(postings.CLEARING) and codes.get(credit) != str(EXCHANGE):
            amounts[TAKEN, currency] += total
        if codes.get(credit) == str(postings.COMMISSION):
            amounts[COMMISSION, currency] += total
    found[JOURNALS] = await ledger.count_of(uow, tenant_id, first, below)
    in_money = {Name(ALL_SELLERS, name, currency): Sum(0, total) for (name, currency), total in amounts.items()}
    return in_money | {_whole(name): Sum(pieces, 0) for name, pieces in found.items()}


def _whole(name: str) -> Name:
    return Name(ALL_SELLERS, name, "")


async def count_due(db: Database, *, at_most: int = DAYS_AT_ONCE) -> int:
    """Some of the days that are due have been counted, the newest first; how many were."""
    async with db.read(None) as uow:
        due = await reporting.due(uow, limit=at_most)
    return sum([await _count(db, key) for key in due])


async def count_at_ease(db: Database) -> int:
    """The same, and then a rest: the worker's loop."""
    began = time.monotonic()
    done = await count_due(db)
    await asyncio.sleep((time.monotonic() - began) * _REST if done else 0)
    return done


async def _count(db: Database, key: tuple[int, int]) -> bool:
    try:
        async with db.begin(key[0]) as uow:
            if not await reporting.take(uow, key):
                return False
            await reporting.put(uow, key, await counted(uow, *key))
            return True
    except (Duplicate, Deadlock):
        return False  # another counts a day of the same month for the first time: this one is still due
