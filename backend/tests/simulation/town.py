"""Where every seed begins: four marketplaces, of which one charges when it ships and one lets people pay later; two sellers, few goods, two
buyers with accounts, who may owe there.

Made once with the house's own services, then copied.
"""

import asyncio
import random
import sqlite3
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from tests.builders.catalog import OnSale, a_category, a_listing
from tests.builders.checkout import total_of
from tests.builders.later import BANK
from tests.builders.market import Market
from tests.builders.people import a_new_tenant, a_seller, an_account
from tests.fixtures_db import NOW
from velora.apps.migrations import import_models
from velora.flows.checkout import draft as checkout
from velora.kernel.clock import ManualClock
from velora.kernel.ids import id_source
from velora.modules.catalog import policy as catalog
from velora.modules.catalog.service import Listed, list_in
from velora.modules.commission import service as commission
from velora.modules.inventory import service as inventory
from velora.modules.pricing.service import ShippingRule, set_shipping_rules
from velora.modules.tenants import service as tenants
from velora.modules.terms import service as terms
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.engine import make_engine
from velora.platform.db.schema import create_all

ESCROW_DAYS, RESERVE_BPS, THRESHOLD = 14, 500, 2000
MOST_STOCK: Final = 6
MOST_OWED: Final = 15_000  # of one buyer: two orders can be more than that


@dataclass(frozen=True)
class Basket:
    """What somebody may buy in one marketplace, and what it costs there."""

    market: checkout.Market
    lines: tuple[tuple[int, int], ...]
    total_minor: int


@dataclass(frozen=True)
class Town:
    """The file that seeds start from, and what there is in it; `later` are the baskets that are paid past every gateway."""

    file: bytes
    tenants: tuple[int, ...]
    sellers: tuple[int, ...]
    variants: tuple[int, ...]
    buyers: tuple[int, ...]
    baskets: tuple[Basket, ...]
    later: tuple[Basket, ...]

    def found(self, file: Path, dice: random.Random) -> dict[int, int]:
        """A town of a seed's own; how many of each variant lie there."""
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
        file.write_bytes(self.file)
        stock = {variant: dice.randint(1, MOST_STOCK) for variant in self.variants}
        with sqlite3.connect(file) as connection:
            connection.executemany("UPDATE stock_level SET on_hand = ? WHERE variant_id = ?", [(n, v) for v, n in stock.items()])
        connection.close()
        return stock


def build(folder: Path) -> Town:
    """The same town, with the same ids, in every process and on every day."""
    file = folder / "town.db"
    import_models()
    town = asyncio.run(_built(file))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return replace(town, file=file.read_bytes())


async def _built(file: Path) -> Town:
    clock = ManualClock(NOW - timedelta(days=1))
    db = Database(make_engine(f"sqlite:///{file}"), clock, id_source(clock, 1))
    async with db.engine.begin() as connection:
        await connection.run_sync(lambda sync: create_all(sync, clock.now()))
    async with db.begin(None) as uow:
        places = [await _a_marketplace(uow, "north"), await _a_marketplace(uow, "south"), await _a_marketplace(uow, "east", "at_shipment")]
        places.append(await _a_marketplace(uow, "west"))
        lamps = await _a_maker(uow, [place.id for place in places], "Lumen & Oak")
        chairs = await _a_maker(uow, [places[0].id, places[2].id, places[3].id], "Sit")
        lamp = await a_listing(uow, places[0].id, lamps.seller_id, "Lamp", price=4900)
        chair = await a_listing(uow, places[0].id, chairs.seller_id, "Chair", price=12900)
        await _also_in(uow, places[1].id, lamp)
        await _also_in(uow, places[2].id, lamp, chair)
        await _also_in(uow, places[3].id, lamp, chair)
        vase = await a_listing(uow, places[3].id, lamps.seller_id, "Vase", price=3900)
        for sold, maker in ((lamp, lamps), (chair, chairs), (vase, lamps)):
            await inventory.set_on_hand(uow, [inventory.Count(maker.seller_id, sold.variant_ids[0], maker.location_id, MOST_STOCK)])
        a, b, c = (sold.variant_ids[0] for sold in (lamp, chair, vase))
        wanted = [(0, ((a, 1),)), (0, ((a, 2),)), (0, ((b, 1),)), (0, ((a, 1), (b, 2))), (1, ((a, 1),)), (1, ((a, 3),))]
        wanted += [(2, ((a, 2),)), (2, ((a, 1), (b, 1))), (2, ((a, 2), (b, 1)))]
        baskets = [await _basket(uow, places[place], lines) for place, lines in wanted]
        later = [await _basket(uow, places[3], lines) for lines in (((c, 1),), ((c, 3),), ((a, 1), (c, 1)), ((b, 1), (c, 2)))]
        buyers = tuple([(await an_account(uow)).id for _ in range(2)])
        await tenants.let_pay_later(uow, places[3].id, tenants.PaidLater(tenants.CashOnDelivery(), tenants.OnInvoice(BANK, 30)))
        await terms.set_limits(uow, {(places[3].id, buyer, "EUR"): MOST_OWED for buyer in buyers})
    await db.close()
    makers = (lamps.seller_id, chairs.seller_id)
    return Town(b"", tuple(one.id for one in places), makers, (a, b, c), buyers, tuple(baskets), tuple(later))


@dataclass(frozen=True)
class _Maker:
    seller_id: int
    location_id: int


async def _a_marketplace(uow: UnitOfWork, slug: str, charged: tenants.Charged = "at_order") -> tenants.TenantFacts:
    new = replace(a_new_tenant(slug), reserve_bps=RESERVE_BPS, payout_threshold_minor=THRESHOLD, escrow_days=ESCROW_DAYS, charged=charged)
    (tenant,) = await tenants.create(uow, [new])
    assert isinstance(tenant, tenants.TenantFacts), tenant
    made = await commission.create(uow, tenant.id, commission.NewRule(1000), created_by="test")
    assert isinstance(made, commission.Rule), made
    return tenant


async def _a_maker(uow: UnitOfWork, at: list[int], name: str) -> _Maker:
    owner = await an_account(uow)
    seller = await a_seller(uow, owner.id, at=tuple(at), name=name)
    (location,) = await inventory.open_locations(uow, [inventory.NewLocation(seller.id, "Kiel")])
    await set_shipping_rules(uow, {(tenant_id, seller.id): ShippingRule(490, 5000) for tenant_id in at})
    return _Maker(seller.id, location)


async def _also_in(uow: UnitOfWork, tenant_id: int, *things: OnSale) -> None:
    category_id = await a_category(uow, tenant_id)
    for sold in things:
        offers = tuple(catalog.OfferDraft(variant, 5300) for variant in sold.variant_ids)
        draft = catalog.ListingDraft(tenant_id, sold.seller_id, sold.product_id, category_id, "EUR", offers, catalog.State.PUBLISHED)
        (listed,) = await list_in(uow, [draft])
        assert isinstance(listed, Listed), listed


async def _basket(uow: UnitOfWork, place: tenants.TenantFacts, lines: tuple[tuple[int, int], ...]) -> Basket:
    total = await total_of(uow, Market(place, None, 0, 0), lines)  # pyright: ignore[reportArgumentType] -- a price needs no seller
    return Basket(checkout.Market(place.id, place.currency, place.tax_mode, charged=place.charged), lines, total)
