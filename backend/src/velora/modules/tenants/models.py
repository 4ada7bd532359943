"""The tables of tenants. A tenant's row is no tenant's own: it is found before the tenant is known."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, Minor, UtcTime


class Tenant(Base):
    """One marketplace."""

    __tablename__ = "tenant"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("state IN ('active', 'suspended')", name="state"),
        CheckConstraint("tax_mode IN ('inclusive', 'exclusive', 'none')", name="tax_mode"),
        CheckConstraint("escrow_days >= 0 AND payout_threshold_minor >= 0 AND reserve_bps BETWEEN 0 AND 10000", name="money"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    tagline: Mapped[str] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    locale: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2))
    countries: Mapped[list[str]] = mapped_column(JsonDoc)
    tax_mode: Mapped[str] = mapped_column(String(10))
    escrow_days: Mapped[int] = mapped_column(Integer)
    reserve_bps: Mapped[int] = mapped_column(Integer)
    payout_threshold_minor: Mapped[int] = mapped_column(Minor)
    theme: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    charged: Mapped[str] = mapped_column(String(12), server_default="at_order")
    # What it also sells in, or did: {"SEK": {"payout_threshold_minor": 50000, "sold": true}}. Money earned in one is paid out after it too.
    further_currencies: Mapped[dict[str, dict[str, Any]] | None] = mapped_column(JsonDoc)
    # How its buyers may pay later, past the gateway; nothing for cards alone.
    paid_later: Mapped[dict[str, Any] | None] = mapped_column(JsonDoc)


class TenantDomain(TenantOwned, Base):
    """A host that leads to the tenant, besides `{slug}.localhost`."""

    __tablename__ = "tenant_domain"
    __table_args__ = (UniqueConstraint("host"),)

    host: Mapped[str] = mapped_column(String(253), primary_key=True)
