"""The outbox: what happened, written in the transaction in which it happened."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db.base import Base
from velora.platform.db.types import BigId, JsonDoc, UtcTime

# How long an event is kept after it happened, once all have had it: so long can be looked up, and told again by hand, what was told.
RELAYED_KEPT: Final = timedelta(days=7)
# What is woken by an event that was told: it waits for the relay.
EVENTS: Final = "events"


class OutboxEvent(Base):
    """One fact. `relayed` is 0 until it is on the bus, and then the round in which it came there.

    A claim that, unlike a cursor, cannot skip a late commit; and rounds are committed in their order, so that a cursor over them can.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (Index(None, "relayed", "id"), {"info": {"partition_by": "id"}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(BigId)
    epoch: Mapped[int] = mapped_column(BigId, default=1)
    aggregate_type: Mapped[str] = mapped_column(String(40))
    aggregate_id: Mapped[int] = mapped_column(BigId)
    type: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    relayed: Mapped[int] = mapped_column(BigId, default=0)
    # The trace in which it happened, as W3C Trace Context writes it; empty where nobody traces.
    traceparent: Mapped[str] = mapped_column(String(55), server_default="", default="")


class RelayRound(Base):
    """The one row that counts the relay's rounds. Whoever raises it holds it until the round is committed."""

    __tablename__ = "relay_round"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId)


class RelayLane(Base):
    """A share of all things that events are about. One relay at a time has a lane, so that each thing's events keep their order."""

    __tablename__ = "relay_lane"

    lane: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(32), default="")
    held_until: Mapped[datetime] = mapped_column(UtcTime)


class BusTopic(Base):
    """Which topic had this name when somebody last looked. Where another has it now, what was on that one is told again."""

    __tablename__ = "bus_topic"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    identity: Mapped[str] = mapped_column(String(80))


class EventGroup(Base):
    """How far a group of listeners has read the outbox itself, where no other bus is configured, and who of it reads on."""

    __tablename__ = "event_group"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    round: Mapped[int] = mapped_column(BigId)
    event_id: Mapped[int] = mapped_column(BigId)
    holder: Mapped[str] = mapped_column(String(32), default="")
    held_until: Mapped[datetime] = mapped_column(UtcTime)


class InboxEntry(Base):
    """This consumer has had this event; written with the effect, so that no effect happens twice."""

    __tablename__ = "inbox_entry"

    consumer: Mapped[str] = mapped_column(String(120), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class ParkedEvent(Base):
    """An event that a consumer could not take: kept with the reason until a person looks."""

    __tablename__ = "parked_event"

    consumer: Mapped[str] = mapped_column(String(120), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(2000))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    parked_at: Mapped[datetime] = mapped_column(UtcTime)


class NodeLease(Base):
    """Which process makes ids with which node number; the longest unused number is leased next."""

    __tablename__ = "node_lease"

    node: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    leased_at: Mapped[object] = mapped_column(UtcTime)
