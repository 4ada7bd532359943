"""A marketplace that charges when goods leave: held with the order, captured before the first parcel, once, for what is left of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders.bazaar import Bazaar
from tests.builders.checkout import CAPTURE_REPLY_LOST, CHALLENGED, GUEST, NO_FUNDS, REPLY_LOST, REQUEST_LOST
from tests.builders.shop import order_id_of
from velora.flows.checkout.pay import confirm
from velora.flows.fulfilment.ship import ship
from velora.flows.house import TradingHouse
from velora.flows.offering.follow import count_sales
from velora.flows.payment_outcome.capture import Asked, begin
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.postings import AUTHORISED, AUTHORISED_AGAINST, CLEARING, GATEWAY_FEES, SUSPENSE, escrow, tax
from velora.kernel.ids import decode
from velora.kernel.principal import Principal
from velora.modules.catalog import service as catalog
from velora.modules.inventory.service import Availability
from velora.modules.orders.events import OrderPaid
from velora.modules.orders.service import Parcel, SentParcel, WrongState
from velora.modules.payments.gateways.port import Captured, CaptureOrder, Unheard
from velora.modules.payments.policy import LOOK_AFTER
from velora.modules.payments.service import Declined, IntentState, NotTakenYet, PaymentLapsed, PaymentUnderWay
from velora.modules.pricing import service as pricing
from velora.platform.db.group_commit import Writes, in_one_transaction
from velora.platform.db.idempotency import Replay

# A lamp and a rug, each with delivery from its own seller; 19 % tax is contained.
LAMP, LAMP_NET, RUG, RUG_NET = 5390, 4530, 2490, 2093
BOTH = LAMP + RUG
TAX = BOTH - LAMP_NET - RUG_NET
BUYER = Principal(guest_key=GUEST.guest_key)
FREE, PROMISED = Availability(on_hand=10, reserved=0), Availability(on_hand=10, reserved=1)
A_WEEK = timedelta(days=7)
SOLD = text("SELECT l.sold FROM catalog_listing l JOIN catalog_variant v ON v.product_id = l.product_id WHERE v.id = :variant")
NOTHING = {AUTHORISED: 0, AUTHORISED_AGAINST: 0, CLEARING: 0}


class Deaf:
    """A gateway that is never heard, or not when it is asked to do this. What was asked of it may have arrived all the same."""

    def __init__(self, gateway: object, *, arrives: bool, only: str = "") -> None:
        self._gateway, self._arrives, self._only = gateway, arrives, only

    def __getattr__(self, name: str) -> object:
        if self._only not in ("", name):
            return getattr(self._gateway, name)

        async def lost(*args: object) -> Unheard:
            if self._arrives:
                await getattr(self._gateway, name)(*args)
            return Unheard("The gateway did not answer in time.")

        return lost


def deaf(bazaar: Bazaar, *, arrives: bool = False, only: str = "") -> TradingHouse:
    return replace(bazaar.house, gateway=Deaf(bazaar.shop.gateway, arrives=arrives, only=only))  # pyright: ignore[reportArgumentType] -- every call of the port


async def fee_of(bazaar: Bazaar, order_id: int) -> int:
    return (await bazaar.shop.intent(order_id)).fee_minor


async def test_an_order_is_held_and_can_be_packed_but_nothing_is_taken(bazaar):
    answer = await bazaar.checks_out(await bazaar.draft())
    assert (answer.code, answer.body["order"]["state"], answer.body["payment"]["state"]) == (201, "authorised", "authorised")
    order_id = order_id_of(answer)
    assert await bazaar.states(order_id) == ("authorised", "authorised", "authorised", "authorised")
    assert (await bazaar.shop.order(order_id)).order.paid_at is None
    assert await bazaar.stock() == (PROMISED, PROMISED)
    assert (await bazaar.shop.charges(), await bazaar.gateway_holds()) == (0, {"EUR": BOTH})
    await bazaar.holds({AUTHORISED: BOTH, AUTHORISED_AGAINST: BOTH, CLEARING: 0, escrow(bazaar.weaver_id): 0})


async def test_the_same_key_holds_once_and_hears_the_same(bazaar):
    draft = await bazaar.draft()
    first, again = await bazaar.checks_out(draft), await bazaar.checks_out(draft)
    assert (again.code, again.body, again.replayed) == (201, first.body, True)
    assert await bazaar.gateway_holds() == {"EUR": BOTH}


async def test_the_first_parcel_takes_all_of_it_at_once_and_the_second_nothing(bazaar):
    order_id = await bazaar.order()
    assert isinstance(await bazaar.sends(order_id, bazaar.weaver_id), SentParcel)
    assert await bazaar.states(order_id) == ("partly_shipped", "paid", "shipped", "captured")
    journals, fee = await bazaar.shop.journals(), await fee_of(bazaar, order_id)
    books = {
        AUTHORISED: 0, AUTHORISED_AGAINST: 0, CLEARING: BOTH - fee, GATEWAY_FEES: fee, tax("DE"): TAX, SUSPENSE: 0,
        escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): RUG_NET,
    }  # fmt: skip
    await bazaar.holds(books)
    assert isinstance(await bazaar.sends(order_id, bazaar.lamp_seller_id), SentParcel)
    assert await bazaar.states(order_id) == ("shipped", "shipped", "shipped", "captured")
    assert (await bazaar.shop.journals(), await bazaar.shop.charges()) == (journals, 1)
    assert [one.kind for one in (await bazaar.shop.order(order_id)).time_line] == ["placed", "paid", "shipped", "shipped"]
    await bazaar.holds(books)


async def test_a_parcel_that_was_sent_is_answered_again_under_its_key(bazaar):
    order_id = await bazaar.order()
    await bazaar.sends(order_id, bazaar.weaver_id)
    assert isinstance(await bazaar.sends(order_id, bazaar.weaver_id), Replay)
    assert (await bazaar.shop.gateway.totals()).charged_minor == {"EUR": BOTH}


async def test_two_sellers_who_send_at_once_take_the_money_once(bazaar):
    order_id = await bazaar.order()
    other = replace(bazaar.house, writes=Writes(bazaar.shop.db))
    outcomes = await asyncio.gather(bazaar.sends(order_id, bazaar.weaver_id), bazaar.sends(order_id, bazaar.lamp_seller_id, house=other))
    assert all(isinstance(one, SentParcel) for one in outcomes)
    assert (await bazaar.shop.charges(), (await bazaar.shop.gateway.totals()).charged_minor) == (1, {"EUR": BOTH})
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): RUG_NET})


async def test_what_was_cancelled_before_is_never_taken(bazaar):
    order_id = await bazaar.order()
    assert await bazaar.cancels(order_id, bazaar.weaver_id) is False
    assert await bazaar.cancels(order_id, bazaar.weaver_id) is True
    assert await bazaar.states(order_id) == ("authorised", "authorised", "cancelled", "authorised")
    assert await bazaar.stock() == (PROMISED, FREE)
    await bazaar.holds({AUTHORISED: BOTH})
    with pytest.raises(WrongState):
        await bazaar.sends(order_id, bazaar.weaver_id)
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("shipped", "shipped", "cancelled", "captured")
    totals = await bazaar.shop.gateway.totals()
    assert (totals.charged_minor, totals.refunded_minor) == ({"EUR": LAMP}, {"EUR": 0})
    intent, fee = await bazaar.shop.intent(order_id), await fee_of(bazaar, order_id)
    assert (intent.amount_minor, intent.captured_minor, intent.refunded_minor) == (BOTH, LAMP, 0)
    expected = {AUTHORISED: 0, AUTHORISED_AGAINST: 0, CLEARING: LAMP - fee, SUSPENSE: 0, tax("DE"): LAMP - LAMP_NET}
    await bazaar.holds(expected | {escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): 0})


async def test_only_what_was_paid_for_counts_as_sold(bazaar):
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, bazaar.lamp_seller_id)
    await bazaar.sends(order_id, bazaar.weaver_id)
    async with bazaar.shop.db.begin(None) as uow:
        await count_sales(uow, [OrderPaid(bazaar.tenant_id, order_id, RUG, "EUR", was_authorised=True)])
        sold = {}
        for variant_id in (bazaar.shop.lamp_id, bazaar.rug_id):
            [(listing_sold,)] = (await uow.connection.execute(SOLD, {"variant": variant_id})).all()
            sold[variant_id] = listing_sold
    assert sold == {bazaar.shop.lamp_id: 0, bazaar.rug_id: 1}


async def test_what_is_cancelled_after_the_capture_is_refunded_as_ever(bazaar):
    order_id = await bazaar.order()
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    await bazaar.cancels(order_id, bazaar.weaver_id)
    totals = await bazaar.shop.gateway.totals()
    assert (totals.charged_minor, totals.refunded_minor) == ({"EUR": BOTH}, {"EUR": RUG})
    assert await bazaar.states(order_id) == ("shipped", "shipped", "cancelled", "captured")
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): 0})


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_order_that_is_cancelled_as_a_whole_is_released_and_was_never_money(bazaar, at_once):
    order_id = await bazaar.order()
    if at_once:
        await bazaar.cancels(order_id)
    else:
        await bazaar.cancels(order_id, bazaar.weaver_id)
        await bazaar.cancels(order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("cancelled", "cancelled", "cancelled", "voided")
    assert (await bazaar.stock(), await bazaar.gateway_holds(), await bazaar.shop.charges()) == ((FREE, FREE), {}, 0)
    assert await bazaar.shop.journals() == 2  # the memo, and its reversal
    await bazaar.holds(NOTHING)


async def test_what_was_cancelled_while_the_gateway_was_deaf_is_released_by_the_sweeper(bazaar):
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, house=deaf(bazaar))
    assert await bazaar.states(order_id) == ("cancelled", "cancelled", "cancelled", "authorised")
    assert await bazaar.gateway_holds() == {"EUR": BOTH}
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("cancelled", "cancelled", "cancelled", "voided")
    await bazaar.holds(NOTHING)


@pytest.mark.parametrize("arrives", [True, False])
async def test_nothing_leaves_and_nothing_is_cancelled_while_the_capture_is_not_certain(bazaar, clock, arrives):
    order_id = await bazaar.order()
    silent = deaf(bazaar, arrives=arrives)
    for seller in (bazaar.weaver_id, bazaar.lamp_seller_id):
        with pytest.raises(NotTakenYet):
            await bazaar.sends(order_id, seller, house=silent)
    assert await bazaar.states(order_id) == ("authorised", "authorised", "authorised", "capturing")
    for seller in (None, bazaar.weaver_id):
        with pytest.raises(PaymentUnderWay):
            await bazaar.cancels(order_id, seller)
    part = await bazaar.part(order_id, bazaar.weaver_id)
    [refused] = await in_one_transaction(bazaar.shop.db, ship, [Parcel(part.tenant_id, part.id, "DHL", "JD01")])
    assert refused == WrongState("authorised", "shipped")
    clock.advance(LOOK_AFTER[IntentState.CAPTURING])
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("paid", "paid", "paid", "captured")
    assert (await bazaar.shop.gateway.totals()).charged_minor == {"EUR": BOTH}
    await bazaar.sends(order_id, bazaar.weaver_id)
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.weaver_id): RUG_NET})


async def test_a_seller_who_asks_again_after_a_lost_reply_sends(bazaar):
    order_id = await bazaar.order(CAPTURE_REPLY_LOST)
    with pytest.raises(NotTakenYet):
        await bazaar.sends(order_id, bazaar.weaver_id)
    assert isinstance(await bazaar.sends(order_id, bazaar.weaver_id), SentParcel)
    assert (await bazaar.shop.charges(), (await bazaar.shop.gateway.totals()).charged_minor) == (1, {"EUR": BOTH})
    await bazaar.holds({AUTHORISED: 0})


async def test_after_a_crash_before_the_gateway_was_asked_the_same_amount_is_asked_for(bazaar, clock):
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, bazaar.weaver_id)
    [asked] = await in_one_transaction(bazaar.shop.db, begin, [(bazaar.tenant_id, order_id)])
    assert isinstance(asked, Asked)
    assert (await bazaar.shop.intent(order_id)).capturing_minor == asked.order.amount_minor == LAMP
    assert [asked] == await in_one_transaction(bazaar.shop.db, begin, [(bazaar.tenant_id, order_id)])
    clock.advance(LOOK_AFTER[IntentState.CAPTURING])
    await sweep_payments(bazaar.house)
    assert (await bazaar.shop.intent(order_id)).captured_minor == LAMP
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.weaver_id): 0})


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_capture_that_is_answered_with_an_error_for_ever_is_settled_by_how_the_charge_stands(bazaar, clock, arrives):
    """Gateways keep an error under its key, whether or not it came before the money was taken."""
    order_id = await bazaar.order()
    house = deaf(bazaar, arrives=arrives, only="capture")
    with pytest.raises(NotTakenYet):
        await bazaar.sends(order_id, bazaar.weaver_id, house=house)
    clock.advance(LOOK_AFTER[IntentState.CAPTURING])
    await sweep_payments(house)
    assert (await bazaar.shop.intent(order_id)).state == (IntentState.CAPTURED if arrives else IntentState.CAPTURING)
    clock.advance(A_WEEK)
    await sweep_payments(house)
    assert (await bazaar.shop.intent(order_id)).state == (IntentState.CAPTURED if arrives else IntentState.EXPIRED)


async def test_hearing_of_the_capture_twice_posts_once(bazaar):
    order_id = await bazaar.order()
    [asked] = await in_one_transaction(bazaar.shop.db, begin, [(bazaar.tenant_id, order_id)])
    assert isinstance(asked, Asked)
    taken = await bazaar.shop.gateway.capture(asked.order)
    news = News(heard_of(bazaar.tenant_id, asked.intent_id, taken))
    other = Writes(bazaar.shop.db)
    await asyncio.gather(*(writes.submit(settle, news) for writes in (bazaar.house.writes, other) for _ in range(3)))
    await bazaar.house.writes.submit(settle, news)
    assert await bazaar.shop.journals() == 3  # held, taken, fee
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.weaver_id): RUG_NET})


@pytest.mark.parametrize("turn", range(4))
async def test_of_a_buyer_who_cancels_and_a_seller_who_sends_at_once_one_has_its_way(bazaar, turn):
    order_id = await bazaar.order()
    other = replace(bazaar.house, writes=Writes(bazaar.shop.db))
    acts = [bazaar.cancels(order_id), bazaar.sends(order_id, bazaar.weaver_id, house=other)]
    await asyncio.gather(*(acts if turn % 2 else reversed(acts)), return_exceptions=True)
    order, _, rug, payment = await bazaar.states(order_id)
    totals = await bazaar.shop.gateway.totals()
    if payment == "voided":
        assert (order, rug, totals.charges) == ("cancelled", "cancelled", 0)
    else:
        assert payment == "captured"
        assert totals.charged_minor == {"EUR": BOTH}
        if rug == "cancelled":  # taken, but cancelled before the parcel had left
            assert totals.refunded_minor["EUR"] in (RUG, BOTH)
    await bazaar.holds({AUTHORISED: 0, AUTHORISED_AGAINST: 0})


async def test_what_is_not_sent_in_time_is_given_up_honestly(bazaar, clock):
    order_id = await bazaar.order()
    clock.advance(A_WEEK - timedelta(seconds=1))
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("authorised", "authorised", "authorised", "authorised")
    clock.advance(timedelta(seconds=1))
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("payment_failed", "payment_failed", "payment_failed", "expired")
    assert (await bazaar.shop.order(order_id)).time_line[-1].facts == {"reason": "expired"}
    assert (await bazaar.stock(), await bazaar.shop.charges()) == ((FREE, FREE), 0)
    with pytest.raises(WrongState):
        await bazaar.sends(order_id, bazaar.weaver_id)
    await bazaar.holds(NOTHING)


async def test_a_seller_who_sends_too_late_is_told_not_to(bazaar, clock):
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, bazaar.weaver_id)
    clock.advance(A_WEEK)
    with pytest.raises(PaymentLapsed):
        await bazaar.sends(order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("payment_failed", "payment_failed", "cancelled", "expired")
    assert await bazaar.stock() == (FREE, FREE)
    await bazaar.holds(NOTHING)


async def test_the_time_is_up_also_by_a_gateway_whose_clock_is_behind(bazaar, clock):
    order_id = await bazaar.order()
    intent = await bazaar.shop.intent(order_id)
    async with bazaar.shop.db.begin(bazaar.tenant_id) as uow:
        values = {"authorised_until": uow.now + timedelta(hours=1), "next_look_at": uow.now + timedelta(hours=1)}
        await uow.set_on(type(intent), {(intent.tenant_id, intent.id): values})
    clock.advance(timedelta(hours=1))
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("payment_failed", "payment_failed", "payment_failed", "expired")
    await bazaar.holds(NOTHING)


async def test_a_lost_reply_to_the_authorisation_is_found_again(bazaar, clock):
    order_id = await bazaar.order(REPLY_LOST)
    assert await bazaar.states(order_id) == ("placed", "placed", "placed", "unknown")
    clock.advance(LOOK_AFTER[IntentState.UNKNOWN])
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("authorised", "authorised", "authorised", "authorised")
    await bazaar.holds({AUTHORISED: BOTH, CLEARING: 0})


async def test_an_order_can_be_taken_back_before_the_bank_was_heard(bazaar):
    order_id = await bazaar.order(REPLY_LOST)
    with pytest.raises(PaymentUnderWay):
        await bazaar.cancels(order_id, bazaar.weaver_id)
    await bazaar.cancels(order_id)
    assert await bazaar.states(order_id) == ("payment_failed", "payment_failed", "payment_failed", "voided")
    await bazaar.holds(NOTHING)


async def test_a_request_that_never_arrived_is_closed_as_ever(bazaar, clock):
    order_id = await bazaar.order(REQUEST_LOST)
    clock.advance(LOOK_AFTER[IntentState.UNKNOWN])
    await sweep_payments(bazaar.house)
    assert (await bazaar.states(order_id))[3] == "voided"
    assert await bazaar.stock() == (FREE, FREE)


async def test_a_declined_card_holds_nothing(bazaar):
    with pytest.raises(Declined):
        await bazaar.order(NO_FUNDS)
    assert await bazaar.stock() == (FREE, FREE)
    await bazaar.holds(NOTHING)


async def test_who_confirms_with_the_bank_has_it_held_from_then_on(bazaar):
    answer = await bazaar.checks_out(await bazaar.draft(CHALLENGED))
    assert (answer.code, answer.body["payment"]["state"]) == (202, "action_required")
    await bazaar.shop.gateway.answer_challenge(answer.body["payment"]["challenge_url"].rsplit("/", 1)[1], approved=True)
    intent_id = decode("pi", answer.body["payment"]["intent_id"])
    confirmed, again = [await confirm(bazaar.house, bazaar.tenant_id, intent_id, BUYER) for _ in range(2)]
    assert (confirmed.code, confirmed.replayed, again.replayed) == (201, False, True)
    assert (await bazaar.states(order_id_of(answer)))[0] == "authorised"
    await bazaar.sends(order_id_of(answer), bazaar.weaver_id)
    await bazaar.holds({AUTHORISED: 0, escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): RUG_NET})


async def test_where_all_that_costs_something_was_cancelled_the_rest_is_paid_for_with_nothing(bazaar):
    async with bazaar.shop.db.begin(None) as uow:
        await catalog.set_prices(uow, [catalog.PriceChange(bazaar.tenant_id, bazaar.weaver_id, bazaar.rug_id, 0)])
        await pricing.set_shipping_rules(uow, {(bazaar.tenant_id, bazaar.weaver_id): pricing.ShippingRule(0, None)})
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, bazaar.lamp_seller_id)
    assert isinstance(await bazaar.sends(order_id, bazaar.weaver_id), SentParcel)
    assert await bazaar.states(order_id) == ("shipped", "cancelled", "shipped", "captured")
    assert await bazaar.shop.charges() == 0
    await bazaar.holds(NOTHING | {escrow(bazaar.weaver_id): 0})


async def test_an_order_that_costs_nothing_has_nothing_to_be_held(bazaar):
    await bazaar.shop.gives_away()
    order_id = order_id_of(await bazaar.shop.buys())
    assert ((await bazaar.shop.order(order_id)).order.state, (await bazaar.shop.intent(order_id)).capture) == ("paid", "now")
    await bazaar.holds(NOTHING)


@pytest.mark.parametrize("amount", [BOTH, 3000])
async def test_what_was_taken_by_hand_at_the_gateway_is_posted_and_the_difference_waits_for_a_person(bazaar, clock, amount):
    order_id = await bazaar.order()
    await bazaar.cancels(order_id, bazaar.weaver_id)
    intent = await bazaar.shop.intent(order_id)
    taken = await bazaar.shop.gateway.capture(CaptureOrder("by hand", intent.charge_ref, amount, "EUR"))
    assert isinstance(taken, Captured)
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("shipped", "shipped", "cancelled", "captured")
    fee = await fee_of(bazaar, order_id)
    await bazaar.holds({AUTHORISED: 0, CLEARING: amount - fee, SUSPENSE: amount - LAMP, escrow(bazaar.lamp_seller_id): LAMP_NET})
