"""Use cases of payouts. The money itself moves in the ledger; here stands how far each payout is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.modules.payouts import policy, repository
from velora.modules.payouts.events import PayoutFailed, PayoutPaid, PayoutReserved
from velora.modules.payouts.models import Payout
from velora.modules.payouts.policy import Standing
from velora.platform.db import UnitOfWork

__all__ = [
    "OPEN",
    "PayoutFacts",
    "Settled",
    "Standing",
    "by_id",
    "due",
    "ends_of",
    "listed",
    "open_payouts",
    "paid_of",
    "reserve",
    "settle",
    "submitted",
    "sums",
    "walk",
]

OPEN: Final = repository.OPEN
due = policy.due


@dataclass(frozen=True)
class PayoutFacts:
    tenant_id: int
    id: int
    seller_id: int
    currency: str
    amount_minor: int
    state: str
    bank_ref: str
    reason: str
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class Settled:
    """What the bank said of a payout: `state` is paid, failed or unknown."""

    tenant_id: int
    payout_id: int
    state: str
    bank_ref: str = ""
    reason: str = ""


async def reserve(uow: UnitOfWork, standings: Sequence[Standing]) -> list[PayoutFacts]:
    """A payout of everything payable for each of these, reserved."""
    payouts = [
        PayoutFacts(one.tenant_id, uow.new_id(), one.seller_id, one.currency, one.payable_minor, "reserved", "", "", uow.now, None)
        for one in standings
    ]
    await repository.add(
        uow,
        [
            {
                "tenant_id": one.tenant_id, "id": one.id, "seller_id": one.seller_id, "currency": one.currency,
                "amount_minor": one.amount_minor, "state": one.state, "bank_ref": "", "reason": "", "created_at": uow.now,
                "submitted_at": None, "settled_at": None,
            }
            for one in payouts
        ],
    )  # fmt: skip
    uow.tell(PayoutReserved(one.tenant_id, one.id, one.seller_id, one.amount_minor, one.currency) for one in payouts)
    return payouts


async def submitted(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> list[PayoutFacts]:
    """Those of the payouts that are not settled are about to be sent: asked again with the same key, the bank sends once."""
    waiting = [payout for payout in (await repository.locked(uow, keys)).values() if payout.state in repository.OPEN]
    first = {(one.tenant_id, one.id): {"state": "submitted", "submitted_at": uow.now} for one in waiting if one.state == "reserved"}
    await repository.change(uow, first)
    return [_facts(payout) for payout in waiting]


async def settle(uow: UnitOfWork, outcomes: Sequence[Settled]) -> list[PayoutFacts]:
    """Each payout is as the bank said; those that had ended before stay as they are and are not in the answer."""
    standing = await repository.locked(uow, {(one.tenant_id, one.payout_id) for one in outcomes})
    changes: dict[tuple[int, int], Mapping[str, object]] = {}
    ended: list[PayoutFacts] = []
    for outcome in outcomes:
        key = outcome.tenant_id, outcome.payout_id
        payout = standing[key]
        if payout.state not in repository.OPEN or key in changes:
            continue
        if outcome.state == "unknown":
            changes[key] = {"state": "unknown"}
            continue
        changes[key] = {"state": outcome.state, "bank_ref": outcome.bank_ref, "reason": outcome.reason, "settled_at": uow.now}
        ended.append(_facts(payout, outcome, uow.now))
    await repository.change(uow, changes)
    uow.tell(_told(one) for one in ended)
    return ended


async def open_payouts(uow: UnitOfWork, *, limit: int = 500) -> list[PayoutFacts]:
    """Payouts of any tenant that have not ended, oldest first: what a run that died left behind."""
    return [_facts(payout) for payout in await repository.open_payouts(uow, limit=limit)]


async def listed(
    uow: UnitOfWork, *, tenant_id: int | None = None, seller_id: int | None = None, states: Collection[str] = (), before: int | None = None,
    limit: int = 50,
) -> list[PayoutFacts]:  # fmt: skip
    """Payouts, newest first."""
    found = await repository.listed(uow, tenant_id=tenant_id, seller_id=seller_id, states=states, before=before, limit=limit)
    return [_facts(payout) for payout in found]


async def by_id(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> list[PayoutFacts]:
    """The payouts of these (tenant, payout), oldest first."""
    return [_facts(payout) for payout in await repository.by_id(uow, keys)]


async def walk(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[PayoutFacts]:
    """A marketplace's next payouts after this id, oldest first."""
    return [_facts(payout) for payout in await repository.after(uow, tenant_id=tenant_id, after_id=after, limit=limit)]


async def sums(uow: UnitOfWork, *, tenant_id: int | None = None, seller_id: int | None = None) -> list[tuple[int, int, str, str, int]]:
    """(tenant, seller, currency, state, Σ amount) of all payouts."""
    return await repository.sums(uow, tenant_id=tenant_id, seller_id=seller_id)


async def paid_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> list[tuple[str, int]]:
    """(currency, Σ amount) of a marketplace's payouts with ids from `first` to before `below` that were paid."""
    return await repository.paid_of(uow, tenant_id, first, below)


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    """The ids of a marketplace's first and newest payout; None where there is none."""
    return await repository.ends_of(uow, tenant_id)


def _facts(payout: Payout, outcome: Settled | None = None, settled_at: datetime | None = None) -> PayoutFacts:
    return PayoutFacts(
        payout.tenant_id, payout.id, payout.seller_id, payout.currency, payout.amount_minor, outcome.state if outcome else payout.state,
        outcome.bank_ref if outcome else payout.bank_ref, outcome.reason if outcome else payout.reason, payout.created_at,
        settled_at or payout.settled_at,
    )  # fmt: skip


def _told(payout: PayoutFacts) -> PayoutPaid | PayoutFailed:
    same = payout.tenant_id, payout.id, payout.seller_id, payout.amount_minor, payout.currency
    return PayoutPaid(*same) if payout.state == "paid" else PayoutFailed(*same, payout.reason)
