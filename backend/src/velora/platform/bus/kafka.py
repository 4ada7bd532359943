"""Events on Kafka: a topic for each module, keyed by what they happened to, read by consumer groups.

The producer is idempotent and waits for all replicas. Whatever goes wrong with it, it is thrown away: one that has lost count
stays unusable, and what it may still deliver late has been seen by then and is passed over by the inbox.
"""

# aiokafka says no types: what it answers is read as what its documentation says it is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, MessageSizeTooLargeError

from velora.kernel.ids import time_of
from velora.platform.bus import cloudevents
from velora.platform.bus.cloudevents import CONTENT_TYPE, CloudEvents, NotAnEvent
from velora.platform.bus.kafka_cluster import ANSWERS_WITHIN, DEAD_LETTERS, KafkaAddress, KafkaCluster, answering, topics_of
from velora.platform.bus.parking import REASON_LENGTH
from velora.platform.bus.port import Batch, BusAway, Groups, Lag, NoSuchPlace, Told, Unreadable
from velora.platform.telemetry import tracing

log: Final = logging.getLogger("velora.kafka")
# It says a hundred times a second that its broker is away; whoever calls says it once, and when it is back.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

_HEADERS: Final = [("content-type", CONTENT_TYPE.encode())]
_TRACEPARENT: Final = "traceparent"
_ONE_TRY: Final = ANSWERS_WITHIN / 1000 * 1.5  # seconds
_JOINS_WITHIN: Final = 30.0
_LOOK: Final = 200  # milliseconds
# Whoever reads has met the emptied topic by then, and reads it from its start; who has not is no longer in the group.
_NOTICED_WITHIN: Final = 12.0
_NEARBY: Final = 50 * 60_000  # milliseconds
_TIME_TO_LEAVE: Final = 3.0


@dataclass(slots=True)
class _Member(ConsumerRebalanceListener):
    """One group, as this process takes part in it."""

    consumer: AIOKafkaConsumer
    has_joined: asyncio.Event = field(default_factory=asyncio.Event)

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """What is being heard is not waited for: whoever reads on has it again, and the inbox knows."""
        self.has_joined.clear()  # until it is known what this process reads, nobody can say that it has read all

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.has_joined.set()


@dataclass(frozen=True, slots=True)
class _Span:
    """What was taken: from where on in each part, and up to where."""

    first: Mapping[TopicPartition, int]
    after: Mapping[TopicPartition, int]


class KafkaBus:
    name = "Kafka"

    def __init__(self, url: str, public_url: str) -> None:
        """Raises ValueError for what is no address of Kafka."""
        self._address = KafkaAddress.read(url)
        self._cluster = KafkaCluster(self._address)
        self._events = CloudEvents(public_url)
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._members: dict[str, _Member] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def prepare(self, groups: Groups) -> None:
        if groups.keys() <= self._known.keys():
            return
        await self._cluster.make_topics()
        await self._cluster.begin({name: topics_of(types) for name, types in groups.items()})
        self._known |= groups

    # ------------------------------------------------------------------------------------------- publishing

    async def publish(self, told: Sequence[Told]) -> Sequence[Unreadable]:
        refused: list[Unreadable] = []
        sent: list[asyncio.Future[Any]] = []
        try:
            async with answering():
                producer = await self._started()
                for one in told:
                    topic = self._address.named(cloudevents.topic_of(one.event.type))
                    try:
                        sent.append(await self._send(producer, topic, one, self._events.written(one)))
                    except MessageSizeTooLargeError as error:
                        refused.append(Unreadable(one.id, repr(error)))
                await _all_arrived(sent)
        except BusAway:
            self._drop_producer()
            raise
        return refused

    async def _send(self, producer: AIOKafkaProducer, topic: str, one: Told, value: bytes) -> asyncio.Future[Any]:
        key = cloudevents.key_of(one.event)
        if not one.traceparent:
            return await producer.send(topic, value, key=key, headers=_HEADERS, timestamp_ms=_stamp(one))
        with tracing.span(f"publish {one.event.type}", "producer", parent=one.traceparent, topic=topic):
            headers = [*_HEADERS, (_TRACEPARENT, (tracing.here() or one.traceparent).encode())]
            return await producer.send(topic, value, key=key, headers=headers, timestamp_ms=_stamp(one))

    def marked(self) -> None:
        """Whoever reads is told by the broker."""

    async def bury(self, one: Told, group: str, listener: str, reason: str) -> None:
        value = self._events.written(one, veloragroup=group, veloralistener=listener, velorareason=reason[:REASON_LENGTH])
        try:
            async with answering():
                await _all_arrived([await self._send(await self._started(), self._address.named(DEAD_LETTERS), one, value)])
        except BusAway:
            self._drop_producer()
            raise

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    acks="all", enable_idempotence=True, linger_ms=2, max_batch_size=256 * 1024, **self._address.connection()
                )
                try:
                    await asyncio.wait_for(producer.start(), _ONE_TRY)
                except BaseException:
                    self._leave(producer.stop())
                    raise
                self._producer = producer
            return self._producer

    def _drop_producer(self) -> None:
        if self._producer is not None:
            self._leave(self._producer.stop())
            self._producer = None

    def _leave(self, stopping: Any) -> None:
        """In its own time: a client that has lost its broker may need long to end."""
        task = asyncio.create_task(_quietly(stopping))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # ------------------------------------------------------------------------------------------- reading

    async def take(self, group: str, types: frozenset[str], *, at_most: int, wait: float) -> Batch:
        if group not in self._known:
            raise NoSuchPlace(f"No group {group} was prepared.")
        now = asyncio.get_running_loop().time
        give_up = now() + wait
        member = await self._member(group, types)
        try:
            async with answering():
                while True:
                    found = await member.consumer.getmany(timeout_ms=_LOOK, max_records=at_most)
                    batch = _batch(group, types, [one for several in found.values() for one in several])
                    if len(batch):
                        return batch
                    if batch.place:
                        await self.done(batch)  # nothing in it that this group listens to
                    elif now() >= give_up and (wait or await self._has_all(member)):
                        return Batch(group)
        except BusAway:
            self._drop_member(group)
            raise

    async def _member(self, group: str, types: frozenset[str]) -> _Member:
        if group not in self._members:
            async with answering():
                consumer = AIOKafkaConsumer(
                    group_id=self._address.named(group), enable_auto_commit=False, auto_offset_reset="earliest",
                    fetch_max_wait_ms=_LOOK, metadata_max_age_ms=30_000, **self._address.connection(),
                )  # fmt: skip
                member = _Member(consumer)
                consumer.subscribe([self._address.named(name) for name in sorted(topics_of(types))], listener=member)
                try:
                    await asyncio.wait_for(consumer.start(), _JOINS_WITHIN)
                except BaseException:
                    self._leave(consumer.stop())
                    raise
            self._members[group] = member
        return self._members[group]

    async def _has_all(self, member: _Member) -> bool:
        """Nothing is left for this process: it has joined its group, and stands at the end of each part that it was given."""
        await asyncio.wait_for(member.has_joined.wait(), _JOINS_WITHIN)
        parts = member.consumer.assignment()
        ends = await member.consumer.end_offsets(parts) if parts else {}
        for part in parts:
            if await member.consumer.position(part) < ends[part]:
                return False
        return True

    async def done(self, batch: Batch) -> None:
        member = self._members.get(batch.group)
        if member is None or not isinstance(batch.place, _Span):
            return
        async with answering():
            try:
                await asyncio.wait_for(member.consumer.commit(dict(batch.place.after)), _ONE_TRY)
            except (CommitFailedError, IllegalStateError) as error:
                # Somebody else reads these parts now, and has had or will have them: the inbox knows.
                log.info("%s: another process reads on: %r", batch.group, error)

    async def again(self, batch: Batch) -> None:
        member = self._members.get(batch.group)
        if member is None or not isinstance(batch.place, _Span):
            return
        for part, offset in batch.place.first.items():
            if part in member.consumer.assignment():
                member.consumer.seek(part, offset)

    def _drop_member(self, group: str) -> None:
        if member := self._members.pop(group, None):
            self._leave(member.consumer.stop())

    # ------------------------------------------------------------------------------------------- looking after

    async def lags(self, groups: Groups) -> Mapping[str, Lag]:
        stands, ends = await self._cluster.stands({name: topics_of(types) for name, types in groups.items()})
        waiting = {name: {part: offset for part, offset in own.items() if offset < ends[part]} for name, own in stands.items()}
        oldest = await self._cluster.oldest({name: own for name, own in waiting.items() if own})
        return {
            name: Lag(
                sum(ends[part] - offset for part, offset in waiting[name].items()),
                {self._cluster.place(part): offset for part, offset in own.items()},
                oldest.get(name),
            )
            for name, own in stands.items()
        }

    async def rewind(self, group: str, to: datetime | Mapping[str, int]) -> None:
        if group not in self._known:
            raise NoSuchPlace(f"There is no group {group}. There are: {', '.join(sorted(self._known))}.")
        if member := self._members.pop(group, None):
            await _quietly(member.consumer.stop())
        await self._cluster.rewind(group, topics_of(self._known[group]), to)

    async def forget(self, group: str) -> None:
        """Kafka forgets by itself, a week after somebody last read, where a group stood; what is kept does not depend on it."""
        if group not in self._known:
            raise NoSuchPlace(f"There is no group {group}. There are: {', '.join(sorted(self._known))}.")
        if member := self._members.pop(group, None):
            await _quietly(member.consumer.stop())
        del self._known[group]

    async def topics(self) -> Mapping[str, str]:
        return await self._cluster.topics()

    async def restore(self, topics: Collection[str]) -> None:
        await self._cluster.restore(topics)
        for name, types in self._known.items():
            if own := topics_of(types) & set(topics):
                await self._cluster.begin_anew(name, own)
        await asyncio.sleep(_NOTICED_WITHIN)

    async def needed_from(self) -> int | None:
        return None

    async def ping(self) -> str:
        return await self._cluster.version()

    async def close(self) -> None:
        self._drop_producer()
        for group in list(self._members):
            self._drop_member(group)
        if self._leaving:
            _, late = await asyncio.wait(self._leaving, timeout=_TIME_TO_LEAVE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _stamp(one: Told) -> int:
    """The record's time, in milliseconds: when it happened, or now where that is long ago or far ahead.

    The broker keeps a record for so long after its time, and refuses one that is an hour ahead of its clock. Whoever hears again from
    a moment on hears what is stamped since then: everything that happened since, and what came late.
    """
    now, happened = time.time() * 1000, time_of(one.id).timestamp() * 1000
    return int(happened if abs(happened - now) < _NEARBY else now)


def _batch(group: str, types: frozenset[str], records: Sequence[ConsumerRecord[Any, Any]]) -> Batch:
    told: list[Told] = []
    unreadable: list[Unreadable] = []
    first: dict[TopicPartition, int] = {}
    after: dict[TopicPartition, int] = {}
    for record in records:
        part = TopicPartition(record.topic, record.partition)
        first.setdefault(part, record.offset)
        after[part] = record.offset + 1
        try:
            if one := cloudevents.read(record.value or b"", types):
                told.append(replace(one, traceparent=_sent_in(record) or one.traceparent))
        except NotAnEvent as error:
            where = f"{record.topic}/{record.partition}:{record.offset}"
            unreadable.append(Unreadable(error.id or _made_up(where), f"{where}: {error}"))
    return Batch(group, told, unreadable, _Span(first, after) if after else None)


def _sent_in(record: ConsumerRecord[Any, Any]) -> str:
    """The span in which it was published."""
    found = next((value for name, value in record.headers if name == _TRACEPARENT), b"")
    return tracing.well_formed(found.decode(errors="replace"))


def _made_up(where: str) -> int:
    """An id for what has none: the same each time it is read."""
    return int.from_bytes(sha256(where.encode()).digest()[:8], "big") >> 1


async def _all_arrived(sent: Sequence[asyncio.Future[Any]]) -> None:
    """Raises what went wrong with the first that did not arrive, or TimeoutError."""
    if not sent:
        return
    arrived, late = await asyncio.wait(sent, timeout=_ONE_TRY)
    wrong = [error for one in arrived if (error := one.exception())]
    if wrong:
        raise wrong[0]
    if late:
        raise TimeoutError(f"{len(late)} of {len(sent)} events were not acknowledged in {_ONE_TRY:.0f} s")


async def _quietly(stopping: Any) -> None:
    try:
        await stopping
    except (KafkaError, OSError, TimeoutError) as error:
        log.info("Left while Kafka was away: %r", error)
