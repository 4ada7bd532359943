"""Use cases of disputes. Every function takes many; the money itself moves in the ledger, by the flow that knows whose it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from velora.kernel.ids import encode
from velora.modules.disputes import repository
from velora.modules.disputes.models import Dispute, DisputeShare
from velora.modules.disputes.policy import LOOK_AFTER, LOOK_BACK, Borne, Part, Stake, State, bear, may_become, share_out
from velora.modules.disputes.repository import Key, Name
from velora.platform.db import UnitOfWork

__all__ = [
    "LOOK_BACK", "Borne", "DisputeFacts", "Key", "Part", "Share", "Stake", "State", "added", "bear", "by_id", "disputed_by_intent",
    "listed", "lock", "look_again_later", "may_become", "of_orders", "of_seller", "open_shares", "save", "share_out", "shares_of", "sums",
    "to_look_at",
]  # fmt: skip


@dataclass(frozen=True)
class Share:
    """What of a dispute falls on one seller order. In escrow it is frozen there; otherwise so much is held of payable and reserve."""

    seller_order_id: int
    seller_id: int
    country: str
    net_minor: int
    tax_minor: int
    commission_minor: int
    in_escrow: bool
    payable_minor: int = 0
    reserve_minor: int = 0
    debt_minor: int = 0

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def sellers_minor(self) -> int:
        """What the seller bears; the operator gives its commission back."""
        return self.net_minor - self.commission_minor

    @property
    def held_minor(self) -> int:
        """What is kept from the seller while it is open."""
        return self.sellers_minor if self.in_escrow else self.payable_minor + self.reserve_minor


@dataclass(frozen=True)
class DisputeFacts:
    """A dispute as it stands; the columns are told of in models. `is_new` until it is saved for the first time."""

    tenant_id: int
    id: int
    gateway: str
    gateway_ref: str
    charge_ref: str
    intent_id: int | None
    order_id: int | None
    currency: str
    amount_minor: int
    reason: str
    opened_at: datetime
    answer_by: datetime | None = None
    state: State = State.OPEN
    taken_minor: int = 0
    covered_minor: int = 0
    suspended_minor: int = 0
    returned_minor: int = 0
    late_minor: int = 0
    fee_minor: int = 0
    fee_back_minor: int = 0
    ended_at: datetime | None = None
    shares: tuple[Share, ...] = ()
    is_new: bool = False

    @property
    def key(self) -> Key:
        return self.tenant_id, self.id

    @property
    def ref(self) -> str:
        return encode("dp", self.id)

    @property
    def name(self) -> Name:
        return self.gateway, self.gateway_ref


async def lock(uow: UnitOfWork, names: Collection[Name]) -> dict[Name, DisputeFacts]:
    """Those of these that are known, by the gateway's own names, kept for this transaction. Lock their payments first."""
    return {one.name: one for one in await _facts(uow, await repository.lock(uow, names))}


async def save(uow: UnitOfWork, before: Mapping[Key, DisputeFacts], after: Sequence[DisputeFacts]) -> None:
    """Each stands so, with its shares. `before` is how those that are not new stood. Raises Duplicate where another was quicker."""
    await repository.add(uow, [_named(one) | _standing(uow, one) for one in after if one.is_new])
    await repository.change(uow, {one.key: _standing(uow, one) for one in after if not one.is_new})
    known = {(*key, share.seller_order_id): share for key, one in before.items() for share in one.shares}
    now = {(*one.key, share.seller_order_id): share for one in after for share in one.shares}
    await repository.add_shares(uow, [_share_key(key) | _share_row(share) for key, share in now.items() if key not in known])
    await repository.change_shares(uow, {key: _share_row(share) for key, share in now.items() if key in known and known[key] != share})


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, DisputeFacts]:
    """The disputes with these (tenant, id) keys; those there are not are missing."""
    return {one.key: one for one in await _facts(uow, await repository.by_id(uow, keys))}


async def of_orders(uow: UnitOfWork, keys: Collection[Key]) -> list[DisputeFacts]:
    """Every dispute about these (tenant, order), oldest first."""
    return await _facts(uow, await repository.of_orders(uow, keys))


async def listed(
    uow: UnitOfWork, tenant_id: int | None, *, states: Collection[State] = (), before: int | None = None, limit: int
) -> list[DisputeFacts]:
    """Disputes in this marketplace (None: in all), newest first."""
    return await _facts(uow, await repository.listed(uow, tenant_id=tenant_id, states=states, before=before, limit=limit))


async def of_seller(uow: UnitOfWork, seller_id: int, *, limit: int) -> list[tuple[DisputeFacts, Share]]:
    """What of disputes falls on a seller, newest first, over all marketplaces; each dispute without its other shares."""
    found = await repository.of_seller(uow, seller_id, limit=limit)
    return [(_fact(one, ()), _share(share)) for one, share in found]


async def shares_of(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, tuple[Share, ...]]:
    """The shares of these (tenant, dispute)."""
    found: dict[Key, list[Share]] = {key: [] for key in keys}
    for row in await repository.shares(uow, keys):
        found[row.tenant_id, row.dispute_id].append(_share(row))
    return {key: tuple(some) for key, some in found.items()}


async def to_look_at(uow: UnitOfWork, *, limit: int) -> list[DisputeFacts]:
    """Open disputes of which nothing was heard for too long: the gateway should be asked. Platform scope."""
    return [_fact(row, ()) for row in await repository.to_look_at(uow, uow.now, limit)]


async def look_again_later(uow: UnitOfWork, keys: Sequence[Key]) -> list[bool]:
    """The gateway did not answer about these: it is asked again later."""
    await repository.change(uow, {key: {"next_look_at": uow.now + LOOK_AFTER} for key in keys})
    return [True for _ in keys]


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, State, int, int, int, int, int, int]]:
    """(tenant, currency, state, Σ taken, covered, suspended, returned, fee, fee back) of all disputes."""
    return [(one[0], one[1], State(one[2]), *one[3:]) for one in await repository.sums(uow, tenant_id)]


async def open_shares(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int, bool, int]]:
    """(tenant, currency, seller, seller order, in escrow, held of payable and reserve) of every share of an open dispute."""
    return await repository.open_shares(uow, tenant_id)


async def disputed_by_intent(uow: UnitOfWork, tenant_id: int | None) -> dict[Key, int]:
    """How much of each (tenant, payment) is under disputes that are open or lost, where there is any."""
    return {(tenant, intent): total for tenant, intent, total in await repository.disputed_by_intent(uow, tenant_id) if total}


async def _facts(uow: UnitOfWork, rows: Sequence[Dispute]) -> list[DisputeFacts]:
    shares = await shares_of(uow, {(row.tenant_id, row.id) for row in rows})
    return [_fact(row, shares[row.tenant_id, row.id]) for row in rows]


def _fact(row: Dispute, shares: tuple[Share, ...]) -> DisputeFacts:
    return DisputeFacts(
        row.tenant_id, row.id, row.gateway, row.gateway_ref, row.charge_ref, row.intent_id, row.order_id, row.currency, row.amount_minor,
        row.reason, row.opened_at, row.answer_by, State(row.state), row.taken_minor, row.covered_minor, row.suspended_minor,
        row.returned_minor, row.late_minor, row.fee_minor, row.fee_back_minor, row.ended_at, shares,
    )  # fmt: skip


def _named(one: DisputeFacts) -> dict[str, object]:
    return {
        "tenant_id": one.tenant_id, "id": one.id, "gateway": one.gateway, "gateway_ref": one.gateway_ref, "charge_ref": one.charge_ref,
        "intent_id": one.intent_id, "order_id": one.order_id, "currency": one.currency, "opened_at": one.opened_at,
    }  # fmt: skip


def _standing(uow: UnitOfWork, one: DisputeFacts) -> dict[str, object]:
    return {
        "amount_minor": one.amount_minor, "taken_minor": one.taken_minor, "covered_minor": one.covered_minor,
        "suspended_minor": one.suspended_minor, "returned_minor": one.returned_minor, "late_minor": one.late_minor,
        "fee_minor": one.fee_minor, "fee_back_minor": one.fee_back_minor, "reason": one.reason, "state": one.state.value,
        "answer_by": one.answer_by, "heard_at": uow.now, "ended_at": one.ended_at,
        "next_look_at": uow.now + LOOK_AFTER if one.state is State.OPEN else None,
    }  # fmt: skip


def _share_key(key: tuple[int, int, int]) -> dict[str, object]:
    return {"tenant_id": key[0], "dispute_id": key[1], "seller_order_id": key[2]}


def _share_row(share: Share) -> dict[str, object]:
    return {
        "seller_id": share.seller_id, "country": share.country, "net_minor": share.net_minor, "tax_minor": share.tax_minor,
        "commission_minor": share.commission_minor, "in_escrow": share.in_escrow, "payable_minor": share.payable_minor,
        "reserve_minor": share.reserve_minor, "debt_minor": share.debt_minor,
    }  # fmt: skip


def _share(row: DisputeShare) -> Share:
    return Share(
        row.seller_order_id, row.seller_id, row.country, row.net_minor, row.tax_minor, row.commission_minor, bool(row.in_escrow),
        row.payable_minor, row.reserve_minor, row.debt_minor,
    )  # fmt: skip


def added(share: Share, part: Part) -> Share:
    """The share with more of the dispute on it."""
    return replace(
        share, net_minor=share.net_minor + part.net_minor, tax_minor=share.tax_minor + part.tax_minor,
        commission_minor=share.commission_minor + part.commission_minor,
    )  # fmt: skip
