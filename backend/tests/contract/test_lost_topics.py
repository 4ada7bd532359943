"""A topic that somebody deletes by hand, or all of them with their servers: what the outbox still has of them is told again."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.builders.kafka import a_kafka
from tests.fixtures_db import a_database
from velora.kernel.clock import SystemClock
from velora.kernel.events import Event
from velora.modules.orders.events import SellerOrderDelivered, SellerOrderShipped
from velora.modules.payouts.events import PayoutPaid
from velora.platform.bus import Bus, BusAway, Group, HasEffect, Reacts, interests, tell_everyone
from velora.platform.bus import kafka as kafka_bus
from velora.platform.bus.kafka import KafkaBus
from velora.platform.bus.kafka_cluster import KafkaAddress
from velora.platform.bus.mending import mend
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.relaying import relay
from velora.platform.db import Database, UnitOfWork

ORDERS, PAYOUTS = "orders", "payouts"


@dataclass
class House:
    """A database, real topics, letters that are written in transactions and an index that is not."""

    db: Database
    url: str
    bus: Bus
    letters: list[tuple[str, int]] = field(default_factory=list)
    index: list[tuple[str, int]] = field(default_factory=list)

    @property
    def groups(self) -> list[Group]:
        kinds = (SellerOrderShipped, SellerOrderDelivered, PayoutPaid)

        async def write(uow: UnitOfWork, events: Sequence[Event]) -> None:
            del uow
            self.letters += [(event.type, event.aggregate_id) for event in events]

        async def put(events: Sequence[Event]) -> None:
            self.index += [(event.type, event.aggregate_id) for event in events]

        return [
            Group("letters", {kind: [Reacts("letters", write)] for kind in kinds}),
            Group("index", {kind: [HasEffect("index", put)] for kind in kinds}),
        ]

    async def tell(self, *events: Event) -> None:
        for event in events:
            async with self.db.begin(None) as uow:
                uow.tell([event])

    async def everyone(self) -> None:
        await self.bus.prepare(interests(self.groups))
        await tell_everyone(self.db, self.bus, self.groups)

    @property
    def address(self) -> KafkaAddress:
        return KafkaAddress.read(self.url)

    async def on(self, topic: str) -> int:
        """How many records there are, read by a client of its own."""
        consumer = AIOKafkaConsumer(**self.address.connection())
        await consumer.start()
        try:
            ends = await consumer.end_offsets(await self._parts(topic))
            return sum(ends.values())
        finally:
            await consumer.stop()

    async def _parts(self, topic: str) -> list[TopicPartition]:
        async with an_admin(self.address) as admin:
            [found] = await admin.describe_topics([self.address.named(topic)])
        return [TopicPartition(found["topic"], part["partition"]) for part in found["partitions"]]

    async def delete(self, topic: str) -> None:
        async with an_admin(self.address) as admin:
            name = self.address.named(topic)
            await admin.delete_topics([name])
            for _ in range(200):
                if name not in await admin.list_topics():
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("the topic is still there")


@asynccontextmanager
async def an_admin(address: KafkaAddress) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**address.connection())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[House]:
    monkeypatch.setattr(kafka_bus, "_NOTICED_WITHIN", 1.0)
    async with a_database("sqlite", tmp_path, SystemClock()) as db, a_kafka() as url:
        made = House(db, url, KafkaBus(url, "https://market.example.com"))
        await made.bus.prepare(interests(made.groups))
        yield made
        await made.bus.close()


def shipped(order_id: int) -> Event:
    return SellerOrderShipped(1, order_id, order_id, 1)


def delivered(order_id: int) -> Event:
    return SellerOrderDelivered(1, order_id, order_id)


def paid(payout_id: int) -> Event:
    return PayoutPaid(1, payout_id, 7, 100, "EUR")


async def test_what_nobody_had_heard_is_heard_after_its_topic_was_deleted(house: House):
    await house.tell(*(shipped(n) for n in range(1, 7)))
    await house.everyone()
    assert await mend(house.db, house.bus) == 0
    await house.tell(*(delivered(n) for n in range(1, 7)), paid(1))
    assert await relay(house.db, house.bus) == 7
    assert await mend(house.db, house.bus) == 0
    await house.delete(ORDERS)
    await house.tell(shipped(7))
    assert await mend(house.db, house.bus) == 12
    await house.everyone()
    assert sorted(house.letters) == sorted([(one.type, one.aggregate_id) for n in range(1, 7) for one in (shipped(n), delivered(n))]
                                           + [(PayoutPaid.type, 1), (SellerOrderShipped.type, 7)])  # fmt: skip
    assert set(house.index) == set(house.letters)
    assert (await house.on(ORDERS), await house.on(PAYOUTS)) == (13, 1)
    assert await mend(house.db, house.bus) == 0


async def test_a_topic_that_has_grown_past_the_deleted_one_before_anybody_looks_is_noticed(house: House):
    await house.tell(shipped(1), shipped(2))
    await house.bus.prepare(interests(house.groups))
    assert await relay(house.db, house.bus) == 2
    assert await mend(house.db, house.bus) == 0
    await house.delete(ORDERS)
    await house.bus.topics()  # made again
    await house.tell(*(delivered(n) for n in range(1, 31)))
    for _ in range(20):  # its producer has first to hear of the new topic
        if await house.on(ORDERS) > 2:
            break
        with suppress(BusAway):
            await relay(house.db, house.bus)
    assert await house.on(ORDERS) == 30
    assert await mend(house.db, house.bus) == 32
    await house.everyone()
    assert sorted(house.letters) == sorted([(one.type, one.aggregate_id) for one in (*map(shipped, (1, 2)), *map(delivered, range(1, 31)))])


async def test_what_happened_to_one_thing_comes_again_in_its_order(house: House):
    await house.tell(*(event for n in range(1, 9) for event in (shipped(n), delivered(n))))
    await house.bus.prepare(interests(house.groups))
    await relay(house.db, house.bus)
    await mend(house.db, house.bus)
    await house.delete(ORDERS)
    await mend(house.db, house.bus)
    await house.everyone()
    for n in range(1, 9):
        assert [kind for kind, of in house.letters if of == n] == [SellerOrderShipped.type, SellerOrderDelivered.type]


async def test_a_topic_that_a_broker_made_in_its_own_way_gets_its_parts_and_settings(house: House):
    await house.tell(*(shipped(n) for n in range(1, 4)))
    await house.everyone()
    await mend(house.db, house.bus)
    await house.delete(ORDERS)
    async with an_admin(house.address) as admin:
        await admin.create_topics([NewTopic(house.address.named(ORDERS), 1, 1, topic_configs={"retention.ms": "60000"})])
    assert await mend(house.db, house.bus) == 3
    async with an_admin(house.address) as admin:
        [found] = await admin.describe_topics([house.address.named(ORDERS)])
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, house.address.named(ORDERS))])
    kept = {name: value for name, value, *_ in cast("Any", answer).resources[0][4]}
    assert len(found["partitions"]) == 3
    assert kept["retention.ms"] == str(7 * 24 * 3600 * 1000)
    await house.everyone()
    assert sorted(house.letters) == [(SellerOrderShipped.type, n) for n in range(1, 4)]


async def test_all_topics_lost_with_their_servers_are_told_again_on_the_new_ones(house: House):
    await house.tell(*(shipped(n) for n in range(1, 6)))
    await house.everyone()
    await house.tell(*(delivered(n) for n in range(1, 6)))
    await relay(house.db, house.bus)
    await mend(house.db, house.bus)
    await house.bus.close()
    async with a_kafka() as elsewhere:
        house.bus = KafkaBus(elsewhere, "https://market.example.com")
        await house.bus.prepare(interests(house.groups))
        assert await mend(house.db, house.bus) == 10
        await house.everyone()
        await house.bus.close()
    assert sorted(house.letters) == sorted((one.type, n) for n in range(1, 6) for one in (shipped(n), delivered(n)))


async def test_two_workers_that_notice_at_once_tell_again_once(house: House):
    await house.tell(*(shipped(n) for n in range(1, 4)))
    await house.everyone()
    await mend(house.db, house.bus)
    await house.delete(ORDERS)
    another = KafkaBus(house.url, "https://market.example.com")
    assert sorted(await asyncio.gather(mend(house.db, house.bus), mend(house.db, another))) == [0, 3]
    await another.close()
    await house.everyone()
    assert await house.on(ORDERS) == 3


async def test_topics_have_the_replication_of_the_cluster_where_the_address_says_none(house: House):
    silent = KafkaBus(house.url.replace("&replication=1", "").replace("?", "-silent?"), "https://market.example.com")
    await silent.prepare(interests(house.groups))
    assert (await silent.topics()).keys() >= {ORDERS, PAYOUTS}
    await silent.close()


async def test_a_new_topic_is_no_loss_and_the_embedded_bus_has_none(house: House):
    assert await mend(house.db, house.bus) == 0
    await house.tell(shipped(1))
    await house.everyone()
    assert await mend(house.db, house.bus) == 0
    embedded = OutboxBus(house.db)
    assert await mend(house.db, embedded) == 0
    assert await mend(house.db, house.bus) == 0, "from the embedded bus to Kafka groups start anew, by what docs/adr/0033 says"
