"""Tables of stock. They belong to the seller: one pile serves every marketplace the seller sells in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, SellerOwned
from velora.platform.db.types import BigId, UtcTime


class StockLocation(SellerOwned, Base):
    """A place where a seller keeps goods; orders are served from the lowest `position` that can."""

    __tablename__ = "stock_location"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]


class StockLevel(SellerOwned, Base):
    """How many lie there, and how many of those are promised."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
        Index(None, "variant_id"),
    )

    variant_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    location_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class StockHold(SellerOwned, Base):
    """A promise out of one level to one line of a claim (an order). `expires_at` is empty once it is paid."""

    __tablename__ = "stock_hold"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), Index(None, "claim_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    variant_id: Mapped[int] = mapped_column(BigId)
    location_id: Mapped[int] = mapped_column(BigId)
    claim_id: Mapped[int] = mapped_column(BigId)
    line_id: Mapped[int] = mapped_column(BigId)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StockMovement(SellerOwned, Base):
    """What came, went or was counted, and why."""

    __tablename__ = "stock_movement"
    __table_args__ = (Index(None, "seller_id", "variant_id", "id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    variant_id: Mapped[int] = mapped_column(BigId)
    location_id: Mapped[int] = mapped_column(BigId)
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(80))
