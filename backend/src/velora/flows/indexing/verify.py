"""The index is doubted: is in it what is on sale, all of it, as the database has it now?

Others write meanwhile, and the index follows within moments. So what differs in the live one is looked at again for a while before it is
called wrong. One that is being built has every listing, on sale or gone; what changed since it was read is written again, whoever is
late with it, and what is still not as it was written, or was never written, is wrong.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from velora.flows.indexing.keep import BATCH, read
from velora.kernel.ids import time_of
from velora.modules.catalog.service import ListingKey, count_on_sale, listings_after
from velora.modules.tenants.service import all_tenants
from velora.platform.house import House
from velora.platform.search import Generation, Kept, Key

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

SAMPLE: Final = 500  # documents that are compared before a generation is published
LOOKS: Final = 20
BETWEEN_LOOKS: Final = 0.5  # seconds
EXAMPLES: Final = 5
_KEYS: Final = 5_000
_NEVER: Final = Kept(0, None)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    tenant_id: int
    slug: str
    indexed: int
    on_sale: int


@dataclass(frozen=True, slots=True)
class Verified:
    """How many documents were compared, which of them are wrong and why, and how many each marketplace has here and there."""

    checked: int
    wrong: Mapping[Key, str]
    counts: Sequence[Counted]

    @property
    def miscounted(self) -> list[Counted]:
        return [one for one in self.counts if one.indexed != one.on_sale]

    @property
    def well(self) -> bool:
        return not self.wrong and not self.miscounted

    def says(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        said = [f"{one.slug} has {one.indexed} documents for {one.on_sale} products on sale" for one in self.miscounted[:EXAMPLES]]
        said += [f"listing {key.id} of marketplace {key.tenant_id} {why}" for key, why in list(self.wrong.items())[:EXAMPLES]]
        return "; ".join(said)


class IndexWrong(Exception):
    """A generation was built and is not what the database says; the one before it goes on answering."""


async def verify_index(
    house: House, generation: str | None = None, *, sample: int | None = SAMPLE, progress: Progress = lambda done, of: None
) -> Verified:
    """A generation (None: the live one) against the database: every count, and `sample` documents (None: all). Raises SearchUnavailable."""
    await house.search.refresh()
    keys = await _sampled(house, sample)
    wrong: dict[Key, str] = {}
    for start in range(0, len(keys), BATCH):
        progress(start, len(keys))
        wrong |= await _lastingly_wrong(house, keys[start : start + BATCH], generation)
    progress(len(keys), len(keys))
    return Verified(len(keys), wrong, await _counts(house, generation))


async def doubt_built(house: House, generation: Generation) -> Verified:
    """One that is being built, against the database: a sample, every count, and everything of a marketplace whose count differs.

    Many that come and go at the moment make counts differ; then all of it is looked at, and is up to date afterwards.
    """
    await house.search.refresh()
    keys = await _sampled(house, SAMPLE)
    wrong = await _written_again(house, keys, generation)
    checked = len(keys)
    counts = await _counts(house, generation.name)
    for one in counts:
        if one.indexed != one.on_sale and not wrong:
            keys = await _sampled(house, None, one.tenant_id)
            wrong |= await _written_again(house, keys, generation)
            checked += len(keys)
    return Verified(checked, wrong, [replace(one, on_sale=one.indexed) for one in counts])


async def _written_again(house: House, keys: Sequence[ListingKey], generation: Generation) -> dict[Key, str]:
    """What of these is wrong, after all that differs was written again."""
    wrong: dict[Key, str] = {}
    for start in range(0, len(keys), BATCH):
        facts = await read(house, keys[start : start + BATCH])
        kept = await house.search.kept(facts.keys, generation.name)
        behind = facts.only({key for key in facts.keys if not facts.agree(key, kept.get(key))})
        never = {key: "was never written" for key in behind.keys if key not in kept and _is_older(key, generation)}
        await house.search.fill(generation.name, behind.documents, behind.gone, version=behind.version)
        after = await house.search.kept(behind.keys, generation.name)
        older = [key for key in behind.keys if after.get(key, _NEVER).version <= behind.version]  # others have written again since
        stuck = (key for key in older if not behind.agree(key, after.get(key)))
        wrong |= dict.fromkeys(stuck, "is not kept as it was written") | never
    return wrong


def _is_older(key: Key, generation: Generation) -> bool:
    """Whether the listing was there when the generation began: the id of one tells when that was."""
    return time_of(key.id) < _EPOCH + timedelta(microseconds=generation.notes.began)


async def _sampled(house: House, sample: int | None, tenant_id: int | None = None) -> list[ListingKey]:
    """All keys, or so many of them at even distances, from where the clock says on; of one marketplace or of all."""
    keys: list[ListingKey] = []
    last = ListingKey(0, 0)
    while True:
        async with house.db.read(None) as uow:
            page = await listings_after(uow, tenant_id, last, _KEYS)
            now = await uow.moment()
        if not page:
            break
        keys, last = keys + page, page[-1]
    step = 1 if sample is None else max(1, len(keys) // sample)
    return keys[now % step :: step]


async def _lastingly_wrong(house: House, keys: Sequence[ListingKey], generation: str | None) -> dict[Key, str]:
    wrong: dict[Key, str] = {}
    for look in range(LOOKS):
        wrong = await _wrong(house, keys, generation)
        keys = [ListingKey(key.tenant_id, key.id) for key in wrong]
        if not keys:
            break
        await asyncio.sleep(BETWEEN_LOOKS if look + 1 < LOOKS else 0)
    return wrong


async def _wrong(house: House, keys: Sequence[ListingKey], generation: str | None) -> dict[Key, str]:
    facts = await read(house, keys)
    kept = await house.search.kept(facts.keys, generation)
    wrong: dict[Key, str] = {}
    for key in facts.keys:
        held = kept.get(key)
        if not facts.agree(key, held):
            found = held is not None and held.digest is not None
            wrong[key] = "is not found" if not found else "is found and not on sale" if key in facts.gone else "is not as in the database"
    return wrong


async def _counts(house: House, generation: str | None) -> list[Counted]:
    async with house.db.read(None) as uow:
        tenants = await all_tenants(uow)
    return [await _count(house, tenant.id, tenant.slug, generation) for tenant in tenants]


async def _count(house: House, tenant_id: int, slug: str, generation: str | None) -> Counted:
    """As soon as both are equal; or, where products come and go all the while, once the index has a number that they had meanwhile."""
    seen: list[int] = []
    counted = Counted(tenant_id, slug, 0, 0)
    for look in range(LOOKS):
        async with house.db.read(tenant_id) as uow:
            seen.append(await count_on_sale(uow, tenant_id))
        indexed = await house.search.count(tenant_id, generation)
        counted = Counted(tenant_id, slug, indexed, indexed if min(seen) <= indexed <= max(seen) else seen[-1])
        if counted.indexed == counted.on_sale:
            break
        await asyncio.sleep(BETWEEN_LOOKS if look + 1 < LOOKS else 0)
        await house.search.refresh()
    return counted
