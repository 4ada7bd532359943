"""A month leaves the tables: archived, seven years old, held against its archive once more, and agreed to by two people.

What stands for it is said in one transaction, with which nobody looks for its journals in the tables any more; only then are their
partitions dropped. A command that dies in between has done nothing wrong: the same again finishes it.
"""

from dataclasses import dataclass

from velora.flows.archiving.agreeing import matter_of
from velora.flows.archiving.check import Progress, examine_alone, stretches
from velora.flows.archiving.errors import KeptByEngine, NoRoundBehind, NothingToDrop, NotItsTurn, NotOldEnough, NotTheArchive
from velora.flows.archiving.manifest import Manifest
from velora.flows.archiving.shelf import Shelf
from velora.flows.archiving.tally import Tally
from velora.flows.reporting import ask_for_days_before
from velora.flows.second_person import Hand, ask, take
from velora.kernel.errors import accepted
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, Request, Taking
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import DroppedMonth, MonthFacts, Remains
from velora.platform.db import Database
from velora.platform.db.ddl import drop_months
from velora.platform.house import House


@dataclass(frozen=True)
class Ready:
    """A month that may go, with what will stand for it."""

    month: Month
    manifest: Manifest
    facts: MonthFacts
    remains: Remains


async def ready_to_drop(house: House, shelf: Shelf, month: Month, progress: Progress) -> Ready:
    """The month may go from the tables; everything that must be true of it has been looked at now. What was said before is done already.

    Raises KeptByEngine, NothingToDrop, NotItsTurn, NotOldEnough, NotArchived, NotTheArchive, NoRoundBehind.
    """
    if house.db.dialect != "mysql":
        raise KeptByEngine
    return await look_at(house, shelf, month, progress)


async def look_at(house: House, shelf: Shelf, month: Month, progress: Progress) -> Ready:
    """The same on any engine. Raises NothingToDrop, NotItsTurn, NotOldEnough, NotArchived, NotTheArchive, NoRoundBehind."""
    async with house.db.read(None) as uow:
        there = await ledger.months_there(uow)
        facts = await ledger.month_facts(uow, month)
        rounds = await ledger.round_ends(uow, facts.first_n, facts.last_n)
    if there is None or not facts.journals:
        raise NothingToDrop(str(month))
    if month != there[0]:
        raise NotItsTurn(str(month), str(there[0]))
    if house.clock.now() < month.may_go_from:
        raise NotOldEnough(str(month), month.may_go_from)
    alone = examine_alone(shelf, month, house.keys, progress)
    if alone.problems or alone.manifest is None:
        raise NotTheArchive(str(month), alone.problems)
    if not rounds:
        raise NoRoundBehind(str(month), facts.last_n)
    remains = await _what_remains(house, month, facts, rounds, alone.manifest, progress)
    return Ready(month, alone.manifest, facts, remains)


async def ask_to_drop(house: House, ready: Ready, by: Hand) -> ApprovalFacts:
    """A second person is asked. Raises AlreadyAsked when one was."""
    async with house.db.begin(None) as uow:
        [asked] = accepted(ApprovalFacts, await ask(uow, [Request(PLATFORM, matter_of(ready.manifest), by.actor_ref)], by))
    return asked


async def say_dropped(house: House, retention: Database, shelf: Shelf, ready: Ready, by: Hand) -> DroppedMonth:
    """The month is dropped as far as anybody reads: signed, on record, with the agreement of two people taken for it.

    Raises NotApproved, Changed, Expired, NoSigningKey, NotAllowed where this is no user with the retention role.
    """
    signer = house.keys.signer()
    async with retention.begin(None) as uow:
        [agreed] = accepted(ApprovalFacts, await take(uow, [Taking(PLATFORM, matter_of(ready.manifest))], by))
        said = _said(ready, shelf, agreed, signer.key_id)
        said = said.signed(signer.sign(said.form))
        await ledger.say_dropped(uow, said, ready.remains)
    return said


async def drop_what_was_said(house: House, retention: Database) -> list[str]:
    """The partitions of every month that was said to be dropped are gone, and are counted no more; the names of those dropped now."""
    async with house.db.read(None) as uow:
        border = await ledger.border(uow)
    dropped = await drop_months(retention.engine, border) if border else []
    if dropped:
        await ask_for_days_before(house.db, border)
    return dropped


async def _what_remains(
    house: House, month: Month, facts: MonthFacts, rounds: list[int], manifest: Manifest, progress: Progress
) -> Remains:  # fmt: skip
    """From the tables, in one pass that also finds that they have just what the archive has. Raises NotTheArchive."""
    tally, sizes = Tally(), dict[int, int]()
    gathering = ledger.Gathering(month, rounds)

    def whole(n: int, count: int) -> bool:
        return sizes[n] == count

    async for stretch in stretches(house, month, facts):
        tally.add(stretch)
        sizes |= {one.block.n: one.block.journals for one in stretch.blocks}
        async with house.db.read(None) as uow:
            for journal, leaf in stretch.journals:
                await gathering.add(uow, journal, leaf, whole)
        progress("database", len(stretch.journals))
    async with house.db.read(None) as uow:
        remains = await gathering.end(uow, whole)
        rows = await ledger.rows_below(uow, month.below_id)  # whatever would go with the month's partitions
    if (tally.content, *rows) != (manifest.content, manifest.journals, manifest.postings):
        raise NotTheArchive(str(month), ("the database has other journals of this month than the archive: velora ledger verify",))
    return remains


def _said(ready: Ready, shelf: Shelf, agreed: ApprovalFacts, key_id: str) -> DroppedMonth:
    manifest, month = ready.manifest, ready.month
    assert agreed.done_at is not None
    return DroppedMonth(
        month=str(month),
        shard=SHARD,
        first_id=month.first_id,
        below_id=month.below_id,
        journals=manifest.journals,
        postings=manifest.postings,
        sums=dict(manifest.sums),
        last_n=ready.facts.last_n,
        runs=tuple(ready.remains.runs),
        content=ready.remains.content,
        manifest_sha256=manifest.sha256,
        place=str(shelf.folder.resolve()),
        approval_id=agreed.id,
        asked_by=agreed.requested_by,
        agreed_by=agreed.decided_by,
        dropped_at=agreed.done_at,
        key_id=key_id,
    )
