"""Dropping a month from the tables: what stands for it afterwards, and what is known of those that were dropped before."""

from collections.abc import Callable, Collection
from datetime import datetime

from velora.kernel.ids import first_id_at
from velora.modules.ledger.errors import MonthDropped
from velora.modules.ledger.policy import Written
from velora.modules.ledger.policy.dropping import IN_EVERY_SNAPSHOT, DroppedMonth, Remains, RemainsDigest
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.repository import dropping, sealing
from velora.platform.db import UnitOfWork

__all__ = ["DroppedMonth", "Remains"]


class Gathering:
    """The remains of a month, from its journals in the order of the trees. `rounds` are the ends of the rounds that they lie in.

    Memory for what each account moved, and for the journals of one round that other months share.
    """

    def __init__(self, month: Month, rounds: Collection[int]) -> None:
        self.remains = Remains()
        self._month = month
        self._rounds = iter(sorted(rounds))
        self._round = next(self._rounds)
        self._moved: dict[tuple[int, int, str], tuple[int, int]] = {}
        self._block: list[tuple[int, int, int, bytes]] = []

    async def add(self, uow: UnitOfWork, journal: Written, leaf: bytes, whole: Callable[[int, int], bool]) -> None:
        """The next journal of the month with its leaf. `whole(n, count)` says whether block `n` has just so many journals."""
        if self._block and self._block[0][0] != journal.epoch:
            self._end_of_block(whole)
        while journal.epoch > self._round:
            await self._end_of_round(uow)
            self._round = next(self._rounds)
        self._block.append((journal.epoch, journal.tenant_id, journal.id, leaf))
        kind = (journal.tenant_id, journal.kind)
        self.remains.kinds[kind] = self.remains.kinds.get(kind, 0) + 1
        for _, debit_id, credit_id, amount, _ in journal.postings:
            for account_id, debit, credit in ((debit_id, amount, 0), (credit_id, 0, amount)):
                key = (journal.tenant_id, account_id, journal.kind)
                before = self._moved.get(key, (0, 0))
                self._moved[key] = (before[0] + debit, before[1] + credit)

    async def end(self, uow: UnitOfWork, whole: Callable[[int, int], bool]) -> Remains:
        """All of it, after the last journal."""
        if self._block:
            self._end_of_block(whole)
        await self._end_of_round(uow)
        return self.remains

    def _end_of_block(self, whole: Callable[[int, int], bool]) -> None:
        n = self._block[0][0]
        if whole(n, len(self._block)):
            self.remains.add_whole_block(n, len(self._block))
        else:
            self.remains.leaves += self._block
        self._block = []

    async def _end_of_round(self, uow: UnitOfWork) -> None:
        """What was moved in a span of which all lies below the end of the month is in every later snapshot."""
        found = await sealing.snapshots_at(uow, {key[:2] for key in self._moved}, self._round)
        for (tenant_id, account_id, kind), (debit, credit) in self._moved.items():
            snapshot = found.get((tenant_id, account_id))
            if snapshot is None:
                raise LookupError(f"Block {self._round} has no snapshot of an account that moved: velora ledger verify says which.")
            round_n = self._round if snapshot.upto_id >= self._month.below_id else IN_EVERY_SNAPSHOT
            self.remains.add_moved(tenant_id, account_id, round_n, kind, debit, credit)
        self._moved = {}


async def border(uow: UnitOfWork) -> int:
    """The first id that is not of a dropped month; 0 where nothing was dropped."""
    return await dropping.border(uow)


async def round_ends(uow: UnitOfWork, first_n: int, last_n: int) -> list[int]:
    """The blocks that end the rounds of these epochs; none when snapshots do not reach the last of them yet."""
    return await dropping.round_ends(uow, first_n, last_n)


async def dropped_months(uow: UnitOfWork) -> list[DroppedMonth]:
    """What was dropped, oldest first."""
    return await dropping.months(uow)


async def say_dropped(uow: UnitOfWork, one: DroppedMonth, remains: Remains) -> None:
    """The month is dropped: nobody looks for its journals in the tables any more. Raises Duplicate when it was dropped already."""
    await dropping.add(uow, one, remains)


async def content_now(uow: UnitOfWork, one: DroppedMonth) -> bytes:
    """The digest of what stands for the month now; reads in bounded memory."""
    digest = RemainsDigest()
    async for row in dropping.account_rows(uow, one.month):
        digest.add_account(row)
    for kind in await dropping.kind_rows(uow, one.month):
        digest.add_kind(kind)
    async for leaf in dropping.leaf_rows(uow, one.month):
        digest.add_leaf(leaf)
    return digest.value


async def rows_below(uow: UnitOfWork, below_id: int) -> tuple[int, int]:
    """How many journals and postings still lie below this id."""
    return await dropping.rows_below(uow, below_id)


async def must_reach(uow: UnitOfWork, moment: datetime) -> None:
    """Raises MonthDropped when the tables do not go back to this moment."""
    await must_be_here(uow, first_id_at(moment))


async def must_be_here(uow: UnitOfWork, id_: int) -> None:
    """Raises MonthDropped when journals with this id were dropped."""
    if (gone := await dropping.month_of(uow, id_)) is not None:
        raise MonthDropped(gone.month, gone.place)
