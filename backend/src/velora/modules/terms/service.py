"""Use cases of invoice terms. Every function takes many; the rows are locked last, as a buyer's credit is."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from velora.modules.terms import repository
from velora.modules.terms.errors import NoTerms, OverLimit
from velora.modules.terms.policy import Account, Standing, Wish, share_out
from velora.modules.terms.repository import Key
from velora.platform.db import Duplicate, UnitOfWork

__all__ = ["Account", "NoTerms", "OverLimit", "Standing", "Wish", "give_back", "of_accounts", "set_limits", "take", "walk"]

_TRIES: Final = 3


async def of_accounts(uow: UnitOfWork, keys: Collection[Key]) -> dict[Account, Standing]:
    """What each (tenant, account) may owe and owes; whoever was never let is missing."""
    return {
        (one.tenant_id, one.account_id, one.currency): Standing(one.limit_minor, one.owed_minor)
        for one in await repository.of_accounts(uow, keys)
    }


async def take(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Wish | NoTerms | OverLimit]:
    """Whoever may owes so much more from now on; the others learn what is left. Answers in order."""
    there = await repository.lock(uow, {wish.account for wish in wishes})
    outcomes = share_out({account: Standing(one.limit_minor, one.owed_minor) for account, one in there.items()}, wishes)
    more: Counter[Account] = Counter()
    for one in outcomes:
        if isinstance(one, Wish):
            more[one.account] += one.amount_minor
    await repository.add_to(uow, {account: {"owed_minor": amount} for account, amount in more.items()})
    return outcomes


async def give_back(uow: UnitOfWork, amounts: Mapping[Account, int]) -> None:
    """Each owes so much less: it was paid, cancelled or given up. Raises CheckFailed for more than is owed."""
    await repository.lock(uow, amounts.keys())
    await repository.add_to(uow, {account: {"owed_minor": -amount} for account, amount in amounts.items() if amount})


async def set_limits(uow: UnitOfWork, limits: Mapping[Account, int]) -> None:
    """Each may owe so much from now on; with nothing it buys on invoice no more. What it owes stands."""
    for attempt in range(_TRIES):
        new = sorted(limits.keys() - (await repository.lock(uow, limits.keys())).keys())
        rows = [
            {"tenant_id": one[0], "account_id": one[1], "currency": one[2], "limit_minor": 0, "owed_minor": 0, "changed_at": uow.now}
            for one in new
        ]
        try:
            await repository.add(uow, rows)
            break
        except Duplicate:  # let by somebody else as well, between our look and our write
            if attempt == _TRIES - 1:
                raise
    await repository.change(uow, {account: {"limit_minor": amount, "changed_at": uow.now} for account, amount in limits.items()})


async def walk(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[tuple[int, str, int]]:
    """(account, currency, owed) of a marketplace's next accounts after this one: all of them in pieces, each account whole."""
    page = list(await repository.owed(uow, tenant_id=tenant_id, after=after, limit=limit))
    if len(page) == limit and page[0].account_id != page[-1].account_id:
        page = [one for one in page if one.account_id != page[-1].account_id]
    return [(one.account_id, one.currency, one.owed_minor) for one in page]
