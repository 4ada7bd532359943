"""Store credit as browsers meet it: goodwill of finance, an order paid with both, a return taken as credit."""

import pytest

from tests.http.orders.conftest import a_key, problem
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.flows.offering.place import NewPrice, reprice
from velora.flows.operating import currencies
from velora.flows.operating.currencies import NewCurrency
from velora.kernel.principal import Role
from velora.modules.pricing.service import Rate, ShippingRule, set_shipping_rules


def euros(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Grace")
    return browser


def yen(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "JPY"}


async def given(store, finance: Browser, email: str, amount: int, currency: str = "EUR"):
    money = {"amount": amount, "currency": currency}
    body = {"tenant": store.market.tenant.slug, "email": email, "amount": money, "reason": "The parcel was late"}
    return await finance.ask("POST", "/finance/credit/goodwill", body, a_key())


async def test_a_buyer_pays_with_goodwill_and_a_card(store, signed_in, finance):
    buyer, account = await signed_in(store.market.tenant)
    assert (await buyer.get("/account/credit")).json() == {
        "balance": euros(0), "held": euros(0), "free": euros(0), "history": [], "others": [],
    }  # fmt: skip
    reply = await given(store, finance, account.email, 2000)
    assert (reply.status_code, reply.json()["state"], reply.json()["credit"]["balance"]) == (201, "given", euros(2000))
    placed = await buyer.ask("POST", "/checkout", store.checkout() | {"credit": euros(2000)}, a_key())
    assert (placed.status_code, placed.json()["order"]["total"]) == (201, euros(5390)), placed.text
    order = (await buyer.get(f"/orders/{placed.json()['order']['id']}")).json()
    assert (order["payment"]["card"], order["payment"]["credit"], order["may"]["credit"]) == (euros(3390), euros(2000), True)
    mine = (await buyer.get("/account/credit")).json()
    assert mine["free"] == euros(0)
    assert [(one["kind"], one["amount"]["amount"]) for one in mine["history"]] == [("spent", -2000), ("goodwill", 2000)]
    assert mine["history"][0]["order_id"] == order["id"]
    trail = (await finance.get(f"/finance/trails/{order['id']}")).json()
    assert (trail["payment"]["card"], trail["payment"]["credit"]) == (euros(3390), euros(2000))
    assert (trail["balanced"], trail["state"]) == (True, "paid")
    back = await buyer.ask("POST", f"/orders/{order['id']}/cancel", headers=a_key())
    assert (back.status_code, back.json()["refunded"]) == (200, euros(5390)), back.text
    assert (await buyer.get("/account/credit")).json()["free"] == euros(2000)
    assert (await finance.get(f"/finance/trails?q={order['id']}")).json()["data"][0]["state"] == "refunded"
    assert (await verify(store.house.db, store.market.tenant.id)).clean


async def test_credit_that_pays_alone_needs_no_card(store, signed_in, finance):
    buyer, account = await signed_in(store.market.tenant)
    await given(store, finance, account.email, 4000)
    await given(store, finance, account.email, 4000)
    body = {name: value for name, value in store.checkout().items() if name != "payment"}
    placed = await buyer.ask("POST", "/checkout", body | {"credit": euros(5390)}, a_key())
    assert (placed.status_code, placed.json()["order"]["state"]) == (201, "paid"), placed.text
    assert (await store.gateway.totals()).charges == 0
    again = await buyer.ask("POST", "/checkout", body | {"credit": euros(5390)}, a_key())
    assert problem(again) == (409, "credit.not_enough")
    assert again.json()["left"] == euros(2610)


async def test_credit_in_a_further_currency_pays_for_orders_in_it_and_is_told_apart(store, signed_in, finance):
    await sells_lamps_in_yen(store)
    buyer, account = await signed_in(store.market.tenant)
    await given(store, finance, account.email, 2000)
    reply = await given(store, finance, account.email, 3000, "JPY")
    assert (reply.status_code, reply.json()["credit"]["balance"]) == (201, yen(3000))
    assert reply.json()["credit"]["others"] == [euros(2000)]
    wanted = store.checkout(amount=8900) | {"expected_total": yen(8900), "credit": euros(2000)}
    refused = await buyer.ask("POST", "/checkout", wanted, a_key())
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/credit/currency"]
    placed = await buyer.ask("POST", "/checkout", wanted | {"credit": yen(3000)}, a_key())
    assert placed.status_code == 201, placed.text
    mine = (await buyer.get("/account/credit?currency=JPY")).json()
    assert (mine["free"], mine["others"]) == (yen(0), [euros(2000)])
    assert [(one["kind"], one["amount"]) for one in mine["history"]] == [("spent", yen(-3000)), ("goodwill", yen(3000))]
    assert (await buyer.get("/account/credit")).json()["free"] == euros(2000)
    seen = await finance.get(f"/finance/credit?tenant={store.market.tenant.slug}&email={account.email}&currency=JPY")
    assert seen.json()["credit"]["balance"] == yen(0)
    assert (await buyer.get("/account/credit?currency=ZZZ")).status_code == 422
    assert (await verify(store.house.db, store.market.tenant.id)).clean


async def sells_lamps_in_yen(store) -> None:
    """At 8,000, with delivery for 900."""
    market = store.market
    async with store.house.db.begin(None) as uow:
        await currencies.sell_in(uow, market.tenant.id, NewCurrency("JPY", 1000, Rate()), actor_ref="operator")
        rule = ShippingRule(490, 5000, further={"JPY": Rate(900)})
        assert not await set_shipping_rules(uow, {(market.tenant.id, market.seller.id): rule})
        await reprice(uow, market.seller.id, [NewPrice(store.lamp.variant_ids[0], market.tenant.slug, 8000, None, "JPY")])


async def test_from_a_limit_on_two_people_give_goodwill(store, signed_in, finance):
    buyer, account = await signed_in(store.market.tenant)
    asked = await given(store, finance, account.email, 5000)
    assert (asked.status_code, asked.json()["state"], asked.json()["credit"]["balance"]) == (201, "waiting", euros(0))
    assert problem(await given(store, finance, account.email, 6000))[0] == 409
    request = asked.json()["approval_id"]
    seen = {"fingerprint": (await finance.get(f"/finance/approvals/{request}")).json()["fingerprint"]}
    own = await finance.ask("POST", f"/finance/approvals/{request}/approve", seen, a_key())
    assert problem(own) == (403, "approvals.own_request")
    second, _ = await signed_in(None, Role.FINANCE, name="Linus")
    agreed = await second.ask("POST", f"/finance/approvals/{request}/approve", seen, a_key())
    assert (agreed.status_code, agreed.json()["state"]) == (200, "done"), agreed.text
    assert (await buyer.get("/account/credit")).json()["free"] == euros(5000)
    assert (await verify(store.house.db, store.market.tenant.id)).clean


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"credit": euros(9999)}, "/credit/amount"),
        ({"credit": {"amount": 1, "currency": "USD"}}, "/credit/currency"),
        ({"credit": euros(-1)}, "/credit/amount"),
        ({"credit": euros(100), "payment": None}, "/payment"),
        ({"payment": None}, "/payment"),
    ],
)
async def test_what_cannot_be_paid_so_is_said(store, signed_in, change, pointer):
    buyer, _ = await signed_in(store.market.tenant)
    refused = await buyer.ask("POST", "/checkout", store.checkout() | change, a_key())
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, [pointer])


async def test_a_guest_has_no_credit_and_nobody_but_finance_gives_any(store, signed_in):
    guest = await store.buyer().ask("POST", "/checkout", store.checkout() | {"credit": euros(100)}, a_key())
    assert guest.status_code == 422
    assert problem(await store.buyer().get("/account/credit")) == (401, "identity.not_signed_in")
    buyer, account = await signed_in(store.market.tenant)
    assert (await given(store, buyer, account.email, 100)).status_code == 403


async def test_goodwill_for_nobody_or_in_another_currency_is_refused(store, finance, signed_in):
    assert problem(await given(store, finance, "nobody@example.com", 100)) == (404, "request.not_found")
    _, account = await signed_in(store.market.tenant)
    body = {"tenant": store.market.tenant.slug, "email": account.email, "amount": {"amount": 100, "currency": "USD"}, "reason": "Sorry"}
    assert (await finance.ask("POST", "/finance/credit/goodwill", body, a_key())).status_code == 422
    assert (await given(store, finance, account.email, 0)).status_code == 422
