"""Paying later as browsers meet it: what the operator offers, whom finance lets, the order, the door, and what never comes."""

import pytest

from tests.builders.later import BANK
from tests.http.orders.conftest import a_key, problem
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.kernel.ids import encode
from velora.kernel.principal import Role

LAMP = 5390
PARCEL = {"carrier": "DHL", "tracking": "JD01"}


def euros(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Grace")
    return browser


async def offers(store, signed_in, body):
    operator, _ = await signed_in(None, Role.SUPER_ADMIN, name="Olga")
    return await operator.ask("PUT", f"/platform/tenants/{encode('ten', store.market.tenant.id)}/paid-later", body)


BOTH = {"cash_on_delivery": {"at_most_minor": LAMP}, "invoice": {"bank": {"holder": BANK.holder, "iban": "DE02 1203 0000 0000 2020 51"}}}


def ordering(store, method, **more):
    return {name: value for name, value in store.checkout().items() if name != "payment"} | {"method": method} | more


async def test_the_operator_says_what_is_offered_and_a_wrong_account_number_is_refused(store, signed_in):
    wrong = {"invoice": {"bank": {"holder": "Nordmarkt", "iban": "DE02 1203 0000 0000 2020 52"}}}
    assert problem(await offers(store, signed_in, wrong)) == (422, "request.invalid")
    reply = await offers(store, signed_in, BOTH)
    assert (reply.status_code, reply.json()["paid_later"]["invoice"]["bank"]["iban"]) == (200, "DE02120300000000202051")
    guest = store.buyer()
    assert (await guest.get("/checkout/methods")).json()["data"] == [{"method": "cash_on_delivery", "at_most": euros(LAMP), "days": None}]


async def test_cash_is_collected_at_the_door_and_a_card_beside_it_is_refused(store, signed_in):
    guest = store.buyer()
    assert problem(await guest.ask("POST", "/checkout", ordering(store, "cash_on_delivery"), a_key())) == (
        409,
        "payments.method_not_offered",
    )
    await offers(store, signed_in, BOTH)
    assert problem(await guest.ask("POST", "/checkout", store.checkout() | {"method": "cash_on_delivery"}, a_key())) == (
        422,
        "request.invalid",
    )
    placed = await guest.ask("POST", "/checkout", ordering(store, "cash_on_delivery"), a_key())
    assert (placed.status_code, placed.json()["payment"]["state"]) == (201, "awaited"), placed.text
    order = (await guest.get(f"/orders/{placed.json()['order']['id']}")).json()
    assert (order["state"], order["payment"]["method"], order["payment"]["due"], order["payment"]["bank"]) == (
        "awaited", "cash_on_delivery", euros(LAMP), None,
    )  # fmt: skip
    assert order["may"]["cancel"] is True
    dear = ordering(store, "cash_on_delivery") | {"lines": [{"variant_id": store.lamp_id, "quantity": 2}], "expected_total": euros(9800)}
    assert problem(await guest.ask("POST", "/checkout", dear, a_key())) == (409, "payments.too_much_in_cash")
    assert (await verify(store.house.db, store.market.tenant.id)).clean


async def test_the_seller_sees_what_it_will_get_until_nothing_comes(store, signed_in, finance):
    await offers(store, signed_in, BOTH)
    guest, seller = store.buyer(), await store.seller()
    placed = await guest.ask("POST", "/checkout", ordering(store, "cash_on_delivery"), a_key())
    order = (await guest.get(f"/orders/{placed.json()['order']['id']}")).json()
    desk = f"{store.desk}/orders/{order['seller_orders'][0]['id']}"
    money = {name: amount["amount"] for name, amount in (await seller.get(desk)).json()["money"].items()}
    assert money["you_get"] == money["items"] + money["shipping"] - money["commission"] > 0
    assert (await seller.ask("POST", f"{desk}/ship", PARCEL, a_key())).status_code == 200
    assert (await seller.get(desk)).json()["money"]["you_get"] == euros(money["you_get"])
    gone = await finance.ask("POST", f"/finance/orders/{order['id']}/give-up", {"reason": "The courier lost it"}, a_key())
    assert gone.status_code == 200, gone.text
    assert (await seller.get(desk)).json()["money"]["you_get"] == euros(0)


async def test_who_is_let_buys_on_invoice_and_finance_gives_up_what_never_comes(store, signed_in, finance):
    await offers(store, signed_in, BOTH)
    buyer, account = await signed_in(store.market.tenant)
    assert problem(await buyer.ask("POST", "/checkout", ordering(store, "invoice"), a_key())) == (409, "terms.none")
    wish = {"tenant": store.market.tenant.slug, "email": account.email, "limit": euros(6000), "reason": "A known house"}
    let = await finance.ask("PUT", "/finance/invoice-terms", wish, a_key())
    assert (let.status_code, let.json()["state"], let.json()["left"]) == (200, "set", euros(6000)), let.text
    placed = await buyer.ask("POST", "/checkout", ordering(store, "invoice", purchase_order="PO-4711"), a_key())
    order = (await buyer.get(f"/orders/{placed.json()['order']['id']}")).json()
    assert (order["payment"]["bank"]["iban"], order["payment"]["due"], order["purchase_order"]) == (BANK.iban, euros(LAMP), "PO-4711")
    assert order["payment"]["due_at"] is not None
    over = await buyer.ask("POST", "/checkout", ordering(store, "invoice"), a_key())
    assert (problem(over), over.json()["left"]) == ((409, "terms.over_limit"), euros(6000 - LAMP))
    terms = (await finance.get(f"/finance/invoice-terms?tenant={store.market.tenant.slug}&email={account.email}")).json()
    assert (terms["owed"], terms["left"]) == (euros(LAMP), euros(6000 - LAMP))
    gone = await finance.ask("POST", f"/finance/orders/{order['id']}/give-up", {"reason": "No answer"}, a_key())
    assert (gone.status_code, gone.json()) == (200, {"state": "given_up", "approval_id": None}), gone.text
    [row] = (await finance.get(f"/finance/payments?q={order['id']}")).json()["data"]
    told = (await finance.get(f"/finance/payments/{row['id']}")).json()
    assert [(one["who"], one["what"], one["reason"]) for one in told["events"]] == [
        ("velora", "awaited", ""), ("velora", "expired", "never_came"),
    ]  # fmt: skip
    again = await finance.ask("POST", f"/finance/orders/{order['id']}/give-up", {"reason": "No answer"}, a_key())
    assert problem(again) == (409, "payments.not_awaited")
    assert (await verify(store.house.db, store.market.tenant.id)).clean


async def test_a_buyer_neither_lets_itself_nor_gives_up(store, signed_in):
    buyer, account = await signed_in(store.market.tenant)
    wish = {"tenant": store.market.tenant.slug, "email": account.email, "limit": euros(6000), "reason": "A known house"}
    assert (await buyer.ask("PUT", "/finance/invoice-terms", wish, a_key())).status_code == 403
    assert (await buyer.ask("PUT", f"/platform/tenants/{encode('ten', store.market.tenant.id)}/paid-later", BOTH)).status_code == 403
