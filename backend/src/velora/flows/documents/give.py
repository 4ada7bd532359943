"""A document as a private file: made of what was issued when somebody first asks for it, and kept."""

import asyncio
from typing import Final

from velora.flows.documents.page import name_of, written
from velora.flows.files.links import Link, link_to
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.documents import service as documents
from velora.modules.documents.service import DocumentFacts
from velora.platform.house import House

_TYPE: Final = "application/pdf"


async def to_buyer(house: House, tenant_id: int, order_id: int, document_id: int) -> Link:
    """An address of a document of this order, whose buyer was asked for before. Raises NotFound."""
    async with house.db.read(tenant_id) as uow:
        document = (await documents.by_id(uow, [(tenant_id, document_id)])).get((tenant_id, document_id))
    if document is None or document.order_id != order_id:
        raise NotFound("document", encode("doc", document_id))
    return await _link(house, document)


async def to_seller(house: House, seller_id: int, document_id: int) -> Link:
    """An address of a document that this seller issued, in whichever marketplace. Raises NotFound."""
    async with house.db.read(None) as uow:
        document = await documents.of_seller(uow, seller_id, document_id)
    if document is None:
        raise NotFound("document", encode("doc", document_id))
    return await _link(house, document)


async def _link(house: House, document: DocumentFacts) -> Link:
    key = f"{encode('ten', document.tenant_id)}/documents/{encode('doc', document.id)}.pdf"
    if await house.files.size(key) is None:
        await house.files.put(key, await asyncio.to_thread(written, document), media_type=_TYPE, name=name_of(document))
    return await link_to(house, key, media_type=_TYPE, name=name_of(document))
