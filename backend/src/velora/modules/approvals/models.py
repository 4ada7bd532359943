"""The table of approvals."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Digest, JsonDoc, Minor, UtcTime


class Approval(TenantOwned, Base):
    """One request for a second person. `tenant_id` is 0 where it concerns no single marketplace.

    `open_subject` names action and subject while the request is open, so that only one can be; it is empty afterwards.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'approved', 'rejected', 'withdrawn', 'expired', 'done')", name="state"),
        CheckConstraint("(state IN ('requested', 'approved')) = (open_subject IS NOT NULL)", name="open"),
        CheckConstraint("state NOT IN ('approved', 'rejected', 'done') OR decided_by <> requested_by", name="four_eyes"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("uq_approval_tenant_id_open_subject", "tenant_id", "open_subject", unique=True),
        Index(None, "state", "expires_at"),
        {"info": {"retention": "SELECT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    open_subject: Mapped[str | None] = mapped_column(String(141))
    payload: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    requested_by: Mapped[str] = mapped_column(String(40))
    requested_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    reason: Mapped[str] = mapped_column(String(200))
