"""Whoever has a Kafka client and a reader of CloudEvents reads our topics: nothing of Velora's is needed for it.

What is written here comes from the demo of an order that goes its way; what is read is read by aiokafka and cloudevents alone.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from jsonschema import Draft202012Validator

from tests.builders.kafka import a_kafka
from tests.fixtures_db import a_database
from velora.apps.api import create_app
from velora.kernel.clock import ManualClock, SystemClock
from velora.kernel.ids import encode
from velora.modules.catalog.events import ListingChanged
from velora.modules.orders.events import OrderPaid, SellerOrderDelivered, SellerOrderShipped
from velora.platform.bus import Group, Reacts, interests, tell_everyone
from velora.platform.bus.kafka import KafkaBus
from velora.platform.db import Database, UnitOfWork

assert create_app  # it imports every module, and with them their events

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "asyncapi.json").read_text())
ORDER, PART, PARCEL, TENANT = 41 << 22, 42 << 22, 43 << 22, 7 << 22


@pytest.fixture
async def kafka() -> AsyncGenerator[str]:
    async with a_kafka() as address:
        yield address


@pytest.fixture
async def db(tmp_path: Path, clock: ManualClock) -> AsyncGenerator[Database]:
    async with a_database("sqlite", tmp_path, clock) as made:
        yield made


async def read_by_others(address: str, topic: str, count: int) -> list[Any]:
    """What a stranger with aiokafka finds in the topic, from its beginning."""
    host, _, rest = address.removeprefix("kafka://").partition("/")
    prefix = rest.partition("?")[0]
    consumer = AIOKafkaConsumer(f"{prefix}.{topic}", bootstrap_servers=host, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        return [await asyncio.wait_for(consumer.getone(), 20) for _ in range(count)]
    finally:
        await consumer.stop()


def as_cloud_event(record: Any) -> BaseCloudEvent:
    return from_kafka_event(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))


async def test_an_orders_way_is_read_with_plain_libraries_in_its_order_as_the_document_says(kafka: str, db: Database):
    bus = KafkaBus(kafka, "https://market.example.com")
    happened = [
        OrderPaid(TENANT, ORDER, 12_345, "EUR"), SellerOrderShipped(TENANT, ORDER, PART, PARCEL), SellerOrderDelivered(TENANT, ORDER, PART),
    ]  # fmt: skip
    for event in happened:
        async with db.begin(None) as uow:
            uow.tell([event])
    await tell_everyone(db, bus, [])
    await bus.close()
    records = await read_by_others(kafka, "orders", 3)
    events = [as_cloud_event(record) for record in records]
    assert [event.get_type() for event in events] == [one.type for one in happened]
    assert {record.key for record in records} == {f"order/{encode('ord', ORDER)}".encode()}
    paid = events[0]
    market = encode("ten", TENANT)
    assert (paid.get_specversion(), paid.get_source()) == ("1.0", f"https://market.example.com/tenants/{market}")
    assert (paid.get_subject(), paid.get_datacontenttype(), paid.get_extension("tenantid")) == (
        encode("ord", ORDER),
        "application/json",
        market,
    )
    assert paid.get_data() == {
        "tenant_id": encode("ten", TENANT), "order_id": encode("ord", ORDER), "total": {"amount": 12_345, "currency": "EUR"},
        "was_authorised": False,
    }  # fmt: skip
    assert paid.get_dataschema() == "https://market.example.com/api/asyncapi.json#/components/schemas/orders.order_paid.v1"
    for record in records:
        value = json.loads(record.value)
        payload = DOCUMENT["components"]["messages"][value["type"]]["payload"]
        Draft202012Validator(payload | {"components": DOCUMENT["components"]}).validate(value)


@pytest.mark.parametrize("away", [timedelta(days=-300), timedelta(hours=2)])
async def test_an_event_of_long_ago_or_of_a_clock_that_is_ahead_is_kept_from_now_on(
    kafka: str, db: Database, clock: ManualClock, away: timedelta
):
    now = SystemClock().now()
    clock.set(now + away)
    bus = KafkaBus(kafka, "https://market.example.com")
    async with db.begin(None) as uow:
        uow.tell([OrderPaid(TENANT, ORDER, 100, "EUR")])
    await tell_everyone(db, bus, [])
    await bus.close()
    (record,) = await read_by_others(kafka, "orders", 1)
    assert 0 <= record.timestamp - int(now.timestamp() * 1000) < 60_000  # else the broker would remove it, or refuse it
    happened = as_cloud_event(record).get_time()
    assert happened is not None
    assert abs(happened - clock.now()) < timedelta(seconds=1)


async def test_a_dead_letter_says_who_could_not_take_it_and_why(kafka: str, db: Database):
    bus = KafkaBus(kafka, "https://market.example.com")

    async def refuses(uow: UnitOfWork, events: object) -> None:
        raise ValueError("no lamp so bright")

    groups = [Group("letters", {OrderPaid: [Reacts("letters.confirm", refuses)]})]
    await bus.prepare(interests(groups))
    async with db.begin(None) as uow:
        uow.tell([OrderPaid(TENANT, ORDER, 100, "EUR")])
    await tell_everyone(db, bus, groups)
    await bus.close()
    (record,) = await read_by_others(kafka, "dead-letters", 1)
    letter = as_cloud_event(record)
    assert (letter.get_type(), letter.get_subject()) == (OrderPaid.type, encode("ord", ORDER))
    said = [letter.get_extension(name) for name in ("veloragroup", "veloralistener", "velorareason")]
    assert said == ["letters", "letters.confirm", "ValueError('no lamp so bright')"]


async def test_each_module_has_its_topic_with_parts_retention_and_compaction_said(kafka: str):
    bus = KafkaBus(kafka, "https://market.example.com")
    await bus.prepare(interests([Group("index", {ListingChanged: []})]))
    await bus.close()
    host, _, rest = kafka.removeprefix("kafka://").partition("/")
    prefix = rest.partition("?")[0]
    admin = AIOKafkaAdminClient(bootstrap_servers=host)
    await admin.start()
    try:
        found = {one["topic"]: len(one["partitions"]) for one in await admin.describe_topics()}
        named = [f"{prefix}.{name}" for name in ("orders", "catalog", "dead-letters")]
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in named]
        answers = [row for answer in await admin.describe_configs(asked) for row in cast("Any", answer).resources]
    finally:
        await admin.close()
    settings = {name: {one[0]: one[1] for one in entries} for _, _, _, name, entries in answers}
    mine = {name.removeprefix(f"{prefix}."): parts for name, parts in found.items() if name.startswith(prefix)}
    assert set(mine) == {*DOCUMENT["channels"], "dead-letters"}
    assert (mine["orders"], mine["dead-letters"]) == (3, 1)
    week = str(7 * 24 * 3600 * 1000)
    assert [settings[name]["cleanup.policy"] for name in named] == ["delete", "compact,delete", "delete"]
    assert [settings[name]["retention.ms"] for name in named[:2]] == [week, week]
