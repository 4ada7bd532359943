"""Placing orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from velora.modules.orders import events, repository
from velora.modules.orders.models import Order, OrderEvent, OrderLine, SellerOrder
from velora.modules.orders.policy import State
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewLine:
    """So many of a variant, with the price, tax and commission that were agreed. Amounts in minor units."""

    id: int
    variant_id: int
    product_id: int
    slug: str
    title: str
    variant_title: str
    sku: str
    picture: str
    tone: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_bps: int
    tax_minor: int
    commission_rule_id: int
    commission_rule_version: int
    commission_bps: int
    commission_fixed_minor: int
    commission_minor: int


@dataclass(frozen=True)
class NewPart:
    """One seller's lines, with the delivery (net and its tax) that goes with them. Each sum is added up once."""

    id: int
    seller_id: int
    shipping_minor: int
    shipping_tax_minor: int
    lines: tuple[NewLine, ...]

    @cached_property
    def items_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @cached_property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines) + self.shipping_tax_minor


@dataclass(frozen=True)
class NewOrder:
    tenant_id: int
    id: int
    buyer_id: int | None
    guest_key: str
    email: str
    address: Mapping[str, object]
    currency: str
    country: str
    tax_mode: str
    ship_by: datetime
    parts: tuple[NewPart, ...]
    purchase_order: str = ""

    @cached_property
    def items_minor(self) -> int:
        return sum(part.items_minor for part in self.parts)

    @cached_property
    def shipping_minor(self) -> int:
        return sum(part.shipping_minor for part in self.parts)

    @cached_property
    def tax_minor(self) -> int:
        return sum(part.tax_minor for part in self.parts)

    @cached_property
    def total_minor(self) -> int:
        return self.items_minor + self.shipping_minor + self.tax_minor


def place(uow: UnitOfWork, orders: Sequence[NewOrder]) -> None:
    """The orders stand as placed, each split into a seller order per seller; nothing is paid yet."""
    repository.add(uow, Order, [_order(uow, order) for order in orders])
    repository.add(uow, SellerOrder, [_part(uow, order, part) for order in orders for part in order.parts])
    repository.add(uow, OrderLine, [_line(order, part, line) for order in orders for part in order.parts for line in part.lines])
    repository.add(
        uow,
        OrderEvent,
        [
            {
                "tenant_id": order.tenant_id, "id": uow.new_id(), "order_id": order.id, "seller_order_id": None,
                "at": uow.now, "kind": "placed", "facts": {},
            }
            for order in orders
        ],
    )  # fmt: skip
    uow.tell(
        events.OrderPlaced(tenant_id=order.tenant_id, order_id=order.id, total_minor=order.total_minor, currency=order.currency)
        for order in orders
    )


def _order(uow: UnitOfWork, order: NewOrder) -> dict[str, object]:
    return {
        "tenant_id": order.tenant_id, "id": order.id, "buyer_id": order.buyer_id, "guest_key": order.guest_key, "email": order.email,
        "address": dict(order.address), "currency": order.currency, "country": order.country, "tax_mode": order.tax_mode,
        "items_minor": order.items_minor, "shipping_minor": order.shipping_minor, "tax_minor": order.tax_minor,
        "total_minor": order.total_minor, "state": State.PLACED, "placed_at": uow.now, "paid_at": None,
        "purchase_order": order.purchase_order,
    }  # fmt: skip


def _part(uow: UnitOfWork, order: NewOrder, part: NewPart) -> dict[str, object]:
    return {
        "tenant_id": order.tenant_id, "id": part.id, "order_id": order.id, "seller_id": part.seller_id, "currency": order.currency,
        "items_minor": part.items_minor, "shipping_minor": part.shipping_minor, "shipping_tax_minor": part.shipping_tax_minor,
        "tax_minor": part.tax_minor, "total_minor": part.items_minor + part.shipping_minor + part.tax_minor,
        "commission_minor": sum(line.commission_minor for line in part.lines), "state": State.PLACED, "placed_at": uow.now,
        "ship_by": order.ship_by, "shipped_at": None, "delivered_at": None,
    }  # fmt: skip


def _line(order: NewOrder, part: NewPart, line: NewLine) -> dict[str, object]:
    return {
        "tenant_id": order.tenant_id, "id": line.id, "order_id": order.id, "seller_order_id": part.id, "seller_id": part.seller_id,
        "variant_id": line.variant_id, "product_id": line.product_id, "slug": line.slug, "title": line.title,
        "variant_title": line.variant_title, "sku": line.sku, "picture": line.picture, "tone": line.tone, "quantity": line.quantity,
        "shipped_quantity": 0, "cancelled_quantity": 0, "returned_quantity": 0, "unit_minor": line.unit_minor,
        "net_minor": line.net_minor, "tax_bps": line.tax_bps, "tax_minor": line.tax_minor,
        "commission_rule_id": line.commission_rule_id, "commission_rule_version": line.commission_rule_version,
        "commission_bps": line.commission_bps, "commission_fixed_minor": line.commission_fixed_minor,
        "commission_minor": line.commission_minor,
    }  # fmt: skip
