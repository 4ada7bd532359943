"""What sellers say about their products, in every marketplace."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from velora.kernel.errors import Invalid
from velora.kernel.ids import encode
from velora.modules.catalog import repository
from velora.modules.catalog.errors import HandleTaken, ProductNotFound, SkuTaken, VersionConflict
from velora.modules.catalog.events import ProductChanged
from velora.modules.catalog.models import Product, Variant
from velora.modules.catalog.policy import (
    AttributeValue,
    Picture,
    ProductDraft,
    State,
    VariantDraft,
    refuse_draft,
    slug_of,
    variant_title,
)
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Added:
    """Ids of what was written; `variant_ids` in the order of the draft's variants."""

    product_id: int
    variant_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProductChange:
    """A product as it should be. Variants are matched by article number: known ones change, new ones come, others stay as they are.

    With `if_version` the change happens only to that version of the product.
    """

    product_id: int
    draft: ProductDraft
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    product_id: int
    version: int
    variant_ids: tuple[int, ...]  # in the order of the draft's variants


@dataclass(frozen=True, slots=True)
class VariantFacts:
    id: int
    sku: str
    title: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProductFacts:
    id: int
    seller_id: int
    handle: str
    title: str
    description: str
    brand: str
    attributes: Mapping[str, AttributeValue]
    options: tuple[str, ...]
    pictures: tuple[Picture, ...]
    state: State
    version: int
    created_at: datetime
    variants: tuple[VariantFacts, ...]
    photo: str = ""


AddOutcome = Added | Invalid | SkuTaken | HandleTaken
ChangeOutcome = Changed | Invalid | SkuTaken | ProductNotFound | VersionConflict


async def add_products(uow: UnitOfWork, drafts: Sequence[ProductDraft]) -> list[AddOutcome]:
    """Each product and its variants are there, or it is said what is wrong. Answers in the order of the drafts."""
    skus = {(draft.seller_id, variant.sku) for draft in drafts for variant in draft.variants}
    taken_skus = set(await repository.variants_by_sku(uow, skus))
    taken_handles = set(await repository.products_by_handle(uow, {(draft.seller_id, _wanted_handle(draft)) for draft in drafts}))
    outcomes: list[AddOutcome] = []
    products: list[dict[str, object]] = []
    variants: list[dict[str, object]] = []
    for draft in drafts:
        if refusal := refuse_draft(draft) or _refuse_taken(draft, taken_skus, taken_handles):
            outcomes.append(refusal)
            continue
        product_id = uow.new_id()
        handle = _wanted_handle(draft)
        if (draft.seller_id, handle) in taken_handles:
            handle = f"{handle}-{encode('prd', product_id)[-5:].lower()}"
        taken_handles.add((draft.seller_id, handle))
        taken_skus |= {(draft.seller_id, variant.sku) for variant in draft.variants}
        ids = tuple(uow.new_id() for _ in draft.variants)
        products.append(
            {"seller_id": draft.seller_id, "id": product_id, "handle": handle, **_columns(uow, draft), "version": 1, "created_at": uow.now}
        )
        variants += [
            {"seller_id": draft.seller_id, "id": id_, "product_id": product_id, **_variant_columns(draft, variant, position)}
            for position, (id_, variant) in enumerate(zip(ids, draft.variants, strict=True))
        ]
        outcomes.append(Added(product_id, ids))
    await uow.insert(Product, products)
    await uow.insert(Variant, variants)
    return outcomes


def _wanted_handle(draft: ProductDraft) -> str:
    return draft.handle or slug_of(draft.title)


def _refuse_taken(
    draft: ProductDraft, taken_skus: Collection[tuple[int, str]], taken_handles: Collection[tuple[int, str]]
) -> SkuTaken | HandleTaken | None:
    for variant in draft.variants:
        if (draft.seller_id, variant.sku) in taken_skus:
            return SkuTaken(variant.sku)
    if draft.handle and (draft.seller_id, draft.handle) in taken_handles:
        return HandleTaken(draft.handle)
    return None


def _columns(uow: UnitOfWork, draft: ProductDraft) -> dict[str, object]:
    first = draft.pictures[0] if draft.pictures else Picture("")
    return {
        "title": draft.title.strip(),
        "description": draft.description,
        "brand": draft.brand.strip(),
        "attributes": dict(draft.attributes or {}),
        "options": list(draft.options),
        "pictures": [{"name": picture.name, "tone": picture.tone} for picture in draft.pictures],
        "picture": first.name,
        "tone": first.tone,
        "state": draft.state,
        "updated_at": uow.now,
    }


def _variant_columns(draft: ProductDraft, variant: VariantDraft, position: int) -> dict[str, object]:
    title = variant_title(variant.options, draft.options)
    return {"sku": variant.sku, "title": title, "options": dict(variant.options), "position": position}


async def change_products(uow: UnitOfWork, changes: Sequence[ProductChange]) -> list[ChangeOutcome]:
    """Each product is as its change says, or it is said why not. Answers in the order of the changes."""
    keys = {(change.draft.seller_id, change.product_id) for change in changes}
    products = await repository.products(uow, keys)
    own = await repository.variants_of(uow, keys)
    skus = {(change.draft.seller_id, variant.sku) for change in changes for variant in change.draft.variants}
    by_sku = {key: variant.product_id for key, variant in (await repository.variants_by_sku(uow, skus)).items()}
    outcomes: list[ChangeOutcome] = []
    product_values: dict[tuple[int, ...], dict[str, object]] = {}
    variant_values: dict[tuple[int, ...], dict[str, object]] = {}
    new_variants: list[dict[str, object]] = []
    versions: dict[tuple[int, int], int] = {}  # of what this batch has changed already
    for change in changes:
        seller_id = change.draft.seller_id
        product = products.get((seller_id, change.product_id))
        known = {variant.sku: variant for variant in own[seller_id, change.product_id]}
        if product is None:
            outcomes.append(ProductNotFound(encode("prd", change.product_id)))
            continue
        if refusal := _refuse_change(change, versions.get((seller_id, product.id), product.version), known, by_sku):
            outcomes.append(refusal)
            continue
        version = versions[seller_id, product.id] = versions.get((seller_id, product.id), product.version) + 1
        product_values[seller_id, product.id] = {**_columns(uow, change.draft), "version": version}
        ids: list[int] = []
        for position, variant in enumerate(change.draft.variants):
            columns = _variant_columns(change.draft, variant, position)
            if variant.sku in known:
                ids.append(known[variant.sku].id)
                variant_values[seller_id, ids[-1]] = columns
            else:
                ids.append(uow.new_id())
                by_sku[seller_id, variant.sku] = product.id
                new_variants.append({"seller_id": seller_id, "id": ids[-1], "product_id": product.id, **columns})
        outcomes.append(Changed(product.id, version, tuple(ids)))
    await uow.set_on(Product, product_values)
    await uow.set_on(Variant, variant_values)
    await uow.insert(Variant, new_variants)
    uow.tell(ProductChanged(0, seller_id, product_id) for seller_id, product_id in sorted(product_values))
    return outcomes


def _refuse_change(
    change: ProductChange, version: int, known: Mapping[str, Variant], by_sku: Mapping[tuple[int, str], int]
) -> Invalid | SkuTaken | VersionConflict | None:
    if change.if_version is not None and change.if_version != version:
        return VersionConflict(version)
    for variant in change.draft.variants:
        if by_sku.get((change.draft.seller_id, variant.sku), change.product_id) != change.product_id:
            return SkuTaken(variant.sku)
    mentioned = {variant.sku for variant in change.draft.variants}
    staying = tuple(VariantDraft(sku, variant.options) for sku, variant in known.items() if sku not in mentioned)
    return refuse_draft(replace(change.draft, variants=change.draft.variants + staying))


async def product_facts(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], ProductFacts]:
    """The products under these (seller, product) keys, with their variants."""
    products = await repository.products(uow, keys)
    variants = await repository.variants_of(uow, products)
    return {key: _facts(product, variants[key]) for key, product in products.items()}


async def find_by_handle(uow: UnitOfWork, seller_id: int, handles: Collection[str]) -> dict[str, ProductFacts]:
    """A seller's products by handle, with their variants."""
    found = await repository.products_by_handle(uow, {(seller_id, handle) for handle in handles})
    variants = await repository.variants_of(uow, {(seller_id, product.id) for product in found.values()})
    return {handle: _facts(product, variants[seller_id, product.id]) for (_, handle), product in found.items()}


async def find_by_sku(uow: UnitOfWork, seller_id: int, skus: Collection[str]) -> dict[str, int]:
    """The product of each of a seller's article numbers."""
    found = await repository.variants_by_sku(uow, {(seller_id, sku) for sku in skus})
    return {sku: variant.product_id for (_, sku), variant in found.items()}


async def seller_products(
    uow: UnitOfWork, seller_id: int, *, text: str = "", state: State | None = None, before: int | None = None, limit: int = 50
) -> list[ProductFacts]:
    """A seller's products, newest first, from the one before `before`."""
    found = await repository.products_of_seller(uow, seller_id, text=text, state=state, before=before, limit=limit)
    variants = await repository.variants_of(uow, {(seller_id, product.id) for product in found})
    return [_facts(product, variants[seller_id, product.id]) for product in found]


def _facts(product: Product, variants: Sequence[Variant]) -> ProductFacts:
    return ProductFacts(
        id=product.id,
        seller_id=product.seller_id,
        handle=product.handle,
        title=product.title,
        description=product.description,
        brand=product.brand,
        attributes=product.attributes,
        options=tuple(product.options),
        pictures=tuple(Picture(each["name"], each["tone"]) for each in product.pictures),
        state=State(product.state),
        version=product.version,
        created_at=product.created_at,
        variants=tuple(VariantFacts(variant.id, variant.sku, variant.title, variant.options) for variant in variants),
        photo=product.photo or "",
    )
