"""Doubting: the invariants that the ledger's own tables must keep. Every count must be 0."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from velora.kernel.ids import encode
from velora.modules.ledger.policy import Written, key_hash, leaf_of
from velora.modules.ledger.repository import checking, posting, reading
from velora.platform.db import UnitOfWork

_PAGE: Final = 1000

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Check:
    """One invariant by its number in the design; `count` is how often it is broken, `examples` says where."""

    number: int
    name: str
    count: int
    examples: tuple[str, ...] = ()


async def verify(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> list[Check]:
    """The invariants 1 to 5, 7 to 10, 21 and 23, for one tenant or for all; reads in bounded memory."""
    told: list[Check] = []
    questions: tuple[tuple[int, str, str, Callable[[UnitOfWork, int | None], Awaitable[checking.Found]]], ...] = (
        (1, "postings with no amount or one account on both sides", "jrn", checking.postings_that_move_nothing),
        (2, "journals without postings, postings without journal", "jrn", checking.journals_and_postings_apart),
        (3, "debits and credits differ", "ten", checking.sides_apart),
        (4, "posting and account differ in tenant or currency", "jrn", checking.postings_in_foreign_accounts),
        (5, "balance is not the sum of its postings", "lac", checking.balances_unlike_postings),
        (7, "a floor is broken", "lac", checking.floors_broken),
        (23, "the accounting equation does not hold", "ten", checking.equations_broken),
    )
    for number, name, prefix, question in questions:
        progress(name, 0)
        count, examples = await question(uow, tenant_id)
        told.append(Check(number, name, count, tuple(encode(prefix, one) for one in examples)))
    told += await _walked(uow, tenant_id, progress)
    return sorted(told, key=lambda check: check.number)


async def taken_while_owing(uow: UnitOfWork, tenant_id: int | None, *, kind: str, taken: str, owed: str) -> tuple[int, list[int]]:
    """How many journals of this kind took from somebody's account `taken` while the same one's account `owed` stood above nothing.

    In the order of the journals, with a few of them: the accounts are `2020:sel_…` and `1040:sel_…` when 2020 and 1040 are named.
    """
    return await checking.taken_while_owing(uow, tenant_id, kind=kind, taken=taken, owed=owed)


async def _walked(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> list[Check]:
    """What needs every journal in hand: its key, its leaf, and the mirror of what it reverses."""
    keyless, twice, bent, unlike = _Tally(), _Tally(), _Tally(), _Tally()
    for tenant in await checking.tenants(uow, tenant_id):
        after = 0
        while page := await reading.journal_page(uow, tenant_id=tenant, after=after, limit=_PAGE):
            written = [journal for journal, _ in page]
            holders = await posting.keys_there(uow, {(tenant, key_hash(str(one.payload.get("key")))) for one in written})
            for journal, leaf in page:
                holder = holders.get((tenant, key_hash(str(journal.payload.get("key")))))
                if holder is None:
                    keyless.add(journal.id)
                elif holder.journal_id != journal.id:
                    twice.add(journal.id)
                if leaf_of(journal) != leaf:
                    bent.add(journal.id)
            for journal_id in await _no_mirrors(uow, written):
                unlike.add(journal_id)
            after = written[-1].id
            progress("journals", len(written))
    astray = await checking.keys_without_one_journal(uow, tenant_id)
    again = await checking.reversed_twice(uow, tenant_id)
    return [
        keyless.as_check(8, "journals without exactly one key, keys without journal", astray),
        twice.as_check(9, "one object and transition with two journals"),
        bent.as_check(10, "leaf is not the hash of its journal"),
        unlike.as_check(21, "reversed twice, or a reversal that is no mirror", again),
    ]


async def _no_mirrors(uow: UnitOfWork, written: Collection[Written]) -> list[int]:
    reversals = [journal for journal in written if journal.reverses_id is not None]
    keys = {(journal.tenant_id, journal.reverses_id) for journal in reversals if journal.reverses_id is not None}
    originals = {journal.id: journal for journal, _ in await reading.journals(uow, keys)}
    return [journal.id for journal in reversals if not _mirrors(journal, originals.get(journal.reverses_id or 0))]


def _mirrors(journal: Written, original: Written | None) -> bool:
    back = sorted((credit, debit, amount, currency) for _, debit, credit, amount, currency in journal.postings)
    return original is not None and back == sorted(
        (debit, credit, amount, currency) for _, debit, credit, amount, currency in original.postings
    )


class _Tally:
    """Counts without keeping: a few examples are enough."""

    def __init__(self) -> None:
        self.count = 0
        self.examples: list[int] = []

    def add(self, journal_id: int) -> None:
        self.count += 1
        if len(self.examples) < checking.EXAMPLES:
            self.examples.append(journal_id)

    def as_check(self, number: int, name: str, more: checking.Found = (0, [])) -> Check:
        examples = [*self.examples, *more[1]][: checking.EXAMPLES]
        return Check(number, name, self.count + more[0], tuple(encode("jrn", one) for one in examples))
