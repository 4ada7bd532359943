"""Tables of transfers. What a person's account is stands in a table of its own, so that it can be erased."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class Transfer(TenantOwned, Base):
    """So much goes back by the bank. `about` is what moves when it is sent (`rfd_…`, or `sus_…:2` with the try), once each; `payee` names
    whose account it is: the reason of the refund, or the case.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('to_make', 'awaiting_second', 'sent', 'failed')", name="state"),
        CheckConstraint("(state IN ('sent', 'failed')) = (settled_at IS NOT NULL)", name="settled"),
        Index("uq_transfer_tenant_id_about", "tenant_id", "about", unique=True),
        Index(None, "state", "settled_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    about: Mapped[str] = mapped_column(String(40))
    payee: Mapped[str] = mapped_column(String(80))
    order_id: Mapped[int | None] = mapped_column(BigId)
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(16))
    approval_id: Mapped[int | None] = mapped_column(BigId)
    bank_ref: Mapped[str] = mapped_column(String(64))
    # A day as 2026-04-17, as the statement has it; empty until it was sent.
    sent_on: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    settled_by: Mapped[str] = mapped_column(String(40))
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class TransferPayee(TenantOwned, Base):
    """Where to: personal data, shown to finance alone, and erased some time after the last transfer to it."""

    __tablename__ = "transfer_payee"

    about: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(140))
    iban: Mapped[str] = mapped_column(String(34))
    given_by: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime] = mapped_column(UtcTime)
