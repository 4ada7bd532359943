"""How a basket adds up.

Rounding: tax is computed per line and per delivery, half up (`kernel.money`), and never again on a sum; so every total is the sum of
what stands above it. Where prices include tax, a line costs exactly unit price times quantity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from velora.kernel.errors import Invalid
from velora.kernel.money import tax_on, tax_within

TAX_CLASSES: Final = ("standard", "reduced", "books", "food", "zero")

Rates = Mapping[str, Mapping[str, int]]
"""Basis points by country and tax class."""


@dataclass(frozen=True, slots=True)
class BasketLine:
    variant_id: int
    seller_id: int
    unit_minor: int  # as shown in the marketplace: with tax where its prices include tax
    quantity: int
    tax_class: str = "standard"


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody wants sent to a country, from a marketplace of this tax mode: inclusive, exclusive or none.

    `currency` is the marketplace's main one, or one that it also sells in (`further`).
    """

    tenant_id: int
    currency: str
    tax_mode: str
    country: str
    lines: tuple[BasketLine, ...]
    further: bool = False

    @property
    def tax_inclusive(self) -> bool:
        return self.tax_mode == "inclusive"


@dataclass(frozen=True, slots=True)
class Rate:
    """What delivery costs in one currency: `flat_minor`, or nothing from `free_above_minor` on."""

    flat_minor: int = 0
    free_above_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ShippingRule:
    """What a seller takes for delivery, as shown in the marketplace: `flat_minor`, or nothing from `free_above_minor` on.

    These are amounts of the marketplace's main currency; `further` has those of the others that it sells in.
    """

    flat_minor: int = 0
    free_above_minor: int | None = None
    days_min: int = 2
    days_max: int = 4
    further: Mapping[str, Rate] = field(default_factory=dict[str, Rate])

    def rate(self, basket: Basket) -> Rate | None:
        """What it takes of this basket; None when nobody said so in its currency. What costs nothing does so in every currency."""
        if basket.further and self.flat_minor:
            return self.further.get(basket.currency)
        return self.further.get(basket.currency, Rate()) if basket.further else Rate(self.flat_minor, self.free_above_minor)


@dataclass(frozen=True, slots=True)
class LineQuote:
    variant_id: int
    quantity: int
    unit_minor: int
    net_minor: int
    tax_bps: int
    tax_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class SellerQuote:
    """One seller's part, with its lines in the order of the basket."""

    seller_id: int
    lines: tuple[LineQuote, ...]
    shipping_net_minor: int
    shipping_tax_minor: int
    shipping_tax_bps: int
    free_above_minor: int | None
    days_min: int
    days_max: int

    @property
    def items_minor(self) -> int:
        """The goods with their tax."""
        return sum(line.gross_minor for line in self.lines)

    @property
    def shipping_gross_minor(self) -> int:
        return self.shipping_net_minor + self.shipping_tax_minor

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines) + self.shipping_tax_minor

    @property
    def total_minor(self) -> int:
        return self.items_minor + self.shipping_gross_minor


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole basket; sellers in the order in which they first stand in it. net + shipping_net + tax = total.

    Of `undelivered` nothing is in it: what these sellers take for delivery is not known in the basket's currency.
    """

    groups: tuple[SellerQuote, ...]
    net_minor: int
    shipping_net_minor: int
    tax_minor: int
    total_minor: int
    country: str
    tax_inclusive: bool
    undelivered: frozenset[int] = frozenset()


def rate_of(rates: Rates, country: str, tax_class: str) -> int:
    """Basis points of tax there; a country that is not in the table takes none."""
    return rates.get(country, {}).get(tax_class, 0)


def quote(basket: Basket, rules: Mapping[int, ShippingRule], rates: Rates) -> Quote:
    """What the basket costs, line by line. `rules` holds every seller of the basket."""
    rates = {} if basket.tax_mode == "none" else rates
    by_seller: dict[int, list[BasketLine]] = {}
    for line in basket.lines:
        by_seller.setdefault(line.seller_id, []).append(line)
    groups = tuple(
        _seller_quote((seller_id, lines), basket, (rule, rate), rates)
        for seller_id, lines in by_seller.items()
        if (rate := (rule := rules[seller_id]).rate(basket)) is not None
    )
    return Quote(
        groups=groups,
        net_minor=sum(line.net_minor for group in groups for line in group.lines),
        shipping_net_minor=sum(group.shipping_net_minor for group in groups),
        tax_minor=sum(group.tax_minor for group in groups),
        total_minor=sum(group.total_minor for group in groups),
        country=basket.country,
        tax_inclusive=basket.tax_inclusive,
        undelivered=frozenset(by_seller) - {group.seller_id for group in groups},
    )


def _seller_quote(own: tuple[int, Sequence[BasketLine]], basket: Basket, taken: tuple[ShippingRule, Rate], rates: Rates) -> SellerQuote:
    (seller_id, lines), (rule, rate) = own, taken
    quoted = tuple(_line_quote(line, basket, rate_of(rates, basket.country, line.tax_class)) for line in lines)
    shown = sum(line.unit_minor * line.quantity for line in lines)
    free = rate.free_above_minor is not None and shown >= rate.free_above_minor
    bps = rate_of(rates, basket.country, "standard")
    net, tax = _parted(0 if free else rate.flat_minor, bps, basket)
    return SellerQuote(seller_id, quoted, net, tax, bps, rate.free_above_minor, rule.days_min, rule.days_max)


def _line_quote(line: BasketLine, basket: Basket, bps: int) -> LineQuote:
    net, tax = _parted(line.unit_minor * line.quantity, bps, basket)
    return LineQuote(line.variant_id, line.quantity, line.unit_minor, net, bps, tax, net + tax)


def _parted(shown: int, bps: int, basket: Basket) -> tuple[int, int]:
    """An amount as shown, as net and tax."""
    if basket.tax_inclusive:
        tax = tax_within(shown, bps)
        return shown - tax, tax
    return shown, tax_on(shown, bps)


def refuse_rule(rule: ShippingRule) -> Invalid | None:
    """What is wrong with a rule for delivery, in whichever currency."""
    rates = {"": Rate(rule.flat_minor, rule.free_above_minor)} | {f"/further/{name}": rate for name, rate in rule.further.items()}
    for at, rate in rates.items():
        if rate.flat_minor < 0:
            return Invalid(f"{at}/flat_minor", "Delivery costs zero or more, in minor units.")
        if rate.free_above_minor is not None and rate.free_above_minor <= 0:
            return Invalid(
                f"{at}/free_above_minor",
                "Give the amount from which delivery is free, or leave it out. For always free, set flat_minor to 0.",
            )
    if not 0 <= rule.days_min <= rule.days_max <= 90:
        return Invalid("/days_max", "Delivery takes between days_min and days_max days, at most 90.")
    return None


def rates_from(text: str) -> dict[str, dict[str, int]]:
    """The table of a rates file: lines `country,class,…` under a heading, after remarks that begin with #. Raises ValueError."""
    heading, *lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    _, *classes = heading.split(",")
    table: dict[str, dict[str, int]] = {}
    for line in lines:
        country, *cells = line.split(",")
        table[country] = {name: int(cell) for name, cell in zip(classes, cells, strict=True)}
    return table
