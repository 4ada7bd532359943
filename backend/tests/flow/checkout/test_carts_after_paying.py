"""What was bought is out of the cart, whoever heard that it was paid."""

from collections.abc import Callable

import pytest

from tests.builders.checkout import GUEST, REPLY_LOST, a_card, a_draft
from tests.builders.shop import Shop
from velora.flows.checkout.draft import Buyer
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.reactions import EFFECTS
from velora.flows.shopping import service, view
from velora.flows.shopping.follow import take_out_what_was_paid
from velora.kernel.clock import ManualClock
from velora.kernel.principal import Principal
from velora.modules.orders.events import OrderPaid
from velora.modules.payments.policy import LOOK_AFTER, IntentState

Somebody = Callable[[Shop], tuple[Principal, Buyer]]


def a_guest(shop: Shop) -> tuple[Principal, Buyer]:
    return Principal(guest_key=GUEST.guest_key), GUEST


def an_account(shop: Shop) -> tuple[Principal, Buyer]:
    id_ = shop.db.new_id()
    return Principal(account_id=id_), Buyer(id_, "", "ada@example.com")


@pytest.mark.parametrize("somebody", [a_guest, an_account])
async def test_what_the_sweeper_found_paid_leaves_the_cart_and_what_was_put_in_again_stays(
    shop: Shop, clock: ManualClock, somebody: Somebody
):
    who, buyer = somebody(shop)
    await view.put_in(shop.house, who, shop.market.shop, shop.lamp_id, 3)
    event = await paid_without_the_buyer(shop, clock, buyer, quantity=2)
    assert await lamps(shop, who) == 3
    assert take_out_what_was_paid in EFFECTS[OrderPaid]
    await take_out_what_was_paid(shop.house, [event])
    assert await lamps(shop, who) == 1
    await view.take_out(shop.house, who, shop.market.shop, shop.lamp_id)
    await view.put_in(shop.house, who, shop.market.shop, shop.lamp_id, 2)
    await take_out_what_was_paid(shop.house, [event])
    assert await lamps(shop, who) == 2


@pytest.mark.parametrize("somebody", [a_guest, an_account])
async def test_what_was_put_in_while_the_payment_was_open_stays(shop: Shop, clock: ManualClock, somebody: Somebody):
    who, buyer = somebody(shop)
    event = await paid_without_the_buyer(shop, clock, buyer, quantity=1)
    await view.put_in(shop.house, who, shop.market.shop, shop.lamp_id, 1)
    await take_out_what_was_paid(shop.house, [event])
    assert await lamps(shop, who) == 1


async def test_two_orders_of_one_buyer_told_together_both_leave_the_cart(shop: Shop, clock: ManualClock):
    who, buyer = an_account(shop)
    await view.put_in(shop.house, who, shop.market.shop, shop.lamp_id, 5)
    events = [await paid_without_the_buyer(shop, clock, buyer, quantity=quantity) for quantity in (2, 1)]
    await take_out_what_was_paid(shop.house, events)
    assert await lamps(shop, who) == 2


async def paid_without_the_buyer(shop: Shop, clock: ManualClock, buyer: Buyer, *, quantity: int) -> OrderPaid:
    """An order whose reply was lost, which the sweeper found paid."""
    token = await a_card(shop.gateway, REPLY_LOST)
    draft = await a_draft(shop.db, shop.market, (shop.lamp_id, quantity), token=token, buyer=buyer)
    assert (await shop.checks_out(draft)).code == 202
    clock.advance(LOOK_AFTER[IntentState.UNKNOWN])
    await sweep_payments(shop.house)
    order = (await shop.order(draft.order_id)).order
    assert order.state == "paid"
    return OrderPaid(tenant_id=order.tenant_id, order_id=order.id, total_minor=order.total_minor, currency=order.currency)


async def lamps(shop: Shop, who: Principal) -> int:
    return dict(await service.read_cart(shop.house, who, shop.market.tenant.id)).get(shop.lamp_id, 0)
