"""Routes of import and export: upload a file, see how far it is, download one."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import StreamingResponse

from velora.flows.catalog_import.export import export_products
from velora.flows.catalog_import.run import Wanted, import_products
from velora.flows.catalog_import.sent import forget_later, keep_sent, link_to_sent
from velora.flows.files.http import FileLinkOut
from velora.flows.sheets import BadFile
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound
from velora.kernel.ids import encode
from velora.modules.catalog.service import ImportProgress, begin_import, import_progress
from velora.modules.sellers.policy import State
from velora.modules.sellers.service import memberships_of
from velora.modules.tenants.service import TenantFacts
from velora.modules.tenants.service import by_id as tenants_by_id
from velora.platform.files import FilesAway
from velora.platform.house import House
from velora.platform.web import HouseDep, Schema, SellerStaff, acting_for_seller, ident, problems
from velora.platform.web.callers import NotSignedIn
from velora.platform.web.problems import FilesUnavailable

router = APIRouter(prefix="/seller/{seller_id}", tags=["import and export"], responses=problems(MalformedId))
log: Final = logging.getLogger("velora.import")

LARGEST: Final = 50_000_000  # bytes
CHUNK: Final = 1_000_000

SellerId = Annotated[int, ident("sel")]
OperationId = Annotated[int, ident("op")]
TenantSlug = Annotated[
    str | None, Query(max_length=80, examples=["nordmarkt"], description="The marketplace; by default the seller's first")
]

_running: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected before it ends


class RowErrorOut(Schema):
    """Row numbers are those of a spreadsheet; without a column, the row as a whole."""

    row: int
    column: str
    problem: str


class ImportOut(Schema):
    """States: running; finished; failed, when the file as a whole cannot be read; interrupted: send it again, nothing is doubled."""

    id: OperationId
    state: str
    percent: int
    rows: int
    done: int
    failed: int
    errors: list[RowErrorOut]

    @classmethod
    def of(cls, id_: int, progress: ImportProgress) -> "ImportOut":
        return cls(
            id=id_,
            state=progress.state,
            percent=progress.percent,
            rows=progress.rows,
            done=progress.done,
            failed=progress.failed,
            errors=[RowErrorOut(row=row, column=column, problem=problem) for row, column, problem in progress.errors],
        )


@router.post("/imports", status_code=202, responses=problems(NotSignedIn, Forbidden, NotFound, Invalid))
async def start_import(seller_id: SellerId, file: UploadFile, caller: SellerStaff, house: HouseDep, tenant: TenantSlug = None) -> ImportOut:
    """Import products from a CSV file in UTF-8, one row per variant. Ask for the operation until its state is not `running`.

    Needed columns: `sku`, `title`, `category` (slug), `price` (49.90). More: `handle` (rows of one product share it), `description`,
    `brand`, `option1_name`, `option1_value`, `option2_name`, `option2_value`, `compare_at`, `currency`, `stock`, `tax_class`, `picture`
    (names or https addresses parted by `|`), `state`, `attr:<key>`, and `price:SEK` with
    `compare_at:SEK` for each further currency of the marketplace. Rows are known by `sku`; the export is such a file.
    """
    acting_for_seller(caller, seller_id)
    market = await _market(house, seller_id, tenant)
    kept = house.settings.home / "imports" / f"{house.db.new_id()}.csv"
    await _keep(file, kept)
    async with house.db.begin(None) as uow:
        id_ = await begin_import(uow, market.id, seller_id)
        await forget_later(uow, seller_id, id_)
    try:
        await keep_sent(house, seller_id, id_, kept)
    except FilesAway as error:  # the import does not need it
        log.warning("The file of import %s is not kept: %s", encode("op", id_), error)
    task = asyncio.create_task(_import(house, Wanted(id_, market.id, seller_id, kept)))
    _running.add(task)
    task.add_done_callback(_running.discard)
    return ImportOut.of(id_, ImportProgress("running", 0, 0, 0, ()))


@router.get("/imports/{import_id}", responses=problems(NotSignedIn, Forbidden, NotFound))
async def read_import(seller_id: SellerId, import_id: OperationId, caller: SellerStaff, house: HouseDep) -> ImportOut:
    """How far an import is, and what is wrong with which rows."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        progress = await import_progress(uow, seller_id, import_id)
    if progress is None:
        raise NotFound("import", encode("op", import_id))
    return ImportOut.of(import_id, progress)


@router.get("/imports/{import_id}/file", responses=problems(NotSignedIn, Forbidden, NotFound, FilesUnavailable))
async def link_import_file(seller_id: SellerId, import_id: OperationId, caller: SellerStaff, house: HouseDep) -> FileLinkOut:
    """An address of the file that was sent for an import, valid for five minutes. The file is kept for a month."""
    acting_for_seller(caller, seller_id)
    return FileLinkOut.of(await link_to_sent(house, seller_id, import_id))


@router.get("/products.csv", response_class=StreamingResponse, responses=problems(NotSignedIn, Forbidden, NotFound))
async def download_products(seller_id: SellerId, caller: SellerStaff, house: HouseDep, tenant: TenantSlug = None) -> StreamingResponse:
    """The seller's products as one marketplace offers them, in the format of the import."""
    acting_for_seller(caller, seller_id)
    market = await _market(house, seller_id, tenant)
    return StreamingResponse(
        export_products(house, seller_id, market),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="products-{market.slug}.csv"'},
    )


async def _market(house: House, seller_id: int, slug: str | None) -> TenantFacts:
    """The marketplace of this slug, or the first where the seller may sell."""
    async with house.db.read(None) as uow:
        memberships = [each for each in await memberships_of(uow, [seller_id]) if each.state is State.APPROVED]
        markets = await tenants_by_id(uow, {each.tenant_id for each in memberships})
    own = [markets[each.tenant_id] for each in memberships]
    found = next((market for market in own if slug in (None, market.slug)), None)
    if found is None:
        raise Forbidden(f"sell at {slug}" if slug else "sell before a marketplace has approved you")
    return found


async def _keep(file: UploadFile, place: Path) -> None:
    """The upload lies in a file of its own, for the import outlives the request. Raises Invalid when it is too large."""
    place.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with place.open("wb") as kept:
        while chunk := await file.read(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                await asyncio.to_thread(place.unlink)
                raise Invalid("/file", f"The file is larger than {LARGEST // 1_000_000} MB. Split it.")
            await asyncio.to_thread(kept.write, chunk)


async def _import(house: House, wanted: Wanted) -> None:
    try:
        await import_products(house, wanted)
    except BadFile:
        log.info("Import %s: the file cannot be read; its seller is told why.", encode("op", wanted.id))
    except Exception:
        log.exception("Import %s stopped. It shows as interrupted in a while; sending the file again goes on.", encode("op", wanted.id))
    finally:
        wanted.file.unlink(missing_ok=True)
