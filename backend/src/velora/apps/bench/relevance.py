"""`velora bench relevance`: whether what is found is what was meant, by a judged set of our own, in every engine that is there.

The measure is nDCG@10: what the first ten are worth, less the further down they stand, as a share of the best order that there is.
"""

import tempfile
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from math import log2
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from velora.apps.bench.judged import DEMO, OWN, QuerySheet, documents_of, judged
from velora.apps.migrations.upgrading import upgrade
from velora.apps.wiring import open_house
from velora.flows.demo_world.data import markets, sellers
from velora.flows.demo_world.shelving import put_on_sale, shop_of
from velora.flows.demo_world.stand import Hashes, stand
from velora.flows.demo_world.supply import Supplies
from velora.flows.demo_world.wares import new_goods_of
from velora.flows.demo_world.world import read_world
from velora.flows.indexing import documents_of as listed_documents
from velora.modules.catalog.service import ListingKey, listings_after
from velora.platform.db.engine import make_engine
from velora.platform.search import Document, Notes, Query, SearchIndex
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.opensearch import OpenSearchIndex
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.settings import Settings

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Shop:
    """Where something is looked for: all that is there, and what was judged."""

    name: str
    tenant_id: int
    locale: str
    currency: str
    documents: tuple[Document, ...]
    queries: tuple[QuerySheet, ...]


@dataclass(frozen=True, slots=True)
class Score:
    shop: str
    query: QuerySheet
    ndcg: float
    came: tuple[str, ...]


def ndcg(grades: Mapping[str, int], came: Sequence[str]) -> float:
    """1 when the best stand first, in order; 0 when nothing that came is of use."""
    best = sorted(grades.values(), reverse=True)
    return _gain(grades.get(title, 0) for title in came) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(list(grades)[:SHOWN], start=1))


async def bench_relevance(settings: Settings, *, worst: int = 0) -> dict[str, Any]:
    """The figures of each engine, by kind of query, by shop and in all, with what came for so many of the worst queries."""
    with tempfile.TemporaryDirectory(prefix="relevance-") as folder:
        shops = await all_shops(Path(folder))
        figures: dict[str, Any] = {}
        async for name, index in _engines(settings, Path(folder)):
            await fill(index, shops)
            figures[name] = _summary(await scores(index, shops), worst) | {"engine": (await index.about()).engine}
    return {"bench": "relevance", "queries": sum(len(shop.queries) for shop in shops), "results": figures}


async def all_shops(folder: Path) -> list[Shop]:
    """The shops of the demo world, put up in a database of their own in `folder`, and those that the judged set brings."""
    shops = await _demo_shops(folder)
    for number, name in enumerate(OWN, start=1):
        sheet = judged(name)
        shops.append(Shop(name, number, sheet.locale, "EUR", tuple(documents_of(sheet, number)), sheet.queries))
    return shops


async def _demo_shops(folder: Path) -> list[Shop]:
    address = f"sqlite:///{folder}/relevance.db"
    engine = make_engine(address)
    await upgrade(engine)
    await engine.dispose()
    async with open_house(Settings.model_validate({"home": folder, "database_url": address})) as house:
        async with house.db.begin(None) as uow:
            await stand(uow, Hashes("!", "!"), Supplies({}, {}, {}))
        async with house.db.begin(None) as uow:
            world = await read_world(uow)
            assert world is not None
            shop = await shop_of(uow, world.markets, world.sellers, {})
            await put_on_sale(uow, shop, [good for seller in sellers() for good in new_goods_of(seller)])
        async with house.db.read(None) as uow:
            documents = await listed_documents(uow, await listings_after(uow, None, ListingKey(0, 0), 100_000))
    of = {market.slug: market for market in markets()}
    places = {name: world.markets[name].id for name in DEMO}
    return [
        Shop(
            name, places[name], of[name].locale, of[name].currency,
            tuple(document for document in documents if document.tenant_id == places[name]), judged(name).queries,
        )
        for name in DEMO
    ]  # fmt: skip


async def _engines(settings: Settings, folder: Path) -> AsyncGenerator[tuple[str, SearchIndex]]:
    """tantivy, and OpenSearch where its address is set: in a folder and under a name that nobody else has."""
    async with _closing(TantivyIndex(folder / "search")) as index:
        yield "tantivy", index
    if address := settings.opensearch_url.get_secret_value():
        apart = replace(OpenSearchAddress.from_url(address), prefix=folder.name, replicas=0)
        async with _closing(OpenSearchIndex(apart)) as index:
            yield "opensearch", index


@asynccontextmanager
async def _closing(index: SearchIndex) -> AsyncGenerator[SearchIndex]:
    try:
        yield index
    finally:
        for generation in await index.generations():
            await index.discard(generation.name)
        await index.close()


async def fill(index: SearchIndex, shops: Sequence[Shop]) -> None:
    """The index has what is in these shops, and answers."""
    made = await index.begin(Notes(began=1))
    for shop in shops:
        await index.fill(made.name, shop.documents, (), version=2)
    await index.publish(made.name, replace(made.notes, published=3))


async def scores(index: SearchIndex, shops: Sequence[Shop]) -> list[Score]:
    """Every query of every shop, as this engine answers it."""
    made: list[Score] = []
    for shop in shops:
        for query in shop.queries:
            found = await index.search(shop.tenant_id, Query(shop.currency, query.words, shop.locale, limit=SHOWN, facets=()))
            came = tuple(str(hit.card[shop.currency]["title"]) for hit in found.hits)
            made.append(Score(shop.name, query, ndcg(query.grades, came), came))
    return made


def _summary(made: Sequence[Score], worst: int) -> dict[str, Any]:
    kinds, places = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for score in made:
        kinds[score.query.kind].append(score.ndcg)
        places[score.shop].append(score.ndcg)
    lowest = sorted(made, key=lambda score: score.ndcg)[:worst]
    return {
        "all": mean(made),
        "kinds": {kind: round(fmean(values), 3) for kind, values in sorted(kinds.items())},
        "shops": {name: round(fmean(values), 3) for name, values in places.items()},
        "worst": [
            {"shop": one.shop, "words": one.query.words, "kind": one.query.kind, "ndcg": round(one.ndcg, 3), "meant": one.query.best,
             "came": one.came[:5]}
            for one in lowest
        ],
    }  # fmt: skip


def mean(made: Sequence[Score]) -> float:
    """Over all queries, each counting the same."""
    return round(fmean(score.ndcg for score in made), 3)
