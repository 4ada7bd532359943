"""The Kafka cluster itself: its address, its topics, and where groups stand in them."""

# aiokafka says no types: what it answers is read as what its documentation says it is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

import asyncio
import ssl
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import parse_qs, unquote, urlsplit

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import CommitFailedError, KafkaError, TopicAlreadyExistsError, for_code

from velora.kernel.events import event_types
from velora.platform.bus.cloudevents import PREFIX, topic_of
from velora.platform.bus.kafka_identity import identities
from velora.platform.bus.port import BusAway, NoSuchPlace

KEPT: Final = timedelta(days=7)
DEAD_LETTERS: Final = "dead-letters"
DEAD_LETTERS_KEPT: Final = timedelta(days=30)
# Whoever is behind by less than this still sees each change of a thing.
_COMPACTED_AFTER: Final = timedelta(hours=1)
ANSWERS_WITHIN: Final = 10_000  # milliseconds

_A_MOMENT: Final = 0.1  # seconds
_AGES_WITHIN: Final = 3.0  # seconds
_LOOK: Final = 250  # milliseconds

Parts = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """`kafka://host:port,host:port/prefix?partitions=12&replication=3`; `kafkas://user:password@…` over TLS with SCRAM-SHA-512."""

    servers: tuple[str, ...]
    prefix: str = PREFIX
    partitions: int = 12
    replication: int = -1  # the cluster's default
    user: str = ""
    password: str = ""
    tls: bool = False

    @classmethod
    def read(cls, url: str) -> "KafkaAddress":
        """Raises ValueError for what is no such address."""
        parts = urlsplit(url)
        people, _, hosts = parts.netloc.rpartition("@")
        user, _, password = people.partition(":")
        options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        servers = tuple(host if ":" in host else f"{host}:9092" for host in hosts.split(",") if host)
        if parts.scheme not in ("kafka", "kafkas") or not servers or options.keys() - {"partitions", "replication"}:
            raise ValueError("not a Kafka address")
        return cls(
            servers, parts.path.strip("/") or PREFIX, int(options.get("partitions", "12")), int(options.get("replication", "-1")),
            unquote(user), unquote(password), parts.scheme == "kafkas",
        )  # fmt: skip

    def connection(self) -> dict[str, Any]:
        """What every client of aiokafka is given."""
        made: dict[str, Any] = {
            "bootstrap_servers": list(self.servers), "client_id": self.prefix, "request_timeout_ms": ANSWERS_WITHIN,
            "retry_backoff_ms": 250,
            "security_protocol": ("SASL_SSL" if self.tls else "SASL_PLAINTEXT") if self.user else ("SSL" if self.tls else "PLAINTEXT"),
        }  # fmt: skip
        if self.tls:
            made["ssl_context"] = ssl.create_default_context()
        if self.user:
            made |= {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": self.user, "sasl_plain_password": self.password}
        return made

    def named(self, name: str) -> str:
        """A topic, or a group, as the cluster knows it: apart from those of other installations."""
        return f"{self.prefix}.{name}"


@asynccontextmanager
async def answering() -> AsyncGenerator[None]:
    """What goes wrong between us and the cluster is BusAway."""
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        raise BusAway(f"Kafka does not answer: {error!r}") from error


class KafkaCluster:
    """Topics and groups, looked after with connections that last only as long as each question."""

    def __init__(self, address: KafkaAddress) -> None:
        self._address = address

    async def make_topics(self) -> None:
        """Each module has its topic, and there is one for dead letters. What is there stays as it is."""
        wanted = [self._topic(name) for name in sorted({topic_of(kind.type) for kind in event_types()})]
        wanted.append(self._made(DEAD_LETTERS, 1, _kept(DEAD_LETTERS_KEPT)))
        async with self._admin() as admin:
            missing = {topic.name for topic in wanted} - set(await admin.list_topics())
            if not missing:
                return
            answer = await admin.create_topics([topic for topic in wanted if topic.name in missing])
            for name, code, *why in cast("Any", answer).topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise for_code(code)(f"{name}: {why}")

    async def topics(self) -> Mapping[str, str]:
        """The modules' topics, each with the id that the cluster gave it. Those that were not there are made."""
        await self.make_topics()
        names = {topic_of(kind.type) for kind in event_types()}
        await self._parts(names)  # from here on they are known
        async with answering(), asyncio.timeout(ANSWERS_WITHIN / 1000):
            client = AIOKafkaClient(**self._address.connection())
            try:
                await client.bootstrap()
                found = await identities(client, {self._address.named(name) for name in names})
            finally:
                await client.close()
        return {name: found[self._address.named(name)] for name in names}

    async def restore(self, topics: Collection[str]) -> None:
        """They have the parts and settings that they were made with: a broker that makes topics for whoever asks has its own idea."""
        async with self._admin() as admin:
            wanted = [self._topic(name) for name in sorted(topics)]
            found = {one["topic"]: len(one["partitions"]) for one in await admin.describe_topics([topic.name for topic in wanted])}
            fewer: dict[str, Any] = {
                topic.name: NewPartitions(topic.num_partitions) for topic in wanted if found[topic.name] < topic.num_partitions
            }
            if fewer:
                await admin.create_partitions(fewer)
            settings = [ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.topic_configs) for topic in wanted]
            for answer in await admin.alter_configs(settings):
                for code, why, *_, name in cast("Any", answer).resources:
                    if code:
                        raise for_code(code)(f"{name}: {why}")

    def _topic(self, name: str) -> NewTopic:
        last_counts = all(kind.last_counts for kind in event_types() if topic_of(kind.type) == name)
        settings = _kept(KEPT)
        if last_counts:
            settings |= {"cleanup.policy": "compact,delete", "min.compaction.lag.ms": _ms(_COMPACTED_AFTER)}
        return self._made(name, self._address.partitions, settings)

    def _made(self, name: str, partitions: int, settings: dict[str, str]) -> NewTopic:
        topic = NewTopic(self._address.named(name), partitions, 1, topic_configs=settings)
        topic.replication_factor = self._address.replication  # given at once, aiokafka takes the cluster's default for nothing given
        return topic

    async def begin(self, groups: Mapping[str, Collection[str]]) -> None:
        """Each group that stands nowhere yet stands at the end of its topics."""
        for name, topics in groups.items():
            async with self._looking(name) as consumer:
                if not await self._committed(consumer, topics):
                    await consumer.commit(await consumer.end_offsets(consumer.assignment()))

    async def begin_anew(self, name: str, topics: Collection[str]) -> None:
        """The group stands at the start of those of these topics in which it stands nowhere. Where somebody reads, they do so anyway."""
        async with self._looking(name) as consumer:
            found = await self._committed(consumer, topics)
            nowhere = {part: 0 for part in consumer.assignment() if part not in found}
            if nowhere:
                with suppress(CommitFailedError):
                    await consumer.commit(nowhere)

    async def stands(self, groups: Mapping[str, Collection[str]]) -> tuple[Mapping[str, Parts], Parts]:
        """Where each group stands in each part of its topics, and where each part ends. Nowhere, while its topics are not there."""
        async with self._admin() as admin:
            there = set(await admin.list_topics())
            groups = {name: own if {self._address.named(one) for one in own} <= there else () for name, own in groups.items()}
            committed = {name: await admin.list_consumer_group_offsets(self._address.named(name)) for name, own in groups.items() if own}
        parts = await self._parts({topic for own in groups.values() for topic in own}) if committed else []
        if not parts:
            return {name: {} for name in groups}, {}
        async with self._reading() as consumer:
            begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        found: dict[str, Parts] = {}
        for name, own in groups.items():
            topics = {self._address.named(topic) for topic in own}
            mine = [part for part in sorted(parts) if part.topic in topics]
            found[name] = {part: max(one.offset if (one := committed[name].get(part)) else 0, begins[part]) for part in mine}
        return found, ends

    async def oldest(self, places: Mapping[str, Parts]) -> Mapping[str, datetime]:
        """The time of the oldest event from these places on, by group; of those that can be read within a moment."""
        found: dict[str, datetime] = {}
        if not places:
            return found
        async with self._reading() as consumer:
            try:
                async with asyncio.timeout(_AGES_WITHIN):
                    for name, parts in places.items():
                        if moments := await _first_moments(consumer, parts):
                            found[name] = datetime.fromtimestamp(min(moments) / 1000, UTC)
            except TimeoutError:
                pass
        return found

    async def rewind(self, name: str, topics: Collection[str], to: datetime | Mapping[str, int]) -> None:
        """The group stands at this moment, or at these places, of the parts that are named. Nobody of it may be reading."""
        async with self._admin() as admin:
            group = self._address.named(name)
            [answer] = await admin.describe_consumer_groups([group])
            [(_, _, state, *_)] = cast("Any", answer).groups
            if state not in ("Empty", "Dead"):
                raise NoSuchPlace(f"Workers read as {name} at this moment. Stop them, say this again, and start them.")
        async with self._looking(name) as consumer:
            if not await self._committed(consumer, topics):
                raise NoSuchPlace(f"There is no group {name} yet: it begins when a worker runs.")
            parts = consumer.assignment()
            if isinstance(to, datetime):
                found = await consumer.offsets_for_times({part: int(to.timestamp() * 1000) for part in parts})
                ends = await consumer.end_offsets(parts)
                await consumer.commit({part: one.offset if (one := found[part]) else ends[part] for part in parts})
                return
            known = {self.place(part): part for part in parts}
            if unknown := to.keys() - known.keys():
                raise NoSuchPlace(f"{', '.join(sorted(unknown))}: {name} reads {', '.join(sorted(known))}.")
            await consumer.commit({known[place]: offset for place, offset in to.items()})

    def place(self, part: TopicPartition) -> str:
        """A part of a topic as a person writes it: orders/3."""
        return f"{part.topic.removeprefix(self._address.named(''))}/{part.partition}"

    async def version(self) -> str:
        async with self._admin() as admin:
            found = await admin.describe_cluster()
        brokers = len(found["brokers"])
        return f"Kafka, {brokers} {'broker' if brokers == 1 else 'brokers'}"

    async def _parts(self, topics: Collection[str]) -> list[TopicPartition]:
        """Every part of these topics. What was made a moment ago may not be known to every broker: that is waited for."""
        named = {self._address.named(name) for name in topics}
        async with self._admin() as admin, asyncio.timeout(ANSWERS_WITHIN / 1000):
            while True:
                # To ask for one that is not there would make it, with the cluster's own idea of how.
                if named <= set(await admin.list_topics()):
                    found = await admin.describe_topics(sorted(named))
                    if not any(one["error_code"] for one in found):
                        return [TopicPartition(one["topic"], part["partition"]) for one in found for part in one["partitions"]]
                await asyncio.sleep(_A_MOMENT)

    async def _committed(self, consumer: AIOKafkaConsumer, topics: Collection[str]) -> Parts:
        """Where its group stands in each part of these topics where it stands at all. It is assigned all of them."""
        consumer.assign(await self._parts(topics))
        found = {part: await consumer.committed(part) for part in sorted(consumer.assignment())}
        return {part: offset for part, offset in found.items() if offset is not None}

    @asynccontextmanager
    async def _admin(self) -> AsyncGenerator[AIOKafkaAdminClient]:
        async with answering():
            admin = AIOKafkaAdminClient(**self._address.connection())
            try:
                await admin.start()
                yield admin
            finally:
                await admin.close()

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AIOKafkaConsumer]:
        """A consumer of no group, that reads little at a time."""
        async with answering():
            little = {"max_partition_fetch_bytes": 4096, "fetch_max_wait_ms": 100, "enable_auto_commit": False}
            consumer = AIOKafkaConsumer(**little, **self._address.connection())
            try:
                await consumer.start()
                yield consumer
            finally:
                await consumer.stop()

    @asynccontextmanager
    async def _looking(self, group: str) -> AsyncGenerator[AIOKafkaConsumer]:
        """A consumer that takes no part in its group, only says where that stands, or moves it."""
        async with answering():
            consumer = AIOKafkaConsumer(group_id=self._address.named(group), enable_auto_commit=False, **self._address.connection())
            try:
                await consumer.start()
                yield consumer
            finally:
                await consumer.stop()


async def _first_moments(consumer: AIOKafkaConsumer, places: Parts) -> list[int]:
    """The time, in milliseconds, of the first event from each of these places on, as far as one came in two looks."""
    consumer.assign(list(places))
    for part, offset in places.items():
        consumer.seek(part, offset)
    moments: dict[TopicPartition, int] = {}
    for _ in range(2):
        for part, records in (await consumer.getmany(timeout_ms=_LOOK)).items():
            moments.setdefault(part, records[0].timestamp)
        if len(moments) == len(places):
            break
    return list(moments.values())


def _kept(how_long: timedelta) -> dict[str, str]:
    return {"retention.ms": _ms(how_long), "cleanup.policy": "delete"}


def _ms(how_long: timedelta) -> str:
    return str(int(how_long.total_seconds() * 1000))


def topics_of(types: Collection[str]) -> frozenset[str]:
    return frozenset(topic_of(type_) for type_ in types)
