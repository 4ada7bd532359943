"""Tables of store credit. The money itself stands in the ledger, account 2060 of each buyer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class CustomerCredit(TenantOwned, Base):
    """What a buyer has, and how much of it waits for orders that are not paid yet: never more than there is."""

    __tablename__ = "customer_credit"
    __table_args__ = (CheckConstraint("held_minor >= 0 AND held_minor <= balance_minor", name="held"),)

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    balance_minor: Mapped[int] = mapped_column(Minor)
    held_minor: Mapped[int] = mapped_column(Minor)


class CreditUse(TenantOwned, Base):
    """Credit that pays, paid or was to pay for an order: held, then used or released. What goes back never exceeds what was used."""

    __tablename__ = "credit_use"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'used', 'released')", name="state"),
        CheckConstraint("amount_minor > 0 AND used_minor >= 0 AND used_minor <= amount_minor", name="used"),
        CheckConstraint("state = 'used' OR used_minor = 0", name="spent"),
        CheckConstraint("back_minor >= 0 AND back_minor <= used_minor", name="back"),
        Index(None, "tenant_id", "account_id"),
    )

    intent_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    account_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    used_minor: Mapped[int] = mapped_column(Minor)
    back_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(String(8))
    held_at: Mapped[datetime] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
