"""The table of suspense."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, Minor, UtcTime


class SuspenseCase(TenantOwned, Base):
    """One amount that matches nothing. `facts` is what the gateway said and what we had asked, without personal data; of money on our own
    bank's statement (gateway `bank`), what stands there.

    `tries` counts how often it was sent back, each time under a key of its own; `refusal` is why it last could not be.

    `order_id` is the order that it is kept or was taken for. What an order did not need of it is a case of its own: `parent_id` says of
    which, and there `split_minor` how much became others. So what came in is `amount_minor` and `split_minor` together.
    """

    __tablename__ = "suspense_case"
    __table_args__ = (
        CheckConstraint("amount_minor > 0 AND split_minor >= 0", name="amount"),
        CheckConstraint("state IN ('open', 'awaiting_second', 'kept', 'giving_back', 'settled')", name="state"),
        CheckConstraint(
            "settlement IN ('', 'give_back', 'write_off', 'credit', 'take') AND (settlement <> 'take' OR order_id IS NOT NULL)",
            name="settlement",
        ),
        CheckConstraint("(state = 'open') = (settlement = '')", name="decided"),
        CheckConstraint("state <> 'awaiting_second' OR approval_id IS NOT NULL", name="second"),
        CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled"),
        Index("uq_suspense_case_tenant_id_gateway_gateway_ref", "tenant_id", "gateway", "gateway_ref", unique=True),
        Index(None, "state", "next_look_at"),
        Index(None, "tenant_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(24))
    gateway: Mapped[str] = mapped_column(String(16))
    gateway_ref: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    facts: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    state: Mapped[str] = mapped_column(String(16))
    settlement: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    approval_id: Mapped[int | None] = mapped_column(BigId)
    tries: Mapped[int] = mapped_column(Integer)
    refund_ref: Mapped[str] = mapped_column(String(64))
    refusal: Mapped[str] = mapped_column(String(200))
    next_look_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_by: Mapped[str] = mapped_column(String(40))
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    order_id: Mapped[int | None] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    split_minor: Mapped[int] = mapped_column(Minor, server_default="0")
