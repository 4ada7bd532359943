"""Tables of the catalogue."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, SellerOwned, TenantOwned
from velora.platform.db.types import BigId, Flag, JsonDoc, Minor, UtcTime


class Category(TenantOwned, Base):
    __tablename__ = "catalog_category"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["catalog_category.tenant_id", "catalog_category.id"]),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(Integer)
    picture: Mapped[str] = mapped_column(String(500))
    tone: Mapped[str] = mapped_column(String(20))


class Attribute(TenantOwned, Base):
    """A typed attribute that products of a category, and of those below it, may have."""

    __tablename__ = "catalog_attribute"
    __table_args__ = (
        UniqueConstraint("tenant_id", "category_id", "key"),
        ForeignKeyConstraint(["tenant_id", "category_id"], ["catalog_category.tenant_id", "catalog_category.id"]),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    category_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str] = mapped_column(String(20))
    choices: Mapped[list[str]] = mapped_column(JsonDoc)
    facet: Mapped[bool] = mapped_column(Flag)
    position: Mapped[int] = mapped_column(Integer)


class Product(SellerOwned, Base):
    __tablename__ = "catalog_product"
    __table_args__ = (UniqueConstraint("seller_id", "handle"), Index(None, "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    handle: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(8000))
    brand: Mapped[str] = mapped_column(String(120))
    attributes: Mapped[dict[str, Any]] = mapped_column(JsonDoc)
    options: Mapped[list[str]] = mapped_column(JsonDoc)
    pictures: Mapped[list[dict[str, str]]] = mapped_column(JsonDoc)
    picture: Mapped[str] = mapped_column(String(500))  # the first of `pictures`, so that a cart need not parse them
    tone: Mapped[str] = mapped_column(String(20))
    # The first of its photos; where there is one, `picture` steps back. Apart from it, so that neither's writer overwrites the other's.
    photo: Mapped[str | None] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class Photo(SellerOwned, Base):
    """A picture that a seller sent of a product: asked for, sent, and then ready (and named) or refused with the reason."""

    __tablename__ = "catalog_photo"
    __table_args__ = (
        Index(None, "seller_id", "product_id"),
        Index(None, "state", "id"),
        CheckConstraint("state IN ('asked', 'sent', 'ready', 'refused')", name="state"),
        CheckConstraint("(state = 'ready') = (name <> '')", name="name"),
        ForeignKeyConstraint(["seller_id", "product_id"], ["catalog_product.seller_id", "catalog_product.id"]),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(BigId)
    alt: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(160))


class Variant(SellerOwned, Base):
    __tablename__ = "catalog_variant"
    __table_args__ = (
        UniqueConstraint("seller_id", "sku"),
        Index(None, "id"),
        ForeignKeyConstraint(["seller_id", "product_id"], ["catalog_product.seller_id", "catalog_product.id"]),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(BigId)
    sku: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    options: Mapped[dict[str, str]] = mapped_column(JsonDoc)
    position: Mapped[int] = mapped_column(Integer)


class Listing(TenantOwned, Base):
    __tablename__ = "catalog_listing"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        UniqueConstraint("tenant_id", "product_id"),
        Index(None, "product_id"),
        Index(None, "tenant_id", "seller_id"),
        ForeignKeyConstraint(["tenant_id", "category_id"], ["catalog_category.tenant_id", "catalog_category.id"]),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    category_id: Mapped[int] = mapped_column(BigId)
    slug: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10))
    sold: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Offer(TenantOwned, Base):
    """The price of one variant in one marketplace."""

    __tablename__ = "catalog_offer"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        Index(None, "tenant_id", "listing_id"),
        ForeignKeyConstraint(["tenant_id", "listing_id"], ["catalog_listing.tenant_id", "catalog_listing.id"]),
    )

    variant_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    listing_id: Mapped[int] = mapped_column(BigId)
    seller_id: Mapped[int] = mapped_column(BigId)
    product_id: Mapped[int] = mapped_column(BigId)
    price_minor: Mapped[int] = mapped_column(Minor)
    compare_at_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    tax_class: Mapped[str] = mapped_column(String(10))


class Price(TenantOwned, Base):
    """What a variant costs in a further currency of the marketplace. Where there is no row it is not for sale in that currency."""

    __tablename__ = "catalog_price"
    __table_args__ = (
        CheckConstraint("price_minor >= 0 AND (compare_at_minor IS NULL OR compare_at_minor > price_minor)", name="amounts"),
        ForeignKeyConstraint(["tenant_id", "variant_id"], ["catalog_offer.tenant_id", "catalog_offer.variant_id"]),
    )

    variant_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    price_minor: Mapped[int] = mapped_column(Minor)
    compare_at_minor: Mapped[int | None] = mapped_column(Minor)


class ImportRun(SellerOwned, Base):
    """One file on its way into the catalogue."""

    __tablename__ = "catalog_import"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(BigId)  # where it lists; the run itself is the seller's
    state: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    errors: Mapped[list[list[Any]]] = mapped_column(JsonDoc)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
