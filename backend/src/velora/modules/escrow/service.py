"""Use cases of escrow. Amounts are net of tax, in minor units; the money itself moves in the ledger."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from velora.modules.escrow import policy, repository
from velora.modules.escrow.errors import AlreadyReleased, MoreThanHeld, NothingHeld, UnderDispute
from velora.modules.escrow.events import EscrowReleased
from velora.modules.escrow.policy import Hold, State, Taking
from velora.platform.db import UnitOfWork

__all__ = [
    "Delivery", "EscrowHold", "Hold", "State", "Taking", "UnderDispute", "claim", "claim_due", "coming", "confirm", "due", "frozen",
    "hold", "lock", "of_seller_orders", "release", "rests", "settle_disputes", "settle_refunds", "start_clock", "take_for_refund",
    "unclaim", "wrongly_ended",
]  # fmt: skip

Key = tuple[int, int]


@dataclass(frozen=True)
class EscrowHold:
    """Hold this for a seller: items and shipping net of tax; commission on the whole; the tax beside it, for the record."""

    tenant_id: int
    seller_order_id: int
    order_id: int
    seller_id: int
    currency: str
    amount_minor: int
    commission_minor: int
    tax_minor: int


@dataclass(frozen=True)
class Delivery:
    """A seller order reached its buyer; what is held for it may go to the seller so many days later."""

    tenant_id: int
    seller_order_id: int
    delivered_at: datetime
    escrow_days: int


def hold(uow: UnitOfWork, holds: Sequence[EscrowHold]) -> None:
    """The money of each seller order is held. Call once for each, under its intent's lock."""
    repository.add(
        uow,
        [
            {
                "tenant_id": one.tenant_id, "seller_order_id": one.seller_order_id, "order_id": one.order_id, "seller_id": one.seller_id,
                "currency": one.currency, "captured": one.amount_minor, "refunded": 0, "released": 0,
                "commission_minor": one.commission_minor, "commission_back_minor": 0, "tax_minor": one.tax_minor,
                "state": State.HELD.value, "claims": 0, "held_at": uow.now, "due_at": None, "released_at": None,
            }
            for one in holds
        ],
    )  # fmt: skip


async def start_clock(uow: UnitOfWork, deliveries: Sequence[Delivery]) -> None:
    """What is held for these deliveries falls due so many days after each; a clock that runs already is left alone."""
    standing = await repository.locked(uow, {(one.tenant_id, one.seller_order_id) for one in deliveries})
    await repository.change(
        uow,
        {
            (one.tenant_id, one.seller_order_id): {"due_at": one.delivered_at + timedelta(days=one.escrow_days)}
            for one in deliveries
            if (found := standing.get((one.tenant_id, one.seller_order_id))) and found.may_open and found.due_at is None
        },
    )


async def confirm(uow: UnitOfWork, keys: Sequence[Key]) -> list[Hold | NothingHeld | AlreadyReleased]:
    """The buyer has everything: what is held falls due now, or once no dispute about it is open and no refund of all of it is under way.
    Confirming again changes nothing."""
    standing = await repository.locked(uow, set(keys))
    outcomes = [policy.over(standing.get(key), key[1]) or standing[key] for key in keys]
    held = {(one.tenant_id, one.seller_order_id) for one in outcomes if isinstance(one, Hold) and one.state is State.HELD}
    await repository.change(uow, {key: {"state": State.DUE.value, "due_at": uow.now} for key in held})
    waiting = {(one.tenant_id, one.seller_order_id) for one in outcomes if isinstance(one, Hold) and not one.is_open}
    await repository.change(uow, {key: {"due_at": uow.now} for key in waiting})
    return outcomes


async def claim(uow: UnitOfWork, keys: Sequence[Key]) -> list[Hold | NothingHeld | AlreadyReleased]:
    """Nothing of these is released until each claim is taken back: somebody asks for the money."""
    standing = await repository.locked(uow, set(keys))
    outcomes = [policy.ended(standing.get(key), key[1]) or standing[key] for key in keys]
    await _add_claims(uow, [(one.tenant_id, one.seller_order_id) for one in outcomes if isinstance(one, Hold)], 1)
    return outcomes


async def unclaim(uow: UnitOfWork, keys: Sequence[Key]) -> None:
    """One claim of each is taken back."""
    await _add_claims(uow, keys, -1)


async def take_for_refund(
    uow: UnitOfWork, takings: Sequence[Taking]
) -> list[Hold | NothingHeld | AlreadyReleased | UnderDispute | MoreThanHeld]:
    """Each refund takes its part out of its hold, in the order given, and claims the hold until `settle_refunds`.

    Answers with the hold as it is afterwards, or with why not.
    """
    standing = dict(await repository.locked(uow, {(one.tenant_id, one.seller_order_id) for one in takings}))
    outcomes: list[Hold | NothingHeld | AlreadyReleased | UnderDispute | MoreThanHeld] = []
    changed: dict[Key, Hold] = {}
    for taking in takings:
        key = taking.tenant_id, taking.seller_order_id
        refusal = policy.refusal_of(standing.get(key), taking)
        if refusal is None:
            standing[key] = changed[key] = policy.taken(standing[key], taking)
        outcomes.append(refusal or standing[key])
    await _write(uow, changed)
    return outcomes


async def settle_refunds(uow: UnitOfWork, *, paid: Sequence[Taking], failed: Sequence[Taking]) -> None:
    """The refunds have ended: those that failed give back what they took, and none claims its hold any longer."""
    standing = dict(await repository.locked(uow, {(one.tenant_id, one.seller_order_id) for one in (*paid, *failed)}))
    changed: dict[Key, Hold] = {}
    for taking in failed:
        key = taking.tenant_id, taking.seller_order_id
        standing[key] = changed[key] = policy.given_back(standing[key], taking)
    await _write(uow, changed)
    await _add_claims(uow, [(one.tenant_id, one.seller_order_id) for one in paid], -1)


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Hold]:
    """What is held for these (tenant, seller order), kept for this transaction. Lock their payments first."""
    return await repository.locked(uow, set(keys))


async def settle_disputes(uow: UnitOfWork, holds: Collection[Hold], *, lost: Sequence[Taking], disputed: Collection[Key]) -> None:
    """Of these locked holds, what is lost stays with buyers' banks for good. Those that are still disputed are frozen: neither released
    nor refunded. The others stand as if there had been no dispute."""
    standing = {(one.tenant_id, one.seller_order_id): one for one in holds}
    after = dict(standing)
    for taking in lost:
        after[taking.tenant_id, taking.seller_order_id] = policy.lost(after[taking.tenant_id, taking.seller_order_id], taking)
    after = {key: policy.frozen(one) if key in disputed else policy.thawed(one, uow.now) for key, one in after.items()}
    await _write(uow, {key: one for key, one in after.items() if one != standing[key]})


async def frozen(uow: UnitOfWork, tenant_id: int | None) -> set[Key]:
    """The (tenant, seller order) of which the money is frozen by disputes."""
    return await repository.in_state(uow, tenant_id, State.FROZEN)


async def due(uow: UnitOfWork, limit: int) -> list[Key]:
    """(tenant, seller order) of what can be released now, the longest due first. Lock the seller orders, then `claim_due`."""
    return await repository.due_keys(uow, limit=limit)


async def claim_due(uow: UnitOfWork, keys: Collection[Key]) -> list[Hold]:
    """Those of the holds that can be released still, kept for this transaction; two workers never get the same."""
    return await repository.claim_due(uow, keys)


async def release(uow: UnitOfWork, holds: Sequence[Hold]) -> None:
    """The rest of each goes to whom the release flow posts it. The holds must come from `claim_due` in this transaction."""
    await repository.change(
        uow,
        {
            (one.tenant_id, one.seller_order_id): {
                "released": one.released + one.rest, "state": State.RELEASED.value, "released_at": uow.now,
            }
            for one in holds
        },
    )  # fmt: skip
    uow.tell(EscrowReleased(one.tenant_id, one.seller_order_id, one.order_id, one.seller_id, one.currency, one.rest) for one in holds)


async def of_seller_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Hold]:
    """What is held for these (tenant, seller order)."""
    return await repository.holds(uow, set(keys))


async def coming(uow: UnitOfWork, seller_id: int) -> list[tuple[int, str, datetime | None, int]]:
    """(tenant, currency, due at or None, what the seller will get of it) of what is still held for a seller, soonest first."""
    return await repository.coming(uow, seller_id)


async def rests(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, int, str, int]]:
    """(tenant, seller, currency, Σ still held)."""
    return await repository.rests(uow, tenant_id)


async def wrongly_ended(uow: UnitOfWork, tenant_id: int | None, *, limit: int) -> tuple[int, list[int]]:
    """How many holds have ended with a rest, or are open with nothing left; and some of their seller orders."""
    return await repository.released_with_a_rest(uow, tenant_id, limit=limit)


async def _add_claims(uow: UnitOfWork, keys: Sequence[Key], by: int) -> None:
    await repository.add_to(uow, {key: {"claims": by * count} for key, count in Counter(keys).items()})


async def _write(uow: UnitOfWork, holds: Mapping[Key, Hold]) -> None:
    await repository.change(
        uow,
        {
            key: {
                "refunded": one.refunded, "commission_back_minor": one.commission_back_minor, "claims": one.claims,
                "state": one.state.value,
            }
            for key, one in holds.items()
        },
    )  # fmt: skip
