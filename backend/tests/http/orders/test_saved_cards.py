"""A buyer's saved cards, as browsers meet them."""

from tests.builders.market import a_market
from tests.http.orders.conftest import a_key, problem
from velora.flows.reactions import relay_once

CARDS = "/account/payment-methods"


async def test_a_buyer_saves_a_card_pays_with_it_and_removes_it(store, signed_in):
    buyer, _ = await signed_in(store.market.tenant)
    body = store.checkout()
    placed = await buyer.ask("POST", "/checkout", body | {"payment": {"token": "tok_visa", "save": True}}, a_key())
    assert placed.status_code == 201, placed.text
    while await relay_once(store.house):
        pass
    [card] = (await buyer.get(CARDS)).json()["data"]
    assert {name: card[name] for name in card if name != "id"} == {
        "brand": "Visa", "last4": "4242", "exp_month": 12, "exp_year": 2034, "is_default": True,
    }  # fmt: skip
    again = await buyer.ask("POST", "/checkout", body | {"payment": {"payment_method_id": card["id"]}}, a_key())
    assert (again.status_code, again.json()["order"]["state"]) == (201, "paid")
    assert (await buyer.ask("PUT", f"{CARDS}/{card['id']}/default")).json()["data"] == [card]
    assert (await buyer.ask("DELETE", f"{CARDS}/{card['id']}")).status_code == 204
    assert (await buyer.get(CARDS)).json() == {"data": []}
    gone = await buyer.ask("POST", "/checkout", body | {"payment": {"payment_method_id": card["id"]}}, a_key())
    assert problem(gone) == (404, "request.not_found")


async def test_a_card_is_its_buyers_in_its_marketplace_alone(store, signed_in):
    buyer, account = await signed_in(store.market.tenant)
    body = store.checkout()
    await buyer.ask("POST", "/checkout", body | {"payment": {"token": "tok_visa", "save": True}}, a_key())
    while await relay_once(store.house):
        pass
    [card] = (await buyer.get(CARDS)).json()["data"]
    stranger, _ = await signed_in(store.market.tenant)
    elsewhere = store.browser_at((await a_market(store.house.db)).tenant)
    assert (await elsewhere.sign_in(account.email)).status_code == 200
    for other in (stranger, elsewhere):
        assert (await other.get(CARDS)).json() == {"data": []}
        for method, path in (("PUT", f"{CARDS}/{card['id']}/default"), ("DELETE", f"{CARDS}/{card['id']}")):
            assert problem(await other.ask(method, path)) == (404, "request.not_found")
        paid = await other.ask("POST", "/checkout", body | {"payment": {"payment_method_id": card["id"]}}, a_key())
        assert problem(paid) == (404, "request.not_found")
    assert problem(await store.buyer().get(CARDS)) == (401, "identity.not_signed_in")
    assert (await buyer.get(CARDS)).json()["data"] == [card]


async def test_what_is_paid_with_is_said_once_and_guests_save_nothing(store, signed_in):
    buyer, _ = await signed_in(store.market.tenant)
    for payment in ({}, {"token": "tok_visa", "payment_method_id": "pm_1XZS7H509YG72"}):
        refused = await buyer.ask("POST", "/checkout", store.checkout() | {"payment": payment}, a_key())
        assert refused.status_code == 422, refused.text
    guest = await store.buyer().ask("POST", "/checkout", store.checkout() | {"payment": {"token": "tok_visa", "save": True}}, a_key())
    assert guest.status_code == 422
    assert "sign in" in guest.text
