"""The tables of identity. An account is global; a membership says what it is at one tenant."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Digest, UtcTime


class Account(Base):
    """One person, known by one e-mail address on the whole installation."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("email"), CheckConstraint("state IN ('active', 'blocked')", name="state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Membership(TenantOwned, Base):
    """What an account is at one tenant: a buyer, an administrator, or both."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "account_id"), CheckConstraint("role IN ('buyer', 'marketplace_admin')", name="role"))

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class PlatformRole(Base):
    """What an account is across all tenants."""

    __tablename__ = "platform_role"
    __table_args__ = (CheckConstraint("role IN ('finance', 'super_admin')", name="role"),)

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class AccountSession(Base):
    """One browser that is signed in. The token itself is nowhere but in that browser."""

    __tablename__ = "account_session"
    __table_args__ = (UniqueConstraint("token_digest"), Index(None, "account_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    token_digest: Mapped[bytes] = mapped_column(Digest)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    signed_in_at_tenant: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    user_agent: Mapped[str] = mapped_column(String(200))


class DemoAccount(Base):
    """An account of the demo world, shown on the sign-in page in demo mode only."""

    __tablename__ = "demo_account"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(80))
