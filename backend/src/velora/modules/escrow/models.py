"""The table of escrow holds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class EscrowHold(TenantOwned, Base):
    """What is held of one seller order, net of tax.

    `claims` counts open returns and refunds under way: while there is one, nothing is released. `commission_minor` is what
    the operator would take of the whole, `commission_back_minor` what refunds have given up of it.
    """

    __tablename__ = "escrow_hold"
    __table_args__ = (
        CheckConstraint("refunded >= 0 AND released >= 0 AND refunded + released <= captured", name="cap"),
        CheckConstraint("commission_back_minor >= 0 AND commission_back_minor <= commission_minor", name="commission"),
        CheckConstraint("claims >= 0", name="claims"),
        CheckConstraint("state IN ('held', 'due', 'released', 'refunded', 'frozen')", name="state"),
        Index(None, "state", "due_at"),
        Index(None, "seller_id", "state", "due_at"),
    )

    seller_order_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    captured: Mapped[int] = mapped_column(Minor)
    refunded: Mapped[int] = mapped_column(Minor)
    released: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)
    commission_back_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(String(10))
    claims: Mapped[int] = mapped_column(SmallInteger)
    held_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcTime)
