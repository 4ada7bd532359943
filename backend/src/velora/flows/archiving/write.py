"""Writing a month: the rows go into files, the files are read back and led to their blocks, and only then does a manifest say so."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from velora.flows.archiving.check import Progress, read_back, stretches
from velora.flows.archiving.errors import ArchivedOtherwise, DoesNotHold, NotOver, NotSealed
from velora.flows.archiving.files import MonthFiles
from velora.flows.archiving.manifest import VERSION, BlockName, FileFacts, Manifest
from velora.flows.archiving.shelf import Shelf
from velora.flows.archiving.tally import Tally
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month, months_from
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import MonthFacts
from velora.platform.house import House


@dataclass(frozen=True)
class Maker:
    """What writes the archive, for those who read it in ten years."""

    velora: str
    schema: str


@dataclass(frozen=True)
class Archived:
    """A month stands on the shelf; `is_new` says whether it was written now."""

    month: Month
    manifest: Manifest
    is_new: bool


async def months_to_archive(house: House, shelf: Shelf, *, older_than: int, again: bool) -> AsyncGenerator[tuple[Month, MonthFacts]]:
    """The months that are over for more than so many months and have journals, oldest first; without `again`, those without an archive."""
    newest = Month.at(house.clock.now()).plus(-1 - older_than)
    async with house.db.read(None) as uow:
        there = await ledger.months_there(uow)
    for month in months_from(there[0], min(there[1], newest)) if there else ():
        if not again and shelf.has(month):
            continue
        async with house.db.read(None) as uow:
            facts = await ledger.month_facts(uow, month)
        if facts.journals and month.is_over(house.clock.now()):
            yield month, facts


async def archive_month(house: House, shelf: Shelf, month: Month, facts: MonthFacts, maker: Maker, progress: Progress) -> Archived:
    """The month stands on the shelf, verified. One that stood there with the same content is left.

    Raises NotOver, NotSealed, DoesNotHold, ArchivedOtherwise, NoSigningKey.
    """
    if not month.is_over(house.clock.now()):
        raise NotOver(str(month))
    async with house.db.read(None) as uow:
        newest = await ledger.newest_block(uow)
    if newest is None or newest.block.n < facts.last_n:
        raise NotSealed(str(month), facts.last_n)
    part = shelf.begin(month)
    try:
        tally, written = await _write(house, part, month, facts, progress)
        _must_hold(house, part, month, facts, tally, progress)
        manifest = _manifest_of(house, month, tally, written, maker)
    except BaseException:
        shelf.give_up(part)
        raise
    if shelf.place(part, manifest, month):
        return Archived(month, manifest, is_new=True)
    there = shelf.manifest(month)
    if there is None:
        raise ArchivedOtherwise(str(month), str(shelf.folder_of(month)))
    return Archived(month, there, is_new=False)


async def _write(house: House, part: Path, month: Month, facts: MonthFacts, progress: Progress) -> tuple[Tally, tuple[FileFacts, ...]]:
    tally, out = Tally(), MonthFiles(part)
    try:
        async for stretch in stretches(house, month, facts):
            tally.add(stretch)
            out.add(stretch)
            progress(f"{month}: writing", len(stretch.journals))
        async with house.db.read(None) as uow:
            accounts = await ledger.accounts_named(uow, {account_id for _, account_id in tally.accounts})
        out.add_accounts([(one, *tally.accounts[one.tenant_id, one.id]) for one in accounts if (one.tenant_id, one.id) in tally.accounts])
    finally:
        written = out.close()
    return tally, written


def _must_hold(house: House, part: Path, month: Month, facts: MonthFacts, tally: Tally, progress: Progress) -> None:
    """What lies in the files now is what was read, and leads to the blocks. Raises DoesNotHold."""
    found, problems = read_back(part, month, house.keys, lambda _, done: progress(f"{month}: reading back", done))
    if found.names != tally.names:
        problems.add("the files are not what was written into them: look at the disk")
    if tally.journals != facts.journals:
        problems.add(f"the month has {facts.journals:,} journals, of which only {tally.journals:,} are in sealed blocks")
    if problems.named:
        raise DoesNotHold(str(month), problems.all)


def _manifest_of(house: House, month: Month, tally: Tally, written: tuple[FileFacts, ...], maker: Maker) -> Manifest:
    assert tally.first is not None
    assert tally.last is not None
    return Manifest(
        velora_archive=VERSION,
        month=str(month),
        velora=maker.velora,
        schema=maker.schema,
        shard=SHARD,
        first_id=month.first_id,
        below_id=month.below_id,
        journals=tally.journals,
        postings=tally.postings,
        sums=dict(sorted(tally.sums.items())),
        first_block=_name_of(tally.first.block.n, tally.first.block_hash),
        last_block=_name_of(tally.last.block.n, tally.last.block_hash),
        content=tally.content,
        files=written,
        written_at=house.clock.now(),
        key_id="",
    ).signed_by(house.keys)


def _name_of(n: int, block_hash: bytes) -> BlockName:
    return BlockName(n, block_hash.hex())
