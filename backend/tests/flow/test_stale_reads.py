"""What is read before it is decided may be stale: from a replica that lags, or because somebody was quicker. Nothing moves twice by it.

In each story something is read, then it is done for good, and then somebody who still reads what stood before does it again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.builders.bazaar import Bazaar
from tests.builders.checkout import CHALLENGED, GUEST, REPLY_LOST, a_draft, asked
from tests.builders.lagging import a_lagging_house
from tests.builders.orders import a_line, a_paid_order, a_part, delivered
from tests.builders.shop import Shop, a_shop, order_id_of
from tests.flow.disputes.test_disputes import bought
from tests.flow.suspense.test_suspense import ADA, LIMITS, an_unmatched_charge
from velora.flows.bookkeeping.verify import verify
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.checkout.draft import LineOutOfStock, PriceChanged
from velora.flows.checkout.pay import check_out, confirm
from velora.flows.disputes.sweep import find_disputes, sweep_disputes
from velora.flows.fulfilment.ship import send
from velora.flows.gateway_notices.take import hear
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.payout_run.run import PayoutRun, reserve, resume_payouts
from velora.flows.reactions import reacting
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.settle import sweep_refunds
from velora.flows.release.release import Confirmation, release
from velora.flows.release.release import confirm as confirm_delivery
from velora.flows.suspense.send import sweep_suspense
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.catalog import service as catalog
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel, WrongState
from velora.modules.payments.gateways.sandbox import Totals
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.modules.suspense.service import Settlement
from velora.platform.bus import interests, listen, relay
from velora.platform.bus.outbox import OutboxBus
from velora.platform.db import Database

BUYER = Principal(guest_key=GUEST.guest_key)
SELLER = Principal(account_id=7)


@dataclass(frozen=True)
class Story:
    """What happens, what somebody does who has not seen it, and which refusal tells them, if one does."""

    happens: Callable[[], Awaitable[object]]
    late: Callable[[TradingHouse], Awaitable[object]]
    refused: type[Refusal] | None = None


@dataclass(frozen=True)
class Stands:
    """Where the money is, by the gateway, the bank and the books, and how the order stands on the shelf."""

    gateway: Totals
    bank: dict[str, int]
    journals: int
    on_hand: int
    reserved: int


async def stands(shop: Shop) -> Stands:
    assert isinstance(shop.house.bank, SandboxBank)
    shelf = await shop.stock()
    return Stands(await shop.gateway.totals(), await shop.house.bank.sent(), await shop.journals(), shelf.on_hand, shelf.reserved)


async def is_clean(shop: Shop) -> bool:
    return (await verify(shop.db, shop.market.tenant.id)).clean


def cancellation(shop: Shop, order_id: int, key: str) -> Once[Cancellation]:
    tenant_id = shop.market.tenant.id
    return Once(tenant_id, BUYER, asked(key), Cancellation(tenant_id, order_id, "buyer"))


# ------------------------------------------------------------------------------------------------------------ the stories


async def the_buyer_comes_back_from_the_bank(shop: Shop) -> Story:
    order_id = order_id_of(await shop.buys(card=CHALLENGED))
    intent = await shop.intent(order_id)
    await shop.gateway.answer_challenge(intent.charge_ref, approved=True)

    async def comes(house: TradingHouse) -> None:
        assert (await confirm(house, intent.tenant_id, intent.id, BUYER)).code == 201

    return Story(lambda: comes(shop.house), comes)


async def a_payment_is_asked_about(shop: Shop) -> Story:
    await shop.buys(card=REPLY_LOST)
    later(shop, seconds=31)
    return Story(lambda: sweep_payments(shop.house), sweep_payments)


async def an_order_is_cancelled_that_was_shipped_meanwhile(shop: Shop) -> Story:
    order_id = order_id_of(await shop.buys(card=REPLY_LOST))
    later(shop, seconds=31)
    part = (await shop.order(order_id)).parts[0]
    parcel = Once(part.tenant_id, SELLER, asked(f"ship {part.id}"), Parcel(part.tenant_id, part.id, "DHL", "JD01"))

    async def is_shipped() -> None:
        await sweep_payments(shop.house)
        await send(shop.house, (await shop.order(order_id)).parts[0], parcel)

    return Story(is_shipped, lambda house: cancel_order(house, cancellation(shop, order_id, f"cancel {order_id}")), WrongState)


async def a_refund_is_sent(shop: Shop) -> Story:
    order_id = order_id_of(await shop.buys())
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(shop.market.tenant.id, order_id, "buyer")])
    later(shop, seconds=31)
    return Story(lambda: sweep_refunds(shop.house), sweep_refunds)


async def a_refused_refund_is_asked_for_again(shop: Shop) -> Story:
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)  # of which we have not heard: so the gateway refuses
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(shop.market.tenant.id, one.order_id, "buyer")])
    later(shop, seconds=31)
    await sweep_refunds(shop.house)
    await shop.gateway.end_dispute(ref, won=True)
    await find_disputes(shop.house)
    later(shop, seconds=3601)
    return Story(lambda: sweep_refunds(shop.house), sweep_refunds)


async def payouts_are_sent(shop: Shop) -> Story:
    async with shop.db.begin(None) as uow:
        paid = await a_paid_order(uow, shop.market.tenant.id, [a_part(uow, a_line(uow, net=90_000, tax=0, bps=0))])
        await delivered(uow, paid)
        await confirm_delivery(uow, [Confirmation(*paid.part)])
        await release(uow, 1000)
        await reserve(uow, [PayoutRun(shop.market.tenant.id)])
    return Story(lambda: resume_payouts(shop.house), resume_payouts)


async def a_dispute_is_asked_about(shop: Shop) -> Story:
    one = await bought(shop)
    await one.arrives_and_is_released()
    ref = await shop.gateway.open_dispute(one.charge)
    await find_disputes(shop.house)
    later(shop, seconds=3601)

    async def is_lost() -> None:
        await shop.gateway.end_dispute(ref, won=False)
        await sweep_disputes(shop.house)

    return Story(is_lost, sweep_disputes)


async def money_of_nobody_goes_back(shop: Shop) -> Story:
    case = await an_unmatched_charge(shop, key=f"pi_of_nobody_{shop.db.new_id()}")
    wish = Wish(case.tenant_id, case.id, Settlement.GIVE_BACK, "It is not ours.", ADA, LIMITS, "sandbox")
    async with shop.db.begin(None) as uow:
        await settle(uow, [wish])
    later(shop, seconds=3601)
    return Story(lambda: sweep_suspense(shop.house), sweep_suspense)


async def a_notice_is_heard(shop: Shop) -> Story:
    order_id = order_id_of(await shop.buys(card=REPLY_LOST))
    found = await shop.gateway.find((await shop.intent(order_id)).gateway_key)
    body, headers = shop.gateway.notice("charge.changed", getattr(found, "ref", ""), shop.db.clock.now())

    async def is_heard() -> None:
        assert await hear(shop.house, "sandbox", body, headers)

    async def again(house: TradingHouse) -> None:
        assert not await hear(house, "sandbox", body, headers)

    return Story(is_heard, again)


async def a_price_goes_up(shop: Shop) -> Story:
    change = catalog.PriceChange(shop.market.tenant.id, shop.market.seller.id, shop.lamp_id, 9_900)

    async def goes_up() -> None:
        async with shop.db.begin(None) as uow:
            await catalog.set_prices(uow, [change])

    async def buys(house: TradingHouse) -> None:
        await check_out(house, await a_draft(house.db, shop.market, (shop.lamp_id, 1), key=f"late {shop.db.new_id()}"))

    return Story(goes_up, buys, PriceChanged)


async def the_last_piece_is_sold(shop: Shop) -> Story:
    async def buys(house: TradingHouse) -> None:
        await check_out(house, await a_draft(house.db, shop.market, (shop.lamp_id, 1), key=f"late {shop.db.new_id()}"))

    return Story(lambda: shop.buys(10), buys, LineOutOfStock)


STORIES = [
    the_buyer_comes_back_from_the_bank, a_payment_is_asked_about, an_order_is_cancelled_that_was_shipped_meanwhile, a_refund_is_sent,
    a_refused_refund_is_asked_for_again, payouts_are_sent, a_dispute_is_asked_about, money_of_nobody_goes_back, a_notice_is_heard,
    a_price_goes_up, the_last_piece_is_sold,
]  # fmt: skip


def later(shop: Shop, *, seconds: int) -> None:
    shop.db.clock.advance(timedelta(seconds=seconds))  # pyright: ignore[reportAttributeAccessIssue] -- the clock of a test


@pytest.mark.parametrize("tell", STORIES, ids=lambda tell: tell.__name__)
async def test_whoever_decides_by_what_stood_before_moves_nothing_again(shop: Shop, tell: Callable[[Shop], Awaitable[Story]]):
    story = await tell(shop)
    at_first = await stands(shop)
    async with a_lagging_house(shop.house) as house:
        await story.happens()
        before = await stands(shop)
        if story.refused is None:
            await story.late(house)
            assert before != at_first  # the story is of something that moves
        else:
            with pytest.raises(story.refused):
                await story.late(house)
    assert (await stands(shop), await is_clean(shop)) == (before, True)


async def test_a_parcel_is_sent_and_its_money_taken_once_however_the_order_was_read(bazaar: Bazaar):
    order_id = await bazaar.order()
    async with a_lagging_house(bazaar.house) as house:
        (part, *_) = (await bazaar.shop.order(order_id)).parts
        parcel = Parcel(part.tenant_id, part.id, "DHL", "JD01")
        await send(bazaar.house, part, Once(part.tenant_id, SELLER, asked(f"first {part.id}"), parcel))
        before = await stands(bazaar.shop)
        async with house.db.read(part.tenant_id) as uow:
            seen = (await orders.parts_by_id(uow, [(part.tenant_id, part.id)]))[part.tenant_id, part.id]
        assert seen.state == orders.State.AUTHORISED
        with pytest.raises(WrongState):
            await send(house, seen, Once(part.tenant_id, SELLER, asked(f"second {part.id}"), parcel))
    assert (await stands(bazaar.shop), await is_clean(bazaar.shop)) == (before, True)


async def test_an_order_that_was_seen_unpaid_is_cancelled_and_given_back_once(shop: Shop):
    order_id = order_id_of(await shop.buys(card=REPLY_LOST))
    later(shop, seconds=31)
    async with a_lagging_house(shop.house) as house:
        await sweep_payments(shop.house)
        charged = (await shop.intent(order_id)).captured_minor
        back = (await shop.gateway.totals()).refunded_minor.get("EUR", 0)
        assert not await cancel_order(house, cancellation(shop, order_id, f"one {order_id}"))
        with pytest.raises(WrongState):
            await cancel_order(house, cancellation(shop, order_id, f"two {order_id}"))
    assert ((await shop.gateway.totals()).refunded_minor["EUR"] - back, await is_clean(shop)) == (charged, True)


async def relayed_and_heard(db: Database) -> int:
    """One round of a worker that reads this database; how many events it relayed."""
    bus = OutboxBus(db)
    count = await relay(db, bus)
    for group in reacting():
        await listen(db, bus, group)
    return count


async def test_what_a_lagging_relay_tells_again_has_its_effect_once(fresh_db: Database, tmp_path):
    async with a_shop(fresh_db, tmp_path) as shop:
        order_id = order_id_of(await shop.buys())
        await shop.house.bus.prepare(interests(reacting()))
        async with a_lagging_house(shop.house) as house:
            assert await relayed_and_heard(shop.db) == await relayed_and_heard(house.db) > 0
        async with shop.db.read(None) as uow:
            sold = await uow.connection.exec_driver_sql("SELECT SUM(sold) FROM catalog_listing")
            letters = await uow.connection.exec_driver_sql("SELECT COUNT(*) FROM notification_mail WHERE template = 'order_confirmed'")
            assert (sold.scalar(), letters.scalar(), order_id > 0) == (1, 1, True)
