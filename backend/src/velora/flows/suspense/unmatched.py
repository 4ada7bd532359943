"""Money at the gateway that matches nothing of ours: booked at once, so that the books say what lies there, and never spent."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from velora.flows.suspense.open import open_case
from velora.modules.suspense.service import NewCase
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
    """Each amount lies in SUSPENSE once and on finance's desk, however often it was heard of: those that are new, with whose books they
    are in."""
    if not strays:
        return {}
    houses = await tenants.all_tenants(uow)
    kept: dict[K, Unmatched] = {}
    for key, one in strays.items():
        if (tenant_id := books_of(one, houses)) is None:
            log.error("%s has %s %d of nobody, and there is no marketplace to keep them", one.gateway, one.currency, one.amount_minor)
        else:
            kept[key] = replace(one, tenant_id=tenant_id)
    cases = [NewCase(one.tenant_id or 0, one.gateway, one.ref, one.amount_minor, one.currency) for one in kept.values()]
    opened = await open_case(uow, cases)
    return {key: one for (key, one), case in zip(kept.items(), opened, strict=True) if case.is_new}


def books_of(one: Unmatched, houses: Sequence[TenantFacts]) -> int | None:
    """Of a payment of ours, its marketplace; else the oldest one that trades in the currency, else the oldest of all."""
    trading = [house.id for house in houses if house.currency == one.currency] or [house.id for house in houses]
    return one.tenant_id or next(iter(trading), None)
