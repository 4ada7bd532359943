"""Accounts, sessions and roles, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.builders.people import PASSWORD, PASSWORD_HASH, an_account
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Invalid, NotFound
from velora.kernel.principal import Role
from velora.modules.identity import service
from velora.modules.identity.errors import EmailTaken
from velora.modules.identity.models import Account, AccountSession, Membership
from velora.modules.identity.policy import CHEAP, SESSION_IDLE, SESSION_LASTS, PasswordCost
from velora.modules.identity.service import AccountFacts, Grant, NewAccount
from velora.platform.db import ACROSS_TENANTS, Database, UnitOfWork
from velora.platform.db.outbox import OutboxEvent
from velora.platform.tokens import digest_of, fresh_token

NORD, HARBOUR = 11, 22


def a_digest(letter: str) -> bytes:
    return letter.encode() * 32


async def a_session(uow: UnitOfWork, account_id: int, letter: str = "t") -> int:
    return await service.open_session(uow, account_id, token_digest=a_digest(letter), tenant_id=NORD, user_agent="Firefox")


async def test_who_registers_at_a_marketplace_is_a_buyer_there_and_nowhere_else(uow: UnitOfWork) -> None:
    ada = await an_account(uow, tenant_id=NORD)
    await a_session(uow, ada.id)
    standing = await service.standing(uow, a_digest("t"))
    assert standing is not None
    assert standing.roles_at == {NORD: {Role.BUYER}}
    assert standing.platform_roles == frozenset()


async def test_who_registers_on_no_marketplace_is_nothing_yet(uow: UnitOfWork) -> None:
    ada = await an_account(uow)
    await a_session(uow, ada.id)
    standing = await service.standing(uow, a_digest("t"))
    assert standing is not None
    assert standing.roles_at == {}


async def test_an_address_has_one_account_and_the_refused_leave_nothing(uow: UnitOfWork) -> None:
    before = await uow.scalar(select(func.count()).select_from(Account))
    outcomes = await service.register(
        uow,
        [
            NewAccount("ada@example.com", "Ada", PASSWORD_HASH, NORD),
            NewAccount("ada@example.com", "Also Ada", PASSWORD_HASH, HARBOUR),
            NewAccount("eve@example.com", " ", PASSWORD_HASH, NORD),
            NewAccount("bob@example.com", "Bob", PASSWORD_HASH, NORD),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [AccountFacts, EmailTaken, Invalid, AccountFacts]
    assert await service.register(uow, [NewAccount("bob@example.com", "Bob", PASSWORD_HASH)]) == [EmailTaken("bob@example.com")]
    assert await uow.scalar(select(func.count()).select_from(Account)) == (before or 0) + 2
    assert await uow.entities(select(Membership.account_id).where(Membership.tenant_id == HARBOUR)) == []


async def test_an_address_taken_between_look_and_write_is_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    email = f"race-{db.new_id()}@example.com"
    async with db.begin(None) as uow:
        await an_account(uow, email)
    looks = iter([set[str](), {email}])

    async def look(_uow: UnitOfWork, _emails: object) -> set[str]:
        return next(looks)

    monkeypatch.setattr(service.repository, "taken_emails", look)
    async with db.begin(None) as uow:
        assert await service.register(uow, [NewAccount(email, "Late", PASSWORD_HASH, NORD)]) == [EmailTaken(email)]
    async with db.read(None) as uow:
        assert [account.name for account in await uow.entities(select(Account).where(Account.email == email))] == ["Ada"]


async def test_registering_is_told_without_personal_data(db: Database) -> None:
    async with db.begin(None) as uow:
        ada = await an_account(uow, tenant_id=NORD)
    async with db.read(None) as uow:
        told = select(OutboxEvent.type, OutboxEvent.payload).where(OutboxEvent.aggregate_id == ada.id)
        rows = await uow.all(told.execution_options(**ACROSS_TENANTS))
    assert [tuple(row) for row in rows] == [("identity.account_registered.v1", {"tenant_id": NORD, "account_id": ada.id})]


async def test_joining_twice_is_the_same_as_once(uow: UnitOfWork) -> None:
    ada = await an_account(uow, tenant_id=NORD)
    await service.join(uow, [(NORD, ada.id), (HARBOUR, ada.id), (HARBOUR, ada.id)])
    joined = select(Membership.tenant_id).where(Membership.account_id == ada.id).execution_options(**ACROSS_TENANTS)
    assert sorted(await uow.entities(joined)) == [NORD, HARBOUR]


async def test_a_password_fits_its_own_hash_only() -> None:
    kept = await service.hash_password(PASSWORD, CHEAP)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert await service.check_password(kept, PASSWORD, CHEAP) == service.PasswordCheck(fits=True)
    assert not (await service.check_password(kept, PASSWORD + " ", CHEAP)).fits
    assert not (await service.check_password("not a hash", PASSWORD, CHEAP)).fits


async def test_without_an_account_no_password_fits_not_even_the_one_it_is_held_against() -> None:
    assert not (await service.check_password(None, "nobody has this password", CHEAP)).fits


async def test_a_hash_made_at_another_cost_is_made_anew_when_its_password_is_seen() -> None:
    dearer = PasswordCost(rounds=2, memory_kib=16)
    check = await service.check_password(await service.hash_password(PASSWORD, CHEAP), PASSWORD, dearer)
    assert check.fresh_hash is not None
    assert await service.check_password(check.fresh_hash, PASSWORD, dearer) == service.PasswordCheck(fits=True)


async def test_credentials_are_found_by_address(uow: UnitOfWork) -> None:
    ada = await an_account(uow, "ada@example.com")
    assert await service.credentials(uow, "ada@example.com") == service.Credentials(ada, PASSWORD_HASH, "active")
    assert await service.credentials(uow, "nobody@example.com") is None


async def test_a_session_is_known_by_its_token_alone(uow: UnitOfWork) -> None:
    ada = await an_account(uow)
    session_id = await a_session(uow, ada.id)
    standing = await service.standing(uow, a_digest("t"))
    assert standing is not None
    assert (standing.session_id, standing.account_id) == (session_id, ada.id)
    assert await service.standing(uow, a_digest("u")) is None


async def test_an_unused_session_ends_and_a_used_one_goes_on_until_it_is_old(db: Database, clock: ManualClock) -> None:
    begun, unused, used = clock.now(), digest_of(fresh_token()), digest_of(fresh_token())
    async with db.begin(None) as uow:
        ada = await an_account(uow)
        await service.open_session(uow, ada.id, token_digest=unused, tenant_id=None, user_agent="")
        kept = await service.open_session(uow, ada.id, token_digest=used, tenant_id=None, user_agent="")
    while clock.now() < begun + SESSION_LASTS - timedelta(days=7):
        clock.advance(timedelta(days=7))
        async with db.begin(None) as uow:
            standing = await service.standing(uow, used)
            assert standing is not None
            assert standing.due_to_be_seen
            await service.see_session(uow, kept)
    async with db.begin(None) as uow:
        assert await service.standing(uow, unused) is None
        assert [session.id for session in await service.sessions(uow, {ada.id})] == [kept]
        assert await service.forget_ended_sessions(uow) >= 1
    clock.set(begun + SESSION_LASTS)
    async with db.read(None) as uow:
        assert await service.standing(uow, used) is None
        assert await uow.entities(select(AccountSession.id).where(AccountSession.account_id == ada.id)) == [kept]
    assert SESSION_IDLE < SESSION_LASTS


async def test_a_blocked_account_has_no_standing(uow: UnitOfWork) -> None:
    ada = await an_account(uow)
    await a_session(uow, ada.id)
    await uow.change(update(Account).where(Account.id == ada.id).values(state="blocked"))
    assert await service.standing(uow, a_digest("t")) is None


async def test_one_closes_ones_own_sessions_and_nobody_elses(uow: UnitOfWork) -> None:
    ada, bob = await an_account(uow), await an_account(uow)
    adas, bobs = await a_session(uow, ada.id, "a"), await a_session(uow, bob.id, "b")
    assert await service.close_sessions(uow, ada.id, {bobs}) == []
    assert await service.standing(uow, a_digest("b")) is not None
    [closed] = await service.close_sessions(uow, ada.id, {adas, bobs})
    assert (closed.id, closed.token_digest, closed.user_agent) == (adas, a_digest("a"), "Firefox")
    assert await service.standing(uow, a_digest("a")) is None
    assert [session.id for session in await service.sessions(uow, {ada.id, bob.id})] == [bobs]


async def test_roles_are_given_and_taken_where_they_belong(uow: UnitOfWork) -> None:
    ada = await an_account(uow)
    await a_session(uow, ada.id)
    grants = [Grant(ada.id, Role.MARKETPLACE_ADMIN, NORD), Grant(ada.id, Role.FINANCE), Grant(ada.id, Role.FINANCE)]
    await service.grant(uow, grants)
    await service.grant(uow, grants)
    standing = await service.standing(uow, a_digest("t"))
    assert standing is not None
    assert standing.roles_at == {NORD: {Role.MARKETPLACE_ADMIN}}
    assert standing.platform_roles == {Role.FINANCE}
    assert [account.id for account in await service.administrators(uow, NORD)] == [ada.id]
    assert await service.administrators(uow, HARBOUR) == []

    assert await service.withdraw(uow, Grant(ada.id, Role.MARKETPLACE_ADMIN, NORD)) is None
    assert await service.withdraw(uow, Grant(ada.id, Role.FINANCE)) is None
    assert isinstance(await service.withdraw(uow, Grant(ada.id, Role.FINANCE)), NotFound)
    standing = await service.standing(uow, a_digest("t"))
    assert standing is not None
    assert (standing.roles_at, standing.platform_roles) == ({}, frozenset())


async def test_demo_accounts_are_listed_with_their_role_and_place(uow: UnitOfWork) -> None:
    before = await service.demo_accounts(uow)  # a demo world that another test of the run filled
    await an_account(uow, "real@example.com")
    shown = await an_account(uow, "demo@example.com")
    await service.show_in_demo(uow, {shown.id: ("Buyer", "Nordmarkt")})
    added = [account for account in await service.demo_accounts(uow) if account not in before]
    assert added == [service.DemoFacts("demo@example.com", "Ada", "Buyer", "Nordmarkt")]


async def test_accounts_are_found_by_id_and_by_address(uow: UnitOfWork) -> None:
    ada = await an_account(uow, "ada@example.com")
    assert await service.accounts(uow, {ada.id, 1}) == {ada.id: ada}
    assert await service.by_email(uow, {"ada@example.com", "nobody@example.com"}) == {"ada@example.com": ada}
