"""Reading the archives of dropped months once more: what is no longer in the tables is doubted like what is."""

from dataclasses import replace

from velora.flows.archiving.check import Progress, examine_alone
from velora.flows.archiving.errors import NotArchived
from velora.flows.archiving.shelf import Shelf
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.service import Check
from velora.platform.house import House


async def with_archives(house: House, shelf: Shelf, check: Check, progress: Progress) -> Check:
    """The check of dropped months, with what is wrong in their files: leaves, sums, roots, signatures, and blocks unlike the chain's."""
    async with house.db.read(None) as uow:
        gone = [month for one in await ledger.dropped_months(uow) if (month := Month.named(one.month))]
    wrong: list[str] = []
    for month in gone:
        try:
            alone = examine_alone(shelf, month, house.keys, progress)
        except NotArchived:
            continue  # which the check says already
        wrong += [f"{month}: {problem}" for problem in alone.problems]
        ends = (alone.manifest.first_block, alone.manifest.last_block) if alone.manifest else ()
        async with house.db.read(None) as uow:
            for end in ends:
                block = await ledger.block(uow, end.n)
                if block is None or block.block_hash.hex() != end.hash:
                    wrong.append(f"{month}: block {end.n} of its archive is not the chain's")
    return replace(check, count=check.count + len(wrong), examples=(*check.examples, *wrong)[:5])
