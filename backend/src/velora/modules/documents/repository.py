"""The SQL of documents. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, tuple_

from velora.modules.documents.models import Document, DocumentSeries
from velora.platform.db import ACROSS_TENANTS, UnitOfWork

Key = tuple[int, int]
About = tuple[int, str, int]  # tenant, kind, what it is about
Series = tuple[int, int, str]  # tenant, seller, kind


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Document, rows)


async def about(uow: UnitOfWork, keys: Collection[About]) -> set[About]:
    """Those of these that were issued."""
    if not keys:
        return set()
    key = tuple_(Document.tenant_id, Document.kind, Document.subject_id)
    chosen = select(Document.tenant_id, Document.kind, Document.subject_id).where(key.in_(sorted(keys)))
    return {(tenant_id, kind, subject_id) for tenant_id, kind, subject_id in await uow.all(chosen)}


async def of_seller_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Document]:
    if not keys:
        return []
    part = tuple_(Document.tenant_id, Document.seller_order_id)
    return await uow.entities(select(Document).where(part.in_(sorted(keys))).order_by(Document.id))


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Document]:
    if not keys:
        return []
    return await uow.entities(select(Document).where(tuple_(Document.tenant_id, Document.id).in_(sorted(keys))))


async def of_seller(uow: UnitOfWork, seller_id: int, document_id: int) -> Document | None:
    named = select(Document).where(Document.seller_id == seller_id, Document.id == document_id)
    return await uow.entity(named.execution_options(**ACROSS_TENANTS))


async def lock_series(uow: UnitOfWork, keys: Collection[Series]) -> dict[Series, int]:
    """How many each of these series has issued, kept for this transaction; a series that has issued none is missing."""
    if not keys:
        return {}
    key = tuple_(DocumentSeries.tenant_id, DocumentSeries.seller_id, DocumentSeries.kind)
    chosen = select(DocumentSeries).where(key.in_(sorted(keys)))
    ordered = chosen.order_by(DocumentSeries.tenant_id, DocumentSeries.seller_id, DocumentSeries.kind)
    return {(row.tenant_id, row.seller_id, row.kind): row.issued for row in await uow.entities(uow.for_update(ordered))}


async def set_series(uow: UnitOfWork, issued: Mapping[Series, int], known: Collection[Series]) -> None:
    """Each has issued so many; `known` are those that had a row."""
    new = [{"tenant_id": key[0], "seller_id": key[1], "kind": key[2], "issued": count} for key, count in issued.items() if key not in known]
    await uow.insert(DocumentSeries, new)
    if changed := {key: {"issued": count} for key, count in issued.items() if key in known}:
        await uow.set_on(DocumentSeries, changed)
