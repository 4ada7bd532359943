"""Products, categories, listings and prices as they are kept."""

from sqlalchemy import func, select

from tests.builders.catalog import COLOUR, a_category, a_draft, a_listing, a_product
from velora.kernel.errors import Invalid
from velora.modules.catalog import service
from velora.modules.catalog.errors import (
    CategoryNotFound,
    HandleTaken,
    ProductNotFound,
    SkuTaken,
    SlugTaken,
    VariantNotFound,
    VersionConflict,
)
from velora.modules.catalog.events import PopularityChanged
from velora.modules.catalog.models import Listing, Product
from velora.modules.catalog.policy import ListingDraft, OfferDraft, State
from velora.platform.db.outbox import OutboxEvent

NORD, VALE = 101, 202
LUMEN, OTHER = 11, 12


async def products_of(uow, seller_id):
    return await uow.scalar(select(func.count()).select_from(Product).where(Product.seller_id == seller_id))


async def test_a_product_is_there_with_its_variants_in_order(uow):
    lamp = await a_product(uow, LUMEN, sizes=("S", "M", "L"))
    [facts] = (await service.product_facts(uow, [(LUMEN, lamp.product_id)])).values()
    assert [(variant.id, variant.title, variant.sku) for variant in facts.variants] == [
        (lamp.variant_ids[0], "S", "BRASS-LAMP-S"),
        (lamp.variant_ids[1], "M", "BRASS-LAMP-M"),
        (lamp.variant_ids[2], "L", "BRASS-LAMP-L"),
    ]
    assert (facts.handle, facts.version, facts.attributes["height"], facts.pictures[0].name) == ("brass-lamp", 1, 32, "light-bulb")


async def test_one_wrong_draft_does_not_stop_its_neighbours(uow):
    outcomes = await service.add_products(
        uow,
        [
            a_draft(LUMEN, "Lamp", sku="A"),
            a_draft(LUMEN, "Other", sku="A"),
            a_draft(LUMEN, " "),
            a_draft(OTHER, "Lamp", sku="A"),
            a_draft(LUMEN, "Shade", handle="lamp", sku="C"),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [service.Added, SkuTaken, Invalid, service.Added, HandleTaken]
    assert await products_of(uow, LUMEN) == 1


async def test_products_of_the_same_title_get_handles_of_their_own(uow):
    await service.add_products(uow, [a_draft(LUMEN, "Lamp", sku="A"), a_draft(LUMEN, "Lamp", sku="B")])
    found = await service.seller_products(uow, LUMEN)
    assert len({product.handle for product in found}) == 2


async def test_a_change_keeps_the_ids_of_known_variants_and_adds_new_ones(uow):
    lamp = await a_product(uow, LUMEN, sizes=("S", "M"))
    change = service.ProductChange(lamp.product_id, a_draft(LUMEN, "Brass Lamp", sizes=("M", "L")), if_version=1)
    [changed] = await service.change_products(uow, [change])
    assert isinstance(changed, service.Changed)
    assert changed.variant_ids[0] == lamp.variant_ids[1]
    [facts] = (await service.product_facts(uow, [(LUMEN, lamp.product_id)])).values()
    assert {variant.title for variant in facts.variants} == {"S", "M", "L"}
    assert facts.version == 2


async def test_a_change_to_an_older_version_is_refused_and_writes_nothing(uow):
    lamp = await a_product(uow, LUMEN)
    await service.change_products(uow, [service.ProductChange(lamp.product_id, a_draft(LUMEN, "New", sku="BRASS-LAMP"), 1)])
    late = service.ProductChange(lamp.product_id, a_draft(LUMEN, "Late", sku="BRASS-LAMP"), 1)
    assert await service.change_products(uow, [late]) == [VersionConflict(2)]
    [facts] = (await service.product_facts(uow, [(LUMEN, lamp.product_id)])).values()
    assert (facts.title, facts.version) == ("New", 2)


async def test_nobody_changes_the_product_of_another_seller_or_takes_its_article_number(uow):
    lamp, shade = await a_product(uow, LUMEN), await a_product(uow, LUMEN, "Shade")
    foreign, taking = await service.change_products(
        uow,
        [
            service.ProductChange(lamp.product_id, a_draft(OTHER, "Mine")),
            service.ProductChange(shade.product_id, a_draft(LUMEN, "Shade", sku="BRASS-LAMP")),
        ],
    )
    assert isinstance(foreign, ProductNotFound)
    assert taking == SkuTaken("BRASS-LAMP")


async def test_an_offer_is_what_can_be_bought_under_its_key(uow):
    sold = await a_listing(uow, NORD, LUMEN, sizes=("S", "M"), price=4900)
    offers = await service.offers(uow, [*sold.keys, service.OfferKey(VALE, sold.variant_ids[0])])
    assert list(offers) == sold.keys
    small = offers[sold.keys[0]]
    assert (small.title, small.variant_title, small.price_minor, small.currency, small.seller_id) == ("Brass Lamp", "S", 4900, "EUR", LUMEN)
    assert (small.picture, small.tone, small.slug, small.tax_class, small.on_sale) == (
        "light-bulb",
        "peach",
        "brass-lamp",
        "standard",
        True,
    )


async def test_a_draft_is_not_on_sale(uow):
    sold = await a_listing(uow, NORD, LUMEN, state=State.DRAFT)
    assert not (await service.offers(uow, sold.keys))[sold.keys[0]].on_sale


async def test_a_product_withdrawn_by_its_seller_is_on_sale_nowhere(uow):
    sold = await a_listing(uow, NORD, LUMEN)
    await service.change_products(uow, [service.ProductChange(sold.product_id, a_draft(LUMEN, state=State.DRAFT))])
    assert not (await service.offers(uow, sold.keys))[sold.keys[0]].on_sale


async def test_listing_again_moves_and_reprices_the_same_listing(uow):
    sold = await a_listing(uow, NORD, LUMEN, sizes=("S", "M"))
    other = await a_category(uow, NORD, "Lights")
    draft = ListingDraft(NORD, LUMEN, sold.product_id, other, "EUR", (OfferDraft(sold.variant_ids[0], 3900, 4900),))
    [listed] = await service.list_in(uow, [draft])
    assert listed == service.Listed(sold.listing_id, sold.slug)
    small, medium = (await service.offers(uow, sold.keys)).values()
    assert (small.price_minor, small.compare_at_minor, small.category_id) == (3900, 4900, other)
    assert medium.price_minor == 5000


async def test_two_listings_of_one_title_have_addresses_of_their_own(uow):
    one = await a_listing(uow, NORD, LUMEN)
    two = await a_listing(uow, NORD, OTHER)
    elsewhere = await a_listing(uow, VALE, 13)
    assert one.slug == elsewhere.slug == "brass-lamp"
    assert two.slug.startswith("brass-lamp-")


async def test_a_listing_that_does_not_fit_is_refused_and_not_written(uow):
    lamp = await a_product(uow, LUMEN)
    chair = await a_product(uow, LUMEN, "Chair")
    category, foreign = await a_category(uow, NORD), await a_category(uow, VALE)
    [variant] = lamp.variant_ids
    drafts = [
        ListingDraft(NORD, OTHER, lamp.product_id, category, "EUR", (OfferDraft(variant, 1),)),
        ListingDraft(NORD, LUMEN, lamp.product_id, foreign, "EUR", (OfferDraft(variant, 1),)),
        ListingDraft(NORD, LUMEN, lamp.product_id, category, "EUR", (OfferDraft(chair.variant_ids[0], 1),)),
        ListingDraft(NORD, LUMEN, lamp.product_id, category, "EUR", ()),
        ListingDraft(NORD, LUMEN, lamp.product_id, category, "EUR", (OfferDraft(variant, -1),)),
    ]
    outcomes = await service.list_in(uow, drafts)
    assert [type(outcome) for outcome in outcomes] == [ProductNotFound, CategoryNotFound, VariantNotFound, Invalid, Invalid]
    assert await uow.scalar(select(func.count()).select_from(Listing).where(Listing.tenant_id == NORD)) == 0


async def test_a_product_whose_attributes_are_of_the_wrong_type_is_not_listed(uow):
    [added] = await service.add_products(uow, [a_draft(LUMEN, attributes={"colour": "pink"})])
    assert isinstance(added, service.Added)
    category = await a_category(uow, NORD)
    draft = ListingDraft(NORD, LUMEN, added.product_id, category, "EUR", (OfferDraft(added.variant_ids[0], 1),))
    [refusal] = await service.list_in(uow, [draft])
    assert isinstance(refusal, Invalid)
    assert refusal.pointer == "/attributes/colour"


async def test_prices_change_only_for_the_seller_who_offers(uow):
    sold = await a_listing(uow, NORD, LUMEN)
    [variant] = sold.variant_ids
    mine, foreign, wrong, elsewhere = await service.set_prices(
        uow,
        [
            service.PriceChange(NORD, LUMEN, variant, 4500, 4900),
            service.PriceChange(NORD, OTHER, variant, 1),
            service.PriceChange(NORD, LUMEN, variant, 4500, 4500),
            service.PriceChange(VALE, LUMEN, variant, 4500),
        ],
    )
    assert mine == service.Repriced(variant, 4500, 4900, "EUR")
    assert isinstance(foreign, VariantNotFound)
    assert isinstance(elsewhere, VariantNotFound)
    assert isinstance(wrong, Invalid)
    assert wrong.pointer == "/changes/2/compare_at_minor"
    assert (await service.offers(uow, sold.keys))[sold.keys[0]].price_minor == 4500


async def test_what_changes_for_buyers_is_told_once_per_listing(fresh_db):
    async with fresh_db.begin(None) as uow:
        sold = await a_listing(uow, NORD, LUMEN, sizes=("S", "M"))
    async with fresh_db.begin(None) as uow:
        changes = [service.PriceChange(NORD, LUMEN, variant, 1) for variant in sold.variant_ids]
        await service.set_prices(uow, changes)
        await service.change_products(uow, [service.ProductChange(sold.product_id, a_draft(LUMEN, sizes=("S", "M")))])
    async with fresh_db.read(None) as uow:
        told = await uow.all(select(OutboxEvent.type, OutboxEvent.tenant_id, OutboxEvent.aggregate_id).order_by(OutboxEvent.id))
    assert [tuple(row) for row in told] == [
        ("catalog.listing_changed.v1", NORD, sold.listing_id),
        ("catalog.listing_changed.v1", NORD, sold.listing_id),
        ("catalog.product_changed.v1", 0, sold.product_id),
    ]


async def test_a_suspended_seller_sells_nothing_until_resumed(uow):
    sold = await a_listing(uow, NORD, LUMEN)
    drafted = await a_listing(uow, NORD, LUMEN, "Draft", state=State.DRAFT)
    assert await service.suspend_seller(uow, NORD, LUMEN) == 1
    assert not (await service.offers(uow, sold.keys))[sold.keys[0]].on_sale
    draft = ListingDraft(NORD, LUMEN, sold.product_id, sold.category_id, "EUR", (OfferDraft(sold.variant_ids[0], 1),))
    await service.list_in(uow, [draft])
    assert not (await service.offers(uow, sold.keys))[sold.keys[0]].on_sale
    assert await service.resume_seller(uow, NORD, LUMEN) == 1
    on_sale = await service.offers(uow, [*sold.keys, *drafted.keys])
    assert [offer.on_sale for offer in on_sale.values()] == [True, False]


async def test_categories_form_a_tree_whose_attributes_are_inherited(uow):
    outcomes = await service.add_categories(
        uow,
        [
            service.CategoryDraft(NORD, "Home", attributes=(COLOUR,)),
            service.CategoryDraft(NORD, "Lamps", parent_slug="home"),
            service.CategoryDraft(NORD, "Home"),
            service.CategoryDraft(NORD, "Orphan", parent_slug="nowhere"),
            service.CategoryDraft(VALE, "Home"),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [int, int, SlugTaken, CategoryNotFound, int]
    tree = (await service.category_trees(uow, [NORD]))[NORD]
    lamps = tree.by_slug("lamps")
    assert lamps is not None
    assert [category.slug for category in tree.path(lamps.id)] == ["home", "lamps"]
    assert [definition.key for definition in tree.attributes(lamps.id)] == ["colour"]
    assert [category.slug for category in tree.children(None)] == ["home"]


async def test_a_category_moves_but_never_below_itself(uow):
    await service.add_categories(uow, [service.CategoryDraft(NORD, "Home"), service.CategoryDraft(NORD, "Lamps", parent_slug="home")])
    refused = await service.change_category(uow, NORD, "home", name="Home", parent_slug="lamps", picture="", tone="sand")
    assert isinstance(refused, Invalid)
    await service.change_category(uow, NORD, "lamps", name="Lights", parent_slug=None, picture="", tone="sand")
    tree = (await service.category_trees(uow, [NORD]))[NORD]
    assert [(category.slug, category.name) for category in tree.children(None)] == [("home", "Home"), ("lamps", "Lights")]


async def test_one_marketplace_does_not_see_the_tree_of_another(tenant_uow):
    async with tenant_uow(NORD) as uow:
        await a_category(uow, NORD)
        assert (await service.category_trees(uow, [VALE]))[VALE].by_id == {}


async def test_the_number_of_products_counts_what_is_on_sale(uow):
    category = await a_category(uow, NORD)
    await a_listing(uow, NORD, LUMEN, "A", category_id=category)
    await a_listing(uow, NORD, LUMEN, "B", category_id=category, state=State.DRAFT)
    assert await service.products_by_category(uow, NORD) == {category: 1}
    assert await service.products_by_seller(uow, NORD) == {LUMEN: 1}


async def test_a_walk_meets_every_listing_once_in_one_marketplace_or_in_all(uow):
    ids = {(await a_listing(uow, tenant, LUMEN, f"Lamp {tenant} {n}")).listing_id for tenant in (NORD, VALE) for n in range(3)}
    seen: list[service.ListingKey] = []
    while page := await service.listings_after(uow, None, seen[-1] if seen else service.ListingKey(0, 0), 2):
        seen += page
    assert {key.listing_id for key in seen} >= ids
    assert len(seen) == len(set(seen))
    in_one = await service.listings_after(uow, VALE, service.ListingKey(0, 0), 100)
    assert {key.tenant_id for key in in_one} == {VALE}


async def test_a_seller_finds_a_product_by_title_brand_or_article_number(uow):
    await a_product(uow, LUMEN, "Brass Lamp")
    await a_product(uow, LUMEN, "Oak Chair")
    for text in ("oak", "OAK-C"):
        assert [product.title for product in await service.seller_products(uow, LUMEN, text=text)] == ["Oak Chair"]
    assert len(await service.seller_products(uow, LUMEN, text="lumen")) == 2
    assert await service.seller_products(uow, LUMEN, text="%") == []


async def test_what_sells_stands_higher(uow):
    sold = await a_listing(uow, NORD, LUMEN, sizes=("S", "M"))
    await service.count_sold(uow, {sold.keys[0]: 2, sold.keys[1]: 3})
    facts = await service.listing_by_slug(uow, NORD, sold.slug)
    assert facts is not None
    assert facts.sold == 5


async def test_of_what_sells_much_only_every_tenth_or_hundredth_sale_is_told(fresh_db):
    async with fresh_db.begin(None) as uow:
        lamp = await a_listing(uow, NORD, LUMEN)
    told = select(func.count()).where(OutboxEvent.type == PopularityChanged.type, OutboxEvent.aggregate_id == lamp.listing_id)
    seen = []
    for sold in (1, 98, 1, 9, 1, 890, 99, 1):
        async with fresh_db.begin(None) as uow:
            await service.count_sold(uow, {lamp.keys[0]: sold})
        async with fresh_db.read(None) as uow:
            seen.append(await uow.scalar(told))
    #               1, 99, 100, 109, 110, 1000, 1099, 1100 were sold
    assert seen == [1, 2, 3, 3, 4, 5, 5, 6]


async def test_four_thousand_products_are_listed_in_one_go(uow):
    category = await a_category(uow, NORD)
    drafts = [a_draft(LUMEN, f"Lamp {number}", sku=f"L{number}") for number in range(4000)]
    added = [each for each in await service.add_products(uow, drafts) if isinstance(each, service.Added)]
    listings = [ListingDraft(NORD, LUMEN, each.product_id, category, "EUR", (OfferDraft(each.variant_ids[0], 100),)) for each in added]
    assert sum(isinstance(outcome, service.Listed) for outcome in await service.list_in(uow, listings)) == 4000
