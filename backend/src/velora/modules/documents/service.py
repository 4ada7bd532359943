"""Use cases of documents: each is issued once, with the next number of its series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from velora.modules.documents import repository
from velora.modules.documents.models import Document
from velora.modules.documents.policy import Kind, is_numbered, number_of
from velora.platform.db import UnitOfWork

__all__ = ["DocumentFacts", "Kind", "NewDocument", "by_id", "issue", "of_seller", "of_seller_orders"]

Key = tuple[int, int]


@dataclass(frozen=True)
class NewDocument:
    """A document that is due, about one thing: the seller order itself, or a return. `marketplace` is the short name in its number.

    `issued_at` is when it fell due, which stands on it: that somebody was told of it later changes nothing.
    """

    tenant_id: int
    kind: Kind
    seller_id: int
    order_id: int
    seller_order_id: int
    subject_id: int
    marketplace: str
    issued_at: datetime
    facts: Mapping[str, object]


@dataclass(frozen=True)
class DocumentFacts:
    """A document as it was issued; `facts` is everything that stands on it."""

    tenant_id: int
    id: int
    kind: Kind
    number: str
    seller_id: int
    order_id: int
    seller_order_id: int
    subject_id: int
    issued_at: datetime
    facts: Mapping[str, Any]


async def issue(uow: UnitOfWork, wanted: Sequence[NewDocument]) -> list[DocumentFacts]:
    """Each of these is issued, unless one of its kind about the same thing was; those that were issued now.

    Numbers of a series follow each other without a gap: what a transaction that fails had taken is taken again.
    """
    due = {(one.tenant_id, one.kind.value, one.subject_id): one for one in wanted}
    there = await repository.about(uow, due)
    new = [one for key, one in due.items() if key not in there]
    before = await repository.lock_series(uow, {_series(one) for one in new if is_numbered(one.kind)})
    issued = dict(before)
    made: list[DocumentFacts] = []
    for one in new:
        number = ""
        if is_numbered(one.kind):
            issued[_series(one)] = issued.get(_series(one), 0) + 1
            number = number_of(one.kind, one.marketplace, issued[_series(one)])
        made.append(
            DocumentFacts(
                one.tenant_id, uow.new_id(), one.kind, number, one.seller_id, one.order_id, one.seller_order_id, one.subject_id,
                one.issued_at, one.facts,
            )
        )  # fmt: skip
    await repository.set_series(uow, issued, before)
    await repository.add(uow, [_row(one) for one in made])
    return made


async def of_seller_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, list[DocumentFacts]]:
    """The documents of these (tenant, seller order), oldest first."""
    found: dict[Key, list[DocumentFacts]] = {key: [] for key in keys}
    for row in await repository.of_seller_orders(uow, keys):
        found[row.tenant_id, row.seller_order_id].append(_facts(row))
    return found


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, DocumentFacts]:
    """The documents of these (tenant, document)."""
    return {(row.tenant_id, row.id): _facts(row) for row in await repository.by_id(uow, keys)}


async def of_seller(uow: UnitOfWork, seller_id: int, document_id: int) -> DocumentFacts | None:
    """The document of this id that the seller issued, in whichever marketplace. Platform scope."""
    row = await repository.of_seller(uow, seller_id, document_id)
    return _facts(row) if row else None


def _series(one: NewDocument) -> repository.Series:
    return one.tenant_id, one.seller_id, one.kind.value


def _row(one: DocumentFacts) -> dict[str, object]:
    return {
        "tenant_id": one.tenant_id, "id": one.id, "kind": one.kind.value, "number": one.number, "seller_id": one.seller_id,
        "order_id": one.order_id, "seller_order_id": one.seller_order_id, "subject_id": one.subject_id, "issued_at": one.issued_at,
        "facts": dict(one.facts),
    }  # fmt: skip


def _facts(row: Document) -> DocumentFacts:
    return DocumentFacts(
        row.tenant_id, row.id, Kind(row.kind), row.number, row.seller_id, row.order_id, row.seller_order_id, row.subject_id, row.issued_at,
        row.facts,
    )  # fmt: skip
