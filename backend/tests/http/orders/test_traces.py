"""An order is followed from its request to the index that it changed, by one trace, over real Kafka and OpenSearch."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from sqlalchemy import select

from tests.builders import receivers
from tests.builders.kafka import a_kafka
from tests.builders.market import a_market, goods
from tests.builders.otlp import Receiver, a_receiver
from tests.builders.search import an_engine, built
from tests.builders.webhooks import beside_us, listens, post_all
from tests.http.orders.conftest import Store, a_key
from tests.http.people.conftest import browsers_of, serving
from velora.apps.process import traced
from velora.flows.house import TradingHouse
from velora.flows.reactions import INTERESTS, relay_once
from velora.kernel.ids import decode
from velora.modules.orders.events import OrderPaid
from velora.modules.webhooks.service import Owner
from velora.platform.bus.cloudevents import read
from velora.platform.bus.kafka import KafkaBus
from velora.platform.bus.kafka_cluster import KafkaAddress
from velora.platform.db import Database
from velora.platform.db.outbox import OutboxEvent
from velora.platform.telemetry import tracing

MINE = "4bf92f3577b34da6a3ce929d0e0e4736"
THEIRS = "1af92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


def sent_in(trace: str) -> dict[str, str]:
    return {"traceparent": f"00-{trace}-{CALLER}-01", **a_key()}


@pytest.fixture
def db(fresh_db: Database) -> Database:
    """Nothing of other tests waits for the bus in it."""
    return fresh_db


@pytest.fixture
async def kafka() -> AsyncGenerator[str]:
    async with a_kafka() as address:
        yield address


@pytest.fixture
async def store(house: TradingHouse, kafka: str, tmp_path: Path) -> AsyncGenerator[Store]:
    bus = KafkaBus(kafka, "http://localhost")
    async with an_engine("opensearch", tmp_path) as search:
        await built(search, [])
        house = replace(house, bus=bus, search=search)
        await bus.prepare(INTERESTS)
        market = await a_market(house.db)
        async with house.db.begin(None) as uow:
            lamp = await goods(uow, market, stock=10)
        await relay_once(house)
        opened: list[httpx.AsyncClient] = []
        async with serving(house) as app:
            yield Store(house, market, lamp, browsers_of(app, opened))
        for client in opened:
            await client.aclose()
    await bus.close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    """Hears what this process tells."""
    with a_receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address)
        with traced("velora-test"):
            yield receiver


async def on_kafka(address: str, topic: str) -> list[ConsumerRecord[Any, Any]]:
    """All that lies in this topic."""
    kafka = KafkaAddress.read(address)
    consumer = AIOKafkaConsumer(kafka.named(topic), auto_offset_reset="earliest", **kafka.connection())
    await consumer.start()
    try:
        return [one for several in (await consumer.getmany(timeout_ms=5_000)).values() for one in several]
    finally:
        await consumer.stop()


async def test_an_order_is_followed_from_its_request_to_the_index(store: Store, receiver: Receiver, kafka: str):
    reply = await store.buyer().ask("POST", "/checkout", store.checkout(10), sent_in(MINE))  # the last ones, so the index changes
    assert reply.status_code == 201, reply.text
    await relay_once(store.house)
    tracing.end()
    spans = receiver.of(MINE)
    names = {span.name for span in spans}
    way = {
        "POST /api/v1/checkout", "batch place", "batch settle", "commit", "publish orders.order_paid.v1",
        "flows.notices.buyers.confirm_order", "publish inventory.level_changed.v1", "flows.indexing.keep.index_listings",
        "opensearch POST _bulk",
    }  # fmt: skip
    assert way <= names, way - names
    ids = {span.id for span in spans}
    assert {span.name for span in spans if span.parent not in ids} == {"POST /api/v1/checkout"}
    [request] = [span for span in spans if span.name == "POST /api/v1/checkout"]
    assert (request.parent, request.attributes["http.response.status_code"], request.service) == (CALLER, "201", "velora-test")
    told = {span.name for span in spans for value in span.attributes.values() if "ada@" in value or "tok_" in value or "INSERT" in value}
    assert told == set()
    [paid] = [one for one in await on_kafka(kafka, "orders") if b"order_paid" in (one.value or b"")]
    event = read(paid.value or b"", {OrderPaid.type})
    assert event is not None
    assert event.traceparent[3:35] == MINE
    published = {span.id for span in spans if span.name == "publish orders.order_paid.v1"}
    assert dict(paid.headers)["traceparent"].decode()[36:52] in published


async def test_orders_of_one_transaction_keep_each_its_own_trace(store: Store, receiver: Receiver):
    traces = [MINE, THEIRS, "2" * 32, "3" * 32]
    buyers = [store.buyer() for _ in traces]
    asked = (buyer.ask("POST", "/checkout", store.checkout(), sent_in(trace)) for buyer, trace in zip(buyers, traces, strict=True))
    replies = await asyncio.gather(*asked)
    orders = {decode("ord", reply.json()["order"]["id"]): trace for reply, trace in zip(replies, traces, strict=True)}
    async with store.house.db.read(None) as uow:
        rows = await uow.all(select(OutboxEvent.aggregate_id, OutboxEvent.traceparent).where(OutboxEvent.type == OrderPaid.type))
    assert {row.aggregate_id: row.traceparent[3:35] for row in rows} == orders
    tracing.end()
    sizes = [span for span in receiver.spans if span.name == "batch settle" and span.attributes["size"] != "1"]
    assert sizes, "no two of them were settled together, so this has shown nothing"
    assert all(set(span.linked) <= set(traces) for span in sizes)


async def test_it_is_followed_to_the_webhooks_that_tell_of_it(store: Store, receiver: Receiver):
    house = beside_us(store.house)
    async with receivers.a_receiver(receivers.answers(200)) as theirs:
        await listens(house, Owner.tenant(store.market.tenant.id), theirs.url, OrderPaid.type)
        await store.buyer().ask("POST", "/checkout", store.checkout(), sent_in(MINE))
        await relay_once(house)
        assert await post_all(house) == 1
        assert len(theirs.heard) == 1
    tracing.end()
    [sent] = [span for span in receiver.spans if span.name == "send webhook"]
    assert sent in receiver.of(MINE)
    [asked_for] = [span.name for span in receiver.of(MINE) if span.id == sent.parent]
    assert asked_for == "wait for settle", "what its request waited for"


async def test_where_nobody_traces_nothing_is_told_and_no_event_has_a_trace(store: Store, kafka: str):
    assert not tracing.is_on()
    await store.buyer().ask("POST", "/checkout", store.checkout(), sent_in(MINE))
    await relay_once(store.house)
    found = [one for one in await on_kafka(kafka, "orders") if b"order_paid" in (one.value or b"")]
    assert len(found) == 1
    assert b"traceparent" not in (found[0].value or b"")
    assert "traceparent" not in dict(found[0].headers)
