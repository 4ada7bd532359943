"""Money at the gateway that matches nothing of ours: booked at once, so that the books say what lies there, and never spent."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from velora.flows import postings
from velora.modules.ledger import service as ledger
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork

K = TypeVar("K")

log: Final = logging.getLogger("velora.payments")


@dataclass(frozen=True)
class Unmatched:
    """So much lies there under this name; in whose books, where that is known."""

    gateway: str
    ref: str
    amount_minor: int
    currency: str
    tenant_id: int | None = None


async def keep_unmatched(uow: UnitOfWork, strays: Mapping[K, Unmatched]) -> dict[K, Unmatched]:
    """Each amount lies in SUSPENSE once, however often it was heard of: those that are booked by this, with whose books they are in.

    Whoever keeps a list of cases for people opens one for each of these, in this transaction.
    """
    if not strays:
        return {}
    houses = await tenants.all_tenants(uow)
    placed = {key: replace(one, tenant_id=_books_of(one, houses)) for key, one in strays.items()}
    known = await ledger.find(uow, {_key_of(one) for one in placed.values() if one.tenant_id})
    fresh: dict[tuple[int, str], tuple[K, Unmatched]] = {}
    for key, one in placed.items():
        if not one.tenant_id:
            log.error(
                "%s has %s %d that are nobody's, and there is no marketplace to keep them", one.gateway, one.currency, one.amount_minor
            )
        elif _key_of(one) not in known:
            fresh.setdefault(_key_of(one), (key, one))
    await ledger.post(
        uow,
        [
            postings.unmatched(
                tenant_id=one.tenant_id or 0, gateway=one.gateway, ref=one.ref, currency=one.currency, amount_minor=one.amount_minor,
                at=uow.now,
            )
            for _, one in fresh.values()
        ],
    )  # fmt: skip
    return dict(fresh.values())


def _books_of(one: Unmatched, houses: list[TenantFacts]) -> int | None:
    """Of a payment of ours, its marketplace; else the oldest one that trades in the currency, else the oldest of all."""
    trading = [house.id for house in houses if house.currency == one.currency] or [house.id for house in houses]
    return one.tenant_id or next(iter(trading), None)


def _key_of(one: Unmatched) -> tuple[int, str]:
    return one.tenant_id or 0, postings.unmatched_key(one.gateway, one.ref)
