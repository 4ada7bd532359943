"""Tables of returns."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class ReturnRequest(TenantOwned, Base):
    """Some pieces of one seller order on their way back, with what they are worth and how far it is."""

    __tablename__ = "return_request"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'approved', 'declined', 'refunded', 'refund_failed')", name="state"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0 AND commission_minor >= 0 AND net_minor + tax_minor > 0", name="amounts"),
        Index(None, "tenant_id", "seller_order_id"),
        Index(None, "tenant_id", "refund_id"),
        Index(None, "seller_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_order_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(20))
    buyer_note: Mapped[str] = mapped_column(String(1000))
    note: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(14))
    refund_id: Mapped[int | None] = mapped_column(BigId)
    requested_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Whose store credit its money becomes, as the buyer wished; empty where money goes back.
    as_credit_of: Mapped[int | None] = mapped_column(BigId)


class ReturnLine(TenantOwned, Base):
    """So many pieces of one order line, and their exact part of its amounts."""

    __tablename__ = "return_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "return_id"], ["return_request.tenant_id", "return_request.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    return_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    quantity: Mapped[int] = mapped_column(Integer)
    net_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)
