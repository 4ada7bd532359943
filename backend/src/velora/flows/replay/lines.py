"""What a line of the shop's file is, and what may become of it. Pure."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a line is, by itself."""

    SALE = "sale"
    CANCELLATION = "cancellation"
    GUEST_CANCELLATION = "guest_cancellation"
    STOCK_ADJUSTMENT = "stock_adjustment"
    ZERO_PRICE = "zero_price"
    BAD_DEBT = "bad_debt"


class Fate(StrEnum):
    """What became of a line. Every line has exactly one."""

    SOLD = "sold"
    NOT_SOLD = "not_sold"
    REFUNDED = "refunded"
    REFUNDED_IN_PART = "refunded_in_part"
    AFTER_RELEASE = "after_release"
    UNMATCHED = "unmatched"
    GUEST_CANCELLATION = "guest_cancellation"
    STOCK_ADJUSTMENT = "stock_adjustment"
    ZERO_PRICE = "zero_price"
    BAD_DEBT = "bad_debt"


WORDS: Final = {
    Fate.SOLD: "sold, paid and delivered",
    Fate.NOT_SOLD: "could not be sold",
    Fate.REFUNDED: "cancelled and refunded in full",
    Fate.REFUNDED_IN_PART: "cancelled and refunded in part",
    Fate.AFTER_RELEASE: "cancelled after the seller had the money",
    Fate.UNMATCHED: "cancelled, no such purchase before",
    Fate.GUEST_CANCELLATION: "cancelled by a guest, who cannot be matched",
    Fate.STOCK_ADJUSTMENT: "stock adjustment",
    Fate.ZERO_PRICE: "price of nothing",
    Fate.BAD_DEBT: "bad-debt adjustment",
}


def kind_of(invoice: str, quantity: int, pence: int, customer: int) -> Kind:
    """What the line is. `customer` is 0 for a guest."""
    if invoice.startswith("C"):
        return Kind.CANCELLATION if customer else Kind.GUEST_CANCELLATION
    if invoice.startswith("A"):
        return Kind.BAD_DEBT
    if quantity <= 0:
        return Kind.STOCK_ADJUSTMENT
    return Kind.SALE if pence > 0 else Kind.ZERO_PRICE


def amount_of(kind: Kind, quantity: int, pence: int) -> int:
    """What the line is about, in pence: what a sale brought, and what a cancellation asks back."""
    return quantity * pence if kind in (Kind.SALE, Kind.BAD_DEBT, Kind.STOCK_ADJUSTMENT, Kind.ZERO_PRICE) else -quantity * pence


def fate_of_cancellation(asked: int, refunded: int, matched: int) -> Fate:
    """What became of a customer's cancellation of so many pieces."""
    if refunded == asked:
        return Fate.REFUNDED
    if refunded:
        return Fate.REFUNDED_IN_PART
    return Fate.AFTER_RELEASE if matched else Fate.UNMATCHED


# ISO 3166 for the names that the file uses. What is no country has a code that no country has.
COUNTRIES: Final = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA", "Channel Islands": "JE",
    "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE", "European Community": "EU", "Finland": "FI", "France": "FR",
    "Germany": "DE", "Greece": "GR", "Hong Kong": "HK", "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lebanon": "LB",
    "Lithuania": "LT", "Malta": "MT", "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "RSA": "ZA",
    "Saudi Arabia": "SA", "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "USA": "US",
    "United Arab Emirates": "AE", "United Kingdom": "GB",
}  # fmt: skip
NOWHERE: Final = "ZZ"
