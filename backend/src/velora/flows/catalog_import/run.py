"""A file into the catalogue, batch by batch: each batch is one transaction with its progress, so a stop loses at most one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from velora.flows.catalog_import.rows import Parsed, Shelving, grouped, heading, read_product
from velora.flows.sheets import BadFile, Row, RowError, sheet
from velora.kernel.errors import Invalid, Refusal
from velora.modules.catalog.errors import SkuTaken
from velora.modules.catalog.policy import ListingDraft, State
from velora.modules.catalog.service import (
    Added,
    Changed,
    ImportProgress,
    Listed,
    ProductChange,
    add_products,
    begin_import,
    category_trees,
    change_products,
    find_by_handle,
    find_by_sku,
    list_in,
    note_import,
    product_facts,
    seller_offers,
)
from velora.modules.inventory.service import Count, NewLocation, locations, open_locations, set_on_hand
from velora.modules.pricing.service import undelivered
from velora.modules.tenants.service import by_id as tenants_by_id
from velora.platform.db import UnitOfWork
from velora.platform.house import House

BATCH: Final = 200  # products in one transaction
MOST_ERRORS: Final = 500  # told; more are counted

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Import this file for a seller into a marketplace; `id` is the operation to tell the progress under."""

    id: int
    tenant_id: int
    seller_id: int
    file: Path


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows there were, how many went in, and what is wrong with the others (the first MOST_ERRORS)."""

    rows: int
    done: int
    failed: int
    errors: tuple[RowError, ...]


async def import_file(house: House, tenant_id: int, seller_id: int, file: Path, progress: Progress = lambda done, of: None) -> Report:
    """The file is in the catalogue, from beginning to end. Raises BadFile when it cannot be read as a whole."""
    async with house.db.begin(None) as uow:
        id_ = await begin_import(uow, tenant_id, seller_id)
    return await import_products(house, Wanted(id_, tenant_id, seller_id, file), progress)


async def import_products(house: House, wanted: Wanted, progress: Progress = lambda done, of: None) -> Report:
    """Every good row of the file is in the catalogue, listed and stocked. Raises BadFile when the file as a whole cannot be read."""
    try:
        total = await asyncio.to_thread(count_rows, wanted.file)
    except BadFile as refusal:
        await _note(house, wanted, ImportProgress(state="failed", rows=0, done=0, failed=0, errors=((1, "", refusal.problem),)))
        raise
    seen = failed = 0
    errors: list[RowError] = []
    progress(0, total)
    with sheet(wanted.file, heading) as rows:
        groups = grouped(rows)
        while batch := list(islice(groups, BATCH)):
            async with house.db.begin(None) as uow:
                wrong = await _take_in(uow, wanted, batch)
                seen += sum(len(group) for group in batch)
                failed += len({error.row for error in wrong})
                errors += wrong[: MOST_ERRORS - len(errors)]
                done = seen == total
                await note_import(
                    uow, wanted.seller_id, wanted.id, _progress("finished" if done else "running", total, seen, failed, errors)
                )
            progress(seen, total)
    if total == 0:
        await _note(house, wanted, _progress("finished", 0, 0, 0, ()))
    return Report(total, seen - failed, failed, tuple(errors))


async def _note(house: House, wanted: Wanted, at: ImportProgress) -> None:
    async with house.db.begin(None) as uow:
        await note_import(uow, wanted.seller_id, wanted.id, at)


def _progress(state: str, total: int, seen: int, failed: int, errors: Sequence[RowError]) -> ImportProgress:
    return ImportProgress(state, total, seen, failed, tuple((error.row, error.column, error.problem) for error in errors))


# ------------------------------------------------------------------------------------------- reading the file


def count_rows(file: Path) -> int:
    """How many rows the file has. Raises BadFile when it is not a table that can be imported."""
    with sheet(file, heading) as rows:
        return sum(1 for _ in rows)


# ------------------------------------------------------------------------------------------- into the catalogue


async def _take_in(uow: UnitOfWork, wanted: Wanted, batch: Sequence[Sequence[Row]]) -> list[RowError]:
    """The good rows are in; what is wrong with the others."""
    tenant = (await tenants_by_id(uow, [wanted.tenant_id]))[wanted.tenant_id]
    tree = (await category_trees(uow, [tenant.id]))[tenant.id]
    categories = {each.slug: (each.id, tree.attributes(each.id)) for each in tree.by_id.values()}
    unsaid = await undelivered(uow, {(tenant.id, wanted.seller_id, currency) for currency in tenant.further_currencies})
    shelving = Shelving(wanted.seller_id, tenant.currencies, categories, frozenset(currency for _, _, currency in unsaid))
    readings = [read_product(rows, shelving) for rows in batch]
    errors = [error for reading in readings for error in reading.errors]
    products = _once_each([reading.parsed for reading in readings if reading.parsed], errors)
    written = await _write_products(uow, wanted.seller_id, wanted.tenant_id, products, errors)
    await _show(uow, wanted, tenant.currency, written, errors)
    await _stock(uow, wanted.seller_id, written, errors)
    return sorted(errors, key=lambda error: error.row)


def _once_each(products: Sequence[Parsed], errors: list[RowError]) -> list[Parsed]:
    """An article number that stands twice in one batch counts the first time."""
    seen: set[str] = set()
    kept: list[Parsed | None] = []
    for product in products:
        first: set[int] = set()
        for each in product.shelved:
            if each.sku in seen:
                errors.append(RowError(each.row, "sku", f"{each.sku} stands in another row too. Keep one of them."))
            else:
                first.add(each.row)
            seen.add(each.sku)
        kept.append(product.only(first))
    return [product for product in kept if product]


@dataclass(frozen=True, slots=True)
class _Written:
    parsed: Parsed
    product_id: int
    variant_ids: tuple[int, ...]


async def _sorted_out(
    uow: UnitOfWork, seller_id: int, tenant_id: int, products: Sequence[Parsed]
) -> tuple[list[Parsed], list[tuple[Parsed, int]]]:
    """New products, and those that are there by handle or article number, with their id."""
    by_sku = await find_by_sku(uow, seller_id, {shelved.sku for product in products for shelved in product.shelved})
    by_handle = await find_by_handle(uow, seller_id, {product.draft.handle for product in products if product.draft.handle})
    there: list[tuple[Parsed, int]] = []
    new: list[Parsed] = []
    for product in products:
        handled = by_handle.get(product.draft.handle)
        owners = [by_sku[shelved.sku] for shelved in product.shelved if shelved.sku in by_sku]
        if handled or owners:
            there.append((product, handled.id if handled else owners[0]))
        else:
            new.append(product)
    facts = await product_facts(uow, {(seller_id, product_id) for _, product_id in there})
    offers = {
        id_: offer
        for id_, own in (await seller_offers(uow, seller_id, [product_id for _, product_id in there])).items()
        for offer in own
        if offer.tenant_id == tenant_id
    }
    return new, [(product.over(facts[seller_id, product_id], offers), product_id) for product, product_id in there]


async def _write_products(
    uow: UnitOfWork, seller_id: int, tenant_id: int, products: Sequence[Parsed], errors: list[RowError]
) -> list[_Written]:
    new, known = await _sorted_out(uow, seller_id, tenant_id, products)
    outcomes: list[tuple[Parsed, Added | Changed | Refusal]] = []
    outcomes += zip(new, await add_products(uow, [product.draft for product in new]), strict=True)
    changes = [ProductChange(product_id, product.draft) for product, product_id in known]
    outcomes += zip([product for product, _ in known], await change_products(uow, changes), strict=True)
    written: list[_Written] = []
    for product, outcome in outcomes:
        if isinstance(outcome, Added | Changed):
            written.append(_Written(product, outcome.product_id, outcome.variant_ids))
        else:
            errors += _told(product, outcome)
    return written


async def _show(uow: UnitOfWork, wanted: Wanted, currency: str, written: Sequence[_Written], errors: list[RowError]) -> None:
    drafts = [
        ListingDraft(
            tenant_id=wanted.tenant_id,
            seller_id=wanted.seller_id,
            product_id=each.product_id,
            category_id=each.parsed.category_id,
            currency=currency,
            offers=tuple(shelved.offer(id_) for shelved, id_ in zip(each.parsed.shelved, each.variant_ids, strict=True)),
            state=State.PUBLISHED,
        )
        for each in written
    ]
    for each, outcome in zip(written, await list_in(uow, drafts), strict=True):
        if not isinstance(outcome, Listed):
            errors += _told(each.parsed, outcome)


async def _stock(uow: UnitOfWork, seller_id: int, written: Sequence[_Written], errors: list[RowError]) -> None:
    """What rows say of stock is counted at the seller's first location."""
    counted = [
        (shelved, variant_id)
        for each in written
        for shelved, variant_id in zip(each.parsed.shelved, each.variant_ids, strict=True)
        if shelved.stock is not None
    ]
    if not counted:
        return
    places = await locations(uow, [seller_id])
    location_id = places[0].id if places else (await open_locations(uow, [NewLocation(seller_id, "Main")]))[0]
    counts = [Count(seller_id, variant_id, location_id, shelved.stock or 0) for shelved, variant_id in counted]
    for (shelved, _), outcome in zip(counted, await set_on_hand(uow, counts), strict=True):
        if isinstance(outcome, Refusal):
            errors.append(RowError(shelved.row, "stock", outcome.detail()))


def _told(product: Parsed, refusal: Refusal) -> list[RowError]:
    if isinstance(refusal, Invalid):
        return product.wrong(*product.row_of(refusal.pointer), refusal.problem)
    if isinstance(refusal, SkuTaken):
        row = next((each.row for each in product.shelved if each.sku == refusal.sku), product.row)
        return product.wrong(row, "sku", refusal.detail())
    return product.wrong(product.row, "handle", refusal.detail())
