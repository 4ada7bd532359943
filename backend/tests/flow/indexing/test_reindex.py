"""The index is built anew while products change and people search, on both engines.

A thousand products, or as many as VELORA_TEST_REINDEX_PRODUCTS says; VELORA_TEST_REINDEX_CHANGES of them change each second.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.builders.house import a_house
from tests.builders.search import an_engine
from tests.fixtures_db import a_database
from velora.apps.bench.catalogue import FACETS, Catalogue, Thing, change, make_catalogue, word_of
from velora.flows.indexing import (
    IndexWrong,
    NothingToRestore,
    build_anew,
    index_listings,
    mend_index,
    rebuild_index,
    restore_index,
    verify_index,
)
from velora.flows.screens.storefront.lists import cards, found
from velora.kernel.clock import SystemClock
from velora.kernel.events import Event
from velora.platform.house import House
from velora.platform.search import Document, Key, Query, SearchIndex, SearchUnavailable, Stage

PRODUCTS = int(os.environ.get("VELORA_TEST_REINDEX_PRODUCTS", "1000"))
CHANGES = int(os.environ.get("VELORA_TEST_REINDEX_CHANGES", "100"))
EACH = 20  # changes in one transaction
STEADY = 50  # products that nobody touches
INDEXERS = 4
SEARCHERS = 2


@pytest.fixture(scope="module", params=[("sqlite", "tantivy"), ("mysql", "opensearch")], ids="-".join)
async def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[tuple[House, Catalogue, str, Path]]:
    """A marketplace that sells a lot, on embedded engines or on servers."""
    database, engine = request.param
    folder = tmp_path_factory.mktemp("reindex")
    async with AsyncExitStack() as closing:
        db = await closing.enter_async_context(a_database(database, folder, SystemClock()))
        house = await closing.enter_async_context(a_house(db, folder))
        await house.search.close()
        yield house, await make_catalogue(house, PRODUCTS), engine, folder


@pytest.fixture
async def shop(world: tuple[House, Catalogue, str, Path], tmp_path: Path) -> AsyncGenerator[tuple[House, Catalogue]]:
    """With an engine that has no index yet."""
    house, catalogue, engine, _ = world
    async with an_engine(engine, tmp_path) as index:
        object.__setattr__(house, "search", index)
        yield house, catalogue


class Late:
    """An engine whose writers dawdle between reading and writing, each as long as it likes."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._dice = Random(7)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = (), *, version: int) -> None:
        await asyncio.sleep(self._dice.random() * 0.3)
        await self._index.write(documents, gone, version=version)


@dataclass
class Life:
    """A shop that is open: products change, workers index them out of order, people search."""

    house: House
    catalogue: Catalogue
    changed: int = 0
    searched: int = 0
    slowest: float = 0.0
    _told: asyncio.Queue[list[Event]] = field(default_factory=asyncio.Queue)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> "Life":
        self._tasks = [asyncio.create_task(self._change())]
        self._tasks += [asyncio.create_task(self._look(Random(number))) for number in range(SEARCHERS)]
        self._workers = [asyncio.create_task(self._index()) for _ in range(INDEXERS)]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._over.set()
        await asyncio.gather(*self._tasks)
        await self._told.join()
        for worker in self._workers:
            worker.cancel()

    async def _change(self) -> None:
        dice, things = Random(1), self.catalogue.things[STEADY:]
        began = time.monotonic()
        for turn in count():
            if self._over.is_set():
                return
            await self._told.put(await change(self.house, self.catalogue, dice.sample(things, EACH), turn))
            self.changed += EACH
            await asyncio.sleep(max(0.0, began + self.changed / CHANGES - time.monotonic()))

    async def _index(self) -> None:
        while True:
            events = await self._told.get()
            await index_listings(self.house, events)
            self._told.task_done()

    async def _look(self, dice: Random) -> None:
        """Whatever was there throughout is found, by words and by choices."""
        while not self._over.is_set():
            thing = dice.choice(self.catalogue.things[:STEADY])
            began = time.perf_counter()
            result = await self.house.search.search(self.catalogue.tenant_id, Query("EUR", word_of(thing.number)))
            self.slowest = max(self.slowest, time.perf_counter() - began)
            assert [card["title"] for card in cards(result, "EUR")] == [thing.title], "a product is missing"
            self.searched += 1
            await asyncio.sleep(0.01)


async def test_a_reindex_while_products_change_and_people_search_loses_nothing(shop: tuple[House, Catalogue]) -> None:
    house, catalogue = shop
    await build_anew(house)
    object.__setattr__(house, "search", Late(house.search))
    async with Life(house, catalogue) as life:
        opened = time.perf_counter()
        first = asyncio.create_task(build_anew(house, dies_after(PRODUCTS * 3 // 4)))
        with pytest.raises(Died):
            await first
        began = time.perf_counter()
        built = await build_anew(house)
        took = time.perf_counter() - began
        await asyncio.sleep(1)
        pace = life.changed / (time.perf_counter() - opened)
    assert built.resumed_at > 0 or PRODUCTS < 4_000
    whole = await verify_index(house, sample=None)
    assert (whole.well, whole.says()) == (True, "")
    assert whole.checked == PRODUCTS
    assert life.changed > CHANGES
    assert life.searched > 50
    stages = [one.stage for one in await house.search.generations()]
    assert sorted(stages) == [Stage.KEPT, Stage.LIVE]
    searches = f"{life.searched:,} searches, the slowest {life.slowest * 1000:.0f} ms"
    print(f"\n{PRODUCTS:,} products, {life.changed:,} changes ({pace:.0f} a second), {searches}; the second builder took {took:.1f} s")


class Died(Exception):
    """The builder is no more."""


def dies_after(listings: int):
    def progress(done: int, of: int) -> None:
        if done >= listings:
            raise Died

    return progress


async def test_a_builder_that_died_has_changed_nothing_and_the_next_goes_on_from_its_notes(shop, monkeypatch) -> None:
    house, _ = shop
    monkeypatch.setattr("velora.flows.indexing.rebuild.BUILT_AT_ONCE", PRODUCTS // 10)
    monkeypatch.setattr("velora.flows.indexing.rebuild.NOTED_AFTER", PRODUCTS // 5)
    await build_anew(house)
    before = {one.name for one in await house.search.generations()}
    with pytest.raises(Died):
        await build_anew(house, dies_after(PRODUCTS // 2))
    assert {one.name for one in await house.search.generations() if one.stage is Stage.LIVE} == before
    assert (await verify_index(house)).well
    steps: list[int] = []
    built = await build_anew(house, lambda done, of: steps.append(done))
    assert built.resumed_at == steps[0] == PRODUCTS * 2 // 5
    assert built.documents == (await verify_index(house, sample=None)).counts[0].on_sale


async def test_what_is_wrong_in_the_index_is_found_and_a_wrong_generation_is_never_published(shop, monkeypatch) -> None:
    house, catalogue = shop
    monkeypatch.setattr("velora.flows.indexing.verify.LOOKS", 2)
    await build_anew(house)
    thing, other = catalogue.things[0], catalogue.things[1]
    [kept] = (await house.search.kept([Key(catalogue.tenant_id, thing.listing_id)])).values()
    await house.search.write([], [Key(catalogue.tenant_id, thing.listing_id)], version=kept.version + 10**12)
    found_ = await verify_index(house, sample=None)
    assert dict(found_.wrong) == {Key(catalogue.tenant_id, thing.listing_id): "is not found"}
    assert [one.on_sale - one.indexed for one in found_.miscounted] == [1]
    fill = house.search.fill

    async def forgetful(generation: str, documents: Sequence[Document], gone: Sequence[Key], *, version: int) -> None:
        await fill(generation, [one for one in documents if one.id != other.listing_id], gone, version=version)

    monkeypatch.setattr(house.search, "fill", forgetful)
    live = [one.name for one in await house.search.generations() if one.stage is Stage.LIVE]
    with pytest.raises(IndexWrong, match="was never written"):
        await build_anew(house)
    assert [one.name for one in await house.search.generations() if one.stage is Stage.LIVE] == live
    monkeypatch.setattr(house.search, "fill", fill)
    assert (await build_anew(house)).resumed_at == 0
    assert (await verify_index(house, sample=None)).well


async def test_the_generation_before_answers_again_and_is_brought_up_to_date(shop) -> None:
    house, catalogue = shop
    with pytest.raises(NothingToRestore):
        await restore_index(house)
    first = await build_anew(house)
    second = await build_anew(house)
    await index_listings(house, await change(house, catalogue, catalogue.things[STEADY : STEADY + 40], 99))
    back = await restore_index(house)
    assert back.generation == first.generation
    assert {one.name: (one.stage, one.notes.behind) for one in await house.search.generations()} == {
        first.generation: (Stage.LIVE, False),
        second.generation: (Stage.KEPT, False),
    }
    assert (await verify_index(house, sample=None)).well
    third = await build_anew(house)
    assert {one.name for one in await house.search.generations()} == {first.generation, third.generation}


async def test_an_index_deleted_by_hand_is_built_anew_by_the_worker_while_browsing_goes_on(shop) -> None:
    house, catalogue = shop
    built = await build_anew(house)
    await house.search.discard(built.generation)
    thing = catalogue.things[0]
    with pytest.raises(SearchUnavailable):
        await found(house, catalogue.tenant_id, Query("EUR", thing.title))
    assert len((await found(house, catalogue.tenant_id, Query("EUR", limit=5))).hits) == 5
    await index_listings(house, await change(house, catalogue, catalogue.things[STEADY : STEADY + EACH], 5))
    assert await mend_index(house) == (await verify_index(house, sample=None)).counts[0].indexed
    assert await mend_index(house) == 0
    assert [hit.id for hit in (await found(house, catalogue.tenant_id, Query("EUR", thing.title))).hits][:1] == [thing.listing_id]


async def test_one_marketplace_is_put_right_in_place(shop) -> None:
    house, catalogue = shop
    await build_anew(house)
    names = {one.name for one in await house.search.generations()}
    stray = Key(catalogue.tenant_id, 12345)
    await house.search.write([], [stray], version=1)
    steps: list[tuple[int, int]] = []
    on_sale = await rebuild_index(house, catalogue.tenant_id, lambda done, of: steps.append((done, of)))
    assert (steps[0], steps[-1]) == ((0, PRODUCTS), (PRODUCTS, PRODUCTS))
    assert {one.name for one in await house.search.generations()} == names
    assert await house.search.count(catalogue.tenant_id) == on_sale
    assert await house.search.kept([stray]) == {}
    result = await house.search.search(catalogue.tenant_id, Query("EUR"))
    assert {facet.key for facet in result.facets} >= {*FACETS}
    assert isinstance(catalogue.things[0], Thing)
