"""The table of payouts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class Payout(TenantOwned, Base):
    """An amount on its way to a seller: reserved, submitted, then paid or failed; unknown while the bank does not answer."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('reserved', 'submitted', 'paid', 'failed', 'unknown')", name="state"),
        CheckConstraint("(state IN ('paid', 'failed')) = (settled_at IS NOT NULL)", name="settled"),
        Index(None, "seller_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seller_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(String(10))
    bank_ref: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
