"""Endpoints with their queues. An owner is a marketplace (seller 0) or a seller across all of its marketplaces (tenant 0)."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, SmallInteger, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, SellerOwned, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, UtcTime

# A secret as platform/vault keeps it.
_Locked: Final = LargeBinary(60).with_variant(mysql.VARBINARY(60), "mysql")


class WebhookEndpoint(TenantOwned, SellerOwned, Base):
    """Where to send what. `next_at` is when its queue next has something due, `lease` is whose it alone is until `leased_until`."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        Index(None, "lane", "state", "next_at"),
        CheckConstraint("state IN ('enabled', 'disabled')", name="state"),
        CheckConstraint("reason IN ('', 'asked', 'gone', 'failing')", name="reason"),
        CheckConstraint("(tenant_id = 0) <> (seller_id = 0)", name="owner"),
        CheckConstraint("lane IN ('quick', 'slow')", name="lane"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(200))
    event_types: Mapped[list[str]] = mapped_column(JsonDoc)
    secret: Mapped[bytes] = mapped_column(_Locked)
    old_secret: Mapped[bytes | None] = mapped_column(_Locked)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime] = mapped_column(UtcTime)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    lane: Mapped[str] = mapped_column(String(5))
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lease: Mapped[int] = mapped_column(BigId)
    leased_until: Mapped[datetime] = mapped_column(UtcTime)
    rest_until: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer)


class WebhookDelivery(TenantOwned, SellerOwned, Base):
    """One event for one endpoint, once by its key. `tries` counts since it was last asked for, `attempts` all of them."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "tenant_id", "seller_id", "endpoint_id", "next_at"),
        Index(None, "event_id"),
        Index(None, "state", "event_id"),
        CheckConstraint("state IN ('pending', 'delivered', 'failed', 'given_up')", name="state"),
        CheckConstraint("(state IN ('pending', 'failed')) = (next_at IS NOT NULL)", name="next"),
    )

    endpoint_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    last_error: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WebhookAttempt(TenantOwned, SellerOwned, Base):
    """One request and what came of it: the log that its owner reads."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index(None, "event_id"),)

    endpoint_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    request_headers: Mapped[dict[str, str]] = mapped_column(JsonDoc)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    reply: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(String(400))
