"""Proving: that a journal is in a block, to somebody who has neither the database nor this program."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.modules.ledger.policy import Written, form_of, leaf_of
from velora.modules.ledger.policy.seals import MerkleRoot, Step, path_ranges, root_by_path
from velora.modules.ledger.repository import dropping, reading, sealing
from velora.modules.ledger.repository.sealing import SealedBlock
from velora.modules.ledger.repository.trees import leaves
from velora.modules.ledger.service.drop import must_be_here
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Proof:
    """`form` hashes to the leaf, the leaf by way of `path` to the block's root."""

    journal: Written
    form: bytes
    path: Sequence[Step]
    sealed: SealedBlock


@dataclass(frozen=True, slots=True)
class NotSealedYet:
    """The journal waits for its block."""

    epoch: int


@dataclass(frozen=True, slots=True)
class DoesNotProve:
    """The journal is not what its block sealed: somebody changed one of the two."""

    block_n: int


async def prove(uow: UnitOfWork, tenant_ids: Sequence[int], journal_id: int) -> Proof | NotSealedYet | DoesNotProve | None:
    """The proof of a journal of one of these tenants; None when none of them has it. Reads its epoch's leaves twice, in bounded memory.

    Raises MonthDropped when it is only in its month's archive.
    """
    border = await dropping.border(uow)
    if journal_id < border:
        await must_be_here(uow, journal_id)
    found = await reading.journals(uow, {(tenant_id, journal_id) for tenant_id in tenant_ids})
    if not found:
        return None
    [(journal, _)] = found
    sealed = await sealing.block_at(uow, journal.epoch)
    if sealed is None:
        return NotSealedYet(journal.epoch)
    path = await _path(uow, journal, sealed.block.journals, border)
    if path is None or root_by_path(leaf_of(journal), path) != sealed.block.merkle_root:
        return DoesNotProve(journal.epoch)
    return Proof(journal, form_of(journal), path, sealed)


async def _path(uow: UnitOfWork, journal: Written, size: int, border: int) -> list[Step] | None:
    mine = (journal.epoch, journal.tenant_id, journal.id)
    index = 0
    async for place, _ in leaves(uow, journal.epoch, border=border):
        index += place < mine
    if index >= size:
        return None
    ranges = path_ranges(index, size)
    trees = [MerkleRoot() for _ in ranges]
    number = 0
    async for _, leaf in leaves(uow, journal.epoch, border=border):
        for (_, first, end), tree in zip(ranges, trees, strict=True):
            if first <= number < end:
                tree.add(leaf)
        number += 1
    return [Step(side, tree.root) for (side, _, _), tree in zip(ranges, trees, strict=True)]
