"""The catalogue as things that can be ordered: every variant with its article number, and who sells it where."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product as combinations
from typing import Final

from velora.flows.demo_world.data import ProductSheet, SellerSheet, sellers

Ref = tuple[str, str]
"""A seller's short name and one of its article numbers."""


@dataclass(frozen=True, slots=True)
class Ware:
    """One variant. `price` is in euro cents with tax; `fame` is how often it is bought beside its neighbours.

    It has a price in each of the `further` currencies of a marketplace that has them, beside that in its main one.
    """

    ref: Ref
    title: str
    variant: str
    options: Mapping[str, str]
    price: int
    fame: int
    further: tuple[str, ...]


# So many products at the end of each sheet are new: they come in the last weeks, and nobody has ordered them yet.
NEW: Final = 2

Good = tuple[SellerSheet, ProductSheet, tuple[Ware, ...]]
"""A product with its seller and its variants."""


def goods_of(seller: SellerSheet) -> list[Good]:
    """What the seller has had all along."""
    return [(seller, product, wares) for product, wares in wares_of(seller.slug)[:-NEW]]


def new_goods_of(seller: SellerSheet) -> list[Good]:
    """What is new at the seller's."""
    return [(seller, product, wares) for product, wares in wares_of(seller.slug)[-NEW:]]


@cache
def wares_of(slug: str) -> tuple[tuple[ProductSheet, tuple[Ware, ...]], ...]:
    """A seller's products with their variants, in the order of its sheet."""
    sheet = next(seller for seller in sellers() if seller.slug == slug)
    return tuple((product, tuple(_variants(sheet, number, product))) for number, product in enumerate(sheet.product, start=1))


@cache
def wares_by_ref() -> Mapping[Ref, Ware]:
    """Every ware of every seller."""
    return {ware.ref: ware for seller in sellers() for _, wares in wares_of(seller.slug) for ware in wares}


@cache
def ware_of(slug: str, title: str, variant: str) -> Ware:
    """The ware of this name. Raises KeyError for one that nobody sells."""
    for product, wares in wares_of(slug):
        for ware in wares if product.title == title else ():
            if ware.variant == variant:
                return ware
    raise KeyError(f"{slug} sells no {title!r} {variant!r}")


def _variants(sheet: SellerSheet, number: int, product: ProductSheet) -> list[Ware]:
    prefix = "".join(letter for letter in sheet.slug if letter.isalpha())[:3].upper()
    names = tuple(product.options)
    # What stands first on a sheet sells best, and bargains sell better.
    fame = max(2, 14 - number // 2) * (2 if product.was else 1) * (1 if product.price > 40_000 else 3 if product.price < 6_000 else 2)
    return [
        Ware(
            ref=(sheet.slug, f"{prefix}-{number:03}-{place:02}"),
            title=product.title,
            variant=" / ".join(values),
            options=dict(zip(names, values, strict=True)),
            price=product.price + sum(product.extra.get(value, 0) for value in values),
            fame=fame,
            further=() if product.main_only else sheet.prices_in,
        )
        for place, values in enumerate(combinations(*product.options.values()), start=1)
    ]
