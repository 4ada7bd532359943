"""What a marketplace wants its search to know, and the counted queries of its visitors, which name nobody."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Flag, JsonDoc, UtcTime


class MerchandisingState(TenantOwned, Base):
    """One row a marketplace: `edition` grows with every change of what its search is to know, so that whoever knows it knows all of it."""

    __tablename__ = "merchandising_state"

    edition: Mapped[int] = mapped_column(BigId)
    denied: Mapped[list[str]] = mapped_column(JsonDoc)
    denied_version: Mapped[int] = mapped_column(Integer)


class MerchandisingSynonyms(TenantOwned, Base):
    """Words that mean each other; or, where there is `also`, words that also find those."""

    __tablename__ = "merchandising_synonyms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    words: Mapped[list[str]] = mapped_column(JsonDoc)
    also: Mapped[list[str]] = mapped_column(JsonDoc)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class MerchandisingRule(TenantOwned, Base):
    """For a query: which listings stand first, in their order, and which are left out."""

    __tablename__ = "merchandising_rule"
    __table_args__ = (
        CheckConstraint("matching IN ('exact', 'contains')", name="matching"),
        CheckConstraint("starts_at IS NULL OR ends_at IS NULL OR ends_at > starts_at", name="ends"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    query: Mapped[str] = mapped_column(String(100))
    matching: Mapped[str] = mapped_column(String(10))
    pins: Mapped[list[int]] = mapped_column(JsonDoc)
    hides: Mapped[list[int]] = mapped_column(JsonDoc)
    starts_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)
    active: Mapped[bool] = mapped_column(Flag)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class MerchandisingQuery(TenantOwned, Base):
    """How often a query was made on a day, found something and found nothing; `query` is as it is compared, `shown` as it was typed."""

    __tablename__ = "merchandising_query"
    __table_args__ = (Index(None, "day"), CheckConstraint("found >= 0 AND missed >= 0", name="counts"))

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026-11-26, in UTC
    query: Mapped[str] = mapped_column(String(80), primary_key=True)
    shown: Mapped[str] = mapped_column(String(80))
    found: Mapped[int] = mapped_column(Integer)
    missed: Mapped[int] = mapped_column(Integer)
