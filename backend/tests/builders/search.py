"""Search engines for tests: each adapter by its name, and an index in one call."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

from tests.needs import needs_url
from velora.platform.search import Document, FacetValue, Found, Key, Notes, SearchIndex
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.opensearch import OpenSearchIndex
from velora.platform.search.tantivy import TantivyIndex

ENGINES: Final = ("tantivy", "opensearch")
VERSIONS: Final = count(1_000)
NORDMARKT: Final = 1001
HARBOUR: Final = 2002


def an_address() -> OpenSearchAddress:
    """The real server, under a prefix that nobody else has."""
    url = needs_url("VELORA_TEST_OPENSEARCH_URL")
    return replace(OpenSearchAddress.from_url(url), prefix=f"test-{uuid4().hex[:10]}", replicas=0)


@asynccontextmanager
async def an_engine(name: str, folder: Path) -> AsyncGenerator[SearchIndex]:
    """It has no index yet, and leaves none behind."""
    made: SearchIndex = TantivyIndex(folder / "search") if name == "tantivy" else OpenSearchIndex(an_address())
    try:
        yield made
    finally:
        for generation in await made.generations():
            await made.discard(generation.name)
        await made.close()


async def built(index: SearchIndex, documents: Sequence[Document]) -> str:
    """A generation with these documents is live, whatever was before; its name."""
    made = await index.begin(Notes(began=next(VERSIONS)))
    await index.fill(made.name, documents, (), version=next(VERSIONS))
    assert await index.publish(made.name, replace(made.notes, published=next(VERSIONS)))
    return made.name


def a_document(number: int, title: str, tenant: int = NORDMARKT, **facts: object) -> Document:
    facets = [
        FacetValue("category", "Category", "home", "Home"),
        FacetValue("category", "Category", "lamps", "Lights", parent="home"),
        FacetValue("attr.colour", "Colour", str(facts.get("colour", "brass")), str(facts.get("colour", "brass")).title()),
        FacetValue("seller", "Seller", str(facts.get("seller", "lumen")), "Lumen & Sons"),
    ]
    return Document(
        tenant_id=tenant,
        id=number,
        locale=str(facts.get("locale", "en")),
        title=title,
        text=str(facts.get("text", "")),
        facets=tuple(facets),
        prices={"EUR": int(str(facts.get("price", 1000)))},
        created_ms=int(str(facts.get("created", number))),
        popularity=int(str(facts.get("popularity", 0))),
        card={"title": title, "number": number},
    )


async def put(index: SearchIndex, documents: list[Document], gone: Sequence[Key] = (), *, version: int | None = None) -> None:
    """Written at this version, or a later one than all before, and found from now on."""
    await index.write(documents, gone, version=next(VERSIONS) if version is None else version)
    await index.refresh()


def titles(found: Found) -> list[object]:
    return [hit.card["title"] for hit in found.hits]


def counts(found: Found, key: str) -> dict[str, int]:
    return {value.value: value.count for facet in found.facets if facet.key == key for value in facet.values}
