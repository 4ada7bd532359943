"""Doubting an archive: from its files alone, and against the tables while they have the month."""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

from velora.flows.archiving import files
from velora.flows.archiving.manifest import BlockName, Manifest
from velora.flows.archiving.shelf import Shelf
from velora.flows.archiving.tally import Tally
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import Written, key_hash
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.policy.seals import MerkleRoot
from velora.modules.ledger.service import KeyRow, MonthFacts, Neighbour, SealedBlock, Stretch
from velora.platform.house import House
from velora.platform.signing import SigningKeys

T = TypeVar("T")

Progress = Callable[[str, int], None]

_NAMED: Final = 20


@dataclass(frozen=True)
class Examined:
    """What is wrong with the archive of a month. `in_database` is how many journals the database has of it; None when it was not asked."""

    month: Month
    manifest: Manifest | None
    problems: tuple[str, ...]
    in_database: int | None = None


@dataclass
class Problems:
    """The first of them by name, the rest by number."""

    named: list[str] = field(default_factory=list[str])
    more: int = 0

    def add(self, problem: str) -> None:
        if len(self.named) < _NAMED:
            self.named.append(problem)
        else:
            self.more += 1

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.named, f"and {self.more} more") if self.more else tuple(self.named)


async def examine(house: House, shelf: Shelf, month: Month, progress: Progress) -> Examined:
    """The archive by itself, and held against the tables when they have journals of the month. Raises NotArchived."""
    alone = examine_alone(shelf, month, house.keys, progress)
    async with house.db.read(None) as uow:
        facts = await ledger.month_facts(uow, month)
    problems = Problems([*alone.problems])
    if facts.journals and alone.manifest:
        tally = Tally()
        async for stretch in stretches(house, month, facts):
            tally.add(stretch)
            progress("database", len(stretch.journals))
        if (tally.content, tally.journals, tally.postings) != (alone.manifest.content, alone.manifest.journals, alone.manifest.postings):
            problems.add(
                f"the database has other journals of this month: {tally.journals:,} journals and {tally.postings:,} postings where the "
                f"archive has {alone.manifest.journals:,} and {alone.manifest.postings:,}"
            )
    return Examined(month, alone.manifest, problems.all, facts.journals)


def examine_alone(shelf: Shelf, month: Month, keys: SigningKeys, progress: Progress) -> Examined:
    """The archive by its files and the public keys, without the database. Raises NotArchived."""
    manifest = shelf.manifest(month)
    problems = Problems()
    if manifest is None:
        problems.add(f"{shelf.folder_of(month) / 'manifest.json'} is no manifest of this month")
        return Examined(month, None, problems.all)
    if not manifest.is_signed(keys):
        problems.add(f"the manifest is not signed by a key that is known in {keys.folder}")
    folder = shelf.folder_of(month)
    for problem in _files_unlike(folder, manifest):
        problems.add(problem)
    if not problems.named:
        tally, found = read_back(folder, month, keys, progress)
        problems = found
        if (problem := _unlike(tally, manifest, month)) is not None:
            problems.add(problem)
    return Examined(month, manifest, problems.all)


def _files_unlike(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Files that are not what the manifest says, and that it does not know of."""
    known = {one.name for one in manifest.files}
    for name in sorted({f"{name}.parquet" for name in files.SCHEMAS} - known):
        yield f"the manifest has no {name}"
    for one in manifest.files:
        try:
            found = files.facts_of(folder / Path(one.name).name, one.rows)
        except OSError as error:
            yield f"{one.name} cannot be read: {error.strerror}"
            continue
        if found != one:
            yield f"{one.name} is not the file that was archived: its checksum differs"


def _unlike(tally: Tally, manifest: Manifest, month: Month) -> str | None:
    rows = dict(zip(("journals", "postings", "keys", "neighbours", "blocks", "accounts"), _counts(tally), strict=True))
    says = {one.name.removesuffix(".parquet"): one.rows for one in manifest.files}
    ends = tuple(BlockName(one.block.n, one.block_hash.hex()) for one in (tally.first, tally.last) if one)
    mine = (tally.content, tally.journals, tally.postings, tally.sums, ends, rows, month.first_id, month.below_id)
    theirs = (
        manifest.content, manifest.journals, manifest.postings, dict(manifest.sums), (manifest.first_block, manifest.last_block), says,
        manifest.first_id, manifest.below_id,
    )  # fmt: skip
    return None if mine == theirs else "the files do not add up to what the manifest says of them"


def _counts(tally: Tally) -> tuple[int, ...]:
    return tally.journals, tally.postings, tally.keys, tally.neighbours, tally.blocks, len(tally.accounts)


async def stretches(house: House, month: Month, facts: MonthFacts) -> AsyncGenerator[Stretch]:
    """The month as the tables have it, in the order of the trees. What is sealed does not change, so each stretch is a read of its own."""
    after = (facts.first_n - 1, 1 << 62, 0)
    while True:
        async with house.db.read(None) as uow:
            stretch = await ledger.stretch_of(uow, month, facts, after=after)
        if stretch is None:
            return
        yield stretch
        after = stretch.end


def read_back(folder: Path, month: Month, keys: SigningKeys, progress: Progress) -> tuple[Tally, Problems]:
    """Every leaf, sum and root computed anew from the files, and held against the signed blocks in them."""
    reading = _Reading(folder, month, keys, progress)
    try:
        reading.through_blocks()
    except (OSError, ValueError) as error:
        reading.problems.add(f"the files cannot be read to their end: {error}")
    return reading.tally, reading.problems


class _Ahead(Generic[T]):
    """What comes next can be looked at before it is taken."""

    def __init__(self, rows: Iterator[T]) -> None:
        self._rows = rows
        self.next = next(rows, None)

    def take(self) -> T:
        assert self.next is not None
        taken, self.next = self.next, next(self._rows, None)
        return taken


class _Reading:
    """The files side by side, block by block."""

    def __init__(self, folder: Path, month: Month, keys: SigningKeys, progress: Progress) -> None:
        self.folder = folder
        self.month = month
        self.verifying = keys
        self.progress = progress
        self.tally = Tally()
        self.problems = Problems()

    def through_blocks(self) -> None:
        self.journals: _Ahead[tuple[Written, bytes]] = _Ahead(files.read_journals(self.folder))
        self.keys: _Ahead[KeyRow] = _Ahead(files.read_keys(self.folder))
        self.neighbours: _Ahead[Neighbour] = _Ahead(files.read_neighbours(self.folder))
        before: SealedBlock | None = None
        for sealed in files.read_blocks(self.folder):
            self._chain(sealed, before)
            self._block(sealed)
            before = sealed
        if self.journals.next or self.neighbours.next:
            self.problems.add("there are journals that belong to none of the blocks, or stand in another order")
        if self.keys.next:
            self.problems.add("there are keys that belong to none of the journals, or stand in another order")
        moved = {(one.tenant_id, one.id): (debit, credit) for one, debit, credit in files.read_accounts(self.folder)}
        if moved != self.tally.accounts:
            self.problems.add("accounts.parquet is not the sum of the postings")

    def _chain(self, sealed: SealedBlock, before: SealedBlock | None) -> None:
        block = sealed.block
        if block.block_hash != sealed.block_hash or not self.verifying.verifies(block.key_id, sealed.block_hash, block.signature):
            self.problems.add(f"block {block.n} is not what was signed")
        if before and (before.block.n >= block.n or (before.block.n + 1 == block.n and block.prev_hash != before.block_hash)):
            self.problems.add(f"block {block.n} does not follow block {before.block.n}")

    def _block(self, sealed: SealedBlock) -> None:
        """The block's root from the journals that are here and the leaves of those that are elsewhere, which share it."""
        block, tree = sealed.block, MerkleRoot()
        sums: dict[str, int] = {}
        shared = False
        while True:
            mine = self.journals.next if self.journals.next and self.journals.next[0].epoch == block.n else None
            other = self.neighbours.next if self.neighbours.next and self.neighbours.next.n == block.n else None
            if mine and (other is None or (mine[0].tenant_id, mine[0].id) < (other.tenant_id, other.journal_id)):
                journal, stored = self.journals.take()
                tree.add(self._journal(journal, stored))
                for _, _, _, amount, currency in journal.postings:
                    sums[currency] = sums.get(currency, 0) + amount
            elif other:
                tree.add(self._neighbour(self.neighbours.take()))
                shared = True
            else:
                break
        self.progress("blocks", 1)
        fits = all(total <= block.sums.get(currency, 0) for currency, total in sums.items()) if shared else sums == dict(block.sums)
        if (tree.root, tree.count) != (block.merkle_root, block.journals) or not fits:
            self.problems.add(f"the journals of block {block.n} do not lead to its root, count and sums")
        self.tally.add_block(sealed)

    def _journal(self, journal: Written, stored: bytes) -> bytes:
        leaf = self.tally.add_journal(journal)
        name = encode("jrn", journal.id)
        if leaf != stored:
            self.problems.add(f"{name} is not what its leaf says")
        if not self.month.first_id <= journal.id < self.month.below_id:
            self.problems.add(f"{name} is of another month")
        key = self.keys.next
        if key is None or (key.tenant_id, key.journal_id) != (journal.tenant_id, journal.id):
            self.problems.add(f"{name} has no key")
            return leaf
        if key.key_hash != key_hash(str(journal.payload.get("key"))):
            self.problems.add(f"{name} has the key of something else")
        self.tally.add_keys([self.keys.take()])
        return leaf

    def _neighbour(self, one: Neighbour) -> bytes:
        if self.month.first_id <= one.journal_id < self.month.below_id:
            self.problems.add(f"{encode('jrn', one.journal_id)} is of this month and not archived with it")
        self.tally.add_neighbours([one])
        return one.leaf
