"""What the demo world consists of, as written in the TOML files beside this one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from velora.modules.payments.service import Method

T = TypeVar("T")

Tone = Literal["peach", "rose", "sky", "lilac", "mint", "sand"]
_HERE: Final = "velora.flows.demo_world"
MARKETS: Final = ("nordmarkt", "harbour", "sunrise")


class Sheet(BaseModel):
    """A table of a TOML file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonSheet(Sheet):
    name: str
    email: str


FINANCE: Final = PersonSheet(name="Vera Castellan", email="finance@velora.example")
# Whose people the sign-in page shows: the page would be long with all twelve. The others have the same password.
SHOWN_SELLERS: Final = ("nordlauf", "tonwerk", "thornbury", "golden-hour")
SUPER_ADMIN: Final = PersonSheet(name="Ruben Okoye", email="super@velora.example")


class FurtherSheet(Sheet):
    """A currency in which a marketplace sells beside its own. Buyers of `country` pay in it where all that they want has a price in it."""

    currency: str
    per_euro: int
    payout_threshold_minor: int
    country: str


class LaterSheet(Sheet):
    """How buyers may pay past the gateway: in cash at the door up to so much, and within so many days into this account."""

    cash_up_to_minor: int
    days: int
    holder: str
    iban: str


class MarketSheet(Sheet):
    """A marketplace. `per_euro` is what 100 euro become there before rounding; `accent` is OKLCH in thousandths and degrees."""

    slug: str
    name: str
    tagline: str
    currency: str
    per_euro: int
    locale: str
    country: str
    countries: tuple[str, ...]
    tax_mode: str
    escrow_days: int
    reserve_bps: int
    payout_threshold_minor: int
    charged: Literal["at_order", "at_shipment"]
    payout_days: Literal["fridays", "monthly"]
    further: tuple[FurtherSheet, ...] = ()
    later: LaterSheet | None = None
    accent: tuple[int, int, int]
    display_font: str
    radius: int
    announcement: str
    badge: str
    title: str
    text: str
    cta: str
    pictures: tuple[str, ...]
    category: str
    share: int
    admin: PersonSheet
    buyer: PersonSheet


class AttributeSheet(Sheet):
    key: str
    label: str
    kind: Literal["choice", "number", "flag"]
    unit: str = ""


class ShelfSheet(Sheet):
    """A category with those below it."""

    slug: str
    name: str
    picture: str
    tone: Tone
    attributes: tuple[AttributeSheet, ...] = ()
    children: tuple["ShelfSheet", ...] = ()


class ProductSheet(Sheet):
    """A product; prices in euro cents with tax. `extra` is what some values of an option cost more, `loved` how many were sold before.

    One that is `main_only` has a price in each marketplace's main currency alone.
    """

    title: str
    text: str
    shelf: str
    picture: tuple[str, ...]
    tone: Tone
    price: int
    was: int | None = None
    loved: int = 0
    brand: str = ""
    tax: str = "standard"
    options: Mapping[str, tuple[str, ...]] = {}
    extra: Mapping[str, int] = {}
    facts: Mapping[str, str | int | bool] = {}
    main_only: bool = False


class DeliverySheet(Sheet):
    """In euro cents and days."""

    flat: int
    free_above: int
    days: tuple[int, int]


class ImprintSheet(Sheet):
    """Who a seller is before the law."""

    legal_name: str
    line1: str
    line2: str = ""
    postal_code: str
    city: str
    country: str
    tax_number: str


class SellerSheet(Sheet):
    """`prices_in` are the further currencies in which this seller says what its goods and their delivery cost."""

    slug: str
    name: str
    country: str
    tier: str
    markets: tuple[str, ...]
    prices_in: tuple[str, ...] = ()
    about: str
    owner: PersonSheet
    staff: tuple[PersonSheet, ...]
    locations: tuple[str, ...]
    imprint: ImprintSheet
    delivery: DeliverySheet
    product: tuple[ProductSheet, ...]


class CountrySheet(Sheet):
    """Where buyers of a marketplace live, and what they are called there."""

    code: str
    market: str
    weight: int
    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    form: str


class TermsSheet(Sheet):
    """The buyer with this address may owe the marketplace so much on invoices."""

    market: str
    email: str
    limit_minor: int


class ReturnSheet(Sheet):
    """A return of so many of the line with this number in the seller's part; `decided` and `approved` when somebody said so.

    `payee` is the account into which the money goes of an order that was paid without a gateway.
    """

    hours: int
    line: int
    quantity: int
    reason: str
    note: str
    seller: str = ""
    decided: int | None = None
    approved: bool = False
    payee: str = ""


class ReceivedSheet(Sheet):
    """Money past the gateway: what the order costs and `off` more, or less. The payer's words name it where they have `{order}`."""

    hours: int
    reference: str
    words: str
    off: int = 0


class SceneSheet(Sheet):
    """One order by hand. `lines` are (seller, title, variant, quantity); `parcel` is when its first line left alone.

    One in a further `currency` is the demo buyer's, or that of somebody from where people pay in it; one on invoice that of somebody who
    may. `refused` is when its parcels came back from the door, `given_up` when finance waited no longer.
    """

    market: str
    currency: str = ""
    hours: int
    minutes: int = 0
    buyer: bool = False
    lines: tuple[tuple[str, str, str, int], ...]
    card: Literal["fine", "declined", "challenge", "lost"] = "fine"
    method: Method = "card"
    purchase_order: str = ""
    received: ReceivedSheet | None = None
    given_up: int | None = None
    refused: int | None = None
    parcel: int | None = None
    shipped: int | None = None
    delivered: int | None = None
    returned: ReturnSheet | None = None


class ConversionSheet(Sheet):
    """What the gateway changed so many hours ago, by its own statement: so much of one currency for so much of the other, at this rate."""

    market: str
    hours: int
    reference: str
    sold: tuple[int, str]
    bought: tuple[int, str]
    rate: str
    source: str


@cache
def markets() -> tuple[MarketSheet, ...]:
    return _read("markets.toml", "market", TypeAdapter(tuple[MarketSheet, ...]))


@cache
def shelves() -> tuple[ShelfSheet, ...]:
    return _read("shelves.toml", "shelf", TypeAdapter(tuple[ShelfSheet, ...]))


@cache
def countries() -> tuple[CountrySheet, ...]:
    return _read("people.toml", "country", TypeAdapter(tuple[CountrySheet, ...]))


@cache
def invoice_terms() -> tuple[TermsSheet, ...]:
    return _read("people.toml", "terms", TypeAdapter(tuple[TermsSheet, ...]))


@cache
def scenes() -> tuple[SceneSheet, ...]:
    return _read("scenes.toml", "scene", TypeAdapter(tuple[SceneSheet, ...]))


@cache
def conversions() -> tuple[ConversionSheet, ...]:
    return _read("scenes.toml", "conversion", TypeAdapter(tuple[ConversionSheet, ...]))


@cache
def sellers() -> tuple[SellerSheet, ...]:
    """Every seller with its products, by slug."""
    folder = files(_HERE) / "data" / "sellers"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(SellerSheet.model_validate(_toml(f"sellers/{name}")) for name in names)


def local_price(euro_minor: int, per_euro: int) -> int:
    """A price in another currency, rounded to one that looks like a price: the euro's own, else halves or wholes, or tens of small coin."""
    if per_euro == 100:
        return euro_minor
    step = 1000 if per_euro >= 500 and euro_minor >= 5000 else 50 if per_euro < 500 and euro_minor < 5000 else 100
    return max(step, step * ((euro_minor * per_euro // 100 + step // 2) // step))


def _read(name: str, key: str, shape: TypeAdapter[T]) -> T:
    return shape.validate_python(_toml(name)[key])


def _toml(name: str) -> dict[str, Any]:  # as tomllib gives it; the sheets check it
    return tomllib.loads((files(_HERE) / "data" / name).read_text(encoding="utf-8"))
