"""How a basket adds up, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.money import tax_on, tax_within
from velora.modules.pricing.policy import Basket, BasketLine, ShippingRule, quote, rate_of, rates_from, refuse_rule
from velora.modules.pricing.repository import rates_file

RATES = rates_from(rates_file())
FREE = ShippingRule()


def a_basket(*lines: BasketLine, country: str = "DE", mode: str = "inclusive") -> Basket:
    return Basket(1, "EUR", mode, country, lines)


def test_a_line_with_tax_inside_costs_unit_price_times_quantity():
    [group] = quote(a_basket(BasketLine(1, 7, 4900, 3)), {7: FREE}, RATES).groups
    [line] = group.lines
    assert (line.gross_minor, line.tax_minor, line.net_minor, line.tax_bps) == (14700, 2347, 12353, 1900)


def test_a_line_without_tax_inside_gets_it_on_top_half_up():
    [group] = quote(a_basket(BasketLine(1, 7, 105, 1), country="GB", mode="exclusive"), {7: FREE}, RATES).groups
    [line] = group.lines
    assert (line.net_minor, line.tax_minor, line.gross_minor) == (105, 21, 126)


@pytest.mark.parametrize(
    ("country", "tax_class", "bps"),
    [
        ("DE", "standard", 1900),
        ("DE", "books", 700),
        ("FI", "standard", 2550),
        ("CH", "standard", 810),
        ("GB", "books", 0),
        ("FR", "zero", 0),
        ("US", "standard", 0),
        ("", "standard", 0),
    ],
)
def test_tax_is_that_of_the_destination(country, tax_class, bps):
    assert rate_of(RATES, country, tax_class) == bps


def test_the_table_has_every_member_state_and_three_neighbours():
    assert len(RATES) == 30
    for country, classes in RATES.items():
        assert set(classes) == {"standard", "reduced", "books", "food"}, country
        assert all(0 <= bps <= classes["standard"] <= 2700 for bps in classes.values()), country
        assert classes["standard"] >= (1500 if country != "CH" else 810), country


def test_delivery_is_taxed_at_the_standard_rate_even_when_the_goods_are_books():
    [group] = quote(a_basket(BasketLine(1, 7, 1000, 1, "books")), {7: ShippingRule(490)}, RATES).groups
    assert (group.shipping_net_minor, group.shipping_tax_minor, group.shipping_tax_bps) == (412, 78, 1900)
    assert group.lines[0].tax_bps == 700


@pytest.mark.parametrize(("quantity", "shipping"), [(1, 490), (2, 0), (3, 0)])
def test_delivery_is_free_from_the_seller_s_own_amount_on(quantity, shipping):
    basket = a_basket(BasketLine(1, 7, 2500, quantity), BasketLine(2, 8, 9900, 1))
    mine, other = quote(basket, {7: ShippingRule(490, 5000), 8: ShippingRule(690)}, RATES).groups
    assert mine.shipping_gross_minor == shipping
    assert other.shipping_gross_minor == 690


def test_sellers_and_lines_keep_the_order_of_the_basket():
    basket = a_basket(BasketLine(1, 9, 1, 1), BasketLine(2, 3, 1, 1), BasketLine(3, 9, 1, 1))
    groups = quote(basket, {9: FREE, 3: FREE}, RATES).groups
    assert [(group.seller_id, [line.variant_id for line in group.lines]) for group in groups] == [(9, [1, 3]), (3, [2])]


def test_a_marketplace_without_tax_takes_none_wherever_it_goes():
    quoted = quote(a_basket(BasketLine(1, 7, 4900, 1), mode="none"), {7: ShippingRule(490)}, RATES)
    assert (quoted.tax_minor, quoted.total_minor) == (0, 5390)


def test_an_empty_basket_costs_nothing():
    assert quote(a_basket(), {}, RATES).total_minor == 0


@pytest.mark.parametrize(
    ("rule", "fine"),
    [
        (ShippingRule(0), True),
        (ShippingRule(-1), False),
        (ShippingRule(490, 0), False),
        (ShippingRule(490, 5000, 3, 2), False),
        (ShippingRule(490, 5000, 0, 91), False),
    ],
)
def test_a_rule_for_delivery_makes_sense(rule, fine):
    assert (refuse_rule(rule) is None) is fine


lines = st.lists(
    st.builds(
        BasketLine,
        variant_id=st.integers(1, 10**6),
        seller_id=st.integers(1, 4),
        unit_minor=st.integers(0, 10**8),
        quantity=st.integers(1, 1000),
        tax_class=st.sampled_from(["standard", "reduced", "books", "food", "zero"]),
    ),
    max_size=30,
)
rules = st.builds(ShippingRule, flat_minor=st.integers(0, 10**5), free_above_minor=st.none() | st.integers(1, 10**7))


@given(
    lines, st.tuples(rules, rules, rules, rules), st.sampled_from([*RATES, "US", "JP"]), st.sampled_from(["inclusive", "exclusive", "none"])
)
def test_every_total_is_the_sum_of_its_parts_in_every_mode(basket_lines, four, country, mode):
    basket = a_basket(*basket_lines, country=country, mode=mode)
    quoted = quote(basket, dict(enumerate(four, start=1)), RATES)
    every_line = [line for group in quoted.groups for line in group.lines]
    assert quoted.net_minor + quoted.shipping_net_minor + quoted.tax_minor == quoted.total_minor
    assert quoted.total_minor == sum(line.gross_minor for line in every_line) + sum(group.shipping_gross_minor for group in quoted.groups)
    assert quoted.total_minor == sum(group.total_minor for group in quoted.groups)
    assert len(every_line) == len(basket_lines)
    for line in every_line:
        shown = line.unit_minor * line.quantity
        assert line.net_minor + line.tax_minor == line.gross_minor
        assert shown == (line.gross_minor if mode == "inclusive" else line.net_minor)
        assert line.tax_minor == (tax_within(shown, line.tax_bps) if mode == "inclusive" else tax_on(shown, line.tax_bps))
        assert 0 <= line.tax_minor <= line.gross_minor
    if mode == "none" or country in {"US", "JP"}:
        assert quoted.tax_minor == 0
