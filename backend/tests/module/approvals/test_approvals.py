"""A second person decides: never who asked, in time, on exactly what was shown, and it is taken once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.fixtures_db import undone
from velora.kernel.errors import NotFound
from velora.modules.approvals import service as approvals
from velora.modules.approvals.errors import AlreadyAsked, AlreadyDecided, Changed, Expired, NotApproved, NotYours, OwnRequest
from velora.modules.approvals.models import Approval
from velora.modules.approvals.service import LASTS, PLATFORM, ApprovalFacts, Matter, Request, State, Taking, Vote
from velora.platform.db import CheckFailed, Database, UnitOfWork
from velora.platform.db.group_commit import in_one_transaction

ADA, GRACE = "account:1", "account:2"


def a_matter(subject: str = "sus_1", **payload: object) -> Matter:
    return Matter("suspense.settle", subject, payload or {"settlement": "give_back"}, 12_000, "EUR")


async def asked(uow: UnitOfWork, tenant_id: int, matter: Matter | None = None, by: str = ADA) -> ApprovalFacts:
    [one] = await approvals.request(uow, [Request(tenant_id, matter or a_matter(), by)])
    assert isinstance(one, ApprovalFacts), one
    return one


async def stands(uow: UnitOfWork, one: ApprovalFacts) -> ApprovalFacts:
    return (await approvals.by_id(uow, [one.key]))[one.key]


async def test_what_is_asked_for_waits_with_all_that_it_says(uow: UnitOfWork):
    one = await asked(uow, uow.new_id())
    found = await stands(uow, one)
    assert found == one
    assert (found.state, found.expires_at) == (State.REQUESTED, uow.now + LASTS)


async def test_a_second_person_agrees_and_it_is_taken_once(uow: UnitOfWork):
    one = await asked(uow, uow.new_id())
    [agreed] = await approvals.approve(uow, [Vote(*one.key, GRACE, seen=one.fingerprint)])
    assert isinstance(agreed, ApprovalFacts)
    assert (agreed.state, agreed.decided_by) == (State.APPROVED, GRACE)
    first, second = await approvals.take(uow, [Taking(one.tenant_id, one.matter)] * 2)
    assert isinstance(first, ApprovalFacts)
    assert first.state is State.DONE
    assert second == NotApproved("")
    assert await approvals.take(uow, [Taking(one.tenant_id, one.matter)]) == [NotApproved("")]
    assert (await stands(uow, one)).done_at == uow.now


async def test_who_made_it_can_neither_agree_nor_turn_it_down_but_withdraw(uow: UnitOfWork):
    one = await asked(uow, uow.new_id())
    mine = Vote(*one.key, ADA)
    assert await approvals.approve(uow, [mine]) == [OwnRequest(one.ref)]
    assert await approvals.reject(uow, [mine]) == [OwnRequest(one.ref)]
    assert (OwnRequest.code, OwnRequest.status) == ("approvals.own_request", 403)
    assert (await stands(uow, one)).state is State.REQUESTED
    assert await approvals.withdraw(uow, [Vote(*one.key, GRACE)]) == [NotYours(one.ref)]
    [gone] = await approvals.withdraw(uow, [mine])
    assert isinstance(gone, ApprovalFacts)
    assert gone.state is State.WITHDRAWN


async def test_the_database_itself_refuses_one_person_in_both_parts(db: Database):
    async with undone(db, None) as uow:
        one = await asked(uow, uow.new_id())
        own = update(Approval).where(Approval.tenant_id == one.tenant_id, Approval.id == one.id)
        with pytest.raises(CheckFailed):
            await uow.change(own.values(state="approved", decided_by=ADA))


async def test_a_second_request_for_the_same_points_to_the_first(uow: UnitOfWork):
    tenant_id = uow.new_id()
    one = await asked(uow, tenant_id)
    again = Request(tenant_id, a_matter(settlement="write_off"), GRACE)
    assert await approvals.request(uow, [again]) == [AlreadyAsked(one.ref, "requested")]
    await approvals.reject(uow, [Vote(*one.key, GRACE, "no")])
    first, second = await approvals.request(uow, [again, again])
    assert isinstance(first, ApprovalFacts)
    assert second == AlreadyAsked(first.ref, "requested")
    assert isinstance(
        (await approvals.request(uow, [replace(again, tenant_id=PLATFORM, matter=a_matter(f"sus_{tenant_id}"))]))[0], ApprovalFacts
    )


async def test_of_many_who_ask_for_the_same_at_once_one_stands(db: Database):
    tenant_id = db.new_id()

    async def ask(number: int) -> ApprovalFacts | Exception:
        return (await in_one_transaction(db, approvals.request, [Request(tenant_id, a_matter(), f"account:{number}")]))[0]

    outcomes = await asyncio.gather(*(ask(number) for number in range(6)))
    stood = [one for one in outcomes if isinstance(one, ApprovalFacts)]
    assert len(stood) == 1
    assert [one for one in outcomes if not isinstance(one, ApprovalFacts)] == [AlreadyAsked(stood[0].ref, "requested")] * 5


async def test_after_its_time_it_can_neither_be_agreed_to_nor_taken(db: Database, clock):
    async with db.begin(None) as uow:
        waits, agreed = await asked(uow, uow.new_id()), await asked(uow, uow.new_id())
        await approvals.approve(uow, [Vote(*agreed.key, GRACE)])
    clock.advance(LASTS)
    async with db.begin(None) as uow:
        late = Expired(waits.ref, waits.expires_at)
        assert await approvals.approve(uow, [Vote(*waits.key, GRACE)]) == [late]
        assert await approvals.take(uow, [Taking(agreed.tenant_id, agreed.matter)]) == [Expired(agreed.ref, agreed.expires_at)]
        ended = await approvals.expire_due(uow, limit=1000)
        assert {waits.key, agreed.key} <= {one.key for one in ended}
        assert (await stands(uow, agreed)).state is State.EXPIRED
        assert await approvals.approve(uow, [Vote(*waits.key, GRACE)]) == [AlreadyDecided(waits.ref, "expired")]
        await asked(uow, waits.tenant_id)


async def test_what_was_changed_after_it_was_asked_for_is_not_agreed_to(db: Database):
    async with undone(db, None) as uow:
        one = await asked(uow, uow.new_id())
        where = (Approval.tenant_id == one.tenant_id, Approval.id == one.id)
        assert await approvals.approve(uow, [Vote(*one.key, GRACE, seen=b"\0" * 32)]) == [Changed(one.ref)]
        await uow.change(update(Approval).where(*where).values(amount_minor=1_200_000))
        assert await approvals.approve(uow, [Vote(*one.key, GRACE)]) == [Changed(one.ref)]


async def test_only_what_was_agreed_to_is_taken(uow: UnitOfWork):
    one = await asked(uow, uow.new_id())
    assert await approvals.take(uow, [Taking(one.tenant_id, one.matter)]) == [NotApproved(one.ref)]
    await approvals.approve(uow, [Vote(*one.key, GRACE)])
    other = replace(one.matter, payload={"settlement": "write_off"})
    assert await approvals.take(uow, [Taking(one.tenant_id, other)]) == [Changed(one.ref)]
    assert (await stands(uow, one)).state is State.APPROVED
    [taken] = await approvals.take(uow, [Taking(one.tenant_id, one.matter)])
    assert isinstance(taken, ApprovalFacts)


async def test_what_concerns_the_installation_is_asked_for_without_a_marketplace(uow: UnitOfWork):
    one = await asked(uow, PLATFORM, Matter("archive.drop", f"p{uow.new_id()}", {"table": "ledger_journal", "month": "2019-11"}))
    page = await approvals.listed(uow, None, states=[State.REQUESTED], action="archive.drop", limit=1)
    assert [found.id for found in page.data] == [one.id]
    assert one.id not in {found.id for found in (await approvals.listed(uow, uow.new_id())).data}


async def test_a_list_goes_on_where_the_page_before_ended(uow: UnitOfWork):
    tenant_id = uow.new_id()
    made = [await asked(uow, tenant_id, a_matter(f"sus_{number}")) for number in range(3)]
    first = await approvals.listed(uow, tenant_id, limit=2)
    rest = await approvals.listed(uow, tenant_id, limit=2, cursor=first.next_cursor)
    assert [one.id for one in (*first.data, *rest.data)] == [one.id for one in reversed(made)]
    assert rest.next_cursor is None


async def test_a_request_of_another_marketplace_is_not_there(uow: UnitOfWork):
    one = await asked(uow, uow.new_id())
    [refusal] = await approvals.approve(uow, [Vote(one.tenant_id + 1, one.id, GRACE)])
    assert refusal == NotFound("approval", one.ref)
