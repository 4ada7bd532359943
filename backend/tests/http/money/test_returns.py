"""Returns over HTTP: the buyer asks, the seller decides, the card gets its money."""

from tests.http.money.conftest import Bought, Trade, keyed
from velora.flows.bookkeeping.verify import verify
from velora.kernel.ids import encode
from velora.kernel.principal import Role


def wish(bought: Bought, quantity: int = 1) -> dict[str, object]:
    return {"lines": [{"line_id": encode("lin", bought.line.id), "quantity": quantity}], "reason": "damaged", "note": "It is bent"}


def returns_of(bought: Bought) -> str:
    return f"/seller-orders/{encode('sor', bought.part.id)}/returns"


async def test_a_piece_goes_back_and_its_price_with_it(trade: Trade, browser_at):
    bought, staff = await trade.bought(2), await trade.staff(browser_at)
    asked = await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())
    assert asked.status_code == 201, asked.text
    view = asked.json()
    assert (view["state"], view["amount"]) == ("requested", {"amount": 4900, "currency": "EUR"})

    seller = f"/seller/{encode('sel', trade.market.seller.id)}/returns"
    (listed,) = (await staff.get(f"{seller}?state=requested")).json()["data"]
    assert (listed["id"], listed["buyer_note"], listed["marketplace"]["slug"]) == (view["id"], "It is bent", trade.market.tenant.slug)
    assert listed["lines"][0]["title"] == "Brass Lamp"

    key = keyed()
    approved = await staff.ask("POST", f"{seller}/{view['id']}/approve", {"note": "Sorry"}, key)
    assert (approved.status_code, approved.json()["state"], approved.json()["note"]) == (200, "refunded", "Sorry"), approved.text
    again = await staff.ask("POST", f"{seller}/{view['id']}/approve", {"note": "Sorry"}, key)
    assert again.json() == approved.json()
    assert (await trade.gateway.totals()).refunded_minor == {"EUR": 4900}
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean


async def test_the_same_request_is_one_return_and_another_body_is_refused(trade: Trade):
    bought = await trade.bought(2)
    key = keyed("one")
    first = await bought.buyer.ask("POST", returns_of(bought), wish(bought), key)
    again = await bought.buyer.ask("POST", returns_of(bought), wish(bought), key)
    other = await bought.buyer.ask("POST", returns_of(bought), wish(bought, 2), key)
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    missing = await bought.buyer.ask("POST", returns_of(bought), wish(bought))
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency.key_missing")


async def test_more_than_was_bought_is_refused_with_what_is_left(trade: Trade):
    bought = await trade.bought(2)
    refused = await bought.buyer.ask("POST", returns_of(bought), wish(bought, 3), keyed())
    assert (refused.status_code, refused.json()["code"], refused.json()["left"]) == (409, "returns.not_returnable", 2)


async def test_a_declined_return_moves_nothing(trade: Trade, browser_at):
    bought, staff = await trade.bought(1), await trade.staff(browser_at)
    view = (await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())).json()
    path = f"/seller/{encode('sel', trade.market.seller.id)}/returns/{view['id']}"
    declined = await staff.ask("POST", f"{path}/decline", {"note": "It was whole"}, keyed())
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    late = await staff.ask("POST", f"{path}/approve", {}, keyed())
    assert (late.status_code, late.json()["code"]) == (409, "returns.already_decided")
    assert (await trade.gateway.totals()).refunded_minor.get("EUR", 0) == 0


async def test_strangers_find_nothing(trade: Trade, browser_at, signed_in):
    bought = await trade.bought(1)
    view = (await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())).json()
    stranger, _ = await signed_in(trade.market.tenant)
    assert (await stranger.ask("POST", returns_of(bought), wish(bought), keyed())).status_code == 404
    somebody, _ = await signed_in(None, Role.SELLER)
    path = f"/seller/{encode('sel', trade.market.seller.id)}/returns"
    assert (await somebody.get(path)).status_code in (403, 404)
    assert (await somebody.ask("POST", f"{path}/{view['id']}/approve", {}, keyed())).status_code in (403, 404)
    assert (await browser_at().get(path)).status_code == 401
