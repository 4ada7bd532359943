"""The index is built anew beside the one that answers, and takes its place when it is whole and right.

A builder that dies loses nothing: its notes lie with the generation, and whoever builds next goes on from there. Two that build at the
same time write the same. Meanwhile every change goes to both generations.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from velora.flows.indexing.keep import BATCH, Facts, read
from velora.flows.indexing.verify import IndexWrong, Progress, doubt_built
from velora.modules.catalog.service import ListingKey, count_listings, listings_after
from velora.platform.house import House
from velora.platform.search import Generation, Key, Notes, Stage

BUILT_AT_ONCE: Final = 1_000  # listings
NOTED_AFTER: Final = 2_000  # listings
_AT_WORK: Final = timedelta(seconds=20) // timedelta(microseconds=1)
"""A builder that has noted its progress since then is alive."""


def _silent(done: int, of: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was built: its generation, the documents in it, and how many listings had been looked at by a builder before this one."""

    generation: str
    documents: int
    resumed_at: int
    removed: int  # generations


class NothingToRestore(Exception):
    """There is no generation before the live one that this version of Velora can use."""


async def rebuild_index(house: House, tenant_id: int | None, progress: Progress = _silent) -> int:
    """The index holds exactly what is on sale, in one marketplace or in all; how many documents. Searching goes on meanwhile.

    Of one marketplace it is put right in place. Raises IndexWrong when what was built is not what the database says.
    """
    if tenant_id is None or not await house.search.ready():
        return (await build_anew(house, progress)).documents
    return await _put_right(house, tenant_id, progress)


async def build_anew(house: House, progress: Progress = _silent) -> Rebuilt:
    """A generation with everything that is on sale answers from now on; the one before it is kept, older ones are removed."""
    generation = await _begin(house)
    resumed_at = generation.notes.done
    notes = await _fill(house, generation, progress)
    await house.search.refresh()
    found = await doubt_built(house, generation)
    notes = replace(notes, noted=await _now(house), refused=found.says())
    await house.search.note(generation.name, notes)
    if not found.well:
        raise IndexWrong(found.says())
    if not await house.search.publish(generation.name, replace(notes, published=notes.noted)) and not await _is_live(house, generation):
        raise IndexWrong("it was given up by another process meanwhile")
    documents = sum(one.indexed for one in found.counts)
    return Rebuilt(generation.name, documents, resumed_at, await _remove_older(house))


async def restore_index(house: House, progress: Progress = _silent) -> Rebuilt:
    """The generation before the live one answers again at once, and is then brought up to date. Raises NothingToRestore."""
    usable = [one for one in await house.search.generations() if one.stage is Stage.KEPT and one.shape == house.search.shape]
    if not usable:
        raise NothingToRestore
    before = max(usable, key=lambda one: one.notes.published)
    await house.search.restore(before.name, replace(before.notes, published=await _now(house), behind=True))
    return Rebuilt(before.name, await _catch_up(house, progress), 0, 0)


async def mend_index(house: House) -> int:
    """The index answers: one that is missing, damaged or behind is put right. How many documents that took."""
    generations = await house.search.generations()
    if await house.search.ready():
        behind = any(one.stage is Stage.LIVE and one.notes.behind for one in generations)
        return await _catch_up(house, _silent) if behind else 0
    now = await _now(house)
    if any(one.stage is Stage.BUILDING and now - one.notes.noted < _AT_WORK for one in generations):
        return 0
    return (await build_anew(house)).documents


async def _begin(house: House) -> Generation:
    """The generation under way, or a new one. One that was built and found wrong is not gone on with."""
    while True:
        async with house.db.read(None) as uow:
            notes = Notes(began=await uow.moment(), of=await count_listings(uow, None))
        generation = await house.search.begin(notes)
        if not generation.notes.refused:
            return generation
        await house.search.discard(generation.name)


async def _fill(house: House, generation: Generation, progress: Progress) -> Notes:
    """Every listing from where the notes stand, in batches; the notes follow, never ahead of what is durable."""
    notes = generation.notes
    last = ListingKey(notes.last.tenant_id, notes.last.id) if notes.last else ListingKey(0, 0)
    done = notes.done
    progress(done, max(done, notes.of))
    async with aclosing(_read_ahead(house, last)) as batches:
        async for keys, facts in batches:
            await house.search.fill(generation.name, facts.documents, facts.gone, version=facts.version)
            done, last = done + len(keys), keys[-1]
            progress(done, max(done, notes.of))
            if done - notes.done >= NOTED_AFTER:
                notes = replace(notes, done=done, last=Key(*last), noted=facts.version)
                await house.search.note(generation.name, notes)
    return replace(notes, done=done, of=done, last=Key(*last))


async def _read_ahead(house: House, last: ListingKey) -> AsyncGenerator[tuple[Sequence[ListingKey], Facts]]:
    """Batch after batch of what comes after `last`: while one is written, the next is read already."""

    async def batch(after: ListingKey) -> tuple[Sequence[ListingKey], Facts | None]:
        async with house.db.read(None) as uow:
            keys = await listings_after(uow, None, after, BUILT_AT_ONCE)
        return keys, await read(house, keys) if keys else None

    ahead = asyncio.create_task(batch(last))
    try:
        while (facts := (found := await ahead)[1]) is not None:
            keys = found[0]
            ahead = asyncio.create_task(batch(keys[-1]))
            yield keys, facts
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _put_right(house: House, tenant_id: int | None, progress: Progress) -> int:
    """Every listing is written to the live generation as it is now, and what else was there is dropped."""
    async with house.db.read(None) as uow:
        began, total = await uow.moment(), await count_listings(uow, tenant_id)
    done = written = 0
    last = ListingKey(0, 0)
    progress(0, total)
    while True:
        async with house.db.read(None) as uow:
            keys = await listings_after(uow, tenant_id, last, BATCH)
        if not keys:
            break
        facts = await read(house, keys)
        await house.search.write(facts.documents, facts.gone, version=facts.version)
        done, written, last = done + len(keys), written + len(facts.documents), keys[-1]
        progress(done, max(done, total))
    await house.search.drop_older(tenant_id, began)
    await house.search.refresh()
    return written


async def _catch_up(house: House, progress: Progress) -> int:
    written = await _put_right(house, None, progress)
    [live] = [one for one in await house.search.generations() if one.stage is Stage.LIVE]
    await house.search.note(live.name, replace(live.notes, behind=False))
    return written


async def _remove_older(house: House) -> int:
    """Of what is neither live nor under way, the last that was live is kept."""
    others = [one for one in await house.search.generations() if one.stage in (Stage.KEPT, Stage.ABANDONED)]
    last = max((one.notes.published for one in others), default=0)
    removed = [one for one in others if not one.notes.published or one.notes.published < last]
    for one in removed:
        await house.search.discard(one.name)
    return len(removed)


async def _is_live(house: House, generation: Generation) -> bool:
    """As it is when another builder of the same was quicker."""
    return any(one.name == generation.name and one.stage is Stage.LIVE for one in await house.search.generations())


async def _now(house: House) -> int:
    async with house.db.read(None) as uow:
        return await uow.moment()
