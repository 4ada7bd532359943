"""The table of the audit: append-only by triggers, in months, kept for seven years."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, UtcTime


class AuditRecord(TenantOwned, Base):
    """One administrative action. `tenant_id` is 0 where it concerned no single marketplace."""

    __tablename__ = "audit_record"
    __table_args__ = (
        Index(None, "tenant_id", "object_ref", "id"),
        {"info": {"append_only": True, "partition_by": "id", "retention": "SELECT, INSERT, ALTER"}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor_ref: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    object_ref: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    address: Mapped[str] = mapped_column(String(45))
