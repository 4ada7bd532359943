"""Invoices and labels as private files: who has them, for how long, and what stands in them."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.builders.market import a_market, another_seller
from tests.http.orders.conftest import a_key, problem
from tests.http.people.conftest import the_owner
from velora.flows.reactions import relay_once
from velora.kernel.ids import decode, encode
from velora.modules.orders import service as orders

IMPRINT = {
    "legal_name": "Lumen & Oak GmbH", "line1": "Holstenstraße 12", "line2": "", "postal_code": "24103", "city": "Kiel", "country": "DE",
    "tax_number": "DE123456789",
}  # fmt: skip
NOT_FOUND = (404, "request.not_found")


async def sent(store):
    """A buyer and the order, whose part has left; everybody has been told."""
    seller, buyer = await store.seller(), store.buyer()
    order = await store.buys(buyer, 2)
    part = order["seller_orders"][0]["id"]
    shipped = await seller.ask("POST", f"{store.desk}/orders/{part}/ship", {"carrier": "DHL", "tracking": "JD01"}, a_key())
    assert shipped.status_code == 200, shipped.text
    await told(store)
    return buyer, order["id"]


async def told(store):
    while await relay_once(store.house):
        pass


async def documents_of(browser, order_id):
    [part] = (await browser.get(f"/orders/{order_id}")).json()["seller_orders"]
    return part["documents"]


async def owner_of(store):
    return await the_owner(store.house, store.market.seller.id, store.browser_at)


async def text_of(browser, url):
    """The file at this address, as whoever has it gets it, and the words in it."""
    got = await browser.client.get(url)
    assert (got.status_code, got.headers["content-type"], got.headers["cache-control"]) == (200, "application/pdf", "private, no-store")
    pages = PdfReader(BytesIO(got.content)).pages
    return got, "\n".join(page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in pages)


async def test_a_buyer_has_the_invoice_of_what_left_for_five_minutes_and_nobody_else_has(store, clock):
    await (await owner_of(store)).ask("PUT", f"{store.desk}/imprint", IMPRINT)
    buyer, order_id = await sent(store)
    [invoice] = await documents_of(buyer, order_id)
    assert (invoice["kind"], invoice["return_id"]) == ("invoice", None)
    path = f"/orders/{order_id}/documents/{invoice['id']}"
    link = (await buyer.get(path)).json()
    assert link["until"] == (clock.now() + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    got, words = await text_of(store.browser_at(), link["url"])
    assert f"invoice-{invoice['number']}.pdf" in got.headers["content-disposition"]
    for said in ("Lumen & Oak GmbH", "DE123456789", "Rechnung", invoice["number"], order_id, "Brass Lamp", "98,00 €", "Kiel"):
        assert said in words, words
    again = (await buyer.get(path)).json()
    assert (await store.browser_at().client.get(again["url"])).content == got.content
    assert problem(await store.buyer().get(path)) == NOT_FOUND
    clock.advance(timedelta(minutes=5))
    assert problem(await buyer.client.get(link["url"])) == (403, "files.ticket_refused")


async def test_a_guest_has_it_with_the_key_of_the_order_and_not_with_another_orders(store):
    buyer, order_id = await sent(store)
    [invoice] = await documents_of(buyer, order_id)
    async with store.house.db.read(store.market.tenant.id) as uow:
        place = store.market.tenant.id, decode("ord", order_id)
        key = (await orders.orders_by_id(uow, [place]))[place].guest_key
    elsewhere = store.buyer()
    assert (await elsewhere.get(f"/orders/{order_id}/documents/{invoice['id']}?key={key}")).status_code == 200
    assert problem(await elsewhere.get(f"/orders/{order_id}/documents/{invoice['id']}?key=no")) == NOT_FOUND
    own = await store.buys(elsewhere)
    assert problem(await elsewhere.get(f"/orders/{own['id']}/documents/{invoice['id']}")) == NOT_FOUND


async def test_a_seller_has_what_it_issued_and_a_rival_has_not(store):
    buyer, order_id = await sent(store)
    [invoice] = await documents_of(buyer, order_id)
    seller = await store.seller()
    [seen] = (await seller.get(f"{store.desk}/orders?q={order_id}")).json()["data"]
    assert (await seller.get(f"{store.desk}/orders/{seen['id']}")).json()["documents"] == [invoice]
    link = (await seller.get(f"{store.desk}/documents/{invoice['id']}")).json()
    assert invoice["number"] in (await text_of(seller, link["url"]))[1]
    for market in (await another_seller(store.house.db, store.market), await a_market(store.house.db)):
        rival = await store.seller(of=market)
        own = f"/seller/{encode('sel', market.seller.id)}"
        assert problem(await rival.get(f"{own}/documents/{invoice['id']}")) == NOT_FOUND
        assert problem(await rival.get(f"{store.desk}/documents/{invoice['id']}")) == NOT_FOUND


async def test_a_return_brings_a_label_and_its_money_a_credit_note(store):
    owner = await owner_of(store)
    assert (await owner.get(f"{store.desk}/imprint")).json()["given"] is False
    buyer, order_id = await sent(store)
    [part] = (await buyer.get(f"/orders/{order_id}")).json()["seller_orders"]
    wish = {"lines": [{"line_id": part["lines"][0]["id"], "quantity": 1}], "reason": "damaged"}
    back = (await buyer.ask("POST", f"/seller-orders/{part['id']}/returns", wish, a_key())).json()["id"]
    approved = await owner.ask("POST", f"{store.desk}/returns/{back}/approve", {"note": ""}, a_key())
    assert approved.status_code == 200, approved.text
    await told(store)
    assert [(one["kind"], one["return_id"]) for one in await documents_of(buyer, order_id)] == [("invoice", None), ("credit_note", back)]
    said = await owner.ask("PUT", f"{store.desk}/imprint", IMPRINT)
    assert (said.status_code, said.json()) == (200, IMPRINT | {"given": True})
    [_, note, label] = await documents_of(buyer, order_id)
    assert (label["kind"], label["number"], label["return_id"]) == ("return_label", "", back)
    link = (await buyer.get(f"/orders/{order_id}/documents/{label['id']}")).json()
    _, words = await text_of(buyer, link["url"])
    assert all(each in words for each in ("Holstenstraße 12", "24103 Kiel", back, "Brass Lamp", "Ada Lovelace")), words
    link = (await buyer.get(f"/orders/{order_id}/documents/{note['id']}")).json()
    _, words = await text_of(buyer, link["url"])
    assert all(each in words for each in ("Rechnungskorrektur", note["number"], back, "49,00 €")), words


@pytest.mark.parametrize(
    ("wrong", "where"), [({"city": ""}, "/city"), ({"country": "Germany"}, "/country"), ({"line2": "a" * 121}, "/line2")]
)
async def test_an_imprint_that_is_wrong_is_refused_where_it_is(store, wrong, where):
    owner = await owner_of(store)
    reply = await owner.ask("PUT", f"{store.desk}/imprint", IMPRINT | wrong)
    assert (reply.status_code, [each["pointer"] for each in reply.json()["errors"]]) == (422, [where])
    assert (await owner.get(f"{store.desk}/imprint")).json()["given"] is False


async def test_staff_reads_the_imprint_and_only_an_owner_writes_it(store):
    staff = await store.seller()
    assert (await staff.get(f"{store.desk}/imprint")).status_code == 200
    assert (await staff.ask("PUT", f"{store.desk}/imprint", IMPRINT)).status_code == 403
    assert problem(await store.browser_at().get(f"{store.desk}/imprint")) == (401, "identity.not_signed_in")
