"""Tables of documents. What was issued is never changed: what was wrong with it is put right by another."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, UtcTime


class Document(TenantOwned, Base):
    """One document of a seller order. `subject_id` is what it is about: of each kind there is one about each thing.

    `facts` is everything that stands on it, as it was when it was issued. `number` is in its seller's series; labels have none.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'credit_note', 'return_label')", name="kind"),
        Index("uq_document_tenant_id_kind_subject_id", "tenant_id", "kind", "subject_id", unique=True),
        Index(None, "tenant_id", "seller_order_id"),
        Index(None, "seller_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(60))
    seller_id: Mapped[int] = mapped_column(BigId)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_order_id: Mapped[int] = mapped_column(BigId)
    subject_id: Mapped[int] = mapped_column(BigId)
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    facts: Mapped[dict[str, object]] = mapped_column(JsonDoc)


class DocumentSeries(TenantOwned, Base):
    """How many of a kind a seller has issued in a marketplace: numbers without a gap, as tax offices want them."""

    __tablename__ = "document_series"

    seller_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    issued: Mapped[int] = mapped_column(BigInteger)
