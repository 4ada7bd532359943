"""Use cases of store credit. Every function takes many; what a buyer has is locked last, right before the ledger.

Whoever moves credit posts it in the same transaction, so that the ledger's account 2060 of a buyer always stands at this balance.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.modules.credit import repository
from velora.modules.credit.errors import NotEnoughCredit
from velora.modules.credit.models import CreditUse
from velora.modules.credit.policy import Purse, Wish, share_out
from velora.modules.credit.repository import Key
from velora.platform.db import Duplicate, UnitOfWork

__all__ = [
    "CreditUse", "NotEnoughCredit", "Purse", "PurseFacts", "Used", "Wish", "count_back", "give", "hold", "lock_uses", "of_accounts",
    "release", "undo_back", "use", "use_sums", "uses_of", "walk",
]  # fmt: skip

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class PurseFacts:
    """What an account has in one currency, and what of it can be spent now."""

    tenant_id: int
    account_id: int
    currency: str
    balance_minor: int
    held_minor: int

    @property
    def free_minor(self) -> int:
        return self.balance_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class Used:
    """So much of this account's credit paid for an order."""

    account_id: int
    used_minor: int


async def of_accounts(uow: UnitOfWork, keys: Collection[Key]) -> dict[Purse, PurseFacts]:
    """What each (tenant, account) has; whoever never had any is missing."""
    found = [
        PurseFacts(one.tenant_id, one.account_id, one.currency, one.balance_minor, one.held_minor)
        for one in await repository.of_accounts(uow, keys)
    ]
    return {(one.tenant_id, one.account_id, one.currency): one for one in found}


async def hold(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Wish | NotEnoughCredit]:
    """Credit is kept for every wish that can be met in full; the others learn what is left. Answers in order."""
    there = await repository.lock(uow, {wish.purse for wish in wishes})
    outcomes = share_out({purse: one.balance_minor - one.held_minor for purse, one in there.items()}, wishes)
    met = [one for one in outcomes if isinstance(one, Wish)]
    kept: Counter[Purse] = Counter()
    for wish in met:
        kept[wish.purse] += wish.amount_minor
    await repository.add_to(uow, {purse: {"held_minor": amount} for purse, amount in kept.items()})
    repository.add_uses(
        uow,
        [
            {
                "tenant_id": one.tenant_id, "intent_id": one.intent_id, "order_id": one.order_id, "account_id": one.account_id,
                "currency": one.currency, "amount_minor": one.amount_minor, "used_minor": 0, "back_minor": 0, "state": "held",
                "held_at": uow.now, "settled_at": None,
            }
            for one in met
        ],
    )  # fmt: skip
    return outcomes


async def use(uow: UnitOfWork, dues: Mapping[Key, int]) -> dict[Key, Used]:
    """What was held under each (tenant, intent) pays for what is due of its order, as far as it goes; the rest of it is free again.

    Once each: what is not held any more is missing from the answer.
    """
    held = {key: one for key, one in (await repository.lock_uses(uow, dues.keys())).items() if one.state == "held"}
    used = {key: min(one.amount_minor, dues[key]) for key, one in held.items()}
    await repository.set_uses(uow, {key: {"state": "used", "used_minor": used[key], "settled_at": uow.now} for key in held})
    await _end_holds(uow, held, used)
    return {key: Used(one.account_id, used[key]) for key, one in held.items()}


async def release(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """What was held under these (tenant, intent) can be spent on something else."""
    held = {key: one for key, one in (await repository.lock_uses(uow, keys)).items() if one.state == "held"}
    await repository.set_uses(uow, {key: {"state": "released", "settled_at": uow.now} for key in held})
    await _end_holds(uow, held, {})


async def give(uow: UnitOfWork, gifts: Mapping[Purse, int]) -> None:
    """Each account has so much more. The caller posts it in the same transaction, and sees to it that it is given once."""
    for attempt in range(_TRIES):
        new = sorted(gifts.keys() - (await repository.lock(uow, gifts.keys())).keys())
        rows = [{"tenant_id": one[0], "account_id": one[1], "currency": one[2], "balance_minor": 0, "held_minor": 0} for one in new]
        try:
            await repository.add(uow, rows)
            break
        except Duplicate:  # given to by somebody else as well, between our look and our write
            if attempt == _TRIES - 1:
                raise
    await repository.add_to(uow, {purse: {"balance_minor": amount} for purse, amount in gifts.items()})


async def uses_of(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, CreditUse]:
    """How credit pays, or paid, under these (tenant, intent)."""
    return {(one.tenant_id, one.intent_id): one for one in await repository.uses(uow, keys)}


async def lock_uses(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, CreditUse]:
    """The same, kept for this transaction. Lock their payments first."""
    return await repository.lock_uses(uow, keys)


async def count_back(uow: UnitOfWork, amounts: Mapping[Key, int]) -> None:
    """So much of what credit paid goes back. Raises CheckFailed for more than it paid."""
    await repository.add_to_uses(uow, {key: {"back_minor": amount} for key, amount in amounts.items() if amount})


async def undo_back(uow: UnitOfWork, amounts: Mapping[Key, int]) -> None:
    """What was to go back did not."""
    await count_back(uow, {key: -amount for key, amount in amounts.items()})


async def walk(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[tuple[PurseFacts, int]]:
    """The next purses of a marketplace after this account, each with what its unpaid orders hold: all of them in pieces.

    A page ends with an account, never within one: go on after the last.
    """
    page = list(await repository.after(uow, tenant_id=tenant_id, after=after, limit=limit))
    if len(page) == limit and page[0].account_id != page[-1].account_id:
        page = [one for one in page if one.account_id != page[-1].account_id]
    held = await repository.held_of(uow, {(tenant_id, one.account_id) for one in page})
    return [
        (
            PurseFacts(one.tenant_id, one.account_id, one.currency, one.balance_minor, one.held_minor),
            held.get((one.tenant_id, one.account_id, one.currency), 0),
        )
        for one in page
    ]


async def use_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int, int]]:
    """(tenant, currency, Σ held, Σ used, Σ gone back) of all uses."""
    return await repository.use_sums(uow, tenant_id)


async def _end_holds(uow: UnitOfWork, held: Mapping[Key, CreditUse], used: Mapping[Key, int]) -> None:
    deltas: defaultdict[Purse, Counter[str]] = defaultdict(Counter)
    for key, one in held.items():
        purse = one.tenant_id, one.account_id, one.currency
        deltas[purse].update({"held_minor": -one.amount_minor, "balance_minor": -used.get(key, 0)})
    await repository.add_to(uow, deltas)
