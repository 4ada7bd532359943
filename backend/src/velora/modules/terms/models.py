"""The table of invoice terms."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor, UtcTime


class InvoiceTerms(TenantOwned, Base):
    """How much a buyer may owe on invoices of a marketplace, and how much that is now. A limit of nothing: no more on invoice."""

    __tablename__ = "invoice_terms"
    __table_args__ = (CheckConstraint("limit_minor >= 0 AND owed_minor >= 0", name="amounts"),)

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    limit_minor: Mapped[int] = mapped_column(Minor)
    owed_minor: Mapped[int] = mapped_column(Minor)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
