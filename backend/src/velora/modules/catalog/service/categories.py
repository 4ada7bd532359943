"""The tree of categories of a marketplace, and the typed attributes that its products may have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from velora.kernel.errors import Invalid
from velora.modules.catalog import repository
from velora.modules.catalog.errors import CategoryNotFound, SlugTaken
from velora.modules.catalog.events import ListingChanged
from velora.modules.catalog.models import Attribute, Category
from velora.modules.catalog.policy import TONES, AttributeDefinition, Kind, inherited, is_picture, slug_of, would_circle
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """A category to add; `parent_slug` names one that exists or stands earlier in the same batch."""

    tenant_id: int
    name: str
    slug: str = ""
    parent_slug: str | None = None
    picture: str = ""
    tone: str = "sand"
    attributes: tuple[AttributeDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    id: int
    parent_id: int | None
    slug: str
    name: str
    picture: str
    tone: str
    attributes: tuple[AttributeDefinition, ...]  # its own; `CategoryTree.attributes` adds the inherited ones


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """All categories of one marketplace, in their order."""

    by_id: Mapping[int, CategoryFacts]

    def path(self, category_id: int) -> list[CategoryFacts]:
        """From the top down to the category."""
        parents = {each.id: each.parent_id for each in self.by_id.values()}
        return [self.by_id[id_] for id_ in inherited(parents, category_id) if id_ in self.by_id]

    def children(self, category_id: int | None) -> list[CategoryFacts]:
        return [each for each in self.by_id.values() if each.parent_id == category_id]

    def attributes(self, category_id: int) -> list[AttributeDefinition]:
        """What products of the category may have; the nearest definition of a key counts."""
        known: dict[str, AttributeDefinition] = {}
        for category in self.path(category_id):
            known |= {definition.key: definition for definition in category.attributes}
        return list(known.values())

    def below(self, slugs: Collection[str]) -> list[int]:
        """The categories of these addresses and all that lie under them."""
        return [each.id for each in self.by_id.values() if any(above.slug in slugs for above in self.path(each.id))]

    def by_slug(self, slug: str) -> CategoryFacts | None:
        return next((each for each in self.by_id.values() if each.slug == slug), None)


async def category_trees(uow: UnitOfWork, tenant_ids: Collection[int]) -> dict[int, CategoryTree]:
    """The whole tree of each tenant. A marketplace has hundreds of categories, not thousands, so one read serves a batch."""
    if not tenant_ids:
        return {}
    definitions: dict[tuple[int, int], list[AttributeDefinition]] = {}
    for row in await repository.attributes(uow, tenant_ids):
        definition = AttributeDefinition(row.key, row.label, Kind(row.kind), row.unit, tuple(row.choices), row.facet)
        definitions.setdefault((row.tenant_id, row.category_id), []).append(definition)
    trees: dict[int, dict[int, CategoryFacts]] = {tenant_id: {} for tenant_id in tenant_ids}
    for row in await repository.categories(uow, tenant_ids):
        own = tuple(definitions.get((row.tenant_id, row.id), ()))
        trees[row.tenant_id][row.id] = CategoryFacts(row.id, row.parent_id, row.slug, row.name, row.picture, row.tone, own)
    return {tenant_id: CategoryTree(by_id) for tenant_id, by_id in trees.items()}


async def products_by_category(uow: UnitOfWork, tenant_id: int, *, further: str | None = None) -> dict[int, int]:
    """How many products are on sale in each category itself, with a price in `further`, if named."""
    return await repository.on_sale_by_category(uow, tenant_id, further)


async def add_categories(uow: UnitOfWork, drafts: Sequence[CategoryDraft]) -> list[int | SlugTaken | CategoryNotFound | Invalid]:
    """Each category has a place in its marketplace's tree, or it is said why not. Answers the ids in the order of the drafts."""
    trees = await category_trees(uow, {draft.tenant_id for draft in drafts})
    known = {(tenant_id, each.slug): each.id for tenant_id, tree in trees.items() for each in tree.by_id.values()}
    outcomes: list[int | SlugTaken | CategoryNotFound | Invalid] = []
    rows: list[dict[str, object]] = []
    definitions: list[tuple[int, int, Sequence[AttributeDefinition]]] = []
    for draft in drafts:
        slug = draft.slug or slug_of(draft.name, "category")
        parent_id = known.get((draft.tenant_id, draft.parent_slug or ""))
        if refusal := _refuse(draft, slug, known, parent_id):
            outcomes.append(refusal)
            continue
        id_ = known[draft.tenant_id, slug] = uow.new_id()
        rows.append(
            {"tenant_id": draft.tenant_id, "id": id_, "parent_id": parent_id, "slug": slug, "name": draft.name,
             "position": len(known), "picture": draft.picture, "tone": draft.tone}
        )  # fmt: skip
        definitions.append((draft.tenant_id, id_, draft.attributes))
        outcomes.append(id_)
    for level in _parents_first(rows):
        await uow.insert(Category, level)
    await uow.insert(Attribute, [row for tenant_id, id_, defined in definitions for row in _attribute_rows(uow, tenant_id, id_, defined)])
    return outcomes


def _refuse(
    draft: CategoryDraft, slug: str, known: Mapping[tuple[int, str], int], parent_id: int | None
) -> SlugTaken | CategoryNotFound | Invalid | None:
    if not draft.name.strip() or len(draft.name) > 120:
        return Invalid("/name", "Give the category a name of up to 120 letters.")
    if slug_of(slug) != slug:
        return Invalid("/slug", f"An address has small letters, digits and hyphens only, such as {slug_of(draft.name)}.")
    if draft.picture and not is_picture(draft.picture):
        return Invalid("/picture", "Give the name of a drawing, such as brass-lamp, or an address that begins with https://.")
    if draft.tone not in TONES:
        return Invalid("/tone", f"Choose one of {', '.join(TONES)}.")
    if refusal := _refuse_definitions(draft.attributes):
        return refusal
    if (draft.tenant_id, slug) in known:
        return SlugTaken(slug)
    if draft.parent_slug is not None and parent_id is None:
        return CategoryNotFound(draft.parent_slug)
    return None


def _parents_first(rows: Sequence[dict[str, object]]) -> list[list[dict[str, object]]]:
    """The rows in layers, so that each refers only to rows of an earlier one: a parent in the same INSERT is not seen by its key."""
    layers: list[list[dict[str, object]]] = []
    depth: dict[object, int] = {}
    for row in rows:
        depth[row["id"]] = level = depth.get(row["parent_id"], -1) + 1
        if level == len(layers):
            layers.append([])
        layers[level].append(row)
    return layers


async def change_category(
    uow: UnitOfWork, tenant_id: int, slug: str, *, name: str, parent_slug: str | None, picture: str, tone: str
) -> int | CategoryNotFound | Invalid:
    """The category has this name, place and picture; its address stays, so that links to it do."""
    tree = (await category_trees(uow, [tenant_id]))[tenant_id]
    category = tree.by_slug(slug)
    if category is None:
        return CategoryNotFound(slug)
    parent = tree.by_slug(parent_slug) if parent_slug else None
    if parent_slug and parent is None:
        return CategoryNotFound(parent_slug)
    parent_id = parent.id if parent else None
    if would_circle({each.id: each.parent_id for each in tree.by_id.values()}, category.id, parent_id):
        return Invalid("/parent", "A category cannot lie below itself. Choose another place for it.")
    if tone not in TONES:
        return Invalid("/tone", f"Choose one of {', '.join(TONES)}.")
    if picture and not is_picture(picture):
        return Invalid("/picture", "Give the name of a drawing, such as brass-lamp, or an address that begins with https://.")
    values = {"name": name, "parent_id": parent_id, "picture": picture, "tone": tone}
    await uow.set_on(Category, {(tenant_id, category.id): values})
    await _tell_listings(uow, tenant_id, tree.below({slug}))
    return category.id


async def define_attributes(
    uow: UnitOfWork, tenant_id: int, slug: str, definitions: Sequence[AttributeDefinition]
) -> int | CategoryNotFound | Invalid:
    """The category has exactly these attributes of its own. What products say already stays, and is shown where it fits."""
    tree = (await category_trees(uow, [tenant_id]))[tenant_id]
    category = tree.by_slug(slug)
    if category is None:
        return CategoryNotFound(slug)
    if refusal := _refuse_definitions(definitions):
        return refusal
    await uow.change(delete(Attribute).where(Attribute.tenant_id == tenant_id, Attribute.category_id == category.id))
    await uow.insert(Attribute, _attribute_rows(uow, tenant_id, category.id, definitions))
    await _tell_listings(uow, tenant_id, tree.below({slug}))
    return category.id


async def _tell_listings(uow: UnitOfWork, tenant_id: int, category_ids: Collection[int]) -> None:
    """Buyers see the listings of these categories differently now."""
    uow.tell(ListingChanged(tenant_id, listing_id) for listing_id in await repository.listings_in(uow, tenant_id, category_ids))


def _refuse_definitions(definitions: Sequence[AttributeDefinition]) -> Invalid | None:
    for number, definition in enumerate(definitions):
        if definition.kind is Kind.CHOICE and not definition.choices:
            return Invalid(f"/attributes/{number}/choices", f"Name the values that {definition.label} may have.")
        if slug_of(definition.key).replace("-", "_") != definition.key:
            return Invalid(f"/attributes/{number}/key", "A key has small letters, digits and underscores, such as seat_height.")
    if len({definition.key for definition in definitions}) != len(definitions):
        return Invalid("/attributes", "Each attribute needs a key of its own.")
    return None


def _attribute_rows(
    uow: UnitOfWork, tenant_id: int, category_id: int, definitions: Sequence[AttributeDefinition]
) -> list[dict[str, object]]:
    return [
        {"tenant_id": tenant_id, "id": uow.new_id(), "category_id": category_id, "key": each.key, "label": each.label, "kind": each.kind,
         "unit": each.unit, "choices": list(each.choices), "facet": each.facet, "position": position}
        for position, each in enumerate(definitions)
    ]  # fmt: skip
