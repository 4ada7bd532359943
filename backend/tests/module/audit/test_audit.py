"""The audit, on both databases."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from tests.fixtures_db import undone
from velora.modules.audit import service
from velora.modules.audit.models import AuditRecord
from velora.modules.audit.policy import PLATFORM
from velora.modules.audit.service import Entry
from velora.platform.db import Database, UnitOfWork

NORD, HARBOUR = 11, 22


def an_entry(tenant_id: int = NORD, action: str = "sellers.approved", object_ref: str = "sel_0000000000001") -> Entry:
    return Entry(tenant_id, "account:7", action, object_ref, {"note": "welcome"}, "192.0.2.1")


async def test_a_record_is_kept_as_it_was_given_with_its_time(uow: UnitOfWork) -> None:
    await service.record(uow, [an_entry()])
    [kept] = (await service.records(uow, NORD)).data
    assert (kept.tenant_id, kept.at, kept.entry) == (NORD, uow.now, an_entry())


async def test_each_marketplace_has_its_own_record_and_the_platform_too(uow: UnitOfWork) -> None:
    await service.record(uow, [an_entry(NORD), an_entry(HARBOUR), an_entry(PLATFORM, "tenants.created", "ten_0000000000001")])
    for place in (NORD, HARBOUR, PLATFORM):
        assert {kept.tenant_id for kept in (await service.records(uow, place)).data} == {place}
    assert {NORD, HARBOUR, PLATFORM} <= {kept.tenant_id for kept in (await service.records(uow, None)).data}


async def test_records_are_found_by_action_and_object_in_pages_newest_first(uow: UnitOfWork) -> None:
    await service.record(uow, [an_entry(object_ref=f"sel_{number}") for number in range(5)])
    await service.record(uow, [an_entry(action="sellers.suspended", object_ref="sel_3")])
    assert [k.entry.action for k in (await service.records(uow, NORD, object_ref="sel_3")).data] == [
        "sellers.suspended",
        "sellers.approved",
    ]
    first = await service.records(uow, NORD, action="sellers.approved", limit=3)
    assert first.has_more
    rest = await service.records(uow, NORD, action="sellers.approved", limit=3, cursor=first.next_cursor)
    assert not rest.has_more
    assert [k.entry.object_ref for k in (*first.data, *rest.data)] == ["sel_4", "sel_3", "sel_2", "sel_1", "sel_0"]


async def test_the_database_itself_refuses_to_change_a_record(db: Database) -> None:
    tenant_id = db.new_id()
    async with db.begin(tenant_id) as uow:
        await service.record(uow, [an_entry(tenant_id)])
    for change in (update(AuditRecord).values(actor_ref="account:8"), delete(AuditRecord)):
        with pytest.raises(DBAPIError, match="append-only"):
            async with db.begin(tenant_id) as uow:
                await uow.change(change)
    async with db.read(tenant_id) as uow:
        assert await uow.entities(select(AuditRecord.actor_ref)) == ["account:7"]


async def test_what_is_undone_leaves_no_record(db: Database) -> None:
    tenant_id = db.new_id()
    async with undone(db, tenant_id) as uow:
        await service.record(uow, [an_entry(tenant_id)])
    async with db.read(tenant_id) as uow:
        assert (await service.records(uow, tenant_id)).data == []
