"""Who is told of what: once each, and nobody of what is another's; on both databases."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders.orders import Paid, a_paid_order, a_part, delivered
from tests.builders.shop import Shop, order_id_of
from tests.builders.webhooks import Listener, listens
from tests.flow.webhooks.conftest import World
from velora.apps.migrations import import_models
from velora.flows.reactions import relay_once
from velora.flows.webhooks import telling
from velora.flows.webhooks.audience import AUDIENCES, NOT_OFFERED, offered
from velora.kernel.events import Event, event_types, numbered
from velora.kernel.ids import encode, time_of
from velora.modules.catalog.events import ListingChanged
from velora.modules.escrow.events import EscrowReleased
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderPaid, SellerOrderShipped
from velora.modules.payouts.events import PayoutPaid
from velora.modules.sellers.events import SellerSuspended
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.policy.endpoints import DeliveryState
from velora.modules.webhooks.service import Owner
from velora.platform.db.outbox import OutboxEvent
from velora.platform.house import House

URL = "https://erp.example.com/hook"


async def told(house: House, events: Sequence[Event]) -> list[int]:
    """These events reach the reaction in one batch, as the bus gives them; their numbers."""
    async with house.db.begin(None) as uow:
        numbers = [uow.new_id() for _ in events]
        await telling.enqueue(uow, [numbered(event, number) for event, number in zip(events, numbers, strict=True)])
    return numbers


async def data(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.body)["data"] for one in await listener.log()]


async def an_order_of_both(house: House, world: World) -> Paid:
    """An order in nord: lumen's part is worth more than wool's."""
    async with house.db.begin(None) as uow:
        parts = [a_part(uow, seller_id=world.lumen.id, shipping=1000), a_part(uow, seller_id=world.wool.id)]
        return await a_paid_order(uow, world.nord.id, parts)


def test_every_event_of_every_module_is_offered_or_kept_inside_on_purpose():
    import_models()
    ours = {kind for kind in event_types() if kind.__module__.startswith("velora.modules.")}
    assert ours == set(AUDIENCES) | set(NOT_OFFERED)
    assert not set(AUDIENCES) & set(NOT_OFFERED)


async def test_a_marketplace_hears_what_happened_there_and_not_what_happened_elsewhere(house: House, world: World):
    here, there = await listens(house, Owner.tenant(world.nord.id), URL), await listens(house, Owner.tenant(world.vale.id), URL)
    paid = await an_order_of_both(house, world)
    [number] = await told(house, [OrderPaid(world.nord.id, paid.order_id, paid.total_minor, "EUR")])
    [delivery] = await here.log()
    assert (delivery.event_id, delivery.type, delivery.state) == (number, "orders.order_paid.v1", DeliveryState.PENDING)
    assert json.loads(delivery.body) == {
        "type": "orders.order_paid.v1",
        "timestamp": time_of(number).isoformat().replace("+00:00", "Z"),
        "data": {
            "tenant_id": encode("ten", world.nord.id),
            "order_id": encode("ord", paid.order_id),
            "total": {"amount": paid.total_minor, "currency": "EUR"},
            "was_authorised": False,
        },
    }
    assert await there.log() == []


async def test_a_seller_hears_of_its_own_part_in_every_marketplace_and_of_nobody_elses(house: House, world: World):
    lumen, wool = await listens(house, Owner.seller(world.lumen.id), URL), await listens(house, Owner.seller(world.wool.id), URL)
    paid = await an_order_of_both(house, world)
    async with house.db.begin(None) as uow:
        alone = await a_paid_order(uow, world.vale.id, [a_part(uow, seller_id=world.lumen.id)])
        await delivered(uow, paid)
    await told(
        house,
        [
            OrderPaid(world.nord.id, paid.order_id, paid.total_minor, "EUR"),
            OrderPaid(world.vale.id, alone.order_id, alone.total_minor, "EUR"),
        ],
    )
    await told(house, [SellerOrderShipped(world.nord.id, paid.order_id, paid.parts[1].id, 77)])
    heard = await data(lumen)
    assert [one["tenant_id"] for one in heard] == [encode("ten", world.nord.id), encode("ten", world.vale.id)]
    assert heard[0]["seller_order_id"] == encode("sor", paid.parts[0].id)
    async with house.db.read(None) as uow:
        (own,) = [part for part in await orders.parts_of(uow, [(world.nord.id, paid.order_id)]) if part.seller_id == world.lumen.id]
    assert heard[0]["total"] == {"amount": own.total_minor, "currency": "EUR"}
    of_wool = await data(wool)
    assert [one["seller_order_id"] for one in of_wool] == [encode("sor", paid.parts[1].id)] * 2
    assert str(paid.total_minor) not in json.dumps(heard + of_wool)


async def test_what_a_buyer_does_is_told_once_however_often_the_relay_runs(shop: Shop):
    listener = await listens(shop.house, Owner.tenant(shop.market.tenant.id), URL, "orders.order_paid.v1")
    order_id = order_id_of(await shop.buys())
    for _ in range(2):
        await relay_once(shop.house)
    [delivery] = await listener.log()
    assert json.loads(delivery.body)["data"]["order_id"] == encode("ord", order_id)
    async with shop.db.read(None) as uow:
        told = await uow.entities(
            select(OutboxEvent.id).where(OutboxEvent.type == "orders.order_paid.v1", OutboxEvent.aggregate_id == order_id)
        )
    assert list(told) == [delivery.event_id]


async def test_what_names_a_seller_reaches_that_seller_and_where_it_may_the_marketplace(house: House, world: World):
    nord = await listens(house, Owner.tenant(world.nord.id), URL)
    lumen, wool = await listens(house, Owner.seller(world.lumen.id), URL), await listens(house, Owner.seller(world.wool.id), URL)
    await told(house, [PayoutPaid(world.nord.id, 5, world.lumen.id, 9900, "EUR")])
    await told(house, [EscrowReleased(world.nord.id, 6, 7, world.lumen.id, "EUR", 9900)])
    await told(house, [SellerSuspended(world.nord.id, world.wool.id)])
    assert [one.type for one in await lumen.log()] == ["payouts.payout_paid.v1", "escrow.released.v1"]
    assert [one.type for one in await wool.log()] == ["sellers.seller_suspended.v1"]
    assert [one.type for one in await nord.log()] == ["escrow.released.v1", "sellers.seller_suspended.v1"]


async def test_an_endpoint_hears_what_it_has_chosen_and_nothing_while_it_is_disabled(house: House, world: World):
    chosen = await listens(house, Owner.tenant(world.nord.id), URL, "catalog.listing_changed.v1")
    off = await listens(house, Owner.tenant(world.nord.id), URL)
    async with house.db.begin(None) as uow:
        await webhooks.disable(uow, off.endpoint.owner, off.endpoint.id)
    await told(house, [ListingChanged(world.nord.id, 5)])
    await told(house, [SellerSuspended(world.nord.id, world.wool.id)])
    assert [one.type for one in await chosen.log()] == ["catalog.listing_changed.v1"]
    assert await off.log() == []


async def test_an_event_that_is_told_twice_is_delivered_once(house: House, world: World):
    nord = await listens(house, Owner.tenant(world.nord.id), URL)
    event = ListingChanged(world.nord.id, 5)
    for _ in range(2):
        async with house.db.begin(None) as uow:
            await telling.enqueue(uow, [numbered(event, 4711), numbered(ListingChanged(world.nord.id, 5), 4711)])
    assert [one.event_id for one in await nord.log()] == [4711]


async def test_an_event_without_a_number_is_refused_as_a_receiver_could_not_tell_a_repetition(house: House, world: World):
    nord = await listens(house, Owner.tenant(world.nord.id), URL)
    with pytest.raises(ValueError, match="no number"):
        async with house.db.begin(None) as uow:
            await telling.enqueue(uow, [ListingChanged(world.nord.id, 5)])
    assert await nord.log() == []


async def test_no_body_holds_a_name_or_an_address(house: House, world: World):
    nord, lumen = await listens(house, Owner.tenant(world.nord.id), URL), await listens(house, Owner.seller(world.lumen.id), URL)
    paid = await an_order_of_both(house, world)
    await told(house, [OrderPaid(world.nord.id, paid.order_id, paid.total_minor, "EUR")])
    for listener in (nord, lumen):
        [delivery] = await listener.log()
        assert "@" not in delivery.body
        assert {"tenant_id", "order_id"} <= json.loads(delivery.body)["data"].keys()


def test_a_sellers_choice_and_a_marketplaces_are_their_own():
    assert "payouts.payout_paid.v1" in offered(to_seller=True)
    assert "payouts.payout_paid.v1" not in offered(to_seller=False)
    assert "commission.rule_changed.v1" in offered(to_seller=False)
    assert "commission.rule_changed.v1" not in offered(to_seller=True)
