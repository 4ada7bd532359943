"""What is OpenSearch's alone: its address, and how it fails: dead, slow, full, or with its index deleted by hand."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch

from tests.builders.gate import Gate, a_gate
from tests.builders.search import NORDMARKT, VERSIONS, a_document, an_address, built, put, titles
from velora.kernel.errors import Invalid
from velora.platform.search import Key, Notes, Query, SearchUnavailable, Sort
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.breaker import FIRST_PAUSE_SECONDS
from velora.platform.search.opensearch import OpenSearchIndex
from velora.platform.search.opensearch_client import READ_SECONDS

A_MOMENT = 0.1


@pytest.fixture
async def address() -> AsyncGenerator[OpenSearchAddress]:
    made = an_address()
    yield made
    index = OpenSearchIndex(made)
    for generation in await index.generations():
        await index.discard(generation.name)
    await index.close()


@pytest.fixture
async def server(address: OpenSearchAddress) -> AsyncGenerator[AsyncOpenSearch]:
    """The server itself, for what somebody does to it by hand."""
    client = AsyncOpenSearch(hosts=[{"host": address.host, "port": address.port}])
    yield client
    await client.close()


@pytest.fixture
async def index(address: OpenSearchAddress) -> AsyncGenerator[OpenSearchIndex]:
    made = OpenSearchIndex(address)
    yield made
    await made.close()


@asynccontextmanager
async def behind_a_gate(address: OpenSearchAddress) -> AsyncGenerator[tuple[OpenSearchIndex, Gate]]:
    async with a_gate(address.host, address.port) as gate:
        index = OpenSearchIndex(replace(address, host="127.0.0.1", port=gate.port))
        await built(index, [a_document(1, "Lamp")])
        yield index, gate
        await index.close()


async def test_what_is_written_between_two_pages_neither_repeats_nor_hides_anything(index: OpenSearchIndex):
    await built(index, [a_document(n, "Lamp", price=100 * n) for n in range(1, 7)])
    by_price = Query("EUR", sort=Sort.PRICE_ASC, limit=3)
    first = await index.search(NORDMARKT, by_price)
    await put(index, [a_document(7, "Lamp", price=50)], gone=[Key(NORDMARKT, 2)])
    second = await index.search(NORDMARKT, replace(by_price, offset=3, after=first.after))
    assert ([hit.id for hit in first.hits], [hit.id for hit in second.hits]) == ([1, 2, 3], [4, 5, 6])


@pytest.mark.parametrize("after", ["x", "7", "[]", "[1]", "[1,2,3]", '["a",1]', "[true,1]", "[1.5,1]", "[1,1e300]", "[null,1]"])
async def test_a_place_that_is_of_no_page_in_this_order_is_refused(index: OpenSearchIndex, after: str):
    await built(index, [a_document(1, "Lamp")])
    with pytest.raises(Invalid):
        await index.search(NORDMARKT, Query("EUR", sort=Sort.PRICE_ASC, after=after))


async def seconds_of_a_search(index: OpenSearchIndex) -> float:
    began = time.perf_counter()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    return time.perf_counter() - began


async def test_a_dead_engine_costs_nobody_more_than_a_moment_and_is_used_again_when_it_is_back(address):
    async with behind_a_gate(address) as (index, gate):
        gate.shut()
        for _ in range(20):
            assert await seconds_of_a_search(index) < A_MOMENT
        with pytest.raises(SearchUnavailable):
            await index.write([a_document(2, "Lantern")], version=next(VERSIONS))
        with pytest.raises(SearchUnavailable):
            await index.ready()
        gate.is_shut = False
        await asyncio.sleep(FIRST_PAUSE_SECONDS + A_MOMENT)
        assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lamp"]


async def test_a_slow_engine_costs_the_first_caller_two_seconds_and_the_next_ones_nothing(address):
    async with behind_a_gate(address) as (index, gate):
        gate.delay = 5.0
        first = await seconds_of_a_search(index)
        assert READ_SECONDS <= first < READ_SECONDS + 0.5
        assert max([await seconds_of_a_search(index) for _ in range(50)]) < A_MOMENT
        await asyncio.sleep(FIRST_PAUSE_SECONDS)
        took = sorted(await asyncio.gather(*(seconds_of_a_search(index) for _ in range(50))))
        assert took[-2] < A_MOMENT < READ_SECONDS <= took[-1]  # one tries, for all
        gate.delay = 0.0
        await asyncio.sleep(2 * FIRST_PAUSE_SECONDS)
        assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lamp"]


async def test_a_full_disk_refuses_writes_so_that_they_come_again_and_reads_go_on(index, server):
    name = await built(index, [a_document(1, "Lamp")])
    await server.indices.put_settings(index=name, body={"index.blocks.read_only_allow_delete": True})  # as the server does at 95 %
    with pytest.raises(SearchUnavailable) as refused:
        await put(index, [a_document(2, "Lantern")])
    assert "cluster_block_exception" in str(refused.value)
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lamp"]
    await server.indices.put_settings(index=name, body={"index.blocks.read_only_allow_delete": None})
    await put(index, [a_document(2, "Lantern")])
    assert await index.count(NORDMARKT) == 2


async def test_an_index_deleted_by_hand_does_not_come_back_without_its_mapping(index, server, address):
    name = await built(index, [a_document(1, "Lamp")])
    await put(index, [a_document(2, "Lantern")])
    await server.indices.delete(index=name)
    await put(index, [a_document(3, "Chair")])
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR"))
    assert await server.indices.get(index=f"{address.prefix}*") == {}
    await built(index, [a_document(1, "Lamp")])
    await put(index, [a_document(3, "Chair")])
    assert await index.count(NORDMARKT) == 2


async def test_a_writer_that_knows_old_names_writes_to_what_is_live_now(index, address):
    """Another process publishes while this one still believes in the generation before."""
    writer = OpenSearchIndex(address)
    made = await index.begin(Notes(began=next(VERSIONS)))
    await put(writer, [a_document(1, "To the one being built")])
    await index.publish(made.name, made.notes)
    await put(writer, [a_document(2, "To the live one")])
    assert await index.count(NORDMARKT) == 2
    await writer.close()


async def test_a_field_that_the_mapping_does_not_have_is_refused(index, server):
    name = await built(index, [])
    with pytest.raises(Exception, match="strict_dynamic_mapping_exception"):
        await server.index(index=name, body={"tenant": "1", "sneaked_in": 1}, params={"routing": "1"})


async def test_every_read_names_the_tenant_and_goes_to_its_shard(index, server, monkeypatch):
    await built(index, [])
    asked: list[tuple[Any, Any]] = []
    page = index._client.page

    async def listening(method: str, path: str, body: Any = None, params: Any = None) -> Any:
        if path == "/_msearch":
            lines = [json.loads(line) for line in body.splitlines()]
            asked.extend(zip(lines[::2], lines[1::2], strict=True))
        else:
            asked.append((params, body))
        return await page(method, path, body, params)

    monkeypatch.setattr(index._client, "page", listening)
    choices = {"category": frozenset({"lamps"}), "attr.colour": frozenset({"brass"})}
    await index.search(NORDMARKT, Query("EUR", "lapm", choices=choices, price_from=1))
    await index.suggest(NORDMARKT, "lapm", currency="EUR", locale="en", facet="category")
    assert len(asked) == 4 + 1 + 4 + 3  # as typed, the nearest titles, with slips; suggestions by names, by descriptions and with slips
    for where, body in asked:
        assert where["routing"] == str(NORDMARKT)
        assert {"term": {"tenant": str(NORDMARKT)}} in body["query"]["bool"]["filter"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:9201", OpenSearchAddress("localhost", 9201, False, None, None, "velora", None, 1)),
        (
            "https://shop:p%40ss@search.example/market-2?replicas=2&shards=3",
            OpenSearchAddress("search.example", 9200, True, "shop", "p@ss", "market-2", 2, 3),
        ),
    ],
)
def test_an_address_says_where_who_and_how_many_copies(url, expected):
    assert OpenSearchAddress.from_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "opensearch://host:9200", "http://", "http://host/UPPER", "http://host/a/b", "http://host?replicas=many", "http://host?shards=0",
        "http://host?timeout=3", "http://host?replicas=-1", "http://host:port",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match=r"should look like https://user:password@host:9200/velora") as refused:
        OpenSearchAddress.from_url(url.replace("//", "//me:hidden@"))
    assert "hidden" not in str(refused.value)
