"""Placing orders: what is promised, what is refused, and that a refusal writes nothing."""

import asyncio
from dataclasses import replace

import pytest

from tests.builders.catalog import a_listing
from tests.builders.checkout import a_draft
from tests.builders.market import a_market, goods, restock
from tests.builders.shop import order_id_of
from velora.flows.checkout.draft import EmptyCart, LineOutOfStock, NotOnSale, PriceChanged
from velora.flows.checkout.pay import check_out
from velora.flows.checkout.place import place
from velora.kernel.ids import encode
from velora.modules.catalog import service as catalog
from velora.modules.inventory.service import Availability
from velora.platform.db.group_commit import Writes, in_one_transaction
from velora.platform.db.idempotency import InProgress, KeyReused

NOTHING = {"orders": 0, "seller_order": 0, "order_line": 0, "payment_intent": 0, "idempotency_key": 0, "stock_hold": 0}


async def test_what_is_out_of_stock_is_named_and_nothing_is_written(shop):
    with pytest.raises(LineOutOfStock) as refused:
        await shop.buys(11)
    [line] = refused.value.lines
    assert (line["variant_id"], line["wanted"], line["left"]) == (encode("var", shop.lamp_id), 11, 10)
    assert "Only 10 of Brass Lamp left" in refused.value.detail()
    assert (await shop.written(), await shop.charges()) == (NOTHING, 0)
    assert await shop.stock() == Availability(on_hand=10, reserved=0)


async def test_an_order_is_met_whole_or_not_at_all(shop):
    async with shop.db.begin(None) as uow:
        rare = await goods(uow, shop.market, "Rare Vase", stock=1)
    draft = await a_draft(shop.db, shop.market, (shop.lamp_id, 1), (rare.variant_ids[0], 2))
    with pytest.raises(LineOutOfStock) as refused:
        await check_out(shop.house, draft)
    assert [line["line"] for line in refused.value.lines] == [1]
    assert await shop.stock() == Availability(on_hand=10, reserved=0)


async def test_a_price_that_the_buyer_did_not_see_is_not_charged(shop):
    with pytest.raises(PriceChanged) as refused:
        await shop.buys(expects=5389)
    assert refused.value.facts()["actual"] == {"amount": 5390, "currency": "EUR"}
    assert (await shop.written(), await shop.charges()) == (NOTHING, 0)


async def test_what_is_not_for_sale_here_cannot_be_ordered(shop):
    elsewhere = await a_market(shop.db)
    async with shop.db.begin(None) as uow:
        foreign = await a_listing(uow, elsewhere.tenant.id, elsewhere.seller.id)
    with pytest.raises(NotOnSale):
        await check_out(shop.house, await a_draft(shop.db, shop.market, (foreign.variant_ids[0], 1), expects=4900))
    assert await shop.written() == NOTHING


async def test_a_suspended_sellers_goods_cannot_be_ordered(shop):
    draft = await shop.draft()
    async with shop.db.begin(None) as uow:
        await catalog.suspend_seller(uow, shop.market.tenant.id, shop.market.seller.id)
    with pytest.raises(NotOnSale):
        await check_out(shop.house, draft)
    assert await shop.written() == NOTHING


async def test_an_empty_cart_is_no_order(shop):
    with pytest.raises(EmptyCart):
        await check_out(shop.house, await a_draft(shop.db, shop.market, expects=0))
    assert await shop.written() == NOTHING


async def test_after_a_refusal_the_same_key_may_ask_again(shop):
    with pytest.raises(LineOutOfStock):
        await shop.buys(11, key="mine", expects=53900)
    assert (await shop.buys(10, key="mine", body="fewer")).code == 201


async def test_of_eight_buyers_of_the_last_lamp_one_gets_it(shop):
    await shop.buys(9)
    drafts = [await shop.draft() for _ in range(8)]
    answers = await asyncio.gather(*(check_out(shop.house, draft) for draft in drafts), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Answer"] + ["LineOutOfStock"] * 7
    assert await shop.stock() == Availability(on_hand=10, reserved=10)
    assert (await shop.charges(), (await shop.written())["orders"]) == (2, 2)


async def test_fifty_identical_requests_at_once_make_one_order_and_one_charge(shop):
    draft = await shop.draft(key="impatient")
    answers = await asyncio.gather(*(check_out(shop.house, draft) for _ in range(50)), return_exceptions=True)
    assert {type(answer).__name__ for answer in answers} <= {"Answer", "InProgress"}
    assert sum(isinstance(answer, InProgress) for answer in answers) == 49
    assert (await shop.written())["orders"] == 1
    assert await shop.charges() == 1
    again = await check_out(shop.house, draft)
    assert (again.code, again.replayed, order_id_of(again)) == (201, True, draft.order_id)


async def test_two_processes_with_the_same_request_make_one_order(shop):
    draft, other = await shop.draft(key="impatient"), replace(shop.house, writes=Writes(shop.db))
    asks = (check_out(house, draft) for _ in range(5) for house in (shop.house, other))
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert {type(answer).__name__ for answer in answers} <= {"Answer", "InProgress"}
    assert (await check_out(other, draft)).code == 201
    assert (await shop.charges(), (await shop.written())["orders"]) == (1, 1)


async def test_two_processes_never_sell_the_same_lamp(shop):
    other = replace(shop.house, writes=Writes(shop.db))
    drafts = [await shop.draft(3) for _ in range(8)]
    asks = (check_out(house, draft) for house, draft in zip([shop.house, other] * 4, drafts, strict=True))
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Answer"] * 3 + ["LineOutOfStock"] * 5
    assert await shop.stock() == Availability(on_hand=10, reserved=9)


async def test_a_key_that_comes_back_with_another_order_is_refused(shop):
    await shop.buys(key="mine", body="one lamp")
    before = await shop.written()
    with pytest.raises(KeyReused):
        await shop.buys(2, key="mine", body="two lamps")
    assert (await shop.written(), await shop.charges()) == (before, 1)


async def test_one_refusal_does_not_fail_its_neighbours(shop):
    good, greedy, dear = await shop.draft(), await shop.draft(11, expects=53900), await shop.draft(expects=1)
    outcomes = await in_one_transaction(shop.db, place, [good, greedy, dear, await shop.draft(3)])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Placed", "LineOutOfStock", "PriceChanged", "Placed"]
    assert await shop.stock() == Availability(on_hand=10, reserved=4)
    assert (await shop.written())["idempotency_key"] == 2


async def test_an_order_of_two_sellers_is_split_and_adds_up(shop):
    other = await a_market(shop.db)
    async with shop.db.begin(None) as uow:
        sold = await a_listing(uow, shop.market.tenant.id, other.seller.id, "Oak Stool", price=8900, category_id=shop.market.category_id)
        await restock(uow, other, sold, 3)
    answer = await check_out(shop.house, await a_draft(shop.db, shop.market, (shop.lamp_id, 1), (sold.variant_ids[0], 2)))
    read = await shop.order(order_id_of(answer))
    assert len(read.parts) == 2
    assert {part.seller_id for part in read.parts} == {shop.market.seller.id, other.seller.id}
    assert sum(part.total_minor for part in read.parts) == read.order.total_minor
    assert sum(line.net_minor for line in read.lines) == read.order.items_minor
