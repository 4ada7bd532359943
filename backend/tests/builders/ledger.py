"""Postings without a shop around them, sealed."""

import random
from collections.abc import Sequence

from velora.flows.bookkeeping.seal import seal_once
from velora.flows.bookkeeping.verify import Outside, Verdict, verify
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef, Journal, Posted, legs
from velora.platform.db import Database, UnitOfWork
from velora.platform.house import House

BANK, INCOME = AccountRef("1020"), AccountRef("4010")


def reserve_of(somebody: int) -> AccountRef:
    """An account with a floor, which moves with each posting; the bank and the income are folded."""
    return AccountRef("2021", f"sel_{somebody:013d}")


def a_journal(uow: UnitOfWork, tenant: int, amount: int, *, somebody: int = 7) -> Journal:
    """Somebody's money comes in, with a part for the operator."""
    moves = legs((BANK, reserve_of(somebody), amount), (reserve_of(somebody), INCOME, amount // 10))
    return Journal(tenant, f"top-up:{uow.new_id()}", "top_up", "EUR", moves, uow.now, payload={"amount": str(amount)})


async def posted(db: Database, tenant: int, amounts: Sequence[int]) -> list[int]:
    """The ids of journals with these amounts, in one transaction."""
    async with db.begin(None) as uow:
        outcomes = await ledger.post(uow, [a_journal(uow, tenant, amount, somebody=amount % 5) for amount in amounts])
    return [one.journal_id for one in outcomes if isinstance(one, Posted)]


async def a_sealed_history(house: House, tenants: Sequence[int], *, blocks: int, seed: int, round_journals: int = 20) -> None:
    """So many blocks with a few journals of these tenants in each."""
    chance = random.Random(seed)
    for _ in range(blocks):
        for _ in range(chance.randint(1, 3)):
            await posted(house.db, chance.choice(tenants), [chance.randint(10, 99_999) for _ in range(chance.randint(1, 5))])
        assert await seal_once(house, round_journals=round_journals) == 1


async def doubted(house: House) -> Verdict:
    """Everything that can be looked at, with what lies outside the database."""
    return await verify(house.db, outside=Outside(house.keys, house.anchors))


def broken(verdict: Verdict) -> dict[int, tuple[str, ...]]:
    """The examples of every check that found something."""
    return {check.number: check.examples for check in verdict.checks if check.count}
