"""Use cases of pricing."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Final

from velora.kernel.errors import Invalid
from velora.modules.pricing import policy, repository
from velora.modules.pricing.policy import Basket, BasketLine, LineQuote, Quote, Rate, Rates, SellerQuote, ShippingRule
from velora.platform.db import UnitOfWork

__all__ = [
    "EVERY_SELLER",
    "Basket",
    "BasketLine",
    "LineQuote",
    "Quote",
    "Rate",
    "SellerQuote",
    "ShippingRule",
    "quote",
    "set_shipping_rules",
    "shipping_rules",
    "tax_bps",
    "undelivered",
]

EVERY_SELLER: Final = 0
"""The seller whose rule holds for those that have none of their own."""


async def quote(uow: UnitOfWork, baskets: Sequence[Basket]) -> list[Quote]:
    """What each basket costs, in the order asked: one read for all of them."""
    keys = {(basket.tenant_id, line.seller_id) for basket in baskets for line in basket.lines}
    rules = await shipping_rules(uow, keys)
    return [
        policy.quote(basket, {line.seller_id: rules[basket.tenant_id, line.seller_id] for line in basket.lines}, rates())
        for basket in baskets
    ]


async def shipping_rules(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], ShippingRule]:
    """What each (tenant, seller) takes for delivery: its own rule, else the marketplace's, else nothing."""
    found = await repository.rules(uow, {*keys, *((tenant_id, EVERY_SELLER) for tenant_id, _ in keys)})
    free = ShippingRule()
    return {key: found.get(key) or found.get((key[0], EVERY_SELLER)) or free for key in keys}


async def undelivered(uow: UnitOfWork, wanted: Collection[tuple[int, int, str]]) -> set[tuple[int, int, str]]:
    """Of these (tenant, seller, further currency), those in which nobody said what the seller's delivery costs."""
    rules = await shipping_rules(uow, {(tenant_id, seller_id) for tenant_id, seller_id, _ in wanted})
    return {
        (tenant_id, seller_id, currency)
        for tenant_id, seller_id, currency in wanted
        if rules[tenant_id, seller_id].rate(Basket(tenant_id, currency, "none", "", (), further=True)) is None
    }


async def set_shipping_rules(uow: UnitOfWork, wanted: Mapping[tuple[int, int], ShippingRule]) -> dict[tuple[int, int], Invalid]:
    """Orders placed from now on pay these deliveries; answers those that are refused. EVERY_SELLER sets the marketplace's own."""
    refused = {key: refusal for key, rule in wanted.items() if (refusal := policy.refuse_rule(rule))}
    await repository.put_rules(uow, {key: rule for key, rule in wanted.items() if key not in refused})
    return refused


def tax_bps(country: str, tax_class: str = "standard") -> int:
    """Basis points of VAT on goods sent to the country."""
    return policy.rate_of(rates(), country, tax_class)


@cache
def rates() -> Rates:
    """The maintained table, with the class `zero` everywhere nothing."""
    return policy.rates_from(repository.rates_file())
