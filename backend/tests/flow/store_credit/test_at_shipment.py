"""Store credit where buyers are charged when goods leave: what is cancelled lowers what is taken from the card, then the credit."""

from dataclasses import replace

import pytest

from tests.builders.purses import gives_credit, purse
from tests.builders.shop import order_id_of
from velora.flows.checkout.draft import Buyer
from velora.flows.postings import credit

ADA = 7
# A lamp is 53.90 with its delivery, a rug 24.90.
LAMP, RUG = 5390, 2490


async def ordered(bazaar, credit_minor, having=10_000):
    await gives_credit(bazaar.shop.db, bazaar.tenant_id, ADA, having)
    draft = replace(await bazaar.draft(), buyer=Buyer(ADA, "", "ada@example.com"), credit_minor=credit_minor)
    return order_id_of(await bazaar.checks_out(draft))


async def having(bazaar):
    return await purse(bazaar.shop.db, bazaar.tenant_id, ADA)


async def test_credit_waits_for_the_first_parcel_as_the_held_card_does(bazaar):
    order_id = await ordered(bazaar, 3000)
    assert await bazaar.gateway_holds() == {"EUR": LAMP + RUG - 3000}
    assert await having(bazaar) == (10_000, 3000)
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    assert await having(bazaar) == (7000, 0)
    assert (await bazaar.shop.gateway.totals()).charged_minor == {"EUR": LAMP + RUG - 3000}
    await bazaar.holds({credit(ADA): 7000})


@pytest.mark.parametrize(("credit_minor", "taken", "spent"), [(3000, LAMP - 3000, 3000), (6000, 0, LAMP)])
async def test_what_is_cancelled_lowers_the_card_first(bazaar, credit_minor, taken, spent):
    order_id = await ordered(bazaar, credit_minor)
    await bazaar.cancels(order_id, bazaar.weaver_id)
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    assert (await bazaar.shop.gateway.totals()).charged_minor.get("EUR", 0) == taken
    assert await having(bazaar) == (10_000 - spent, 0)
    assert await bazaar.gateway_holds() == {}
    await bazaar.holds({credit(ADA): 10_000 - spent})


async def test_all_cancelled_before_it_leaves_gives_all_of_it_free(bazaar):
    order_id = await ordered(bazaar, 3000)
    await bazaar.cancels(order_id)
    assert await having(bazaar) == (10_000, 0)
    assert await bazaar.gateway_holds() == {}
    await bazaar.holds({credit(ADA): 10_000})


async def test_what_credit_pays_alone_is_paid_with_the_order(bazaar):
    order_id = await ordered(bazaar, LAMP + RUG)
    assert (await bazaar.states(order_id))[0] == "paid"
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    await bazaar.holds({credit(ADA): 10_000 - LAMP - RUG})
