"""Buying as a browser does it: checkout, the order's page, cancelling."""

from typing import Any

import pytest

from tests.builders.market import a_market
from tests.http.orders.conftest import Store, a_key, problem
from tests.http.people.conftest import Browser
from velora.kernel.ids import encode


async def test_a_guest_buys_and_sees_the_order_with_its_money(store):
    buyer = store.buyer()
    order = await store.buys(buyer, 2)
    assert (order["state"], order["total"], order["tax_mode"]) == ("paid", {"amount": 9800, "currency": "EUR"}, "inclusive")
    assert (order["items"]["amount"], order["shipping"]["amount"], order["tax"]["amount"]) == (9800, 0, 1565)
    assert order["payment"] == {
        "card": {"amount": 9800, "currency": "EUR"}, "credit": {"amount": 0, "currency": "EUR"}, "state": "captured", "brand": "Visa",
        "last4": "4242", "challenge_url": None, "method": "card", "due": {"amount": 0, "currency": "EUR"}, "due_at": None, "bank": None,
    }  # fmt: skip
    [part] = order["seller_orders"]
    assert (part["seller"]["name"], part["escrow"]["state"], part["escrow"]["held"]["amount"]) == ("Lumen & Oak", "held", 9800 - 1565)
    [line] = part["lines"]
    assert (line["variant_id"], line["quantity"], line["returnable"], line["total"]["amount"]) == (store.lamp_id, 2, 0, 9800)
    assert [entry["kind"] for entry in order["timeline"]] == ["placed", "paid"]
    assert order["may"] == {"cancel": True, "credit": False}


async def test_a_guest_without_a_cookie_is_given_one_and_the_same_request_is_the_same_guest(store):
    first, again = store.buyer(), store.buyer()
    key, body = a_key(), store.checkout()
    placed = await first.ask("POST", "/checkout", body, key)
    replayed = await again.ask("POST", "/checkout", body, key)
    assert (placed.status_code, replayed.status_code, replayed.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert placed.json() == replayed.json()
    assert (await again.get(f"/orders/{placed.json()['order']['id']}")).status_code == 200


async def test_an_order_is_shown_to_nobody_else(store, signed_in):
    buyer = store.buyer()
    order = await store.buys(buyer)
    path = f"/orders/{order['id']}"
    key = buyer.cookie("velora_guest")
    stranger = store.buyer()
    assert problem(await stranger.get(path)) == (404, "request.not_found")
    assert (await stranger.get(f"{path}?key=guess")).status_code == 404
    assert (await stranger.get(f"{path}?key=")).status_code == 404
    assert (await stranger.get(f"{path}?key={key}")).status_code == 200
    somebody, _ = await signed_in(store.market.tenant)
    assert (await somebody.get(path)).status_code == 404
    for method, where in (("POST", f"{path}/cancel"), ("POST", f"/seller-orders/{order['seller_orders'][0]['id']}/confirm-delivery")):
        assert (await stranger.ask(method, where, None, a_key())).status_code == 404


async def test_an_account_finds_its_orders_page_by_page(store, signed_in):
    buyer, _ = await signed_in(store.market.tenant)
    orders = [await store.buys(buyer) for _ in range(3)]
    page = (await buyer.get("/orders?limit=2")).json()
    assert [one["id"] for one in page["data"]] == [orders[2]["id"], orders[1]["id"]]
    assert (page["data"][0]["items"], page["data"][0]["sellers"], page["has_more"]) == (1, ["Lumen & Oak"], True)
    rest = (await buyer.get(f"/orders?limit=2&cursor={page['next_cursor']}")).json()
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == ([orders[0]["id"]], False)
    assert problem(await store.buyer().get("/orders")) == (401, "identity.not_signed_in")
    assert (await buyer.get("/orders?cursor=nonsense")).status_code == 422


async def test_the_cart_is_ordered_once_also_when_the_reply_is_lost(store):
    buyer = store.buyer()
    await buyer.post("/cart/lines", {"variant_id": store.lamp_id, "quantity": 1})
    key, body = a_key(), store.checkout(None)
    placed = await buyer.ask("POST", "/checkout", body, key)
    assert placed.status_code == 201, placed.text
    assert (await buyer.get("/cart")).json()["lines"] == 0
    again = await buyer.ask("POST", "/checkout", body, key)
    assert (again.status_code, again.json()) == (201, placed.json())
    assert problem(await buyer.ask("POST", "/checkout", body, a_key())) == (409, "cart.empty")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"payment": {"token": "tok_made_up"}}, (402, "payments.declined")),
        ({"expected_total": {"amount": 1, "currency": "EUR"}}, (409, "pricing.price_changed")),
        ({"expected_total": {"amount": 5390, "currency": "USD"}}, (422, "request.invalid")),
        ({"email": "nobody"}, (422, "request.invalid")),
        ({"lines": []}, (409, "cart.empty")),
        ({"coupon": "FREE"}, (422, "request.invalid")),
    ],
)
async def test_what_is_wrong_with_a_checkout_is_said(store, change, expected):
    reply = await store.buyer().ask("POST", "/checkout", store.checkout() | change, a_key())
    assert problem(reply) == expected
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"]


async def test_out_of_stock_names_the_line(store):
    reply = await store.buyer().ask("POST", "/checkout", store.checkout(11), a_key())
    assert problem(reply) == (409, "inventory.out_of_stock")
    assert reply.json()["lines"][0] | {"line": 0, "variant_id": store.lamp_id, "left": 10} == reply.json()["lines"][0]


async def test_a_checkout_needs_a_key_and_a_key_fits_one_request(store):
    buyer = store.buyer()
    assert problem(await buyer.post("/checkout", store.checkout())) == (400, "idempotency.key_missing")
    key = a_key()
    assert (await buyer.ask("POST", "/checkout", store.checkout(), key)).status_code == 201
    assert problem(await buyer.ask("POST", "/checkout", store.checkout(2), key)) == (422, "idempotency.key_reused")


async def test_a_challenge_is_answered_at_the_bank_and_confirmed(store):
    buyer = store.buyer()
    payment = await asked_by_the_bank(store, buyer)
    await buyer.post(f"/sandbox/challenges/{payment['challenge_url'].rsplit('/', 1)[1]}", {"approve": True})
    confirmed = await buyer.post(f"/checkout/{payment['intent_id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["order"]["state"]) == (201, "paid")


async def test_what_became_of_a_payment_is_told_to_its_buyer_alone_and_nobody_else_has_the_gateway_asked(store, signed_in):
    guest, (ada, _), (grace, _) = store.buyer(), await signed_in(store.market.tenant), await signed_in(store.market.tenant)
    other_guest = store.buyer()
    await other_guest.post("/cart/lines", {"variant_id": store.lamp_id, "quantity": 1})
    assert other_guest.cookie("velora_guest")
    unknown = await store.buyer().post(f"/checkout/{encode('pi', 5)}/confirm")
    for buyer, strangers in ((guest, (grace, other_guest, store.buyer())), (ada, (grace, guest, other_guest, store.buyer()))):
        payment = await asked_by_the_bank(store, buyer)
        await store.gateway.answer_challenge(payment["challenge_url"].rsplit("/", 1)[1], approved=True)
        for stranger in strangers:
            reply = await stranger.post(f"/checkout/{payment['intent_id']}/confirm")
            assert problem(reply) == problem(unknown) == (404, "request.not_found")
            assert reply.json()["detail"] == unknown.json()["detail"].replace(encode("pi", 5), payment["intent_id"])
            # Who asks the gateway would learn that the bank has said yes, and write it down.
            assert await store.payment_state(payment["intent_id"]) == "action_required"
        assert (await buyer.post(f"/checkout/{payment['intent_id']}/confirm")).status_code == 201


async def asked_by_the_bank(store: Store, buyer: Browser) -> dict[str, Any]:
    """The payment of an order whose buyer must confirm it first."""
    card = {"number": "4000 0000 0000 3220", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    token = (await buyer.post("/sandbox/tokens", card)).json()["token"]
    asked = await buyer.ask("POST", "/checkout", store.checkout(token=token), a_key())
    payment = asked.json()["payment"]
    assert (asked.status_code, payment["state"]) == (202, "action_required")
    return payment


async def test_a_buyer_cancels_and_the_money_goes_back(store):
    buyer = store.buyer()
    order = await store.buys(buyer)
    key = a_key()
    cancelled = await buyer.ask("POST", f"/orders/{order['id']}/cancel", None, key)
    assert cancelled.status_code == 200, cancelled.text
    assert (cancelled.json()["state"], cancelled.json()["refunded"], cancelled.json()["may"]) == (
        "cancelled",
        order["total"],
        {"cancel": False, "credit": False},
    )
    again = await buyer.ask("POST", f"/orders/{order['id']}/cancel", None, key)
    assert (again.status_code, again.headers["Idempotent-Replayed"], again.json()) == (200, "true", cancelled.json())
    assert problem(await buyer.ask("POST", f"/orders/{order['id']}/cancel", None, a_key())) == (409, "orders.wrong_state")


async def test_another_marketplace_knows_nothing_of_the_order(store, browser_at):
    buyer = store.buyer()
    order = await store.buys(buyer)
    elsewhere = await a_market(store.house.db)
    foreign = browser_at(elsewhere.tenant)
    key = buyer.cookie("velora_guest")
    assert (await foreign.get(f"/orders/{order['id']}?key={key}")).status_code == 404
    assert (await foreign.ask("POST", f"/orders/{order['id']}/cancel?key={key}", None, a_key())).status_code == 404
    part = order["seller_orders"][0]["id"]
    assert (await foreign.post(f"/seller-orders/{part}/confirm-delivery?key={key}")).status_code == 404
