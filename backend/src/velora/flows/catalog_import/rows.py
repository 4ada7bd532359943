"""A table's text as products, or as what is wrong with it. Pure: knows nothing of what is there already."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from velora.flows.sheets import BadFile, Row, RowError, amount_of, amount_text
from velora.kernel.errors import Invalid
from velora.kernel.money import CURRENCY_DIGITS
from velora.modules.catalog.policy import (
    Amounts,
    AttributeDefinition,
    AttributeValue,
    OfferDraft,
    Picture,
    ProductDraft,
    State,
    VariantDraft,
    attribute_from_text,
    refuse_offer,
    slug_of,
    tone_of,
)
from velora.modules.catalog.service import ProductFacts, SellerOffer, VariantFacts

NEEDED: Final = ("sku", "title", "category", "price")
COLUMNS: Final = (
    "handle", "sku", "title", "description", "brand", "category", "option1_name", "option1_value", "option2_name", "option2_value",
    "price", "compare_at", "currency", "stock", "tax_class", "picture", "state",
)  # fmt: skip
ATTRIBUTE: Final = "attr:"
PRICE: Final = "price:"  # in a further currency: price:SEK
COMPARE_AT: Final = "compare_at:"
MOST_ROWS_OF_ONE: Final = 200
MOST_STOCK: Final = 10**9

# Columns that tell a field of the product as a whole.
_WHOLE: Final = {"description": "description", "brand": "brand", "picture": "pictures", "state": "state"}


@dataclass(frozen=True, slots=True)
class Shelved:
    """One good row of a product: its variant, and what the marketplace asks for it."""

    row: int
    sku: str
    price_minor: int
    compare_at_minor: int | None
    tax_class: str
    stock: int | None
    further: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def offer(self, variant_id: int) -> OfferDraft:
        return OfferDraft(variant_id, self.price_minor, self.compare_at_minor, self.tax_class, self.further)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A product as its rows tell it; `row` is the first."""

    row: int
    draft: ProductDraft
    category_id: int
    shelved: tuple[Shelved, ...]
    said: frozenset[str]  # the file's columns: what is not among them stays as it is

    def wrong(self, row: int, column: str, problem: str) -> list[RowError]:
        """What is wrong in one row, which keeps the others of the product out too."""
        others = [each.row for each in self.shelved if each.row != row]
        return [
            RowError(row, column, problem),
            *(RowError(other, "", f"Row {row} of the same product is wrong. Mend that one.") for other in others),
        ]

    def only(self, rows: Collection[int]) -> "Parsed | None":
        """The product with these of its rows; None when none is left."""
        kept = [i for i, each in enumerate(self.shelved) if each.row in rows]
        if not kept:
            return None
        draft = replace(self.draft, variants=tuple(self.draft.variants[i] for i in kept))
        return replace(self, draft=draft, shelved=tuple(self.shelved[i] for i in kept))

    def over(self, there: ProductFacts, offers: Mapping[int, SellerOffer]) -> "Parsed":
        """The product as it will be: as the file says, and as it is `there` where the file has no such column."""
        draft = self.draft
        for column, name in _WHOLE.items():
            if column not in self.said:
                draft = replace(draft, **{name: getattr(there, name)})
        unsaid = {key: value for key, value in there.attributes.items() if f"{ATTRIBUTE}{key}" not in self.said}
        draft = replace(draft, attributes=unsaid | dict(draft.attributes or {}))
        known = {variant.sku: variant for variant in there.variants}
        if "option1_name" not in self.said and there.options:
            variants = [replace(each, options=known[each.sku].options if each.sku in known else each.options) for each in draft.variants]
            draft = replace(draft, options=there.options, variants=tuple(variants))
        return replace(self, draft=draft, shelved=tuple(self._kept(each, known.get(each.sku), offers) for each in self.shelved))

    def _kept(self, row: Shelved, variant: VariantFacts | None, offers: Mapping[int, SellerOffer]) -> Shelved:
        offer = offers.get(variant.id) if variant else None
        if offer is None:
            return row
        compare_at = row.compare_at_minor if "compare_at" in self.said else offer.compare_at_minor
        if compare_at is not None and compare_at <= row.price_minor:
            compare_at = None
        further = {
            currency: one if COMPARE_AT + currency in self.said else _beside(one, offer.further.get(currency))
            for currency, one in row.further.items()
        }
        tax_class = row.tax_class if "tax_class" in self.said else offer.tax_class
        return replace(row, compare_at_minor=compare_at, tax_class=tax_class, further=further)

    def row_of(self, pointer: str) -> tuple[int, str]:
        """The row and column behind a pointer into the draft or its offers."""
        parts = pointer.strip("/").split("/")
        if parts[0] in ("variants", "offers") and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(self.shelved):
            column = column_of(pointer) or {"options": "option1_value"}.get(parts[-1], parts[-1])
            return self.shelved[int(parts[1])].row, column
        named = {"attributes": f"{ATTRIBUTE}{parts[-1]}", "pictures": "picture", "options": "option1_name", "variants": "sku"}
        return self.row, named.get(parts[0], parts[0])


@dataclass(frozen=True, slots=True)
class Shelving:
    """What a file is read against: the seller, the marketplace's currencies (the main one first), and its categories by slug."""

    seller_id: int
    currencies: tuple[str, ...]
    categories: Mapping[str, tuple[int, Sequence[AttributeDefinition]]]
    undelivered: frozenset[str] = frozenset()  # currencies in which nobody said what the seller's delivery costs


def heading(cells: Sequence[str]) -> list[str]:
    """The columns of the file. Raises BadFile with what to do when one is missing, unknown or there twice."""
    names = [cell.strip() if cell.strip().lower().startswith((ATTRIBUTE, PRICE, COMPARE_AT)) else cell.strip().lower() for cell in cells]
    for name in names:
        if name not in COLUMNS and not re.fullmatch(rf"{ATTRIBUTE}[a-z0-9_]{{1,40}}|({PRICE}|{COMPARE_AT})[A-Z]{{3}}", name):
            near = difflib.get_close_matches(name, COLUMNS, 1)
            meant = (
                f"did you mean {near[0]}?"
                if near
                else f"known are {', '.join(COLUMNS)}, {ATTRIBUTE}<key>, {PRICE}<currency> and {COMPARE_AT}<currency>."
            )
            raise BadFile(f"There is no column {name!r}: {meant}")
    if missing := [name for name in NEEDED if name not in names]:
        raise BadFile(f"The first row must name the columns; {', '.join(missing)} is missing. Add it, or take the export as a pattern.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadFile(f"The column {twice[0]} stands twice. Keep one of them.")
    return names


def grouped(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows of one product: those that follow each other with the same handle, or each alone without one."""
    group: list[Row] = []
    for row in rows:
        handle = row.cells.get("handle", "")
        fits = group and handle and group[0].cells.get("handle") == handle and len(group) < MOST_ROWS_OF_ONE
        if group and not fits:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


@dataclass(slots=True)
class Reading:
    """What a group of rows came to: a product, what is wrong, or both."""

    parsed: Parsed | None = None
    errors: list[RowError] = field(default_factory=list[RowError])


def read_product(rows: Sequence[Row], shelving: Shelving) -> Reading:
    """The product that these rows tell. A wrong cell of a variant leaves that row out; one of the product leaves all of them out."""
    reading = Reading()
    first = rows[0]
    siblings = [RowError(row.number, "", f"Row {first.number} of the same product is wrong. Mend that one.") for row in rows[1:]]
    category = shelving.categories.get(first.cells.get("category", ""))
    if category is None:
        near = difflib.get_close_matches(first.cells.get("category", ""), list(shelving.categories), 1)
        hint = f"did you mean {near[0]}?" if near else "take a slug of the marketplace's categories."
        wrong = RowError(first.number, "category", f"There is no category {first.cells.get('category', '')!r}: {hint}")
        reading.errors += [wrong, *siblings]
        return reading
    category_id, definitions = category
    options = tuple(name for column in ("option1_name", "option2_name") if (name := first.cells.get(column, "")))
    attributes = _attributes(first, definitions, reading.errors)
    state = _one_of(first, "state", tuple(state.value for state in (State.PUBLISHED, State.DRAFT)), reading.errors)
    if reading.errors:
        reading.errors += siblings
        return reading
    shelved: list[Shelved] = []
    variants: list[VariantDraft] = []
    for row in rows:
        found = _shelved(row, shelving)
        if isinstance(found, RowError):
            reading.errors.append(found)
            continue
        shelved.append(found)
        variants.append(VariantDraft(found.sku, _options(row, options)))
    if shelved:
        draft = ProductDraft(
            seller_id=shelving.seller_id,
            title=first.cells.get("title", ""),
            variants=tuple(variants),
            description=first.cells.get("description", ""),
            brand=first.cells.get("brand", ""),
            attributes=attributes,
            options=options,
            pictures=_pictures(first.cells.get("picture", "")),
            state=State(state),
            handle=slug_of(first.cells["handle"]) if first.cells.get("handle") else "",
        )
        reading.parsed = Parsed(first.number, draft, category_id, tuple(shelved), frozenset(first.cells))
    return reading


def _attributes(row: Row, definitions: Sequence[AttributeDefinition], errors: list[RowError]) -> dict[str, AttributeValue]:
    known = {definition.key: definition for definition in definitions}
    values: dict[str, AttributeValue] = {}
    for column, text in row.cells.items():
        if not column.startswith(ATTRIBUTE) or not text:
            continue
        key = column.removeprefix(ATTRIBUTE)
        if key not in known:
            has = ", ".join(known) or "none"
            errors.append(
                RowError(row.number, column, f"Products of this category have no attribute {key!r}; they have {has}. Empty the cell.")
            )
            continue
        value = attribute_from_text(known[key], text)
        if isinstance(value, Invalid):
            errors.append(RowError(row.number, column, value.problem))
        else:
            values[key] = value
    return values


def _options(row: Row, names: Sequence[str]) -> dict[str, str]:
    return {name: row.cells.get(f"option{number}_value", "") for number, name in enumerate(names, start=1)}


def _pictures(text: str) -> tuple[Picture, ...]:
    names = [name.strip() for name in text.split("|") if name.strip()]
    return tuple(Picture(name, tone_of(name)) for name in names)


def _one_of(row: Row, column: str, allowed: Sequence[str], errors: list[RowError]) -> str:
    value = row.cells.get(column, "") or allowed[0]
    if value not in allowed:
        errors.append(RowError(row.number, column, f"Write {' or '.join(allowed)}."))
    return value


def _shelved(row: Row, shelving: Shelving) -> Shelved | RowError:
    cells, currency = row.cells, shelving.currencies[0]
    if not cells.get("sku"):
        return RowError(row.number, "sku", "Give every row an article number; it is how the row is known the next time.")
    if cells.get("currency", "") not in ("", currency):
        return RowError(row.number, "currency", f"This marketplace sells in {currency}. Give the price in it, or leave the cell empty.")
    price, compare_at = amount_of(cells.get("price", ""), currency), None
    if price is None:
        return RowError(row.number, "price", f"Write the price as {_example(currency)}, without a sign and without thousands marks.")
    if cells.get("compare_at"):
        compare_at = amount_of(cells["compare_at"], currency)
        if compare_at is None:
            return RowError(row.number, "compare_at", f"Write the price before as {_example(currency)}, or leave the cell empty.")
    stock = cells.get("stock", "")
    if stock and not (stock.isascii() and stock.isdigit() and int(stock) <= MOST_STOCK):
        return RowError(row.number, "stock", "Write how many are on hand as a whole number, or leave the cell empty to keep the count.")
    tax_class = cells.get("tax_class", "") or "standard"
    further = _further(row, shelving)
    if isinstance(further, RowError):
        return further
    if refusal := refuse_offer(OfferDraft(0, price, compare_at, tax_class, further)):
        return RowError(row.number, column_of(refusal.pointer) or "tax_class", refusal.problem)
    return Shelved(row.number, cells["sku"], price, compare_at, tax_class, int(stock) if stock else None, further)


def _beside(now: Amounts, before: Amounts | None) -> Amounts:
    """A new price with the price before that stood beside the last one, where that is still the higher."""
    kept = before.compare_at_minor if before else None
    return replace(now, compare_at_minor=kept) if kept is not None and kept > now.price_minor else now


def _further(row: Row, shelving: Shelving) -> dict[str, Amounts] | RowError:
    """The row's prices in further currencies; an empty cell leaves the price in that currency as it is."""
    currencies = shelving.currencies
    found: dict[str, Amounts] = {}
    for column, text in row.cells.items():
        if not column.startswith((PRICE, COMPARE_AT)) or not text:
            continue
        currency = column.partition(":")[2]
        if currency not in currencies[1:]:
            return RowError(row.number, column, f"This marketplace sells in {', '.join(currencies)}. Empty the cell.")
        if currency in shelving.undelivered:
            return RowError(
                row.number, column, f"Nobody has said what your delivery costs in {currency}. Have that set first, or empty it."
            )
        price = amount_of(row.cells.get(PRICE + currency, ""), currency)
        before = row.cells.get(COMPARE_AT + currency, "")
        compare_at = amount_of(before, currency) if before else None
        if price is None or (before and compare_at is None):
            wrong = (PRICE if price is None else COMPARE_AT) + currency
            return RowError(row.number, wrong, f"Write the price as {_example(currency)}, without a sign and without thousands marks.")
        found[currency] = Amounts(price, compare_at)
    return found


def column_of(pointer: str) -> str | None:
    """The column of a price that a refusal points at."""
    *_, before, last = ["", *pointer.split("/")]
    column = {"price_minor": "price", "compare_at_minor": "compare_at"}.get(last)
    return f"{column}:{before}" if column and "/further/" in pointer else column


def _example(currency: str) -> str:
    return amount_text(1250 * 10 ** CURRENCY_DIGITS[currency] // 100, currency)
