"""Tables of pricing."""

from typing import Any

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, Minor


class ShippingRuleRow(TenantOwned, Base):
    """What a seller takes for delivery in a marketplace; `seller_id` 0 is for all that have no rule of their own."""

    __tablename__ = "shipping_rule"
    __table_args__ = (CheckConstraint("flat_minor >= 0", name="flat"),)

    seller_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    flat_minor: Mapped[int] = mapped_column(Minor)
    free_above_minor: Mapped[int | None] = mapped_column(Minor)
    days_min: Mapped[int] = mapped_column(Integer)
    days_max: Mapped[int] = mapped_column(Integer)
    # The same in the further currencies of the marketplace: {"SEK": {"flat_minor": 4900, "free_above_minor": null}}.
    further: Mapped[dict[str, dict[str, Any]] | None] = mapped_column(JsonDoc)
