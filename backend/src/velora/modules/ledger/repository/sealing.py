"""What sealing reads and writes: epochs, blocks, the balances that wait for them, and snapshots."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, func, select, tuple_, update

from velora.modules.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerBlock,
    LedgerEpoch,
    LedgerJournal,
    LedgerPosting,
    LedgerSnapshot,
)
from velora.modules.ledger.policy.seals import SHARD, Block
from velora.modules.ledger.repository.reading import posted_in
from velora.platform.db import ACROSS_TENANTS, Duplicate, UnitOfWork
from velora.platform.db.keyset import beyond

_PAGE: Final = 5000
_NAMED: Final = 1000

V = TypeVar("V")

AccountKey = tuple[int, int]  # tenant, account


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block as it stands in its table, with what is counted beside it."""

    block: Block
    block_hash: bytes  # as it is written there
    total: int
    round_n: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What one account moved in some epochs, and between which of its journals."""

    debit: int
    credit: int
    from_id: int
    upto_id: int


class SnapshotRow(NamedTuple):
    """A row of ledger_snapshot."""

    tenant_id: int
    account_id: int
    block_n: int
    after_n: int
    from_id: int
    upto_id: int
    debit: int
    credit: int


async def newest_block(uow: UnitOfWork) -> SealedBlock | None:
    """The last block of the chain."""
    found = await blocks_between(uow, 0, None, limit=1, newest_first=True)
    return found[0] if found else None


async def block_at(uow: UnitOfWork, n: int) -> SealedBlock | None:
    """The block with this number."""
    return next(iter(await blocks_between(uow, n - 1, n, limit=1)), None)


async def newest_before(uow: UnitOfWork, moment: datetime) -> int:
    statement = select(LedgerBlock.n).where(LedgerBlock.shard == SHARD, LedgerBlock.sealed_at < moment)
    return int(await uow.scalar(statement.order_by(LedgerBlock.n.desc()).limit(1)) or 0)


async def blocks_between(uow: UnitOfWork, after: int, upto: int | None, *, limit: int, newest_first: bool = False) -> list[SealedBlock]:
    """The blocks with numbers after one and up to another, in the order of their numbers or the other way round."""
    statement = select(LedgerBlock).where(LedgerBlock.shard == SHARD, LedgerBlock.n > after).limit(limit)
    statement = statement.order_by(LedgerBlock.n.desc() if newest_first else LedgerBlock.n)
    if upto is not None:
        statement = statement.where(LedgerBlock.n <= upto)
    return [_sealed(row) for row in await uow.entities(statement)]


async def is_closed(uow: UnitOfWork, n: int) -> bool | None:
    """Whether the epoch is closed; None when there is no such epoch."""
    closed = await uow.scalar(select(LedgerEpoch.closed).where(LedgerEpoch.shard == SHARD, LedgerEpoch.n == n))
    return None if closed is None else bool(closed)


async def newest_epoch(uow: UnitOfWork) -> int:
    """The epoch that is written into."""
    statement = select(LedgerEpoch.n).where(LedgerEpoch.shard == SHARD).order_by(LedgerEpoch.n.desc()).limit(1)
    return int(await uow.scalar(statement) or 0)


async def has_journals(uow: UnitOfWork, n: int) -> bool:
    """Whether anything was posted in this epoch."""
    statement = select(LedgerJournal.id).where(LedgerJournal.shard == SHARD, LedgerJournal.epoch == n).limit(1)
    return await uow.first(statement.execution_options(**ACROSS_TENANTS)) is not None


async def oldest_after(uow: UnitOfWork, n: int) -> datetime | None:
    """When the first journal of later epochs than this was written."""
    statement = select(func.min(LedgerJournal.recorded_at)).where(LedgerJournal.shard == SHARD, LedgerJournal.epoch > n)
    return await uow.scalar(statement.execution_options(**ACROSS_TENANTS))


async def open_epoch(uow: UnitOfWork, n: int) -> None:
    """The epoch can be written into; that another opened it before is as good."""
    try:
        await uow.insert(LedgerEpoch, [{"shard": SHARD, "n": n, "closed": 0}])
    except Duplicate:
        return


async def close_epoch(uow: UnitOfWork, n: int) -> None:
    """Nothing is written into the epoch from the end of this transaction on. Waits for those who are writing into it."""
    await uow.change(update(LedgerEpoch).where(LedgerEpoch.shard == SHARD, LedgerEpoch.n == n).values(closed=1))


async def leaves(uow: UnitOfWork, n: int, *, from_id: int = 0) -> AsyncGenerator[tuple[AccountKey, bytes]]:
    """((tenant, journal), leaf) of an epoch's journals, with ids from one on, in the order of the tree: by tenant, then by id."""
    after: AccountKey = (0, 0)
    order = (LedgerJournal.tenant_id, LedgerJournal.id)
    while True:
        page = await uow.all(
            select(LedgerJournal.tenant_id, LedgerJournal.id, LedgerJournal.leaf)
            .where(LedgerJournal.shard == SHARD, LedgerJournal.epoch == n, LedgerJournal.id >= from_id, beyond(uow, order, after))
            .order_by(*order)
            .limit(_PAGE)
        )
        for tenant_id, journal_id, leaf in page:
            yield (tenant_id, journal_id), bytes(leaf)
        if len(page) < _PAGE:
            return
        after = (page[-1][0], page[-1][1])


async def moved_in(uow: UnitOfWork, after: int, upto: int) -> tuple[dict[AccountKey, Moved], dict[str, int]]:
    """What each account moved in the epochs after one and up to another, and how much moved in each currency."""
    statement = posted_in((LedgerJournal.epoch > after) & (LedgerJournal.epoch <= upto), None).with_only_columns(
        LedgerPosting.tenant_id, LedgerPosting.debit_account_id, LedgerPosting.credit_account_id, LedgerPosting.currency,
        func.sum(LedgerPosting.amount), func.min(LedgerPosting.journal_id), func.max(LedgerPosting.journal_id),
    )  # fmt: skip
    grouped = statement.group_by(
        LedgerPosting.tenant_id, LedgerPosting.debit_account_id, LedgerPosting.credit_account_id, LedgerPosting.currency
    )
    moved: dict[AccountKey, Moved] = {}
    sums: dict[str, int] = {}
    for tenant_id, debit_id, credit_id, currency, total, first, last in await uow.all(grouped.execution_options(**ACROSS_TENANTS)):
        amount = int(total)
        sums[currency] = sums.get(currency, 0) + amount
        for key, debit, credit in (((tenant_id, debit_id), amount, 0), ((tenant_id, credit_id), 0, amount)):
            before = moved.get(key)
            moved[key] = (
                Moved(before.debit + debit, before.credit + credit, min(before.from_id, first), max(before.upto_id, last))
                if before
                else Moved(debit, credit, first, last)
            )
    return moved, sums


async def add_block(uow: UnitOfWork, sealed: SealedBlock) -> None:
    """The block stands in the chain. Raises Duplicate when another sealed this epoch first."""
    block = sealed.block
    await uow.insert(
        LedgerBlock,
        [
            {
                "shard": block.shard, "n": block.n, "prev_hash": block.prev_hash, "merkle_root": block.merkle_root,
                "block_hash": sealed.block_hash, "journals": block.journals, "sums": dict(block.sums), "sealed_at": block.sealed_at,
                "key_id": block.key_id, "signature": block.signature.hex(), "total": sealed.total, "round_n": sealed.round_n,
            }
        ],
    )  # fmt: skip


async def fold(uow: UnitOfWork, moved: Mapping[AccountKey, Moved]) -> None:
    """The folded ones of these accounts have moved by this much."""
    folded: set[AccountKey] = set()
    for some in _in_pieces(moved):
        statement = select(LedgerAccount.tenant_id, LedgerAccount.id).where(_named(LedgerAccount.tenant_id, LedgerAccount.id, some))
        folded |= {(row[0], row[1]) for row in await uow.all(statement.where(LedgerAccount.heat == 1))}
    gains = {key: {"debit": moved[key].debit, "credit": moved[key].credit, "version": 1} for key in folded}
    if await uow.add_to(LedgerBalance, gains) != len(gains):
        raise LookupError("Folded accounts have no balance row: velora ledger verify says which.")


async def add_snapshots(uow: UnitOfWork, moved: Mapping[AccountKey, Moved], *, after_n: int, block_n: int) -> None:
    """Each of these accounts stands where it stood, and this much further."""
    for some in _in_pieces(moved):
        rows = await snapshot_rows(uow, some, after_n=after_n, block_n=block_n)
        await uow.insert(LedgerSnapshot, [row._asdict() for row in rows.values()])


async def snapshot_rows(uow: UnitOfWork, moved: Mapping[AccountKey, Moved], *, after_n: int, block_n: int) -> dict[AccountKey, SnapshotRow]:
    """The snapshots of a round: where each account stood after the round before, and this much further."""
    rows: dict[AccountKey, SnapshotRow] = {}
    for some in _in_pieces(moved):
        before = await newest_snapshots(uow, some, after_n)
        for key, one in some.items():
            debit, credit, upto_id = before.get(key, (0, 0, 0))
            upto = max(upto_id, one.upto_id)
            rows[key] = SnapshotRow(*key, block_n, after_n, one.from_id, upto, debit + one.debit, credit + one.credit)
    return rows


async def snapshots_at(uow: UnitOfWork, keys: Iterable[AccountKey], block_n: int) -> dict[AccountKey, SnapshotRow]:
    """The snapshots that were written of these accounts with this block."""
    rows: dict[AccountKey, SnapshotRow] = {}
    for some in _in_pieces(dict.fromkeys(keys)):
        statement = select(*(getattr(LedgerSnapshot, name) for name in SnapshotRow._fields))
        named = _named(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id, some)
        for row in await uow.all(statement.where(named, LedgerSnapshot.block_n == block_n)):
            rows[row[0], row[1]] = SnapshotRow(*row)
    return rows


async def newest_snapshots(uow: UnitOfWork, keys: Iterable[AccountKey], upto_n: int) -> dict[AccountKey, tuple[int, int, int]]:
    """(debit, credit, largest journal) of each account by its newest snapshot up to this block."""
    found: dict[AccountKey, tuple[int, int, int]] = {}
    for some in _in_pieces(dict.fromkeys(keys)):
        found |= await _newest_of(uow, some, upto_n)
    return found


async def _newest_of(uow: UnitOfWork, keys: Iterable[AccountKey], upto_n: int) -> dict[AccountKey, tuple[int, int, int]]:
    newest = (
        select(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id, func.max(LedgerSnapshot.block_n).label("n"))
        .where(_named(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id, keys), LedgerSnapshot.block_n <= upto_n)
        .group_by(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id)
        .subquery()
    )
    found = await uow.all(
        select(
            LedgerSnapshot.tenant_id, LedgerSnapshot.account_id, LedgerSnapshot.debit, LedgerSnapshot.credit, LedgerSnapshot.upto_id
        ).join(
            newest,
            (newest.c.tenant_id == LedgerSnapshot.tenant_id)
            & (newest.c.account_id == LedgerSnapshot.account_id)
            & (newest.c.n == LedgerSnapshot.block_n),
        )
    )  # fmt: skip
    return {(tenant_id, account_id): (debit, credit, upto) for tenant_id, account_id, debit, credit, upto in found}


async def wrongly_open(uow: UnitOfWork, upto: int) -> list[int]:
    """Some of the epochs up to this one that are not closed; 0 stands for those that are not there at all."""
    mine = (LedgerEpoch.shard == SHARD, LedgerEpoch.n <= upto)
    open_ = [
        int(row[0]) for row in await uow.all(select(LedgerEpoch.n).where(*mine, LedgerEpoch.closed == 0).order_by(LedgerEpoch.n).limit(5))
    ]
    count = int(await uow.scalar(select(func.count()).select_from(LedgerEpoch).where(*mine)) or 0)
    return open_ if count == upto else [*open_, 0]


def _sealed(row: LedgerBlock) -> SealedBlock:
    block = Block(
        row.shard, row.n, bytes(row.prev_hash), bytes(row.merkle_root), row.journals, row.sums, row.sealed_at, row.key_id,
        bytes.fromhex(row.signature),
    )  # fmt: skip
    return SealedBlock(block, bytes(row.block_hash), row.total, row.round_n)


def _named(tenant: Any, account: Any, keys: Iterable[AccountKey]) -> ColumnElement[bool]:
    return tuple_(tenant, account).in_(sorted(keys))


def _in_pieces(of: Mapping[AccountKey, V]) -> Iterator[dict[AccountKey, V]]:
    """In ascending order, as many at once as a statement should name."""
    keys = sorted(of)
    return ({key: of[key] for key in keys[start : start + _NAMED]} for start in range(0, len(keys), _NAMED))
