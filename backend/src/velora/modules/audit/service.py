"""Use cases of the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.audit import repository
from velora.modules.audit.models import AuditRecord
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Entry:
    """An action to keep: `action` in the words of the trade (`sellers.approved`), `object_ref` an id with its prefix.

    `detail` holds facts without personal data; `address` is where the request came from.
    """

    tenant_id: int
    actor_ref: str
    action: str
    object_ref: str
    detail: Mapping[str, object] = field(default_factory=dict[str, object])
    address: str = ""


@dataclass(frozen=True)
class Record:
    id: int
    tenant_id: int
    at: datetime
    entry: Entry


async def record(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    """What was done is kept, in the transaction that does it: no action without its record."""
    await repository.add(
        uow,
        [
            {
                "tenant_id": entry.tenant_id,
                "id": uow.new_id(),
                "at": uow.now,
                "actor_ref": entry.actor_ref,
                "action": entry.action,
                "object_ref": entry.object_ref,
                "detail": dict(entry.detail),
                "address": entry.address,
            }
            for entry in entries
        ],
    )


async def records(
    uow: UnitOfWork,
    tenant_id: int | None,
    *,
    action: str | None = None,
    object_ref: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Record]:
    """What was done at this marketplace (None: everywhere), newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    rows = await repository.records(uow, tenant_id=tenant_id, action=action, object_ref=object_ref, before=before, limit=limit + 1)
    shown = [_record(row) for row in rows[:limit]]
    return Page(shown, encode_cursor(shown[-1].id) if len(rows) > limit else None)


def _record(row: AuditRecord) -> Record:
    entry = Entry(row.tenant_id, row.actor_ref, row.action, row.object_ref, row.detail, row.address)
    return Record(row.id, row.tenant_id, row.at, entry)
