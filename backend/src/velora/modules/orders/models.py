"""Tables of orders. Amounts are minor units of the order's currency; what stands on a line stays as it was sold."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.types import BigId, JsonDoc, Minor, UtcTime


class Order(TenantOwned, Base):
    """One checkout. `guest_key` lets a buyer without an account see it."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_minor = items_minor + shipping_minor + tax_minor", name="total"),
        Index(None, "tenant_id", "buyer_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    buyer_id: Mapped[int | None] = mapped_column(BigId)
    guest_key: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str] = mapped_column(String(2))
    tax_mode: Mapped[str] = mapped_column(String(10))
    items_minor: Mapped[int] = mapped_column(Minor)
    shipping_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    total_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(String(16))
    placed_at: Mapped[datetime] = mapped_column(UtcTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # The buyer's own number for it, where its books ask for one.
    purchase_order: Mapped[str] = mapped_column(String(40), server_default="")


class SellerOrder(TenantOwned, Base):
    """One seller's part of an order. `items_minor` and `shipping_minor` are without tax."""

    __tablename__ = "seller_order"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        CheckConstraint("total_minor = items_minor + shipping_minor + tax_minor", name="total"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "seller_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    items_minor: Mapped[int] = mapped_column(Minor)
    shipping_minor: Mapped[int] = mapped_column(Minor)
    shipping_tax_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    total_minor: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(String(16))
    placed_at: Mapped[datetime] = mapped_column(UtcTime)
    ship_by: Mapped[datetime] = mapped_column(UtcTime)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class OrderLine(TenantOwned, Base):
    """So many of one variant at the price, tax and commission that held when it was bought."""

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "seller_order_id"], ["seller_order.tenant_id", "seller_order.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("shipped_quantity + cancelled_quantity <= quantity AND returned_quantity <= quantity", name="quantities"),
        Index(None, "tenant_id", "seller_order_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_order_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    variant_id: Mapped[int] = mapped_column(BigId)
    product_id: Mapped[int] = mapped_column(BigId)
    slug: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(200))
    variant_title: Mapped[str] = mapped_column(String(120))
    sku: Mapped[str] = mapped_column(String(80))
    picture: Mapped[str] = mapped_column(String(200))
    tone: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int]
    shipped_quantity: Mapped[int]
    cancelled_quantity: Mapped[int]
    returned_quantity: Mapped[int]
    unit_minor: Mapped[int] = mapped_column(Minor)
    net_minor: Mapped[int] = mapped_column(Minor)
    tax_bps: Mapped[int]
    tax_minor: Mapped[int] = mapped_column(Minor)
    commission_rule_id: Mapped[int] = mapped_column(BigId)
    commission_rule_version: Mapped[int]
    commission_bps: Mapped[int]
    commission_fixed_minor: Mapped[int] = mapped_column(Minor)
    commission_minor: Mapped[int] = mapped_column(Minor)


class Shipment(TenantOwned, Base):
    """One parcel on its way."""

    __tablename__ = "shipment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "seller_order_id"], ["seller_order.tenant_id", "seller_order.id"]),
        Index(None, "tenant_id", "seller_order_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seller_order_id: Mapped[int] = mapped_column(BigId)
    carrier: Mapped[str] = mapped_column(String(40))
    tracking: Mapped[str] = mapped_column(String(80))
    shipped_at: Mapped[datetime] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ShipmentLine(TenantOwned, Base):
    """What is in the parcel."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "shipment_id"], ["shipment.tenant_id", "shipment.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    shipment_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    quantity: Mapped[int]


class OrderEvent(TenantOwned, Base):
    """One entry of an order's time line. `facts` is what the words for its kind are made of: carrier and tracking, or a reason."""

    __tablename__ = "order_event"
    __table_args__ = (Index(None, "tenant_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigId)
    seller_order_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(24))
    facts: Mapped[dict[str, str]] = mapped_column(JsonDoc)
