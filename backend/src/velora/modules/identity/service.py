"""Use cases of identity. Accounts and sessions are looked for in platform scope.

Passwords are hashed and compared outside any transaction: each takes as long as hundreds of statements.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from velora.kernel.errors import Invalid, NotFound
from velora.kernel.principal import Role
from velora.modules.identity import policy, repository
from velora.modules.identity.errors import EmailTaken
from velora.modules.identity.events import AccountRegistered
from velora.modules.identity.models import Account
from velora.modules.identity.policy import PLATFORM_ROLES, PasswordCost
from velora.platform.db import Duplicate, UnitOfWork

_TRIES = 3
_USER_AGENT_LENGTH = 200


@dataclass(frozen=True)
class AccountFacts:
    id: int
    email: str
    name: str


@dataclass(frozen=True)
class NewAccount:
    """A person to be; `password_hash` comes from `hash_password`. `tenant_id` is where it happens, None on no marketplace."""

    email: str
    name: str
    password_hash: str
    tenant_id: int | None = None


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is held against."""

    account: AccountFacts
    password_hash: str
    state: str


@dataclass(frozen=True)
class PasswordCheck:
    """Whether a password fits, and its hash at today's cost where the kept one was made at another."""

    fits: bool
    fresh_hash: str | None = None


@dataclass(frozen=True)
class Standing:
    """Who a session belongs to and what they are everywhere; `due_to_be_seen` asks for `see_session`."""

    session_id: int
    account_id: int
    ends_at: datetime
    due_to_be_seen: bool
    platform_roles: frozenset[Role]
    roles_at: Mapping[int, frozenset[Role]]


@dataclass(frozen=True)
class SessionFacts:
    id: int
    account_id: int
    token_digest: bytes
    created_at: datetime
    last_seen_at: datetime
    user_agent: str


@dataclass(frozen=True)
class Grant:
    """A role of an account: at a tenant, or, for finance and super admin, with no tenant."""

    account_id: int
    role: Role
    tenant_id: int | None = None


@dataclass(frozen=True)
class DemoFacts:
    email: str
    name: str
    role: str
    place: str


async def hash_password(password: str, cost: PasswordCost) -> str:
    """The argon2id hash that is kept. Computed in a thread."""
    return await asyncio.to_thread(_hasher(cost).hash, password)


async def check_password(password_hash: str | None, password: str, cost: PasswordCost) -> PasswordCheck:
    """Whether the password fits. Without a hash (no such account) it takes as long and does not fit."""
    return await asyncio.to_thread(_check, password_hash, password, cost)


async def register(uow: UnitOfWork, people: Sequence[NewAccount]) -> list[AccountFacts | EmailTaken | Invalid]:
    """Everyone with a free address has an account, and is a buyer where it happened; the others learn what is wrong."""
    for _ in range(_TRIES):
        outcomes = await _outcomes(uow, people)
        new = [(facts, person) for facts, person in zip(outcomes, people, strict=True) if isinstance(facts, AccountFacts)]
        try:
            await repository.add_accounts(uow, [_row(uow, facts, person) for facts, person in new])
        except Duplicate:
            continue  # someone took an address between our look and our write: look again
        await join(uow, [(person.tenant_id, facts.id) for facts, person in new if person.tenant_id is not None])
        uow.tell(AccountRegistered(person.tenant_id or 0, facts.id) for facts, person in new)
        return outcomes
    raise Duplicate("account.email")


async def join(uow: UnitOfWork, members: Sequence[tuple[int, int]]) -> None:
    """Each (tenant, account) is a buyer of that tenant, as it may have been before."""
    await repository.add_memberships(uow, [(tenant_id, account_id, Role.BUYER.value) for tenant_id, account_id in members])


async def credentials(uow: UnitOfWork, email: str) -> Credentials | None:
    """What a sign-in with this address (already normal) is held against."""
    found = await repository.accounts(uow, Account.email == email)
    return Credentials(_facts(found[0]), found[0].password_hash, found[0].state) if found else None


async def set_password_hash(uow: UnitOfWork, account_id: int, password_hash: str) -> None:
    await repository.set_password_hash(uow, account_id, password_hash)


async def accounts(uow: UnitOfWork, ids: Collection[int]) -> dict[int, AccountFacts]:
    """The accounts of these ids; the unknown are missing."""
    return {found.id: _facts(found) for found in await repository.accounts(uow, Account.id.in_(ids))}


async def by_email(uow: UnitOfWork, emails: Collection[str]) -> dict[str, AccountFacts]:
    """The accounts of these addresses (already normal); the unknown are missing."""
    return {found.email: _facts(found) for found in await repository.accounts(uow, Account.email.in_(emails))}


async def named(uow: UnitOfWork, email: str) -> AccountFacts:
    """The account of the address that somebody typed. Raises NotFound."""
    address = email.strip().lower()
    found = (await by_email(uow, {address})).get(address)
    if found is None:
        raise NotFound("account", email)
    return found


async def platform_roles(uow: UnitOfWork, ids: Collection[int]) -> dict[int, frozenset[Role]]:
    """What each of these accounts is across all marketplaces: finance, super admin, or nothing."""
    found = await repository.platform_roles(uow, ids)
    return {id_: frozenset(Role(role) for account_id, role in found if account_id == id_) for id_ in ids}


async def open_session(uow: UnitOfWork, account_id: int, *, token_digest: bytes, tenant_id: int | None, user_agent: str) -> int:
    """Whoever holds the token of this digest is this account, until the session ends."""
    session_id = uow.new_id()
    await repository.add_session(
        uow,
        {
            "id": session_id,
            "token_digest": token_digest,
            "account_id": account_id,
            "signed_in_at_tenant": tenant_id,
            "created_at": uow.now,
            "last_seen_at": uow.now,
            "expires_at": uow.now + policy.SESSION_LASTS,
            "user_agent": user_agent[:_USER_AGENT_LENGTH],
        },
    )
    return session_id


async def standing(uow: UnitOfWork, token_digest: bytes) -> Standing | None:
    """Who the token of this digest belongs to, in which roles; None when it is unknown, ended, or the account is blocked."""
    row = await repository.session_by_digest(uow, token_digest)
    if row is None or not policy.may_sign_in(row.state):
        return None
    if not policy.is_alive(uow.now, last_seen_at=row.last_seen_at, expires_at=row.expires_at):
        return None
    roles_at: defaultdict[int, set[Role]] = defaultdict(set)
    for _, tenant_id, role in await repository.memberships(uow, {row.account_id}):
        roles_at[tenant_id].add(Role(role))
    return Standing(
        session_id=row.id,
        account_id=row.account_id,
        ends_at=min(row.expires_at, row.last_seen_at + policy.SESSION_IDLE),
        due_to_be_seen=policy.is_due_to_be_seen(uow.now, row.last_seen_at),
        platform_roles=frozenset(Role(role) for _, role in await repository.platform_roles(uow, {row.account_id})),
        roles_at={tenant_id: frozenset(roles) for tenant_id, roles in roles_at.items()},
    )


async def see_session(uow: UnitOfWork, session_id: int) -> None:
    """The session was used now."""
    await repository.see_session(uow, session_id)


async def sessions(uow: UnitOfWork, account_ids: Collection[int]) -> list[SessionFacts]:
    """The living sessions of these accounts, the last used first."""
    return [
        SessionFacts(row.id, row.account_id, row.token_digest, row.created_at, row.last_seen_at, row.user_agent)
        for row in await repository.sessions(uow, account_ids)
        if policy.is_alive(uow.now, last_seen_at=row.last_seen_at, expires_at=row.expires_at)
    ]


async def close_sessions(uow: UnitOfWork, account_id: int, session_ids: Collection[int]) -> list[SessionFacts]:
    """Those of these sessions that are the account's own are closed; they are the answer."""
    closing = [session for session in await sessions(uow, {account_id}) if session.id in session_ids]
    await repository.remove_sessions(uow, {session.id for session in closing})
    return closing


async def end_session(uow: UnitOfWork, token_digest: bytes) -> bytes | None:
    """The session of this token, whoever's it is, is over; the digest again, or None when there was none."""
    row = await repository.session_by_digest(uow, token_digest)
    if row is None:
        return None
    await repository.remove_sessions(uow, {row.id})
    return token_digest


async def forget_ended_sessions(uow: UnitOfWork) -> int:
    """Sessions that nobody can use any more are gone; how many."""
    return await repository.remove_ended_sessions(uow, uow.now - policy.SESSION_IDLE)


async def grant(uow: UnitOfWork, grants: Sequence[Grant]) -> None:
    """Each account has the role from now on, as it may have had before. The caller has asked `policy.may_grant`."""
    await repository.add_memberships(uow, [(g.tenant_id, g.account_id, g.role.value) for g in grants if g.tenant_id is not None])
    await repository.add_platform_roles(uow, [(g.account_id, g.role.value) for g in grants if g.role in PLATFORM_ROLES])


async def withdraw(uow: UnitOfWork, given: Grant) -> NotFound | None:
    """The account no longer has the role; NotFound when it did not. The caller has asked `policy.may_withdraw`."""
    if given.tenant_id is None:
        gone = await repository.remove_platform_role(uow, given.account_id, given.role.value)
    else:
        gone = await repository.remove_membership(uow, given.tenant_id, given.account_id, given.role.value)
    return None if gone else NotFound(f"{given.role.value.replace('_', ' ')}", str(given.account_id))


async def administrators(uow: UnitOfWork, tenant_id: int) -> list[AccountFacts]:
    """Who runs this marketplace."""
    return list((await accounts(uow, await repository.members(uow, tenant_id, Role.MARKETPLACE_ADMIN.value))).values())


async def show_in_demo(uow: UnitOfWork, labels: Mapping[int, tuple[str, str]]) -> None:
    """These accounts are shown on the sign-in page in demo mode, with their role and place."""
    await repository.add_demo_accounts(
        uow, [{"account_id": account_id, "role": role, "place": place} for account_id, (role, place) in labels.items()]
    )


async def demo_accounts(uow: UnitOfWork) -> list[DemoFacts]:
    """The accounts of the demo world, in the order they were made."""
    return [DemoFacts(*row) for row in await repository.demo_accounts(uow)]


async def _outcomes(uow: UnitOfWork, people: Sequence[NewAccount]) -> list[AccountFacts | EmailTaken | Invalid]:
    taken = await repository.taken_emails(uow, {person.email for person in people})
    outcomes: list[AccountFacts | EmailTaken | Invalid] = []
    for person in people:
        refusal = policy.check_name(person.name) or (EmailTaken(person.email) if person.email in taken else None)
        taken.add(person.email)
        outcomes.append(refusal or AccountFacts(uow.new_id(), person.email, person.name.strip()))
    return outcomes


def _row(uow: UnitOfWork, facts: AccountFacts, person: NewAccount) -> dict[str, object]:
    return {
        "id": facts.id,
        "email": facts.email,
        "name": facts.name,
        "password_hash": person.password_hash,
        "state": "active",
        "created_at": uow.now,
    }


def _facts(account: Account) -> AccountFacts:
    return AccountFacts(account.id, account.email, account.name)


@lru_cache(maxsize=4)
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=cost.lanes)


@lru_cache(maxsize=4)
def _nobodys_hash(cost: PasswordCost) -> str:
    return _hasher(cost).hash("nobody has this password")


def _check(password_hash: str | None, password: str, cost: PasswordCost) -> PasswordCheck:
    hasher = _hasher(cost)
    try:
        hasher.verify(password_hash or _nobodys_hash(cost), password)
    except (VerificationError, InvalidHashError):
        return PasswordCheck(fits=False)
    if password_hash is None:
        return PasswordCheck(fits=False)
    return PasswordCheck(fits=True, fresh_hash=hasher.hash(password) if hasher.check_needs_rehash(password_hash) else None)
