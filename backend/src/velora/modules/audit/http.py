"""Routes of the audit."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from velora.kernel.errors import Forbidden, Invalid
from velora.kernel.ids import encode
from velora.kernel.paging import Page
from velora.modules.audit import service
from velora.modules.audit.service import Record
from velora.platform.web import HouseDep, MarketplaceAdmin, PageOut, Schema, SuperAdmin, Tenant, ident, problems
from velora.platform.web.callers import NotSignedIn, UnknownHost

router = APIRouter(tags=["audit"])

RecordId = Annotated[int, ident("aud")]
Limit = Annotated[int, Query(ge=1, le=200)]


class RecordOut(Schema):
    """Who did what to what, and from where. `actor` is an account, or what is not one (`operator`: the command line)."""

    id: RecordId
    at: datetime
    actor: str = Field(examples=["acc_01KAB3Z8Q4RST"])
    action: str = Field(examples=["sellers.approved"])
    object_ref: str = Field(examples=["sel_01KAB3Z8Q4RST"])
    detail: dict[str, object]
    address: str

    @classmethod
    def of(cls, record: Record) -> "RecordOut":
        entry = record.entry
        return cls(
            id=record.id,
            at=record.at,
            actor=_actor(entry.actor_ref),
            action=entry.action,
            object_ref=entry.object_ref,
            detail=dict(entry.detail),
            address=entry.address,
        )


@router.get("/admin/audit", responses=problems(NotSignedIn, Forbidden, UnknownHost, Invalid))
async def read_audit(
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    action: str | None = None,
    object_ref: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[RecordOut]:
    """What was done at this marketplace, newest first."""
    async with house.db.read(tenant.id) as uow:
        found = await service.records(uow, tenant.id, action=action, object_ref=object_ref, cursor=cursor, limit=limit)
    return PageOut[RecordOut].of(Page([RecordOut.of(record) for record in found.data], found.next_cursor))


@router.get("/platform/audit", responses=problems(NotSignedIn, Forbidden, Invalid))
async def read_everywhere(
    caller: SuperAdmin,
    house: HouseDep,
    action: str | None = None,
    object_ref: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[RecordOut]:
    """What was done at every marketplace and to the installation itself, newest first."""
    async with house.db.read(None) as uow:
        found = await service.records(uow, None, action=action, object_ref=object_ref, cursor=cursor, limit=limit)
    return PageOut[RecordOut].of(Page([RecordOut.of(record) for record in found.data], found.next_cursor))


def _actor(ref: str) -> str:
    kind, _, number = ref.partition(":")
    return encode("acc", int(number)) if kind == "account" else ref
