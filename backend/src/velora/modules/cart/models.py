"""The table of carts."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, UtcTime


class CartRow(TenantOwned, Base):
    """The cart of an account in a marketplace."""

    __tablename__ = "cart"

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kept: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
