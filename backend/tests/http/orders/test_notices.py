"""The address at which gateways knock: what they signed is heard, everything else is turned away and leaves nothing."""

from datetime import timedelta

from sqlalchemy import func, select

from tests.http.orders.conftest import a_key, problem
from velora.apps.api import API
from velora.kernel.ids import encode
from velora.modules.payments.gateways.port import ChargeOrder
from velora.modules.payments.models import GatewayInbox

NOTICES = f"{API}/gateways/sandbox/notices"


async def a_lost_reply(store) -> tuple[str, str]:
    """An order that waits, and the gateway's name for its charge."""
    buyer = store.buyer()
    card = await store.gateway.tokenize("4000000000000341", 12, 2030)
    reply = await buyer.ask("POST", "/checkout", store.checkout(token=card.token), a_key())
    assert reply.status_code == 202
    found = await store.gateway.find(reply.json()["payment"]["intent_id"])
    return reply.json()["payment"]["intent_id"], found.ref


async def heard_of(store, ref: str) -> int:
    async with store.house.db.read(None) as uow:
        return await uow.scalar(select(func.count()).select_from(GatewayInbox).where(GatewayInbox.object_ref == ref)) or 0


async def test_a_signed_notice_pays_the_order_and_its_repetition_is_answered_alike(store, clock):
    intent_id, ref = await a_lost_reply(store)
    body, headers = store.gateway.notice("charge.captured", ref, clock.now())
    outside = store.browser_at().client
    replies = [await outside.post(NOTICES, content=body, headers=headers) for _ in range(2)]
    assert [(reply.status_code, reply.json()) for reply in replies] == [(200, {"new": True}), (200, {"new": False})]
    assert (await store.payment_state(intent_id), await heard_of(store, ref)) == ("captured", 1)


async def test_what_is_not_signed_as_it_stands_or_not_just_now_is_turned_away(store, clock):
    intent_id, ref = await a_lost_reply(store)
    body, headers = store.gateway.notice("charge.captured", ref, clock.now())
    _, old = store.gateway.notice("charge.captured", ref, clock.now() - timedelta(minutes=6))
    outside = store.browser_at().client
    for content, said in (
        (body.replace(b"captured", b"capturee"), headers),
        (body, {}),
        (body, old),
        (b"", headers),
        (b"x" * 1_000_001, headers),
    ):
        reply = await outside.post(NOTICES, content=content, headers=said)
        assert problem(reply) == (400, "payments.notice_forged")
    assert (await store.payment_state(intent_id), await heard_of(store, ref)) == ("unknown", 0)


async def test_a_gateway_that_is_not_in_use_has_no_address(store, clock):
    _, ref = await a_lost_reply(store)
    body, headers = store.gateway.notice("charge.captured", ref, clock.now())
    outside = store.browser_at().client
    assert problem(await outside.post(f"{API}/gateways/stripe/notices", content=body, headers=headers)) == (404, "request.not_found")
    assert (await outside.get(f"{API}/gateways/stripe/returns/{encode('pi', 1)}")).status_code == 404
    assert await heard_of(store, ref) == 0


async def test_money_of_nobody_is_answered_and_kept(store, clock):
    taken = await store.gateway.charge(ChargeOrder(f"not-ours-{store.house.db.new_id()}", "", 700, "EUR", "tok_visa"))
    body, headers = store.gateway.notice("charge.captured", taken.ref, clock.now())
    assert (await store.browser_at().client.post(NOTICES, content=body, headers=headers)).json() == {"new": True}
    async with store.house.db.read(None) as uow:
        [row] = await uow.entities(select(GatewayInbox).where(GatewayInbox.object_ref == taken.ref))
    assert (row.outcome, row.amount_minor, row.currency) == ("unmatched", 700, "EUR")
