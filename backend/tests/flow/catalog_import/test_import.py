"""A file goes into the catalogue: good rows in, bad ones told, again without doubling, and out as it came."""

import csv
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.builders.house import a_house
from tests.builders.market import Market, a_market
from velora.flows.catalog_import.export import export_products
from velora.flows.catalog_import.run import Report, Wanted, import_file, import_products
from velora.flows.sheets import BadFile
from velora.kernel.clock import ManualClock
from velora.modules.catalog import service as catalog
from velora.modules.catalog.service import ListingFacts
from velora.modules.inventory import service as inventory
from velora.platform.db import Database
from velora.platform.house import House


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(db, tmp_path) as made:
        yield made


@pytest.fixture
async def market(db: Database) -> Market:
    return await a_market(db)


async def category_of(house: House, market: Market) -> str:
    async with house.db.read(None) as uow:
        return (await catalog.category_trees(uow, [market.tenant.id]))[market.tenant.id].by_id[market.category_id].slug


async def imported(house: House, market: Market, text: str, *, encoding: str = "utf-8") -> Report:
    file = house.settings.home / "products.csv"
    file.write_bytes(text.replace("LAMPS", await category_of(house, market)).encode(encoding))
    return await import_file(house, market.tenant.id, market.seller.id, file)


async def listed(house: House, market: Market, slug: str) -> ListingFacts:
    async with house.db.read(None) as uow:
        listing = await catalog.listing_by_slug(uow, market.tenant.id, slug)
    assert listing is not None
    return listing


TWO_SIZES = """handle,sku,title,brand,category,option1_name,option1_value,price,compare_at,stock,picture,attr:height
lamp,L-S,Brass Lamp,Lumen,LAMPS,Size,Small,49.90,59.90,5,light-bulb,32
lamp,L-L,,,,,Large,69.90,,0,,
"""


async def test_a_product_of_two_rows_is_listed_with_prices_stock_and_attributes(house: House, market: Market):
    report = await imported(house, market, TWO_SIZES)
    assert (report.rows, report.done, report.failed, report.errors) == (2, 2, 0, ())
    lamp = await listed(house, market, "brass-lamp")
    assert [(offer.variant_title, offer.sku, offer.price_minor, offer.compare_at_minor) for offer in lamp.offers] == [
        ("Small", "L-S", 4990, 5990),
        ("Large", "L-L", 6990, None),
    ]
    assert (lamp.brand, lamp.attributes, lamp.pictures[0].name, lamp.on_sale) == ("Lumen", {"height": 32}, "light-bulb", True)
    async with house.db.read(None) as uow:
        stock = await inventory.availability(uow, [offer.variant_id for offer in lamp.offers])
    assert [level.on_hand for level in stock.values()] == [5, 0]


async def test_sending_a_file_again_changes_and_doubles_nothing(house: House, market: Market):
    await imported(house, market, TWO_SIZES)
    before = await listed(house, market, "brass-lamp")
    report = await imported(house, market, TWO_SIZES.replace("49.90", "45.00"))
    after = await listed(house, market, "brass-lamp")
    assert report.failed == 0
    assert [offer.variant_id for offer in after.offers] == [offer.variant_id for offer in before.offers]
    assert after.offers[0].price_minor == 4500
    async with house.db.read(None) as uow:
        assert len(await catalog.seller_products(uow, market.seller.id)) == 1


async def test_columns_that_a_file_does_not_have_leave_things_as_they_are(house: House, market: Market):
    await imported(house, market, TWO_SIZES)
    report = await imported(house, market, "sku,title,category,price\nL-S,Brass Lamp,LAMPS,44\n")
    lamp = await listed(house, market, "brass-lamp")
    assert report.failed == 0, report.errors
    assert (lamp.brand, lamp.attributes, lamp.pictures[0].name, lamp.options) == ("Lumen", {"height": 32}, "light-bulb", ("Size",))
    assert [(offer.variant_title, offer.price_minor, offer.compare_at_minor) for offer in lamp.offers] == [
        ("Small", 4400, 5990),
        ("Large", 6990, None),
    ]


async def test_good_rows_go_in_and_bad_ones_are_told(house: House, market: Market):
    report = await imported(
        house,
        market,
        "sku,title,category,price,stock\nA,Lamp,LAMPS,10,1\nB,Chair,nowhere,10,1\nC,,LAMPS,10,1\nD,Vase,LAMPS,ten,1\nA,Again,LAMPS,10,1\n",
    )
    assert (report.rows, report.done, report.failed) == (5, 1, 4)
    assert [(error.row, error.column) for error in report.errors] == [(3, "category"), (4, "title"), (5, "price"), (6, "sku")]
    async with house.db.read(None) as uow:
        assert [product.title for product in await catalog.seller_products(uow, market.seller.id)] == ["Lamp"]


async def test_progress_is_told_and_kept_with_every_batch(house: House, market: Market, monkeypatch: pytest.MonkeyPatch):
    steps: list[tuple[int, int]] = []
    rows = "".join(f"S{n},Lamp {n},LAMPS,{n + 1}\n" for n in range(450)).replace("LAMPS", await category_of(house, market))
    file = house.settings.home / "many.csv"
    file.write_text("sku,title,category,price\n" + rows)
    async with house.db.begin(None) as uow:
        id_ = await catalog.begin_import(uow, market.tenant.id, market.seller.id)
    await import_products(house, Wanted(id_, market.tenant.id, market.seller.id, file), lambda done, of: steps.append((done, of)))
    assert steps == [(0, 450), (200, 450), (400, 450), (450, 450)]
    async with house.db.read(None) as uow:
        progress = await catalog.import_progress(uow, market.seller.id, id_)
        assert await catalog.import_progress(uow, market.seller.id + 1, id_) is None
    assert progress is not None
    assert (progress.state, progress.percent, progress.rows, progress.done, progress.failed) == ("finished", 100, 450, 450, 0)


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("", "utf-8", "empty"),
        ("sku,title\n", "utf-8", "missing"),
        ("sku,title,category,price\nÄ,Lamp,LAMPS,1\n", "latin-1", "UTF-8"),
        ('sku,title,category,price\nA,"Lamp,LAMPS,1\n', "utf-8", "quotes"),
        ("sku,title,category,price\nA,Lamp,LAMPS,1,2\n", "utf-8", "Row 2 has 5 cells"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_as_a_whole_and_writes_nothing(house: House, market: Market, text, encoding, said):
    with pytest.raises(BadFile, match=said):
        await imported(house, market, text, encoding=encoding)
    async with house.db.read(None) as uow:
        assert await catalog.seller_products(uow, market.seller.id) == []


async def test_semicolons_a_byte_order_mark_and_empty_lines_are_understood(house: House, market: Market):
    report = await imported(house, market, "\ufeffsku;title;category;price\r\nA;Lamp, brass;LAMPS;10,50\r\n;;;\r\n")
    assert (report.rows, report.failed) == (1, 0)
    assert (await listed(house, market, "lamp-brass")).offers[0].price_minor == 1050


async def test_an_export_comes_back_as_it_went(house: House, market: Market):
    await imported(house, market, TWO_SIZES)
    text = "".join([part async for part in export_products(house, market.seller.id, market.tenant)])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["handle"], row["sku"], row["option1_value"], row["price"], row["stock"], row["attr:height"]) for row in rows] == [
        ("lamp", "L-S", "Small", "49.90", "5", "32"),
        ("lamp", "L-L", "Large", "69.90", "0", "32"),
    ]
    before = await listed(house, market, "brass-lamp")
    assert (await imported(house, market, text)).failed == 0
    assert await listed(house, market, "brass-lamp") == before


async def test_an_import_that_fell_silent_shows_as_interrupted(house: House, market: Market, clock: ManualClock):
    async with house.db.begin(None) as uow:
        id_ = await catalog.begin_import(uow, market.tenant.id, market.seller.id)
    clock.advance(catalog.SILENT_FOR * 2)
    async with house.db.read(None) as uow:
        progress = await catalog.import_progress(uow, market.seller.id, id_)
    assert progress is not None
    assert progress.state == "interrupted"
