"""A buyer keeps a card once it has paid, and pays with it the next time; it is nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.checkout import CHALLENGED, NO_FUNDS, REPLY_LOST, a_card
from tests.builders.people import a_caller
from tests.builders.shop import order_id_of
from velora.flows.checkout.cards import keep_cards, saved_token
from velora.flows.checkout.draft import Buyer
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.reactions import EFFECTS
from velora.kernel.errors import NotFound
from velora.modules.orders.events import OrderAuthorised, OrderPaid
from velora.modules.payments.gateways.port import Captured, ChargeOrder, DeclinedCharge
from velora.modules.payments.service import Declined, methods

ADA, GRACE = 7, 8
VISA = "4242424242424242"


async def wishing(shop, card=VISA, account_id=ADA):
    """A draft of a buyer who wants this card kept."""
    draft = await shop.draft(card=card)
    customer = methods.customer_of(shop.market.tenant.id, account_id)
    return replace(draft, buyer=Buyer(account_id, "", "ada@example.com"), keep_card=True, customer=customer)


async def told(shop, order_id):
    """What the relay does with the paid order, and does again after a crash."""
    order = (await shop.order(order_id)).order
    for _ in range(2):
        await keep_cards(shop.house, [OrderPaid(order.tenant_id, order.id, order.total_minor, "EUR")])


async def cards_of(shop, account_id=ADA, tenant_id=None):
    async with shop.db.read(tenant_id or shop.market.tenant.id) as uow:
        return await methods.of_account(uow, tenant_id or shop.market.tenant.id, account_id)


async def bought_and_kept(shop, card=VISA, account_id=ADA):
    await told(shop, order_id_of(await shop.checks_out(await wishing(shop, card, account_id))))
    return (await cards_of(shop, account_id))[-1]


async def test_a_card_that_paid_is_kept_once_as_its_token_and_what_a_person_knows_it_by(shop):
    assert keep_cards in EFFECTS[OrderPaid]
    assert keep_cards in EFFECTS[OrderAuthorised]
    draft = await wishing(shop)
    order_id = order_id_of(await shop.checks_out(draft))
    await told(shop, order_id)
    [kept] = await cards_of(shop)
    assert (kept.brand, kept.last4, kept.exp_month, kept.exp_year, kept.is_default) == ("Visa", "4242", 12, 2030, True)
    assert kept.token not in (draft.token, "")
    assert await cards_of(shop, GRACE) == []


async def test_the_kept_card_pays_the_next_order(shop):
    kept = await bought_and_kept(shop)
    token = await saved_token(shop.house, shop.market.tenant.id, a_caller(account_id=ADA), kept.id)
    draft = replace(await wishing(shop), token=token, keep_card=False)
    assert (await shop.checks_out(draft)).code == 201
    assert (await shop.gateway.totals()).charged_minor == {"EUR": 2 * 5390}
    assert (await shop.intent(draft.order_id)).card_last4 == "4242"


async def test_a_kept_card_is_charged_for_its_own_customer_alone(shop):
    kept = await bought_and_kept(shop)
    for customer in ("", methods.customer_of(shop.market.tenant.id, GRACE), methods.customer_of(shop.db.new_id(), ADA)):
        order = ChargeOrder(f"pi_{customer}", "ord_1", 100, "EUR", kept.token, customer=customer)
        assert await shop.gateway.charge(order) == DeclinedCharge("unknown_token")
        assert await shop.gateway.keep(kept.token, customer) is None
    mine = ChargeOrder("pi_mine", "ord_1", 100, "EUR", kept.token, customer=methods.customer_of(shop.market.tenant.id, ADA))
    assert isinstance(await shop.gateway.charge(mine), Captured)


async def test_what_did_not_pay_is_not_kept(shop):
    draft = await wishing(shop, NO_FUNDS)
    with pytest.raises(Declined):
        await shop.checks_out(draft)
    assert await cards_of(shop) == []


async def test_a_card_is_kept_also_when_nobody_was_there_to_hear_that_it_paid(shop, clock):
    order_id = order_id_of(await shop.checks_out(await wishing(shop, REPLY_LOST)))
    clock.advance(timedelta(seconds=6))
    await sweep_payments(shop.house)
    await told(shop, order_id)
    assert [one.last4 for one in await cards_of(shop)] == ["0341"]


async def test_a_card_whose_bank_asks_is_asked_again_each_time(shop):
    answer = await shop.checks_out(await wishing(shop, CHALLENGED))
    await shop.gateway.answer_challenge(answer.body["payment"]["challenge_url"].rsplit("/", 1)[1], approved=True)
    await told(shop, order_id_of(answer))
    [kept] = await cards_of(shop)
    assert (await shop.checks_out(replace(await wishing(shop), token=kept.token, keep_card=False))).code == 202


async def test_one_card_is_the_default_whatever_is_set_and_removed(shop):
    first, second = await bought_and_kept(shop), await bought_and_kept(shop, "5555555555554444")
    assert [(one.id, one.is_default) for one in await cards_of(shop)] == [(first.id, True), (second.id, False)]
    tenant_id = shop.market.tenant.id
    async with shop.db.begin(tenant_id) as uow:
        await methods.make_default(uow, tenant_id, ADA, second.id)
    assert [(one.id, one.is_default) for one in await cards_of(shop)] == [(second.id, True), (first.id, False)]
    async with shop.db.begin(tenant_id) as uow:
        await methods.remove(uow, tenant_id, ADA, second.id)
    assert [(one.id, one.is_default) for one in await cards_of(shop)] == [(first.id, True)]
    with pytest.raises(NotFound):
        await saved_token(shop.house, tenant_id, a_caller(account_id=ADA), second.id)


async def test_a_removed_card_stays_removed_when_the_paid_order_is_told_again(shop):
    order_id = order_id_of(await shop.checks_out(await wishing(shop)))
    await told(shop, order_id)
    [kept] = await cards_of(shop)
    async with shop.db.begin(shop.market.tenant.id) as uow:
        await methods.remove(uow, shop.market.tenant.id, ADA, kept.id)
    await told(shop, order_id)
    assert await cards_of(shop) == []


async def test_another_buyers_or_marketplaces_card_is_not_there(shop):
    kept, other = await bought_and_kept(shop), shop.db.new_id()
    for tenant_id, account_id in ((shop.market.tenant.id, GRACE), (other, ADA)):
        with pytest.raises(NotFound):
            await saved_token(shop.house, tenant_id, a_caller(account_id=account_id), kept.id)
        for act in (methods.make_default, methods.remove):
            with pytest.raises(NotFound):
                async with shop.db.begin(tenant_id) as uow:
                    await act(uow, tenant_id, account_id, kept.id)
    assert [one.is_default for one in await cards_of(shop)] == [True]


async def test_a_token_that_the_gateway_does_not_know_is_not_kept(shop):
    assert await shop.gateway.keep(await a_card(shop.gateway, VISA) + "x", "ten_1:acc_1") is None
