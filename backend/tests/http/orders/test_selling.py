"""The seller's desk: what is to be done, shipping, counting, and that nobody else may."""

from datetime import timedelta

import pytest

from tests.builders.figures import figures_follow
from tests.builders.market import a_market
from tests.http.orders.conftest import a_key, problem
from velora.kernel.ids import encode
from velora.kernel.paging import encode_cursor
from velora.kernel.principal import Role

PARCEL = {"carrier": "DHL", "tracking": "JD01"}


async def bought(store, quantity=1):
    """A buyer, the order and the id of the seller's part."""
    buyer = store.buyer()
    order = await store.buys(buyer, quantity)
    return buyer, order, order["seller_orders"][0]["id"]


async def done(asking):
    """What was asked for was done."""
    reply = await asking
    assert reply.status_code == 200, reply.text


async def test_an_order_goes_from_the_shelf_to_its_buyer(store):
    seller = await store.seller()
    buyer, order, part = await bought(store, 2)
    line = order["seller_orders"][0]["lines"][0]["id"]
    key = a_key()
    first = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL | {"lines": [{"line_id": line, "quantity": 1}]}, key)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["shipments"][0]["tracking"]) == ("partly_shipped", "JD01")
    again = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL | {"lines": [{"line_id": line, "quantity": 1}]}, key)
    assert (again.headers["Idempotent-Replayed"], again.json()["lines"][0]["shipped"]) == ("true", 1)
    rest = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, a_key())
    assert rest.json()["state"] == "shipped"
    assert problem(await seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, a_key())) == (409, "orders.wrong_state")
    delivered = await seller.ask("POST", f"{store.desk}/orders/{part}/deliver")
    assert (delivered.json()["state"], delivered.json()["escrow"]["due_at"]) != ("delivered", None)
    seen = (await buyer.get(f"/orders/{order['id']}")).json()
    assert (seen["state"], seen["may"], seen["seller_orders"][0]["lines"][0]["returnable"]) == (
        "delivered",
        {"cancel": False, "credit": False},
        2,
    )
    assert [entry["kind"] for entry in seen["timeline"]] == ["placed", "paid", "shipped", "shipped", "delivered"]
    sent = seen["timeline"][2]
    assert (sent["carrier"], sent["tracking"], sent["reason"]) == ("DHL", "JD01", None)


async def test_the_buyer_confirms_and_the_money_is_due_now(store):
    seller = await store.seller()
    buyer, _, part = await bought(store)
    assert problem(await buyer.post(f"/seller-orders/{part}/confirm-delivery")) == (409, "orders.wrong_state")
    await done(seller.ask("POST", f"{store.desk}/orders/{part}/ship", PARCEL, a_key()))
    confirmed = await buyer.post(f"/seller-orders/{part}/confirm-delivery")
    assert confirmed.status_code == 200, confirmed.text
    [mine] = confirmed.json()["seller_orders"]
    assert (mine["state"], mine["escrow"]["state"]) == ("delivered", "due")


async def test_the_seller_sees_what_it_gets(store):
    seller = await store.seller()
    _, order, part = await bought(store)
    view = (await seller.get(f"{store.desk}/orders/{part}")).json()
    money = {name: amount["amount"] for name, amount in view["money"].items()}
    assert money["items"] + money["shipping"] + money["tax"] == order["total"]["amount"]
    assert money["you_get"] == money["items"] + money["shipping"] - money["commission"]
    assert (view["order_id"], view["marketplace"]["slug"]) == (order["id"], store.market.tenant.slug)
    assert (view["address"]["city"], "email" in view) == ("Kiel", False)


async def test_orders_lie_in_heaps_and_can_be_found(store):
    seller = await store.seller()
    _, _, waiting = await bought(store)
    buyer, order, gone = await bought(store)
    await done(buyer.ask("POST", f"/orders/{order['id']}/cancel", None, a_key()))
    _, sent_order, sent = await bought(store)
    await done(seller.ask("POST", f"{store.desk}/orders/{sent}/ship", PARCEL, a_key()))

    async def ids(query):
        reply = await seller.get(f"{store.desk}/orders?{query}")
        assert reply.status_code == 200, reply.text
        return [one["id"] for one in reply.json()["data"]]

    assert await ids("state=to_ship") == [waiting]
    assert await ids("state=on_the_way") == [sent]
    assert await ids("state=cancelled") == [gone]
    assert await ids("") == [sent, gone, waiting]
    assert await ids(f"q={sent_order['id']}") == await ids(f"q={sent}") == [sent]
    assert await ids("q=lamp&state=to_ship") == [waiting]
    assert await ids("q=nothing") == []
    assert await ids(f"tenant={store.market.tenant.slug}&limit=1") == [sent]
    await figures_follow(store.house)
    page = (await seller.get(f"{store.desk}/orders?limit=2")).json()
    assert (page["has_more"], page["counts"]) == (True, {"to_ship": 1, "on_the_way": 1, "delivered": 0, "cancelled": 1})
    assert await ids(f"limit=2&cursor={page['next_cursor']}") == [waiting]
    assert (await seller.get(f"{store.desk}/orders?tenant=nowhere")).status_code == 404


async def test_what_must_leave_first_stands_first_on_every_page(store, clock):
    seller = await store.seller()
    later = [(await bought(store))[2] for _ in range(3)]  # of one moment: the oldest first
    clock.advance(timedelta(days=-1))
    urgent = (await bought(store))[2]
    wanted, seen, cursor = [urgent, *later], [], ""
    for _ in wanted:
        page = (await seller.get(f"{store.desk}/orders?state=to_ship&sort=ship_by&limit=1&cursor={cursor}")).json()
        seen += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (wanted, None)
    assert [one["id"] for one in (await seller.get(f"{store.desk}/orders?sort=ship_by")).json()["data"]] == wanted


async def test_a_cursor_of_another_order_of_the_list_is_refused(store):
    seller = await store.seller()
    for _ in range(2):
        await bought(store)
    newest = (await seller.get(f"{store.desk}/orders?limit=1")).json()["next_cursor"]
    urgent = (await seller.get(f"{store.desk}/orders?limit=1&sort=ship_by")).json()["next_cursor"]
    for query in (f"sort=ship_by&cursor={newest}", f"cursor={urgent}", f"sort=ship_by&cursor={encode_cursor(1 << 62, 1)}"):
        assert problem(await seller.get(f"{store.desk}/orders?{query}")) == (422, "request.invalid")


async def test_the_desk_says_what_waits(store, clock):
    seller = await store.seller()
    await bought(store)
    _, _, sent = await bought(store, 2)
    await done(seller.ask("POST", f"{store.desk}/orders/{sent}/ship", PARCEL, a_key()))
    await done(seller.ask("POST", f"{store.desk}/orders/{sent}/deliver"))
    await figures_follow(store.house)
    home = (await seller.get(f"{store.desk}/home")).json()
    assert (home["to_ship"], home["late"], home["on_hold_orders"], home["returns_open"], home["low_stock"]) == (1, 0, 2, 0, 0)
    assert home["this_month"] == [{"amount": 5390 + 9800, "currency": "EUR"}]
    assert (home["last_month"], home["available"]) == ([], [])
    assert home["on_hold"][0]["amount"] > 0
    assert home["next_release_at"] is not None
    clock.advance(timedelta(days=3))
    assert (await (await store.seller()).get(f"{store.desk}/home")).json()["late"] == 1


async def test_a_seller_counts_its_shelves(store):
    seller = await store.seller()
    await bought(store, 2)
    counted = await seller.ask("PUT", f"{store.desk}/stock", {"changes": [{"variant_id": store.lamp_id, "on_hand": 5}]})
    assert counted.status_code == 200, counted.text
    [shelf] = counted.json()["data"]
    assert (shelf["on_hand"], shelf["reserved"], shelf["available"]) == (5, 2, 3)
    refused = await seller.ask("PUT", f"{store.desk}/stock", {"changes": [{"variant_id": store.lamp_id, "on_hand": 1}]})
    assert problem(refused) == (409, "inventory.below_reserved")
    assert refused.json()["variant_id"] == store.lamp_id
    twice = {"changes": [{"variant_id": store.lamp_id, "on_hand": 6}] * 2}
    assert (await seller.ask("PUT", f"{store.desk}/stock", twice)).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "home"),
        ("GET", "orders"),
        ("GET", "orders/{part}"),
        ("POST", "orders/{part}/ship"),
        ("POST", "orders/{part}/deliver"),
        ("PUT", "stock"),
    ],
)
async def test_only_the_sellers_own_people_may(store, signed_in, method, path):
    _, _, part = await bought(store)
    body = {"POST": PARCEL if "ship" in path else None, "PUT": {"changes": [{"variant_id": store.lamp_id, "on_hand": 1}]}}.get(method)
    where = f"{store.desk}/{path.format(part=part)}"
    assert problem(await store.buyer().ask(method, where, body, a_key())) == (401, "identity.not_signed_in")
    buyer, _ = await signed_in(store.market.tenant, Role.BUYER)
    assert (await buyer.ask(method, where, body, a_key())).status_code == 403
    rival = await store.seller(of=await a_market(store.house.db))
    assert problem(await rival.ask(method, where, body, a_key())) == (404, "request.not_found")


async def test_a_rivals_order_is_not_there_at_ones_own_desk(store):
    other = await a_market(store.house.db)
    rival = await store.seller(of=other)
    _, _, part = await bought(store)
    own = f"/seller/{encode('sel', other.seller.id)}"
    assert (await rival.get(f"{own}/orders/{part}")).status_code == 404
    assert (await rival.ask("POST", f"{own}/orders/{part}/ship", PARCEL, a_key())).status_code == 404
    assert (await rival.ask("POST", f"{own}/orders/{part}/deliver")).status_code == 404
    refused = await rival.ask("PUT", f"{own}/stock", {"changes": [{"variant_id": store.lamp_id, "on_hand": 1}]})
    assert refused.status_code == 404
    assert (await (await store.seller()).get(f"{store.desk}/orders/{part}")).json()["state"] == "paid"
