"""The queue of letters."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, UtcTime


class NotificationMail(TenantOwned, Base):
    """One letter to one person. It is personal data, so a settled one is forgotten after a while."""

    __tablename__ = "notification_mail"
    __table_args__ = (Index(None, "state", "next_at"), CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    last_error: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
