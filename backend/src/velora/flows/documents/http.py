"""Routes of documents: the files for buyers and sellers, and the imprint that stands on them."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from velora.flows.documents.give import to_buyer, to_seller
from velora.flows.documents.imprint import Saying, say_imprint
from velora.flows.files.http import FileLinkOut
from velora.flows.screens.orders.http import GuestKey
from velora.flows.screens.orders.view import require_buyer
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound
from velora.modules.sellers import service as sellers
from velora.modules.sellers.service import Imprint
from velora.platform.web import Caller, HouseDep, Schema, SellerStaff, Tenant, acting_for_seller, address_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.problems import FilesUnavailable

router = APIRouter(tags=["documents"], responses=problems(MalformedId))

SellerId = Annotated[int, ident("sel")]
OrderId = Annotated[int, ident("ord")]
DocumentId = Annotated[int, ident("doc")]


class ImprintIn(Schema):
    """Who the seller is before the law, and where goods go back to."""

    legal_name: str = Field(examples=["Lumen & Oak GmbH"])
    line1: str = Field(examples=["Holstenstraße 12"])
    line2: str = ""
    postal_code: str = Field(examples=["24103"])
    city: str = Field(examples=["Kiel"])
    country: str = Field(examples=["DE"])
    tax_number: str = Field(default="", examples=["DE123456789"], description="As it is to stand on invoices; empty where there is none")


class ImprintOut(ImprintIn):
    """`given` is False, and everything empty, where the seller has not said yet."""

    given: bool

    @classmethod
    def of(cls, imprint: Imprint | None) -> "ImprintOut":
        return cls(**asdict(imprint or Imprint("", "", "", "", "", "", "")), given=imprint is not None)


@router.get("/orders/{order_id}/documents/{document_id}", responses=problems(NotFound, UnknownHost, FilesUnavailable))
async def link_order_document(
    order_id: OrderId, document_id: DocumentId, tenant: Tenant, caller: Caller, house: HouseDep, key: GuestKey = ""
) -> FileLinkOut:
    """An address of an invoice, credit note or return label, valid for five minutes; to whoever bought what it is about."""
    async with house.db.read(tenant.id) as uow:
        await require_buyer(uow, (tenant.id, order_id), caller, key)
    return FileLinkOut.of(await to_buyer(house, tenant.id, order_id, document_id))


@router.get("/seller/{seller_id}/documents/{document_id}", responses=problems(NotFound, NotSignedIn, Forbidden, FilesUnavailable))
async def link_seller_document(seller_id: SellerId, document_id: DocumentId, caller: SellerStaff, house: HouseDep) -> FileLinkOut:
    """An address of a document of one of the seller's orders, valid for five minutes."""
    acting_for_seller(caller, seller_id)
    return FileLinkOut.of(await to_seller(house, seller_id, document_id))


@router.get("/seller/{seller_id}/imprint", responses=problems(NotFound, NotSignedIn, Forbidden))
async def show_imprint(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> ImprintOut:
    """What stands on the seller's documents."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        return ImprintOut.of((await sellers.imprints(uow, [seller_id])).get(seller_id))


@router.put("/seller/{seller_id}/imprint", responses=problems(NotFound, NotSignedIn, Forbidden, BadCsrfToken, Invalid))
async def set_imprint(seller_id: SellerId, body: ImprintIn, request: Request, caller: SellerStaff, house: HouseDep) -> ImprintOut:
    """Say what stands on the seller's documents from now on. Returns that were accepted before get their labels. Only for its owners."""
    acting_for_seller(caller, seller_id)
    said = Saying(seller_id, Imprint(**body.model_dump()), caller, address_of(request))
    async with house.db.begin(None) as uow:
        return ImprintOut.of(await say_imprint(uow, said))
