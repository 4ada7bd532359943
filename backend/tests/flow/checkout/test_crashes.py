"""A crash between any two points of a checkout loses nothing and charges nothing twice; the same key goes on."""

from datetime import timedelta

import pytest

from tests.builders.shop import order_id_of
from velora.flows.checkout.pay import check_out
from velora.flows.checkout.place import place
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.kernel.ids import encode
from velora.modules.inventory.service import Availability
from velora.modules.payments.gateways.port import ChargeOrder
from velora.platform.db.idempotency import LEASE, InProgress


async def charged(shop, placed):
    order = ChargeOrder(encode("pi", placed.intent_id), encode("ord", placed.order_id), placed.charge_minor, placed.currency, placed.token)
    return await shop.gateway.charge(order)


async def one_paid_order(shop, draft):
    assert (await shop.order(draft.order_id)).order.state == "paid"
    assert (await shop.written())["orders"] == 1
    assert (await shop.charges(), await shop.journals()) == (1, 2)
    assert await shop.stock() == Availability(on_hand=10, reserved=1)


async def test_after_a_crash_before_the_gateway_was_asked_the_same_key_goes_on(shop, clock):
    draft = await shop.draft()
    await shop.house.writes.submit(place, draft)
    with pytest.raises(InProgress):
        await check_out(shop.house, draft)
    clock.advance(LEASE + timedelta(seconds=1))
    assert order_id_of(await check_out(shop.house, draft)) == draft.order_id
    await one_paid_order(shop, draft)


async def test_after_a_crash_between_the_charge_and_our_commit_the_same_key_goes_on(shop, clock):
    draft = await shop.draft()
    await charged(shop, await shop.house.writes.submit(place, draft))
    clock.advance(LEASE + timedelta(seconds=1))
    assert (await check_out(shop.house, draft)).code == 201
    await one_paid_order(shop, draft)


async def test_after_the_same_crash_the_sweeper_finishes_it_without_the_buyer(shop, clock):
    draft = await shop.draft()
    await charged(shop, await shop.house.writes.submit(place, draft))
    clock.advance(LEASE + timedelta(seconds=1))
    await sweep_payments(shop.house)
    await one_paid_order(shop, draft)
    assert (await check_out(shop.house, draft)).code == 201
    await one_paid_order(shop, draft)


async def test_after_a_crash_between_our_commit_and_the_reply_the_stored_answer_is_given(shop):
    draft = await shop.draft()
    placed = await shop.house.writes.submit(place, draft)
    await shop.house.writes.submit(settle, News(heard_of(placed.tenant_id, placed.intent_id, await charged(shop, placed)), placed.identity))
    answer = await check_out(shop.house, draft)
    assert (answer.code, answer.replayed) == (201, True)
    await one_paid_order(shop, draft)


async def test_a_sweep_before_the_gateway_was_asked_closes_the_key_so_that_a_late_request_charges_nothing(shop, clock):
    draft = await shop.draft()
    placed = await shop.house.writes.submit(place, draft)
    clock.advance(LEASE + timedelta(seconds=1))
    await sweep_payments(shop.house)
    assert (await shop.order(draft.order_id)).order.state == "payment_failed"
    await charged(shop, placed)
    assert await shop.charges() == 0
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
