"""What the sheets of the demo world say is possible, and what the plan draws from them can be repeated."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from velora.flows.demo_world.data import invoice_terms, local_price, markets, scenes, sellers, shelves
from velora.flows.demo_world.dice import Dice
from velora.flows.demo_world.plan import LASTS, Planned, months, regulars
from velora.flows.demo_world.scenes import staged
from velora.flows.demo_world.shelving import shelves_of
from velora.flows.demo_world.supply import supplies
from velora.flows.demo_world.wares import new_goods_of, wares_by_ref, wares_of
from velora.flows.demo_world.world import people
from velora.kernel.iban import iban_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PICTURES = Path(__file__).parents[4] / "frontend" / "pictures.json"


@pytest.fixture(scope="module")
def planned() -> list[Planned]:
    return months(NOW - LASTS)


def test_every_picture_is_one_that_the_web_application_has() -> None:
    there = {name.partition(":")[0] for group in json.loads(PICTURES.read_text()).values() for name in group}
    named = {name for seller in sellers() for product in seller.product for name in product.picture}
    named |= {name for market in markets() for name in market.pictures}
    named |= {shelf.picture for top in shelves() for shelf in (top, *top.children)}
    assert named - there == set()


def test_twelve_sellers_have_some_three_hundred_products_no_two_of_one_name() -> None:
    titles = Counter(product.title for seller in sellers() for product in seller.product)
    assert len(sellers()) == 12
    assert 300 <= titles.total() <= 340
    assert [title for title, count in titles.items() if count > 1] == []


def test_four_sellers_sell_in_several_marketplaces() -> None:
    assert sorted(seller.slug for seller in sellers() if len(seller.markets) > 1) == ["holm-and-soen", "nordlauf", "thornbury", "tonwerk"]


@pytest.mark.parametrize("market", markets(), ids=lambda market: market.slug)
def test_a_marketplace_has_all_eight_departments(market: object) -> None:
    tops = [shelf.slug for shelf, above in shelves_of(next(one for one in markets() if one == market)) if above is None]
    assert tops == ["living", "kitchen", "outdoors", "electronics", "fashion", "kids", "books", "garden"]


def test_article_numbers_are_unique_and_every_shelf_exists() -> None:
    refs = [ware.ref for seller in sellers() for _, wares in wares_of(seller.slug) for ware in wares]
    below = {shelf.slug for top in shelves() for shelf in top.children}
    assert len(refs) == len(set(refs))
    assert {product.shelf for seller in sellers() for product in seller.product} <= below


def test_a_price_before_is_above_the_price_now_in_every_currency() -> None:
    for per_euro in {one.per_euro for market in markets() for one in (market, *market.further)}:
        for product in (product for seller in sellers() for product in seller.product):
            assert product.was is None or local_price(product.was, per_euro) > local_price(product.price, per_euro)


def test_most_of_what_nordmarkt_sells_has_a_price_in_kroner() -> None:
    [further] = [one.currency for market in markets() for one in market.further]
    here = [ware for seller in sellers() if "nordmarkt" in seller.markets for _, wares in wares_of(seller.slug) for ware in wares]
    priced = [ware for ware in here if further in ware.further]
    assert further == "DKK"
    assert len(here) * 7 // 10 < len(priced) < len(here)


def test_a_price_abroad_is_round() -> None:
    assert [local_price(price, 86) for price in (490, 3400, 9490, 114_900)] == [400, 2900, 8200, 98_800]
    assert [local_price(price, 746) for price in (490, 3400, 9490, 114_900)] == [3700, 25_400, 71_000, 857_000]


def test_the_same_seed_throws_the_same_dice() -> None:
    one, other = Dice("a seed"), Dice("a seed")
    assert [one.below(1000) for _ in range(50)] == [other.below(1000) for _ in range(50)]
    assert Dice("another").below(10**9) != Dice("a seed").below(10**9)


def test_chances_come_as_often_as_they_say() -> None:
    dice = Dice("often")
    assert 2_700 < sum(dice.chance(30) for _ in range(10_000)) < 3_300


def test_the_plan_is_the_same_for_the_same_beginning(planned: list[Planned]) -> None:
    assert planned == months(NOW - LASTS)


def test_the_plan_has_every_fate(planned: list[Planned]) -> None:
    assert 700 <= len(planned) <= 1500
    assert {order.card for order in planned} == {"fine", "declined", "poor", "challenge", "abandoned", "lost", "unsent"}
    fates = [fate for order in planned for fate in order.parts.values()]
    assert any(order.cancelled for order in planned)
    assert any(fate.first for fate in fates)
    assert any(fate.confirmed for fate in fates)
    assert {fate.returned.approved for fate in fates if fate.returned} == {True, False}


def test_whoever_lives_in_denmark_pays_in_kroner_where_all_of_it_has_a_price_in_them(planned: list[Planned]) -> None:
    main = {market.slug: market.currency for market in markets()}
    danes = [order for order in planned if order.buyer.country == "DK"]
    for order in planned:
        priced = all("DKK" in wares_by_ref()[line.ref].further for line in order.lines)
        assert order.currency == ("DKK" if priced and order in danes else main[order.market])
    assert 15 < sum(order.currency == "DKK" for order in planned) < len(danes)


def test_nothing_happens_before_what_it_follows(planned: list[Planned]) -> None:
    for order in planned:
        for fate in order.parts.values():
            moments = [order.at, fate.first, fate.shipped, fate.delivered, fate.confirmed]
            told = [moment for moment in moments if moment is not None]
            assert told == sorted(told), order
            if fate.returned and fate.delivered:
                assert fate.delivered < fate.returned.at < (fate.returned.decided or NOW + LASTS)


def test_what_nordlauf_has_to_ship_stands_in_the_scenes_only(planned: list[Planned]) -> None:
    waiting = [order for order in planned if "nordlauf" in order.parts and (order.parts["nordlauf"].shipped or NOW) > NOW]
    assert waiting == []


def test_every_scene_names_wares_that_its_marketplace_sells() -> None:
    selling = {seller.slug: seller.markets for seller in sellers()}
    orders = staged(NOW)
    assert len(orders) == len(scenes())
    assert all(order.market in selling[line.ref[0]] for order in orders for line in order.lines)
    assert all(order.at <= NOW for order in orders)
    main = {market.slug: market.currency for market in markets()}
    abroad = [order for order in orders if order.currency != main[order.market]]
    assert abroad
    assert all(order.currency in wares_by_ref()[line.ref].further for order in abroad for line in order.lines)


def test_whoever_orders_on_invoice_may_and_nobody_owes_more_than_that() -> None:
    limits = {(one.market, one.email): one.limit_minor for one in invoice_terms()}
    assert set(limits) <= {(market.slug, person.email) for market in markets() for person in (market.buyer, *regulars(market.slug))}
    ordered: Counter[tuple[str, str]] = Counter()
    for order in staged(NOW):
        if order.later and order.later.method == "invoice":
            ordered[order.market, order.buyer.email] += sum(wares_by_ref()[line.ref].price * line.quantity for line in order.lines)
    assert ordered
    assert all(amount < limits[buyer] for buyer, amount in ordered.items())


def test_every_account_that_money_goes_to_can_be_one() -> None:
    here = [market.later.iban for market in markets() if market.later]
    theirs = [one.returned.payee for one in scenes() if one.returned and one.returned.payee]
    assert here
    assert theirs
    assert all(iban_of(number) for number in (*here, *theirs))


def test_what_is_new_was_never_ordered(planned: list[Planned]) -> None:
    new = {ware.ref for seller in sellers() for _, _, wares in new_goods_of(seller) for ware in wares}
    ordered = {line.ref for order in (*planned, *staged(NOW)) for line in order.lines}
    assert len(new) >= 24
    assert new & ordered == set()


def test_no_two_people_share_an_address() -> None:
    addresses = people() + [person.email for market in markets() for person in regulars(market.slug)]
    assert len(set(people())) == len(people())
    assert set(addresses) == set(people())


def test_there_is_enough_of_everything_that_is_ordered(planned: list[Planned]) -> None:
    middle = NOW - LASTS / 2
    goods = supplies(planned, middle)
    ordered = Counter(dict.fromkeys(goods.opening, 0))
    early = Counter(ordered)
    for order in planned:
        for line in order.lines:
            ordered[line.ref] += line.quantity
            early[line.ref] += line.quantity if order.at < middle else 0
    assert all(goods.opening[ref] >= early[ref] for ref in ordered)
    assert all(goods.opening[ref] + goods.later.get(ref, 0) >= count for ref, count in ordered.items())
    assert all(pieces > 0 for pieces in goods.later.values())


def test_a_shorter_past_ends_like_the_long_one() -> None:
    week = timedelta(days=7)
    assert months(NOW - week, week)[-5:] == months(NOW - LASTS)[-5:]
