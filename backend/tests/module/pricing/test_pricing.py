"""Quotes and rules for delivery as they are kept."""

from sqlalchemy import func, select

from velora.modules.pricing import service
from velora.modules.pricing.models import ShippingRuleRow
from velora.modules.pricing.service import EVERY_SELLER, Basket, BasketLine, ShippingRule

NORD, VALE = 301, 302


async def test_a_seller_s_own_rule_counts_before_the_marketplace_s_and_that_before_nothing(uow):
    await service.set_shipping_rules(uow, {(NORD, EVERY_SELLER): ShippingRule(590, 8000), (NORD, 7): ShippingRule(390)})
    rules = await service.shipping_rules(uow, {(NORD, 7), (NORD, 8), (VALE, 7)})
    assert rules == {(NORD, 7): ShippingRule(390), (NORD, 8): ShippingRule(590, 8000), (VALE, 7): ShippingRule()}


async def test_a_rule_that_is_set_again_replaces_the_former(uow):
    await service.set_shipping_rules(uow, {(NORD, 7): ShippingRule(390, 5000)})
    await service.set_shipping_rules(uow, {(NORD, 7): ShippingRule(490, None, 1, 2)})
    assert await service.shipping_rules(uow, {(NORD, 7)}) == {(NORD, 7): ShippingRule(490, None, 1, 2)}


async def test_a_wrong_rule_is_refused_and_not_written(uow):
    refused = await service.set_shipping_rules(uow, {(NORD, 7): ShippingRule(-1), (NORD, 8): ShippingRule(100)})
    assert list(refused) == [(NORD, 7)]
    assert await uow.scalar(select(func.count()).select_from(ShippingRuleRow).where(ShippingRuleRow.tenant_id == NORD)) == 1


async def test_baskets_of_several_marketplaces_are_quoted_together_in_order(uow):
    await service.set_shipping_rules(uow, {(NORD, EVERY_SELLER): ShippingRule(490), (VALE, 7): ShippingRule(300)})
    inclusive, exclusive, nothing = await service.quote(
        uow,
        [
            Basket(NORD, "EUR", "inclusive", "DE", (BasketLine(1, 7, 4900, 1), BasketLine(2, 8, 1000, 2, "books"))),
            Basket(VALE, "USD", "exclusive", "US", (BasketLine(1, 7, 4900, 1),)),
            Basket(NORD, "EUR", "inclusive", "DE", ()),
        ],
    )
    assert (inclusive.total_minor, inclusive.tax_minor) == (4900 + 2000 + 2 * 490, 782 + 131 + 2 * 78)
    assert (exclusive.total_minor, exclusive.tax_minor) == (5200, 0)
    assert nothing.total_minor == 0


async def test_the_rate_of_a_country_can_be_asked():
    assert service.tax_bps("SE") == 2500
    assert service.tax_bps("SE", "food") == 600
