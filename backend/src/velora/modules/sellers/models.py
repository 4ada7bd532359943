"""The tables of sellers. An organisation is global; a membership says where it may sell."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, UtcTime


class Seller(Base):
    """One organisation that sells, at any number of marketplaces."""

    __tablename__ = "seller"
    __table_args__ = (UniqueConstraint("slug"), CheckConstraint("tier IN ('standard', 'pro')", name="tier"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(2000))
    country: Mapped[str] = mapped_column(String(2))
    tier: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class SellerStaff(Base):
    """A person who works for a seller."""

    __tablename__ = "seller_staff"
    __table_args__ = (Index(None, "account_id"), CheckConstraint("role IN ('owner', 'staff')", name="role"))

    seller_id: Mapped[int] = mapped_column(ForeignKey(Seller.id), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime] = mapped_column(UtcTime)


class SellerMembership(TenantOwned, Base):
    """Where a seller stands at one marketplace."""

    __tablename__ = "seller_membership"
    __table_args__ = (
        Index(None, "seller_id"),
        CheckConstraint("state IN ('applied', 'approved', 'declined', 'suspended')", name="state"),
    )

    seller_id: Mapped[int] = mapped_column(ForeignKey(Seller.id), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(10))
    applied_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(String(500))


class SellerImprint(Base):
    """Who the seller is before the law, and where: what its invoices say, and where goods go back to."""

    __tablename__ = "seller_imprint"

    seller_id: Mapped[int] = mapped_column(ForeignKey(Seller.id), primary_key=True, autoincrement=False)
    legal_name: Mapped[str] = mapped_column(String(120))
    line1: Mapped[str] = mapped_column(String(120))
    line2: Mapped[str] = mapped_column(String(120))
    postal_code: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    tax_number: Mapped[str] = mapped_column(String(30))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
