"""Tables of disputes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Flag, Minor, UtcTime


class Dispute(TenantOwned, Base):
    """What a buyer's bank asks back of one charge. Amounts are the gateway's own, as far as they are posted.

    `amount_minor` is asked for; `taken_minor` was taken and `returned_minor` came back with the end. What was taken and falls on no
    seller is `suspended_minor` in suspense. What came back after the end is `late_minor`, and a case on finance's desk.
    No payment where the charge is none of ours.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'won', 'lost')", name="state"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("covered_minor >= 0 AND suspended_minor >= 0 AND covered_minor <= taken_minor", name="covered"),
        CheckConstraint("(intent_id IS NULL) = (order_id IS NULL)", name="order"),
        Index("uq_dispute_tenant_id_gateway_gateway_ref", "tenant_id", "gateway", "gateway_ref", unique=True),
        Index(None, "gateway", "gateway_ref"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "state", "next_look_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    gateway: Mapped[str] = mapped_column(String(16))
    gateway_ref: Mapped[str] = mapped_column(String(64))
    charge_ref: Mapped[str] = mapped_column(String(64))
    intent_id: Mapped[int | None] = mapped_column(BigId)
    order_id: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Minor)
    taken_minor: Mapped[int] = mapped_column(Minor)
    # Of what was taken: what falls on sellers and tax offices.
    covered_minor: Mapped[int] = mapped_column(Minor)
    suspended_minor: Mapped[int] = mapped_column(Minor)
    returned_minor: Mapped[int] = mapped_column(Minor)
    late_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor)
    fee_back_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(8))
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    answer_by: Mapped[datetime | None] = mapped_column(UtcTime)
    heard_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    next_look_at: Mapped[datetime | None] = mapped_column(UtcTime)


class DisputeShare(TenantOwned, Base):
    """What of a dispute falls on one seller order, and from what it is met.

    In escrow it stays there, frozen; otherwise so much is held of what the seller could be paid, and of its reserve. `debt_minor` is
    what the seller came to owe when it was lost.
    """

    __tablename__ = "dispute_share"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "dispute_id"], ["dispute.tenant_id", "dispute.id"]),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0 AND commission_minor >= 0 AND commission_minor <= net_minor", name="amounts"),
        CheckConstraint("payable_minor >= 0 AND reserve_minor >= 0 AND debt_minor >= 0", name="borne"),
        Index(None, "tenant_id", "seller_order_id"),
        Index(None, "seller_id", "dispute_id"),
    )

    dispute_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seller_order_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seller_id: Mapped[int] = mapped_column(BigId)
    country: Mapped[str] = mapped_column(String(2))
    net_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)
    in_escrow: Mapped[bool] = mapped_column(Flag)
    payable_minor: Mapped[int] = mapped_column(Minor)
    reserve_minor: Mapped[int] = mapped_column(Minor)
    debt_minor: Mapped[int] = mapped_column(Minor)
