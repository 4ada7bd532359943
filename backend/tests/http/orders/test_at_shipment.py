"""A marketplace that charges when goods leave, as browsers meet it."""

import pytest

from tests.builders.checkout import CAPTURE_REPLY_LOST
from tests.builders.market import a_market, goods
from tests.http.orders.conftest import Store, a_key, problem
from tests.http.people.conftest import BrowserAt
from velora.flows.house import TradingHouse

PARCEL = {"carrier": "DHL", "tracking": "JD01"}


@pytest.fixture
async def store(house: TradingHouse, browser_at: BrowserAt) -> Store:
    market = await a_market(house.db, charged="at_shipment")
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, stock=10)
    return Store(house, market, lamp, browser_at)


async def test_an_order_is_packed_sent_and_only_then_paid(store):
    buyer, seller = store.buyer(), await store.seller()
    order = await store.buys(buyer, 2)
    assert (order["state"], order["payment"]["state"], order["may"]) == ("authorised", "authorised", {"cancel": True, "credit": False})
    assert (order["refunded"]["amount"], order["seller_orders"][0]["escrow"]["held"]["amount"]) == (0, 0)
    listed = (await seller.get(f"{store.desk}/orders?state=to_ship")).json()
    assert ([one["state"] for one in listed["data"]], listed["counts"]["to_ship"]) == (["authorised"], 1)
    part = order["seller_orders"][0]["id"]
    assert (await seller.get(f"{store.desk}/orders/{part}")).json()["state"] == "authorised"
    sent = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, a_key())
    assert (sent.status_code, sent.json()["state"], sent.json()["escrow"]["state"]) == (200, "shipped", "held")
    seen = (await buyer.get(f"/orders/{order['id']}")).json()
    assert (seen["state"], seen["payment"]["state"], [one["kind"] for one in seen["timeline"]]) == (
        "shipped",
        "captured",
        ["placed", "paid", "shipped"],
    )


async def test_a_seller_whose_bank_does_not_answer_is_told_to_keep_the_parcel(store):
    buyer, seller = store.buyer(), await store.seller()
    card = await store.gateway.tokenize(CAPTURE_REPLY_LOST, 12, 2030)
    placed = await buyer.ask("POST", "/checkout", store.checkout(token=card.token), a_key())
    part = (await buyer.get(f"/orders/{placed.json()['order']['id']}")).json()["seller_orders"][0]["id"]
    key = a_key()
    refused = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, key)
    assert problem(refused) == (409, "payments.not_taken_yet")
    assert "Keep the parcel" in refused.json()["detail"]
    assert problem(await buyer.ask("POST", f"/seller-orders/{part}/cancel", None, a_key())) == (409, "payments.under_way")
    assert (await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, key)).json()["state"] == "shipped"


async def test_a_buyer_takes_one_sellers_part_back(store):
    buyer, stranger = store.buyer(), store.buyer()
    order = await store.buys(buyer)
    part, key = order["seller_orders"][0]["id"], a_key()
    assert problem(await stranger.ask("POST", f"/seller-orders/{part}/cancel", None, a_key())) == (404, "request.not_found")
    cancelled = await buyer.ask("POST", f"/seller-orders/{part}/cancel", None, key)
    assert (cancelled.status_code, cancelled.json()["state"], cancelled.json()["payment"]["state"]) == (200, "cancelled", "voided")
    assert (await buyer.ask("POST", f"/seller-orders/{part}/cancel", None, key)).headers["Idempotent-Replayed"] == "true"
    assert problem(await buyer.ask("POST", f"/seller-orders/{part}/cancel", None, a_key())) == (409, "orders.wrong_state")
