"""A buyer takes an order back: paid, not yet paid, half shipped, twice at once."""

import asyncio
from dataclasses import replace

import pytest

from tests.builders.checkout import CHALLENGED, NO_FUNDS, REPLY_LOST, asked
from tests.builders.people import a_caller
from tests.builders.shop import order_id_of
from velora.flows.cancellation.cancel import PaymentUnderWay, cancel_order
from velora.flows.fulfilment.ship import ship
from velora.flows.once import Once
from velora.flows.postings import CLEARING, GATEWAY_FEES, REFUND_CLEARING, escrow, tax
from velora.flows.refund.cancel import Cancellation
from velora.kernel.errors import NotFound, Refusal
from velora.modules.inventory.service import Availability
from velora.modules.orders.service import Parcel, WrongState
from velora.modules.payments.gateways.port import Unheard
from velora.modules.payments.service import Declined
from velora.platform.db.group_commit import Writes, in_one_transaction

FREE = Availability(on_hand=10, reserved=0)


def wanted(shop, order_id, key="cancel-1"):
    return Once(shop.market.tenant.id, a_caller(), asked(key), Cancellation(shop.market.tenant.id, order_id, "account:7"))


async def test_a_paid_order_gives_goods_and_money_back(shop, holds):
    order_id = order_id_of(await shop.buys(2))
    assert await cancel_order(shop.house, wanted(shop, order_id)) is False
    read = await shop.order(order_id)
    assert (read.order.state, read.lines[0].cancelled_quantity) == ("cancelled", 2)
    assert [one.kind for one in read.time_line] == ["placed", "paid", "cancelled"]
    assert await shop.stock() == FREE
    totals = await shop.gateway.totals()
    assert (totals.charged_minor, totals.refunded_minor) == ({"EUR": 9800}, {"EUR": 9800})
    async with shop.db.read(None) as uow:
        fee = (await shop.intent(order_id)).fee_minor
        expected = {escrow(shop.market.seller.id): 0, tax("DE"): 0, REFUND_CLEARING: 0, GATEWAY_FEES: fee, CLEARING: -fee}
        await holds(uow, shop.market.tenant.id, expected)


async def test_the_same_key_cancels_once(shop):
    order_id = order_id_of(await shop.buys())
    await cancel_order(shop.house, wanted(shop, order_id))
    assert await cancel_order(shop.house, wanted(shop, order_id)) is True
    with pytest.raises(WrongState):
        await cancel_order(shop.house, wanted(shop, order_id, "another"))
    assert (await shop.gateway.totals()).refunded_minor == {"EUR": 5390}


async def test_two_at_once_refund_once(shop):
    order_id = order_id_of(await shop.buys())
    other = replace(shop.house, writes=Writes(shop.db))
    asks = [cancel_order(house, wanted(shop, order_id, key)) for house in (shop.house, other) for key in ("a", "b", "c")]
    outcomes = await asyncio.gather(*asks, return_exceptions=True)
    assert sum(outcome is False for outcome in outcomes) == 1
    assert all(isinstance(outcome, Refusal) for outcome in outcomes if outcome not in (True, False))
    assert (await shop.gateway.totals()).refunded_minor == {"EUR": 5390}
    assert await shop.stock() == FREE


async def test_what_has_left_is_not_cancelled(shop):
    order_id = order_id_of(await shop.buys())
    part = (await shop.order(order_id)).parts[0]
    await in_one_transaction(shop.db, ship, [Parcel(part.tenant_id, part.id, "DHL", "JD01")])
    journals = await shop.journals()
    with pytest.raises(WrongState):
        await cancel_order(shop.house, wanted(shop, order_id))
    assert (await shop.journals(), (await shop.gateway.totals()).refunded_minor) == (journals, {"EUR": 0})
    assert (await shop.order(order_id)).order.state == "shipped"


async def test_an_open_payment_is_stopped_at_the_gateway_first(shop):
    answer = await shop.buys(card=CHALLENGED)
    assert await cancel_order(shop.house, wanted(shop, order_id_of(answer))) is False
    assert (await shop.order(order_id_of(answer))).order.state == "payment_failed"
    assert await shop.stock() == FREE
    await shop.gateway.answer_challenge(answer.body["payment"]["challenge_url"].rsplit("/", 1)[1], approved=True)
    assert await shop.charges() == 0


async def test_a_payment_that_was_taken_unheard_is_given_back(shop):
    order_id = order_id_of(await shop.buys(card=REPLY_LOST))
    assert (await shop.order(order_id)).order.state == "placed"
    await cancel_order(shop.house, wanted(shop, order_id))
    assert (await shop.order(order_id)).order.state == "cancelled"
    totals = await shop.gateway.totals()
    assert totals.charged_minor == totals.refunded_minor == {"EUR": 5390}
    assert await shop.stock() == FREE


async def test_while_the_gateway_is_silent_nothing_is_cancelled(shop):
    order_id = order_id_of(await shop.buys(card=REPLY_LOST))

    class Silent:
        async def void(self, key):
            return Unheard("The gateway could not be reached.")

    with pytest.raises(PaymentUnderWay):
        await cancel_order(replace(shop.house, gateway=Silent()), wanted(shop, order_id))
    assert (await shop.order(order_id)).order.state == "placed"
    assert await shop.stock() == Availability(on_hand=10, reserved=1)


async def test_an_order_whose_payment_failed_has_nothing_to_cancel(shop):
    draft = await shop.draft(card=NO_FUNDS)
    with pytest.raises(Declined):
        await shop.checks_out(draft)
    with pytest.raises(WrongState):
        await cancel_order(shop.house, wanted(shop, draft.order_id))


async def test_an_order_that_is_not_there_is_not_found(shop):
    with pytest.raises(NotFound):
        await cancel_order(shop.house, wanted(shop, shop.db.new_id()))
    assert (await shop.written())["idempotency_key"] == 0
