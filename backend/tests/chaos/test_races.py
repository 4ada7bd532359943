"""Many at once over real HTTP: the last one is sold once, and the same request makes one order and one charge."""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from tests.chaos.crashes import books_of
from velora.apps.bench.checkout import Buyer, serving
from velora.apps.bench.world import SHIPPING_MINOR, Shelf, World, make_world
from velora.apps.migrations.upgrading import upgrade
from velora.apps.wiring import open_house
from velora.kernel.ids import encode
from velora.modules.inventory import service as inventory
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings

ROUNDS = int(os.environ.get("VELORA_RACE_ROUNDS", "20"))  # 200 by hand, a few in every run
BUYERS = 8
IDENTICAL = 50


async def a_marketplace(settings: Settings, *, products: int, buyers: int, stock: int) -> World:
    """So many things of which so many are left, and buyers who are signed in."""
    engine = make_engine(settings.database_address)
    await upgrade(engine)
    await engine.dispose()
    async with open_house(settings) as house:
        world = await make_world(house, sellers_count=4, products=products, buyers=buyers)
        async with house.db.begin(None) as uow:
            levels = await inventory.levels(uow, [shelf.variant_id for shelf in world.shelves])
            counts = [inventory.Count(level.seller_id, level.variant_id, level.location_id, stock) for level in levels]
            counted = await inventory.set_on_hand(uow, counts)
        assert [level for level in counted if isinstance(level, inventory.Availability)] == counted
    return world


def wanted(shelf: Shelf, quantity: int = 1) -> dict[str, Any]:
    """What the page sends for this thing."""
    return {
        "email": "ada@example.com",
        "address": {"name": "Ada Lovelace", "line1": "Holstenstraße 12", "postal_code": "24103", "city": "Kiel", "country": "DE"},
        "payment": {"token": "tok_visa"},
        "expected_total": {"amount": shelf.price_minor * quantity + SHIPPING_MINOR, "currency": "EUR"},
        "lines": [{"variant_id": encode("var", shelf.variant_id), "quantity": quantity}],
    }


async def all_at_once(buyers: Sequence[Buyer], body: object, keys: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    """What each is told: status and document."""
    asked = [buyer.connection.send("POST", "/api/v1/checkout", body, key=key) for buyer, key in zip(buyers, keys, strict=True)]
    return [(status, orjson.loads(reply)) for status, reply in await asyncio.gather(*asked)]


async def test_of_eight_buyers_of_the_last_one_exactly_one_gets_it_every_time(settings: Settings):
    world = await a_marketplace(settings, products=ROUNDS, buyers=BUYERS, stock=1)
    told: list[Counter[object]] = []
    async with serving(settings) as (port, _):
        buyers = [Buyer(world, who, port, place) for place, who in enumerate(world.buyers)]
        for shelf in world.shelves:
            replies = await all_at_once(buyers, wanted(shelf), [buyer.next_key() for buyer in buyers])
            told.append(Counter((status, document.get("code")) for status, document in replies))
        hang_up(buyers)
    assert told == [Counter({(201, None): 1, (409, "inventory.out_of_stock"): BUYERS - 1})] * ROUNDS
    await asyncio.sleep(0.1)  # the closed connections leave the loop
    books = await books_of(settings, world)
    assert isinstance(books["paid"], set)
    assert (len(books["paid"]), books["charges"], books["undecided"], books["broken"]) == (ROUNDS, ROUNDS, 0, {})


async def test_fifty_identical_requests_at_once_make_one_order_and_one_charge(settings: Settings):
    world = await a_marketplace(settings, products=4, buyers=1, stock=1_000)
    key = secrets.token_hex(16)
    async with serving(settings) as (port, _):
        windows = [Buyer(world, world.buyers[0], port, place) for place in range(IDENTICAL)]
        replies = await all_at_once(windows, wanted(world.shelves[0]), [key] * IDENTICAL)
        (again,) = await all_at_once(windows[:1], wanted(world.shelves[0]), [key])
        (other,) = await all_at_once(windows[:1], wanted(world.shelves[0], quantity=2), [key])
        hang_up(windows)
    told = Counter((status, document.get("code")) for status, document in replies)
    assert told[201, None] >= 1
    assert set(told) <= {(201, None), (409, "idempotency.in_progress")}
    orders = {document["order"]["id"] for status, document in [*replies, again] if status == 201}
    assert (again[0], len(orders)) == (201, 1)
    assert (other[0], other[1]["code"]) == (422, "idempotency.key_reused")
    await asyncio.sleep(0.1)  # the closed connections leave the loop
    books = await books_of(settings, world)
    assert isinstance(books["paid"], set)
    assert (len(books["paid"]), books["charges"], books["undecided"], books["broken"]) == (1, 1, 0, {})


def hang_up(buyers: Sequence[Buyer]) -> None:
    for buyer in buyers:
        buyer.connection.close()
