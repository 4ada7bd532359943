"""Rules of the catalogue: what a product, an attribute, an address and a price must be."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from velora.kernel.errors import Invalid

AttributeValue = str | int | bool


class State(StrEnum):
    """Of a product (draft, published) and of a listing (all three). Only published in both is on sale."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"


class PhotoState(StrEnum):
    """Of a photo: its file may be sent; it was; it is shown; or it is not, and why."""

    ASKED = "asked"
    SENT = "sent"
    READY = "ready"
    REFUSED = "refused"


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"


TAX_CLASSES: Final = frozenset({"standard", "reduced", "books", "food", "zero"})
TONES: Final = ("peach", "rose", "sky", "lilac", "mint", "sand")  # grounds behind pictures, by the web application's names
MOST_VARIANTS: Final = 200
MOST_OPTIONS: Final = 2
MOST_ATTRIBUTES: Final = 50
MOST_PICTURES: Final = 12
MOST_PHOTOS: Final = 8
LONGEST_ALT: Final = 200
LARGEST_PHOTO: Final = 10_000_000  # bytes
PHOTO_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/avif")


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    key: str
    label: str
    kind: Kind
    unit: str = ""
    choices: tuple[str, ...] = ()
    facet: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of ours (`brass-lamp`: /pictures/brass-lamp.svg) or an https address, on a background of this tone; or a photo.

    Of a photo the name says all that a page needs: where its files are, and its size. `alt` is what its seller says is to be seen.
    """

    name: str
    tone: str = "sand"
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VariantDraft:
    sku: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """What a seller says about a product. Without a handle the product gets one from its title."""

    seller_id: int
    title: str
    variants: tuple[VariantDraft, ...]
    description: str = ""
    brand: str = ""
    attributes: Mapping[str, AttributeValue] | None = None
    options: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    state: State = State.PUBLISHED
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Amounts:
    """A price, and the higher one that it had before, in minor units of one currency."""

    price_minor: int
    compare_at_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """A price in the marketplace's main currency, and one in each of `further`; other further currencies keep what they have."""

    variant_id: int
    price_minor: int
    compare_at_minor: int | None = None
    tax_class: str = "standard"
    further: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A product shown in one marketplace, with the variants that are offered there."""

    tenant_id: int
    seller_id: int
    product_id: int
    category_id: int
    currency: str
    offers: tuple[OfferDraft, ...]
    state: State = State.PUBLISHED
    sold: int = 0


def popularity_of(sold: int) -> int:
    """How popular something is of which so many were sold: two digits of it, so that what sells much does not move with every sale."""
    step = 10 ** max(0, len(str(sold)) - 2)
    return sold // step * step


def slug_of(title: str, fallback: str = "product") -> str:
    """An address that can be read aloud: lower case, ASCII, hyphens; at most 100 letters."""
    folded = unicodedata.normalize("NFKD", title.casefold().translate(_SPELLED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:100].strip("-") or fallback


_SPELLED: Final = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "&": " and "})


def variant_title(options: Mapping[str, str], names: Iterable[str]) -> str:
    """`Large / Brass`, in the product's order of options."""
    return " / ".join(options[name] for name in names)


def refuse_draft(draft: ProductDraft) -> Invalid | None:
    """The first thing that is wrong with what a seller says about a product, and what it should be."""
    if not draft.title.strip() or len(draft.title) > 200 or not _one_line(draft.title):
        return Invalid("/title", "Give the product a title of up to 200 letters, in one line.")
    if len(draft.description) > 8000:
        return Invalid("/description", f"The description has {len(draft.description)} letters; shorten it to 8,000.")
    if any(re.fullmatch(r"[a-z0-9_]{1,40}", key) is None for key in draft.attributes or {}):
        return Invalid("/attributes", "Keys of attributes have small letters, digits and underscores, up to 40.")
    if draft.handle and slug_of(draft.handle) != draft.handle:
        return Invalid("/handle", f"A handle has small letters, digits and hyphens only, such as {slug_of(draft.title)}.")
    if len(draft.attributes or {}) > MOST_ATTRIBUTES or any(_too_long(value) for value in (draft.attributes or {}).values()):
        return Invalid("/attributes", f"A product has at most {MOST_ATTRIBUTES} attributes of up to 200 letters, or 15 digits.")
    if len(draft.brand) > 120 or not _one_line(draft.brand):
        return Invalid("/brand", "Give the brand in one line of up to 120 letters.")
    if len(draft.options) > MOST_OPTIONS or len(set(draft.options)) != len(draft.options):
        return Invalid("/options", f"A product has at most {MOST_OPTIONS} options, each with a name of its own.")
    if any(not name.strip() or len(name) > 40 or not _one_line(name) for name in draft.options):
        return Invalid("/options", "Name each option in up to 40 letters.")
    if len(draft.pictures) > MOST_PICTURES:
        return Invalid("/pictures", f"A product has at most {MOST_PICTURES} pictures.")
    for number, picture in enumerate(draft.pictures):
        if not is_picture(picture.name):
            return Invalid(
                f"/pictures/{number}/name", "Give the name of a drawing, such as brass-lamp, or an address that begins with https://."
            )
        if picture.tone not in TONES:
            return Invalid(f"/pictures/{number}/tone", f"Choose one of {', '.join(TONES)}.")
    return _refuse_variants(draft.variants, draft.options)


def _one_line(text: str) -> bool:
    return not any(unicodedata.category(letter) == "Cc" for letter in text)


def _too_long(value: AttributeValue) -> bool:
    return len(value) > 200 if isinstance(value, str) else abs(value) >= 10**15


def _refuse_variants(variants: Sequence[VariantDraft], options: Sequence[str]) -> Invalid | None:
    if not 1 <= len(variants) <= MOST_VARIANTS:
        return Invalid("/variants", f"A product has between 1 and {MOST_VARIANTS} variants.")
    skus: set[str] = set()
    combinations: set[tuple[str, ...]] = set()
    for number, variant in enumerate(variants):
        if not variant.sku or len(variant.sku) > 80 or variant.sku != variant.sku.strip() or not _one_line(variant.sku):
            return Invalid(f"/variants/{number}/sku", "Give the variant an article number of up to 80 letters, without spaces around it.")
        if variant.sku in skus:
            return Invalid(f"/variants/{number}/sku", f"The article number {variant.sku} stands twice; each variant needs its own.")
        if set(variant.options) != set(options) or not all(value.strip() for value in variant.options.values()):
            return Invalid(
                f"/variants/{number}/options", f"Give a value for each option of the product: {', '.join(options) or 'it has none'}."
            )
        if any(len(value) > 80 or not _one_line(value) for value in variant.options.values()):
            return Invalid(f"/variants/{number}/options", "Shorten the values of options to 80 letters each.")
        combination = tuple(variant.options[name] for name in options)
        if combination in combinations:
            return Invalid(
                f"/variants/{number}/options",
                f"Two variants are {variant_title(variant.options, options) or 'the same'}; they must differ.",
            )
        skus.add(variant.sku)
        combinations.add(combination)
    return None


def tone_of(picture: str) -> str:
    """The ground that a picture has when nobody chose one: the same picture, the same ground."""
    mark = 7
    for letter in picture:
        mark = (mark * 31 + ord(letter)) % 2**32
    return TONES[mark % len(TONES)]


def is_picture(name: str) -> bool:
    """Whether this names a drawing or an https address."""
    return len(name) <= 500 and re.fullmatch(r"[a-z0-9][a-z0-9-]*|https://[^\s\"'<>]+", name) is not None


def refuse_photo(media_type: str, size: int) -> Invalid | None:
    """Why a file of this type and size cannot be a product's photo, as far as can be said before it is looked at."""
    if media_type not in PHOTO_TYPES:
        return Invalid("/media_type", "Send a JPEG, PNG, WebP or AVIF picture.")
    if not 0 < size <= LARGEST_PHOTO:
        return Invalid("/size", f"A picture has at most {LARGEST_PHOTO // 1_000_000} MB. Save it smaller.")
    return None


def refuse_alt(alt: str) -> Invalid | None:
    if len(alt) > LONGEST_ALT or not _one_line(alt):
        return Invalid("/alt", f"Say what is to be seen in one line of up to {LONGEST_ALT} letters.")
    return None


def photo_name(seller_ref: str, photo_ref: str, digest: str, width: int, height: int) -> str:
    """Where the files of a photo lie, and what a page must know of it. It has the digest of its content, so what it names never changes."""
    return f"photos/{seller_ref}/{photo_ref}-{digest}-{width}x{height}"


def refuse_offer(offer: OfferDraft, number: int = 0) -> Invalid | None:
    """What is wrong with a price, in whichever currency."""
    if refusal := refuse_amounts(Amounts(offer.price_minor, offer.compare_at_minor), f"/offers/{number}"):
        return refusal
    for currency, amounts in offer.further.items():
        if refusal := refuse_amounts(amounts, f"/offers/{number}/further/{currency}"):
            return refusal
    if offer.tax_class not in TAX_CLASSES:
        return Invalid(f"/offers/{number}/tax_class", f"Choose one of {', '.join(sorted(TAX_CLASSES))}.")
    return None


def refuse_amounts(amounts: Amounts, at: str) -> Invalid | None:
    """What is wrong with the amounts of one currency."""
    if not 0 <= amounts.price_minor < 10**12:
        return Invalid(f"{at}/price_minor", "Give the price in minor units, zero or more, below a trillion.")
    if amounts.compare_at_minor is not None and amounts.compare_at_minor <= amounts.price_minor:
        return Invalid(f"{at}/compare_at_minor", "The price before must be higher than the price now; leave it out otherwise.")
    return None


def refuse_attributes(definitions: Sequence[AttributeDefinition], attributes: Mapping[str, AttributeValue]) -> Invalid | None:
    """What is wrong with attributes where these are defined. Others are a matter of other marketplaces and pass."""
    for definition in definitions:
        value = attributes.get(definition.key)
        if value is not None and (problem := _problem(definition, value)):
            return Invalid(f"/attributes/{definition.key}", problem)
    return None


def _problem(definition: AttributeDefinition, value: AttributeValue) -> str | None:
    match definition.kind:
        case Kind.FLAG if not isinstance(value, bool):
            return f"{definition.label} is yes or no (true or false)."
        case Kind.NUMBER if isinstance(value, bool) or not isinstance(value, int):
            return f"{definition.label} is a whole number{f' of {definition.unit}' if definition.unit else ''}."
        case Kind.TEXT if not isinstance(value, str) or not value.strip() or len(value) > 200:
            return f"{definition.label} is a text of up to 200 letters."
        case Kind.CHOICE if value not in definition.choices:
            return f"{definition.label} is one of {', '.join(definition.choices)}."
        case _:
            return None


def attribute_from_text(definition: AttributeDefinition, text: str) -> AttributeValue | Invalid:
    """A typed attribute from a cell of a table."""
    value: AttributeValue = text.strip()
    if definition.kind is Kind.FLAG and text.strip().lower() in _FLAGS:
        value = _FLAGS[text.strip().lower()]
    elif definition.kind is Kind.NUMBER and re.fullmatch(r"-?\d{1,12}", text.strip()):
        value = int(text)
    return refuse_attributes([definition], {definition.key: value}) or value


_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def shown(definition: AttributeDefinition, value: AttributeValue) -> str:
    """The value as a buyer reads it: `32 cm`; nothing for yes and no, which each reader's language says."""
    return "" if isinstance(value, bool) else f"{value} {definition.unit}".strip()


def inherited(parents: Mapping[int, int | None], category_id: int) -> list[int]:
    """The category and those above it, from the top down. A circle ends where it closes."""
    path: list[int] = []
    current: int | None = category_id
    while current is not None and current not in path:
        path.append(current)
        current = parents.get(current)
    return path[::-1]


def would_circle(parents: Mapping[int, int | None], category_id: int, parent_id: int | None) -> bool:
    """Whether putting the category under this parent would make it its own ancestor."""
    return parent_id is not None and category_id in inherited(parents, parent_id)
