"""The marketplace of the replay: sellers, articles with their opening stock, and buyers. Made once, in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from velora.flows.checkout.draft import Market
from velora.flows.house import TradingHouse
from velora.flows.replay.lines import Kind
from velora.flows.replay.sheet import Sheet
from velora.kernel.errors import Invalid, Refusal
from velora.modules.catalog import service as catalog
from velora.modules.catalog.policy import ListingDraft, OfferDraft, ProductDraft, VariantDraft, slug_of
from velora.modules.commission import service as commission
from velora.modules.identity import service as identity
from velora.modules.inventory import service as inventory
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import State
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import NewTenant
from velora.platform.db import UnitOfWork

SLUG: Final = "online-retail"
ESCROW_DAYS: Final = 14
COMMISSION_BPS: Final = 1000
SELLERS: Final = (
    "Albion Gifts", "Birch & Bell", "Copperline", "Dovetail Home", "Elm Street Trading", "Finch & Daughters", "Gilded Lily",
    "Harbour Wares", "Ivy House", "Juniper Lane", "Kettle & Cloth", "Larkspur Supply",
)  # fmt: skip
_PRICE: Final = "Price"
_VARIANTS_A_PRODUCT: Final = 200
_A_BATCH: Final = 400
# No hash that argon2 could have made: nobody signs in as one of these.
_UNUSABLE: Final = "!"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """What stands on a line of the file, as it is sold here."""

    variant_id: int
    seller_id: int


@dataclass(frozen=True)
class World:
    """The marketplace with everything that its year needs. `items` by article (a text of the sheet) and pence."""

    market: Market
    items: Mapping[tuple[int, int], Item]
    accounts: Mapping[int, int]

    @property
    def tenant_id(self) -> int:
        return self.market.tenant_id


@dataclass(frozen=True)
class _Article:
    """A product of at most 200 prices; an article with more of them is several products."""

    seller: int
    handle: str
    code: str
    title: str
    stock: Mapping[int, int]
    """Pieces by price in pence."""

    def sku(self, pence: int) -> str:
        return f"{self.code}@{pence}"


async def open_world(house: TradingHouse, sheet: Sheet) -> World:
    """The marketplace as it stands, or as it is made now. Raises Invalid when it was made from another file."""
    articles = list(_articles(sheet))
    customers = sorted({sale.customer for sale in sheet.sales} - {0})
    async with house.db.begin(None) as uow:
        found = (await tenants.by_slug(uow, {SLUG})).get(SLUG)
        if found is None:
            found = await _make(uow, articles, customers)
    async with house.db.read(None) as uow:
        market = Market(found.id, found.currency, found.tax_mode)
        return World(market, await _items(uow, sheet, articles), await _accounts(uow, customers))


def _articles(sheet: Sheet) -> Iterator[_Article]:
    stock: defaultdict[int, Counter[int]] = defaultdict(Counter)
    titles: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in range(len(sheet)):
        if sheet.kinds[row] is Kind.SALE:
            stock[sheet.article[row]][sheet.pence[row]] += sheet.quantity[row]
            titles[sheet.article[row]][sheet.description[row]] += 1
    for number, by_price in stock.items():
        code = sheet.texts[number]
        named = (sheet.texts[text] for text, _ in titles[number].most_common())
        title = next((text for text in named if text), code)
        prices = sorted(by_price)
        for part, start in enumerate(range(0, len(prices), _VARIANTS_A_PRODUCT), start=1):
            handle = f"{slug_of(code)}-{part}-{sha256(code.encode()).hexdigest()[:8]}"  # codes may differ in case only
            yield _Article(
                seller_of(code), handle, code, title, {pence: by_price[pence] for pence in prices[start : start + _VARIANTS_A_PRODUCT]}
            )


def seller_of(code: str) -> int:
    """Which of the sellers has the article: the same in every replay."""
    return int.from_bytes(sha256(code.encode()).digest()[:4]) % len(SELLERS)


async def _make(uow: UnitOfWork, articles: Sequence[_Article], customers: Sequence[int]) -> tenants.TenantFacts:
    new = NewTenant(SLUG, "Online Retail", "GBP", "en-GB", "GB", "Gifts for all occasions, wholesale and retail", escrow_days=ESCROW_DAYS)
    [tenant] = granted(await tenants.create(uow, [new]), tenants.TenantFacts)
    ids, places = await _open_sellers(uow, tenant.id)
    [category_id] = granted(await catalog.add_categories(uow, [catalog.CategoryDraft(tenant.id, "Gifts and homeware")]), int)
    granted([await commission.create(uow, tenant.id, commission.NewRule(COMMISSION_BPS), created_by="replay")], commission.Rule)
    for batch in _batches(articles):
        await _list_articles(uow, tenant.id, category_id, [(ids[article.seller], places[article.seller], article) for article in batch])
    for batch in _batches(customers):
        people = [identity.NewAccount(address_of(who), f"Customer {who}", _UNUSABLE, tenant.id) for who in batch]
        granted(await identity.register(uow, people), identity.AccountFacts)
    return tenant


async def _open_sellers(uow: UnitOfWork, tenant_id: int) -> tuple[list[int], list[int]]:
    """The twelve, approved here; their ids and their places of stock."""
    owners = granted(
        await identity.register(uow, [identity.NewAccount(_owner(n), f"Owner of {name}", _UNUSABLE) for n, name in enumerate(SELLERS)]),
        identity.AccountFacts,
    )
    wanted = [sellers.NewSeller(_seller_slug(n), name, "GB", owner.id) for n, (name, owner) in enumerate(zip(SELLERS, owners, strict=True))]
    ids = [one.id for one in granted(await sellers.found(uow, wanted), sellers.SellerFacts)]
    for state in (State.APPLIED, State.APPROVED):
        granted(await sellers.step(uow, [sellers.Step(tenant_id, id_, state, by=owners[0].id) for id_ in ids]), sellers.Membership)
    return ids, await inventory.open_locations(uow, [inventory.NewLocation(id_, "Warehouse") for id_ in ids])


async def _list_articles(uow: UnitOfWork, tenant_id: int, category_id: int, batch: Sequence[tuple[int, int, _Article]]) -> None:
    """Each article is on sale at each of its prices, with all the pieces on hand that its year will sell."""
    drafts = [
        ProductDraft(
            seller_id, article.title[:200],
            tuple(VariantDraft(article.sku(pence), {_PRICE: f"£{pence // 100}.{pence % 100:02d}"}) for pence in article.stock),
            options=(_PRICE,), handle=article.handle,
        )
        for seller_id, _, article in batch
    ]  # fmt: skip
    added = granted(await catalog.add_products(uow, drafts), catalog.Added)
    listings = [
        ListingDraft(
            tenant_id, seller_id, one.product_id, category_id, "GBP",
            tuple(OfferDraft(id_, pence, tax_class="zero") for id_, pence in zip(one.variant_ids, article.stock, strict=True)),
        )
        for (seller_id, _, article), one in zip(batch, added, strict=True)
    ]  # fmt: skip
    granted(await catalog.list_in(uow, listings), catalog.Listed)
    receipts = [
        inventory.Receipt(seller_id, id_, place, pieces, "opening stock")
        for (seller_id, place, article), one in zip(batch, added, strict=True)
        for id_, pieces in zip(one.variant_ids, article.stock.values(), strict=True)
    ]
    await inventory.receive(uow, receipts)


async def _items(uow: UnitOfWork, sheet: Sheet, articles: Sequence[_Article]) -> dict[tuple[int, int], Item]:
    """The variant of every article at every price."""
    there = await sellers.by_slug(uow, {_seller_slug(number) for number in range(len(SELLERS))})
    ids = [there[_seller_slug(number)].id for number in range(len(SELLERS))]
    by_sku: dict[str, Item] = {}
    for number, seller_id in enumerate(ids):
        for batch in _batches([article.handle for article in articles if article.seller == number]):
            for product in (await catalog.find_by_handle(uow, seller_id, batch)).values():
                by_sku |= {variant.sku: Item(variant.id, seller_id) for variant in product.variants}
    numbers = {sheet.texts[number]: number for number in set(sheet.article)}
    wanted = [(article, pence) for article in articles for pence in article.stock]
    if missing := next((article.sku(pence) for article, pence in wanted if article.sku(pence) not in by_sku), None):
        raise Invalid(
            "/file", f"The marketplace {SLUG} was made from another file: it has no {missing}. Replay this file into a database of its own."
        )
    return {(numbers[article.code], pence): by_sku[article.sku(pence)] for article, pence in wanted}


async def _accounts(uow: UnitOfWork, customers: Sequence[int]) -> dict[int, int]:
    found: dict[str, identity.AccountFacts] = {}
    for batch in _batches([address_of(who) for who in customers]):
        found |= await identity.by_email(uow, batch)
    return {who: found[address_of(who)].id for who in customers if address_of(who) in found}


def address_of(customer: int) -> str:
    """The mail address of a customer of the file."""
    return f"customer-{customer}@{SLUG}.example"


def granted(outcomes: Collection[object], kind: type[T]) -> list[T]:
    """All of them are of this kind, none refused; raises the first refusal."""
    if refusal := next((one for one in outcomes if isinstance(one, Refusal)), None):
        raise refusal
    return [one for one in outcomes if isinstance(one, kind)]


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _A_BATCH] for start in range(0, len(items), _A_BATCH))


def _owner(number: int) -> str:
    return f"owner-{number + 1}@{SLUG}.example"


def _seller_slug(number: int) -> str:
    return f"{SLUG}-{number + 1:02d}"
