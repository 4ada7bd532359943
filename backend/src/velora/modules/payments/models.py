"""Tables of payments. No card data: a token, a brand and four digits."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Flag, Minor, UtcTime


class PaymentIntent(TenantOwned, Base):
    """One order's payment. `refunded_minor` counts what was asked back and what went back; it never exceeds the captured.
    `disputed_minor` is what banks took back beside that, unless it returned: neither can be refunded again.

    `capture` says whether the charge takes the money at once. What is held until `authorised_until` is taken later: `capturing_minor`
    of it, which stands from the moment the gateway may be asked, so that it is asked for the same amount each time.

    All of these are the gateway's part. `credit_minor` beside it is what the buyer's store credit is to pay of the order, and
    `credit_used_minor` what it paid.

    `method` other than `card` is paid later and past every gateway, an invoice until `due_at`: `due_minor` is what is still to come of an
    awaited payment, lowered by what is cancelled.
    """

    __tablename__ = "payment_intent"
    __table_args__ = (
        CheckConstraint("refunded_minor >= 0 AND refunded_minor <= captured_minor AND captured_minor <= amount_minor", name="refunds"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "state", "next_look_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    amount_minor: Mapped[int] = mapped_column(Minor)
    captured_minor: Mapped[int] = mapped_column(Minor)
    refunded_minor: Mapped[int] = mapped_column(Minor)
    fee_minor: Mapped[int] = mapped_column(Minor)
    # 0 while the gateway has not said yet what it keeps of what was captured: then `next_look_at` says when to ask.
    fee_known: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(16))
    gateway_key: Mapped[str] = mapped_column(String(64))
    token: Mapped[str] = mapped_column(String(64))
    charge_ref: Mapped[str] = mapped_column(String(64))
    card_brand: Mapped[str] = mapped_column(String(20))
    card_last4: Mapped[str] = mapped_column(String(4))
    challenge_url: Mapped[str] = mapped_column(String(1000))
    reason: Mapped[str] = mapped_column(String(40))
    # When the sweeper should ask the gateway, if nothing has been heard until then; empty once settled.
    next_look_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    capture: Mapped[str] = mapped_column(String(5), server_default="now")
    capturing_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    authorised_until: Mapped[datetime | None] = mapped_column(UtcTime)
    keep_card: Mapped[bool] = mapped_column(Flag, server_default="0")
    disputed_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    credit_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    credit_used_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    method: Mapped[str] = mapped_column(String(16), server_default="card")
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    due_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    # How often its buyer was reminded that it is overdue.
    reminded: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class PaymentMethod(TenantOwned, Base):
    """A card that a buyer has saved: the gateway's token for it and what a person knows it by. What was removed is never charged again."""

    __tablename__ = "payment_method"
    __table_args__ = (UniqueConstraint("tenant_id", "account_id", "token"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId)
    token: Mapped[str] = mapped_column(String(64))
    brand: Mapped[str] = mapped_column(String(20))
    last4: Mapped[str] = mapped_column(String(4))
    exp_month: Mapped[int]
    exp_year: Mapped[int]
    is_default: Mapped[bool] = mapped_column(Flag)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class PaymentAttempt(TenantOwned, Base):
    """One answer of the gateway, as it came."""

    __tablename__ = "payment_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "intent_id"], ["payment_intent.tenant_id", "payment_intent.id"]),
        Index(None, "tenant_id", "intent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    intent_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcTime)
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200))
    charge_ref: Mapped[str] = mapped_column(String(64))


class PaymentRefund(TenantOwned, Base):
    """Money on its way back. The key is ours, and the same at every try.

    `next_look_at` says when to send an open one again; of a refused one, when its money is asked for again by another.
    `from_credit_minor` of it was paid with store credit; `to_credit_minor` of it becomes credit of `credit_account_id`, and the rest is
    what the gateway gives back, or a person sends by the bank (`by_transfer`), where the order was paid without a gateway.
    """

    __tablename__ = "payment_refund"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "intent_id"], ["payment_intent.tenant_id", "payment_intent.id"]),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("uq_payment_refund_tenant_id_business_key", "tenant_id", "business_key", unique=True),
        Index(None, "tenant_id", "order_id"),
        Index(None, "state", "next_look_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    intent_id: Mapped[int] = mapped_column(BigId)
    order_id: Mapped[int] = mapped_column(BigId)
    business_key: Mapped[str] = mapped_column(String(80))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    charge_ref: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    gateway_ref: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(UtcTime)
    next_look_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    from_credit_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    to_credit_minor: Mapped[int] = mapped_column(Minor, server_default="0")
    credit_account_id: Mapped[int | None] = mapped_column(BigId)
    by_transfer: Mapped[bool] = mapped_column(Flag, server_default="0")


class GatewayInbox(Base):
    """A notice of a gateway, written with what followed from it, so that it is heard once.

    `outcome`: told, to whatever of ours it was about; unmatched, when it was about money that is nobody's, booked in that marketplace;
    nothing, when nothing of ours follows.
    """

    __tablename__ = "gateway_inbox"
    __table_args__ = (
        CheckConstraint("outcome IN ('told', 'unmatched', 'nothing')", name="outcome"),
        CheckConstraint("(outcome = 'unmatched') = (amount_minor > 0)", name="amount"),
        Index(None, "outcome", "received_at"),
    )

    gateway: Mapped[str] = mapped_column(String(20), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    type: Mapped[str] = mapped_column(String(100))
    object_ref: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    outcome: Mapped[str] = mapped_column(String(10))
    # Whose it was about, where that is known.
    tenant_id: Mapped[int | None] = mapped_column(BigId)
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
