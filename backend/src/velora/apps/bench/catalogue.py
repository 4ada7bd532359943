"""A marketplace with many products to search in, and changes to them at a steady pace. Made by the product's services, from a seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from zlib import crc32

from velora.kernel.errors import accepted
from velora.kernel.events import Event
from velora.modules.catalog import service as catalog
from velora.modules.catalog.events import ListingChanged
from velora.modules.catalog.policy import AttributeDefinition, Kind, ListingDraft, OfferDraft, ProductDraft, State, VariantDraft
from velora.modules.identity import service as identity
from velora.modules.inventory import service as inventory
from velora.modules.inventory.events import LevelChanged
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.house import House

T = TypeVar("T")
Progress = Callable[[int, int], None]

SELLERS: Final = 20
ROOMS: Final = 5
_AT_ONCE: Final = 1_000
_KINDS: Final = ("Lamp", "Teapot", "Chair", "Lantern", "Blanket", "Radio", "Kettle", "Shelf", "Mirror", "Clock", "Vase", "Basket")
_WAYS: Final = ("Reading", "Garden", "Travel", "Kitchen", "Folding", "Wall", "Desk", "Winter", "Camping", "Children's")
_COLOURS: Final = ("brass", "black", "white", "red", "blue", "green", "sand", "copper")
_MATERIALS: Final = ("oak", "steel", "glass", "wool", "bamboo", "ceramic")
_BRANDS: Final = tuple(f"{first}{last}" for first in ("Lumen", "Nord", "Ton", "Hafen", "Alt") for last in ("werk", "haus", "lind", "mark"))
FACETS: Final = ("category", "seller", "attr.brand", "attr.colour")


@dataclass(frozen=True, slots=True)
class Thing:
    """A product on sale. Its number is a word of its title that no other has."""

    number: int
    title: str
    seller_id: int
    product_id: int
    variant_id: int
    listing_id: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    slug: str
    tenant_id: int
    locations: dict[int, int]
    categories: tuple[int, ...]
    things: tuple[Thing, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What somebody may look for."""
        return (*_KINDS, *(f"{way} {kind}" for way in _WAYS[:4] for kind in _KINDS[:6]))

    def room_of(self, words: str) -> int:
        """In which room these words are found."""
        return _KINDS.index(words.rsplit(maxsplit=1)[-1]) % ROOMS


async def make_catalogue(house: House, products: int, progress: Progress = lambda done, of: None) -> Catalogue:
    """A marketplace of its own with so many products of a thousand sorts, each in stock, with a brand, a colour and a material."""
    async with house.db.begin(None) as uow:
        slug = f"bench-{uow.new_id():x}"[-24:]
        drafted = tenants.NewTenant(slug, "Bench", "EUR", "en-DE", "DE", countries=("DE",))
        (tenant,) = accepted(tenants.TenantFacts, await tenants.create(uow, [drafted]))
        (owner,) = accepted(
            identity.AccountFacts, await identity.register(uow, [identity.NewAccount(f"{slug}@bench.example", "Owner", "!", tenant.id)])
        )
        drafts = [sellers.NewSeller(f"{slug}-s{i}", f"Seller {i}", "DE", owner.id) for i in range(SELLERS)]
        shops = accepted(sellers.SellerFacts, await sellers.found(uow, drafts))
        for state in (sellers.State.APPLIED, sellers.State.APPROVED):
            accepted(sellers.Membership, await sellers.step(uow, [sellers.Step(tenant.id, shop.id, state, owner.id) for shop in shops]))
        places = await inventory.open_locations(uow, [inventory.NewLocation(shop.id, "Warehouse") for shop in shops])
        categories = await _categories(uow, tenant.id)
    made = Catalogue(slug, tenant.id, dict(zip((shop.id for shop in shops), places, strict=True)), categories, ())
    things: list[Thing] = []
    for start in range(0, products, _AT_ONCE):
        progress(start, products)
        async with house.db.begin(None) as uow:
            things += await _stock(uow, made, range(start, min(start + _AT_ONCE, products)))
    progress(products, products)
    return Catalogue(slug, tenant.id, made.locations, categories, tuple(things))


async def _categories(uow: UnitOfWork, tenant_id: int) -> tuple[int, ...]:
    material = AttributeDefinition("material", "Material", Kind.CHOICE, choices=_MATERIALS)
    colour = AttributeDefinition("colour", "Colour", Kind.CHOICE, choices=_COLOURS)
    top = [catalog.CategoryDraft(tenant_id, f"Room {i}", f"room-{i}", attributes=(colour, material)) for i in range(ROOMS)]
    below = [catalog.CategoryDraft(tenant_id, f"{kind}s", f"{kind.lower()}s", f"room-{i % ROOMS}") for i, kind in enumerate(_KINDS)]
    return tuple(accepted(int, await catalog.add_categories(uow, [*top, *below])))[len(top) :]


async def _stock(uow: UnitOfWork, made: Catalogue, numbers: Sequence[int]) -> list[Thing]:
    shops = tuple(made.locations)
    drafts = [_draft(shops[number % SELLERS], number) for number in numbers]
    added = accepted(catalog.Added, await catalog.add_products(uow, drafts))
    listings = [
        _listing(made, number, (draft.seller_id, one.product_id, one.variant_ids[0]))
        for number, draft, one in zip(numbers, drafts, added, strict=True)
    ]
    listed = accepted(catalog.Listed, await catalog.list_in(uow, listings))
    receipts = [
        inventory.Receipt(draft.seller_id, one.variant_ids[0], made.locations[draft.seller_id], 10)
        for draft, one in zip(drafts, added, strict=True)
    ]
    await inventory.receive(uow, receipts)
    return [
        Thing(number, draft.title, draft.seller_id, one.product_id, one.variant_ids[0], there.listing_id)
        for number, draft, one, there in zip(numbers, drafts, added, listed, strict=True)
    ]


def _draft(seller_id: int, number: int) -> ProductDraft:
    colour, material = _one_of(_COLOURS, "colour", number), _one_of(_MATERIALS, "material", number)
    return ProductDraft(
        seller_id,
        f"{_one_of(_WAYS, 'way', number)} {_KINDS[number % len(_KINDS)]} {word_of(number)}",
        (VariantDraft(f"bench-{number}", {}),),
        description=f"Made of {material} in {colour}, for every day and for the good ones, to be looked after by whoever likes old things.",
        brand=_one_of(_BRANDS, "brand", number),
        attributes={"colour": colour, "material": material},
    )


def _listing(made: Catalogue, number: int, product: tuple[int, int, int], state: State = State.PUBLISHED) -> ListingDraft:
    seller_id, product_id, variant_id = product
    offers = (OfferDraft(variant_id, 500 + 10 * (number % 5_000)),)
    return ListingDraft(made.tenant_id, seller_id, product_id, made.categories[number % len(_KINDS)], "EUR", offers, state)


def _one_of(choices: Sequence[T], what: str, number: int) -> T:
    """Always the same of a number, and of another number another."""
    return choices[crc32(f"{what} {number}".encode()) % len(choices)]


def word_of(number: int) -> str:
    """A word for a number, far enough from any other word to be no slip of it: letters that follow a consonant-vowel pattern.

    It ends as no word does, so that no language takes it for a form of another.
    """
    letters = ""
    for _ in range(5):
        number, syllable = divmod(number, 75)
        letters = "bdfgklmnprstvwz"[syllable // 5] + "aeiou"[syllable % 5] + letters
    return f"x{letters}q".capitalize()


async def change(house: House, made: Catalogue, things: Sequence[Thing], turn: int) -> list[Event]:
    """Each of these things has another price, is in stock or not, or goes on or off sale; what is told of it. Each turn is another."""
    priced = [thing for place, thing in enumerate(things) if place % 2 == 0]
    counted = [thing for place, thing in enumerate(things) if place % 4 == 1]
    turned = [thing for place, thing in enumerate(things) if place % 4 == 3]
    async with house.db.begin(None) as uow:
        amounts = [500 + _one_of(range(60_000), f"price {turn}", thing.number) for thing in priced]
        prices = [
            catalog.PriceChange(made.tenant_id, thing.seller_id, thing.variant_id, amount)
            for thing, amount in zip(priced, amounts, strict=True)
        ]
        accepted(catalog.Repriced, await catalog.set_prices(uow, prices))
        left = [_one_of((0, 7), f"stock {turn}", thing.number) for thing in counted]
        counts = [
            inventory.Count(thing.seller_id, thing.variant_id, made.locations[thing.seller_id], on_hand)
            for thing, on_hand in zip(counted, left, strict=True)
        ]
        await inventory.set_on_hand(uow, counts)
        states = [_one_of((State.PUBLISHED, State.DRAFT), f"state {turn}", thing.number) for thing in turned]
        listings = [
            _listing(made, thing.number, (thing.seller_id, thing.product_id, thing.variant_id), state)
            for thing, state in zip(turned, states, strict=True)
        ]
        accepted(catalog.Listed, await catalog.list_in(uow, listings))
    told: list[Event] = [ListingChanged(made.tenant_id, thing.listing_id) for thing in (*priced, *turned)]
    return told + [LevelChanged(0, thing.variant_id, thing.seller_id) for thing in counted]
