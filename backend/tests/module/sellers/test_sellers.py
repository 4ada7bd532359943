"""Sellers, their people and where they may sell, on both databases."""

from datetime import timedelta

from sqlalchemy import select

from tests.builders.people import a_seller
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Invalid, NotFound
from velora.modules.sellers import service
from velora.modules.sellers.errors import LastOwner, NotPossibleNow, SellerSlugTaken
from velora.modules.sellers.models import SellerMembership, SellerStaff
from velora.modules.sellers.policy import StaffRole, State
from velora.modules.sellers.service import Membership, NewSeller, Step
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.outbox import OutboxEvent

NORD, HARBOUR = 11, 22
OWNER, HELPER, ADMIN = 101, 102, 103


async def test_who_founds_a_seller_owns_it_and_it_may_sell_nowhere_yet(uow: UnitOfWork) -> None:
    lumen = await a_seller(uow, OWNER)
    assert await service.facts(uow, {lumen.id, 1}) == {lumen.id: lumen}
    assert await service.by_slug(uow, {lumen.slug}) == {lumen.slug: lumen}
    assert [(member.account_id, member.role) for member in await service.staff(uow, lumen.id)] == [(OWNER, StaffRole.OWNER)]
    assert await service.sellers_of(uow, {OWNER, HELPER}) == {OWNER: [lumen.id], HELPER: []}
    assert await service.approved(uow, NORD, {lumen.id}) == set()


async def test_a_short_name_is_one_sellers_and_the_refused_leave_nothing(uow: UnitOfWork) -> None:
    outcomes = await service.found(
        uow,
        [NewSeller("lumen", "Lumen", "DE", OWNER), NewSeller("lumen", "Lumen 2", "DE", HELPER), NewSeller("x", "X", "DE", HELPER)],
    )
    assert isinstance(outcomes[0], service.SellerFacts)
    assert outcomes[1] == SellerSlugTaken("lumen")
    assert isinstance(outcomes[2], Invalid)
    assert await service.found(uow, [NewSeller("lumen", "Lumen", "DE", HELPER)]) == [SellerSlugTaken("lumen")]
    assert await service.sellers_of(uow, {HELPER}) == {HELPER: []}


async def test_a_seller_always_keeps_an_owner(uow: UnitOfWork) -> None:
    lumen = await a_seller(uow, OWNER)
    assert await service.dismiss(uow, lumen.id, OWNER) == LastOwner()
    assert await service.hire(uow, lumen.id, OWNER, StaffRole.STAFF) == LastOwner()
    await service.hire(uow, lumen.id, HELPER, StaffRole.STAFF)
    assert await service.dismiss(uow, lumen.id, OWNER) == LastOwner()
    await service.hire(uow, lumen.id, HELPER, StaffRole.OWNER)
    assert isinstance(await service.dismiss(uow, lumen.id, OWNER), service.StaffMember)
    team = await uow.all(select(SellerStaff.account_id, SellerStaff.role).where(SellerStaff.seller_id == lumen.id))
    assert [tuple(row) for row in team] == [(HELPER, "owner")]
    assert isinstance(await service.dismiss(uow, lumen.id, OWNER), NotFound)


async def test_a_seller_stands_at_each_marketplace_for_itself(uow: UnitOfWork) -> None:
    lumen, oak = await a_seller(uow, OWNER), await a_seller(uow, HELPER)
    applied = await service.step(uow, [Step(NORD, lumen.id, State.APPLIED, OWNER), Step(HARBOUR, lumen.id, State.APPLIED, OWNER)])
    assert all(isinstance(outcome, Membership) and outcome.decided_at is None for outcome in applied)
    [approved, declined] = await service.step(
        uow, [Step(NORD, lumen.id, State.APPROVED, ADMIN), Step(HARBOUR, lumen.id, State.DECLINED, ADMIN, "No lamps, please.")]
    )
    assert approved == Membership(NORD, lumen.id, State.APPROVED, uow.now, uow.now, ADMIN, "")
    assert declined == Membership(HARBOUR, lumen.id, State.DECLINED, uow.now, uow.now, ADMIN, "No lamps, please.")
    assert await service.approved(uow, NORD, {lumen.id, oak.id}) == {lumen.id}
    assert await service.approved(uow, HARBOUR, {lumen.id, oak.id}) == set()
    assert await service.memberships_of(uow, {lumen.id}) == [approved, declined]
    assert await service.memberships_at(uow, NORD, {State.APPROVED}) == [approved]
    assert await service.memberships_at(uow, NORD, {State.APPLIED}) == []


async def test_a_step_that_is_not_possible_says_so_and_changes_nothing(uow: UnitOfWork) -> None:
    lumen, oak = await a_seller(uow, OWNER, at=(NORD,)), await a_seller(uow, HELPER)
    outcomes = await service.step(
        uow,
        [
            Step(NORD, lumen.id, State.APPLIED, OWNER),
            Step(HARBOUR, lumen.id, State.APPROVED, ADMIN),
            Step(NORD, 1, State.APPLIED, OWNER),
            Step(NORD, oak.id, State.APPLIED, HELPER),
        ],
    )
    assert outcomes[0] == NotPossibleNow("applied", "approved")
    assert [type(outcome) for outcome in outcomes[1:]] == [NotFound, NotFound, Membership]
    assert await service.approved(uow, NORD, {lumen.id}) == {lumen.id}
    assert await uow.entities(select(SellerMembership.seller_id).where(SellerMembership.tenant_id == HARBOUR)) == []


async def test_who_was_declined_may_apply_again_at_a_new_date(db: Database, clock: ManualClock) -> None:
    async with db.begin(None) as uow:
        lumen = await a_seller(uow, OWNER)
        await service.step(uow, [Step(NORD, lumen.id, State.APPLIED, OWNER)])
        await service.step(uow, [Step(NORD, lumen.id, State.DECLINED, ADMIN, "Not now.")])
    clock.advance(timedelta(days=30))
    async with db.begin(NORD) as uow:
        [again] = await service.step(uow, [Step(NORD, lumen.id, State.APPLIED, OWNER, "Now with lamps.")])
    assert again == Membership(NORD, lumen.id, State.APPLIED, clock.now(), None, None, "Now with lamps.")


async def test_every_step_is_told(db: Database) -> None:
    async with db.begin(None) as uow:
        lumen = await a_seller(uow, OWNER, at=(NORD,))
        await service.step(uow, [Step(NORD, lumen.id, State.SUSPENDED, ADMIN)])
    async with db.read(NORD) as uow:
        types = await uow.entities(select(OutboxEvent.type).where(OutboxEvent.aggregate_id == lumen.id).order_by(OutboxEvent.id))
    assert types == ["sellers.seller_applied.v1", "sellers.seller_approved.v1", "sellers.seller_suspended.v1"]
