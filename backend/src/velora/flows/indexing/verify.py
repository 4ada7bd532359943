"""The index is doubted: is in it what is on sale, all of it, as the database has it now?

Others write meanwhile, and the index follows within moments. So what differs is looked at again for a while before it is called wrong.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.indexing.keep import BATCH, read
from velora.modules.catalog.service import ListingKey, count_on_sale, listings_after
from velora.modules.tenants.service import all_tenants
from velora.platform.house import House
from velora.platform.search import Kept, Key, digest_of

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

SAMPLE: Final = 500  # documents that are compared before a generation is published
LOOKS: Final = 20
BETWEEN_LOOKS: Final = 0.5  # seconds
EXAMPLES: Final = 5
_KEYS: Final = 5_000


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


async def _sampled(house: House, sample: int | None) -> list[ListingKey]:
    """All keys, or so many of them at even distances, from where the clock says on."""
    keys: list[ListingKey] = []
    last = ListingKey(0, 0)
    while True:
        async with house.db.read(None) as uow:
            page = await listings_after(uow, None, last, _KEYS)
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
    kept = await house.search.kept([Key(*key) for key in keys], generation)
    wrong: dict[Key, str] = {}
    for document in facts.documents:
        key = Key(document.tenant_id, document.id)
        if (held := kept.get(key, Kept(0, None))).digest != digest_of(document):
            wrong[key] = "is not found" if held.digest is None else "is not as in the database"
    return wrong | {key: "is found and not on sale" for key in facts.gone if kept.get(key, Kept(0, None)).digest is not None}


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
