"""A request is done once, however often and by whomever it is sent again."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta

import pytest

from velora.kernel.clock import ManualClock
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.group_commit import in_one_transaction
from velora.platform.db.idempotency import (
    LEASE,
    Asked,
    Begun,
    InProgress,
    Keyed,
    KeyReused,
    Replay,
    Resumed,
    Started,
    begin,
    finish,
    forget,
    let_go,
)


def a_request(db: Database, *, tenant: int | None = None, key: str = "k", body: str = "b", by: str = "guest:1") -> Keyed:
    asked = Asked(hashlib.sha256(key.encode()).digest(), hashlib.sha256(body.encode()).digest())
    return Keyed(tenant or db.new_id(), by, asked, db.new_id())


async def begun(db: Database, *requests: Keyed):
    async with db.begin(None) as uow:
        return await begin(uow, requests, recovery_point="placed")


async def test_a_request_is_ours_then_running_then_answered_as_before(db: Database):
    request = a_request(db)
    assert await begun(db, request) == [Started()]
    assert await begun(db, request) == [InProgress()]
    async with db.begin(None) as uow:
        finish(uow, {request.identity: (201, {"id": "ord_1"})})
    assert await begun(db, request) == [Replay(201, {"id": "ord_1"})]


async def test_another_body_under_the_same_key_is_refused_and_the_answer_stays(db: Database):
    request = a_request(db)
    await begun(db, request)
    other = a_request(db, tenant=request.tenant_id, body="another")
    assert await begun(db, other) == [KeyReused()]
    async with db.begin(None) as uow:
        finish(uow, {request.identity: (201, {})})
    assert await begun(db, other) == [KeyReused()]
    assert await begun(db, request) == [Replay(201, {})]


async def test_the_same_key_of_another_person_or_marketplace_is_another_request(db: Database):
    request = a_request(db)
    elsewhere = a_request(db)
    somebody = a_request(db, tenant=request.tenant_id, by="account:2")
    assert await begun(db, request, elsewhere, somebody) == [Started(), Started(), Started()]


async def test_in_one_batch_the_first_is_ours_and_its_copies_wait(db: Database):
    request = a_request(db)
    copy = a_request(db, tenant=request.tenant_id)
    other = a_request(db, tenant=request.tenant_id, body="another")
    assert await begun(db, request, copy, other) == [Started(), InProgress(), KeyReused()]


async def test_after_the_lease_somebody_goes_on_where_the_first_stopped(db: Database, clock: ManualClock):
    request = a_request(db)
    await begun(db, request)
    clock.advance(LEASE + timedelta(seconds=1))
    later = a_request(db, tenant=request.tenant_id)
    assert await begun(db, later) == [Resumed(request.object_id, "placed")]
    assert await begun(db, later) == [InProgress()]


async def test_a_lease_let_go_can_be_taken_at_once_and_a_forgotten_request_anew(db: Database):
    request = a_request(db)
    await begun(db, request)
    async with db.begin(None) as uow:
        let_go(uow, [request.identity])
    assert await begun(db, request) == [Resumed(request.object_id, "placed")]
    async with db.begin(None) as uow:
        await forget(uow, [request.identity])
    assert await begun(db, request) == [Started()]


async def test_of_fifty_at_once_one_begins(db: Database):
    request = a_request(db)

    async def phase(uow: UnitOfWork, requests: Sequence[Keyed]) -> list[Begun]:
        return await begin(uow, requests, recovery_point="placed")

    outcomes = await asyncio.gather(*(in_one_transaction(db, phase, [request]) for _ in range(50)))
    assert [outcomes.count([Started()]), outcomes.count([InProgress()])] == [1, 49]


async def test_what_is_no_status_is_never_kept_as_an_answer(uow: UnitOfWork, db: Database):
    with pytest.raises(ValueError, match="no HTTP status"):
        finish(uow, {a_request(db).identity: (0, {})})
