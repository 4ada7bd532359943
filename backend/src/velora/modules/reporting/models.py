"""Tables of figures."""

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, Minor


class ReportingFigure(TenantOwned, Base):
    """So many pieces and so much money under one name, in one day or month of a marketplace; seller 0 is all of the marketplace.

    A month is the sum of its days. `starts` is the first day, counted from the beginning of ids.
    """

    __tablename__ = "reporting_figure"
    __table_args__ = (
        CheckConstraint("span IN ('day', 'month')", name="span"),
        Index(None, "seller_id", "span", "tenant_id", "starts"),
        {"sqlite_with_rowid": False},
    )

    span: Mapped[str] = mapped_column(String(5), primary_key=True)
    starts: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seller_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    pieces: Mapped[int] = mapped_column(BigId)
    amount_minor: Mapped[int] = mapped_column(Minor)


class ReportingDue(TenantOwned, Base):
    """Something of this day has changed since it was counted. Whoever counts the day takes the row first, in the same transaction."""

    __tablename__ = "reporting_due"
    __table_args__ = (Index(None, "day"), {"sqlite_with_rowid": False})

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    asked: Mapped[int] = mapped_column(BigId)
