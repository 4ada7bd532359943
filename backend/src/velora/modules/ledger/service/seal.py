"""Sealing: what was posted in an epoch can be changed by nobody without its block telling."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.modules.ledger.policy.seals import GENESIS, SHARD, Block, MerkleRoot
from velora.modules.ledger.repository import sealing
from velora.modules.ledger.repository.sealing import SealedBlock
from velora.platform.db import UnitOfWork

# A round of snapshots bounds how much of an account's history is ever summed up to say what it stood at.
ROUND_JOURNALS: Final = 10_000

_PAGE: Final = 1000

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Seals:
    """How far the chain is. `behind` counts the epochs before the open one that no block seals yet."""

    newest: SealedBlock | None
    open_epoch: int
    behind: int
    oldest_waiting: datetime | None  # when the first of what no block seals yet was posted


async def newest_block(uow: UnitOfWork) -> SealedBlock | None:
    """The last block of the chain; None before the first."""
    return await sealing.newest_block(uow)


async def next_to_close(uow: UnitOfWork) -> int | None:
    """The epoch after the newest block, if something was posted in it: it can be closed and sealed."""
    last = await sealing.newest_block(uow)
    n = last.block.n + 1 if last else 1
    return n if await sealing.has_journals(uow, n) else None


async def blocks_after(uow: UnitOfWork, n: int, *, limit: int) -> list[SealedBlock]:
    """The next blocks after this one."""
    return await sealing.blocks_between(uow, n, None, limit=limit)


async def blocks(uow: UnitOfWork, after_n: int, upto_n: int | None = None) -> AsyncGenerator[SealedBlock]:
    """Every block after this one and up to another, one by one; read in pages."""
    while page := await sealing.blocks_between(uow, after_n, upto_n, limit=_PAGE):
        for sealed in page:
            yield sealed
        after_n = page[-1].block.n


async def newest_before(uow: UnitOfWork, moment: datetime) -> int:
    """The number of the newest block that was sealed before this moment; 0 when there is none."""
    return await sealing.newest_before(uow, moment)


async def open_epoch(uow: UnitOfWork, n: int) -> None:
    """Journals that are posted from the end of this transaction on belong to this epoch or a later one."""
    await sealing.open_epoch(uow, n)


async def close_epoch(uow: UnitOfWork, n: int) -> None:
    """Nothing is added to the epoch any more; whoever is posting in it has finished. The next epoch must be open already."""
    if await sealing.is_closed(uow, n + 1) is None:
        raise LookupError(f"Epoch {n + 1} is not open, so that {n} cannot be closed.")
    await sealing.close_epoch(uow, n)


async def seal(uow: UnitOfWork, n: int, *, key_id: str, sign: Sign, round_journals: int = ROUND_JOURNALS) -> SealedBlock | None:
    """The closed epoch stands as a block at the end of the chain, its folded balances have moved; a round of snapshots is due after
    so many journals and on each new day.

    None when another process has sealed it; raises Duplicate when it does so at this moment. Raises ValueError for an epoch that is
    open, or comes after one that is not sealed.
    """
    last = await sealing.newest_block(uow)
    if last and last.block.n >= n:
        return None
    if n != (last.block.n + 1 if last else 1) or not await sealing.is_closed(uow, n):
        raise ValueError(f"Epoch {n} cannot be sealed now: it is open, or not the one after the newest block.")
    tree = MerkleRoot()
    async for _, leaf in sealing.leaves(uow, n):
        tree.add(leaf)
    moved, sums = await sealing.moved_in(uow, n - 1, n)
    block = Block(SHARD, n, last.block_hash if last else GENESIS, tree.root, tree.count, sums, uow.now, key_id)
    block = block.signed(sign(block.block_hash))
    total = tree.count + (last.total if last else 0)
    round_n = last.round_n if last else 0
    is_due = await _round_is_due(uow, round_n, total, round_journals)
    sealed = SealedBlock(block, block.block_hash, total, n if is_due else round_n)
    await sealing.add_block(uow, sealed)
    await sealing.fold(uow, moved)
    if is_due:
        spanned, _ = (moved, sums) if round_n == n - 1 else await sealing.moved_in(uow, round_n, n)
        await sealing.add_snapshots(uow, spanned, after_n=round_n, block_n=n)
    return sealed


async def _round_is_due(uow: UnitOfWork, round_n: int, total: int, round_journals: int) -> bool:
    """Whether so many journals, or midnight, lie between the last round (or the first block) and now."""
    since = await sealing.block_at(uow, max(round_n, 1))
    counted = since.total if round_n and since else 0
    return total - counted >= round_journals or (since is not None and since.block.sealed_at.date() != uow.now.date())


async def seals(uow: UnitOfWork) -> Seals:
    """How far the chain is, and what waits to be sealed."""
    last = await sealing.newest_block(uow)
    n = last.block.n if last else 0
    newest_epoch = await sealing.newest_epoch(uow)
    return Seals(last, newest_epoch, max(newest_epoch - n - 1, 0), await sealing.oldest_after(uow, n))
