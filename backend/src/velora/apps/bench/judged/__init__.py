"""What people may type, and what each product is worth to them, judged by people who read the catalogue: one file for each shop."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from velora.platform.search import Document, FacetValue

Kind = Literal["thing", "plural", "typo", "parted", "compound", "model", "unit", "colour", "brand", "words"]

DEMO: Final = ("nordmarkt", "harbour", "sunrise")  # shops of the demo world, with its products
OWN: Final = ("deutsch", "francais", "espanol", "arabic")  # shops whose few products stand in the file


class Sheet(BaseModel):
    """A table of a TOML file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuerySheet(Sheet):
    """What was typed, what kind of words that is, and the titles of what serves: what was meant, what does as well, what is of some use."""

    words: str
    kind: Kind
    best: tuple[str, ...]
    good: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def grades(self) -> Mapping[str, int]:
        """By title, from 3 down; what is not there is worth nothing."""
        return dict.fromkeys(self.near, 1) | dict.fromkeys(self.good, 2) | dict.fromkeys(self.best, 3)


class ProductSheet(Sheet):
    title: str
    text: str
    brand: str
    colour: str
    material: str
    sku: str
    category: str


class ShopSheet(Sheet):
    """A shop of the demo world has its products and its language there."""

    locale: str = ""
    products: tuple[ProductSheet, ...] = ()
    queries: tuple[QuerySheet, ...]


@cache
def judged(name: str) -> ShopSheet:
    """The shop's sheet."""
    text = (files("velora.apps.bench.judged") / f"{name}.toml").read_text(encoding="utf-8")
    return ShopSheet.model_validate(tomllib.loads(text))


def documents_of(shop: ShopSheet, tenant_id: int) -> list[Document]:
    """A shop's own products as the index holds those of a marketplace."""
    return [_document(shop.locale, product, tenant_id, number) for number, product in enumerate(shop.products, start=1)]


def _document(locale: str, product: ProductSheet, tenant_id: int, number: int) -> Document:
    labels = {"attr.brand": product.brand, "category": product.category, "attr.colour": product.colour, "attr.material": product.material}
    return Document(
        tenant_id=tenant_id,
        id=number,
        locale=locale,
        title=product.title,
        text="\n".join([product.text, *labels.values(), product.sku]),
        facets=tuple(FacetValue(name, name, label.casefold(), label) for name, label in labels.items()),
        prices={"EUR": 1_000},
        created_ms=number,
        popularity=0,
        card={"EUR": {"title": product.title}},
    )
