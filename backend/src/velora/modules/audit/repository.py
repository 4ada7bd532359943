"""The SQL of the audit."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from velora.modules.audit.models import AuditRecord
from velora.platform.db import UnitOfWork, scoped


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(AuditRecord, rows)


async def records(
    uow: UnitOfWork, *, tenant_id: int | None, action: str | None, object_ref: str | None, before: int | None, limit: int
) -> Sequence[AuditRecord]:
    """Newest first; without a tenant, those of all."""
    chosen = scoped(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit), AuditRecord, tenant_id)
    if action is not None:
        chosen = chosen.where(AuditRecord.action == action)
    if object_ref is not None:
        chosen = chosen.where(AuditRecord.object_ref == object_ref)
    if before is not None:
        chosen = chosen.where(AuditRecord.id < before)
    return await uow.entities(chosen)
