"""The table of commission rules: every version stays, because lines name the one they were sold under."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, Minor, UtcTime


class CommissionRule(TenantOwned, Base):
    """One version of a rule. `retired` is a version that ends it."""

    __tablename__ = "commission_rule"
    __table_args__ = (
        CheckConstraint("percent_bps BETWEEN 0 AND 10000 AND fixed_minor >= 0", name="amounts"),
        {"info": {"append_only": True}},
    )

    rule_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(String(16))
    category_id: Mapped[int | None] = mapped_column(BigId)
    seller_id: Mapped[int | None] = mapped_column(BigId)
    percent_bps: Mapped[int] = mapped_column(Integer)
    fixed_minor: Mapped[int] = mapped_column(Minor)
    retired: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(40))
    # The fixed part in the further currencies of the marketplace: {"SEK": 300}.
    further_fixed: Mapped[dict[str, int] | None] = mapped_column(JsonDoc)
