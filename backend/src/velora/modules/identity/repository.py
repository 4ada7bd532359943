"""The SQL of identity."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, select, tuple_, update

from velora.modules.identity.models import Account, AccountSession, DemoAccount, Membership, PlatformRole
from velora.platform.db import ACROSS_TENANTS, UnitOfWork


async def accounts(uow: UnitOfWork, condition: ColumnElement[bool]) -> Sequence[Account]:
    return await uow.entities(select(Account).where(condition).order_by(Account.id))


async def taken_emails(uow: UnitOfWork, emails: Collection[str]) -> set[str]:
    return {row.email for row in await uow.all(select(Account.email).where(Account.email.in_(emails)))}


async def add_accounts(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    """Raises Duplicate when an address was taken in the meantime."""
    await uow.insert(Account, rows)


async def set_password_hash(uow: UnitOfWork, account_id: int, password_hash: str) -> None:
    await uow.change(update(Account).where(Account.id == account_id).values(password_hash=password_hash))


async def memberships(uow: UnitOfWork, account_ids: Collection[int]) -> Sequence[Row[int, int, str]]:
    """(account, tenant, role) at every tenant."""
    chosen = select(Membership.account_id, Membership.tenant_id, Membership.role).where(Membership.account_id.in_(account_ids))
    return await uow.all(chosen.execution_options(**ACROSS_TENANTS))


async def members(uow: UnitOfWork, tenant_id: int, role: str) -> Sequence[int]:
    chosen = select(Membership.account_id).where(Membership.tenant_id == tenant_id, Membership.role == role)
    return await uow.entities(chosen.order_by(Membership.account_id))


async def add_memberships(uow: UnitOfWork, keys: Collection[tuple[int, int, str]]) -> None:
    """(tenant, account, role); those that exist stay as they are."""
    key = tuple_(Membership.tenant_id, Membership.account_id, Membership.role)
    chosen = select(Membership.tenant_id, Membership.account_id, Membership.role).where(
        Membership.tenant_id.in_({tenant_id for tenant_id, _, _ in keys}), key.in_(keys)
    )
    there = {tuple(row) for row in await uow.all(chosen)}
    await uow.insert(
        Membership,
        [
            {"tenant_id": tenant_id, "account_id": account_id, "role": role, "created_at": uow.now}
            for tenant_id, account_id, role in sorted(set(keys) - there)
        ],
    )


async def remove_membership(uow: UnitOfWork, tenant_id: int, account_id: int, role: str) -> int:
    chosen = (Membership.tenant_id == tenant_id, Membership.account_id == account_id, Membership.role == role)
    return await uow.change(delete(Membership).where(*chosen))


async def platform_roles(uow: UnitOfWork, account_ids: Collection[int]) -> Sequence[Row[int, str]]:
    return await uow.all(select(PlatformRole.account_id, PlatformRole.role).where(PlatformRole.account_id.in_(account_ids)))


async def add_platform_roles(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> None:
    there = {(row.account_id, row.role) for row in await platform_roles(uow, {account_id for account_id, _ in keys})}
    fresh = sorted(set(keys) - there)
    await uow.insert(PlatformRole, [{"account_id": account_id, "role": role, "created_at": uow.now} for account_id, role in fresh])


async def remove_platform_role(uow: UnitOfWork, account_id: int, role: str) -> int:
    return await uow.change(delete(PlatformRole).where(PlatformRole.account_id == account_id, PlatformRole.role == role))


async def add_session(uow: UnitOfWork, row: Mapping[str, object]) -> None:
    await uow.insert(AccountSession, [row])


async def session_by_digest(uow: UnitOfWork, digest: bytes) -> Row[int, int, datetime, datetime, str] | None:
    """(session, account, last seen, expires, state of the account)."""
    return await uow.first(
        select(AccountSession.id, AccountSession.account_id, AccountSession.last_seen_at, AccountSession.expires_at, Account.state)
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.token_digest == digest)
    )


async def sessions(uow: UnitOfWork, account_ids: Collection[int]) -> Sequence[AccountSession]:
    chosen = select(AccountSession).where(AccountSession.account_id.in_(account_ids))
    return await uow.entities(chosen.order_by(AccountSession.last_seen_at.desc(), AccountSession.id.desc()))


async def see_session(uow: UnitOfWork, session_id: int) -> None:
    await uow.change(update(AccountSession).where(AccountSession.id == session_id).values(last_seen_at=uow.now))


async def remove_sessions(uow: UnitOfWork, session_ids: Collection[int]) -> int:
    return await uow.change(delete(AccountSession).where(AccountSession.id.in_(session_ids)))


async def remove_ended_sessions(uow: UnitOfWork, unseen_since: datetime) -> int:
    ended = (AccountSession.expires_at <= uow.now) | (AccountSession.last_seen_at <= unseen_since)
    return await uow.change(delete(AccountSession).where(ended))


async def demo_accounts(uow: UnitOfWork) -> Sequence[Row[str, str, str, str]]:
    """(email, name, role, place)."""
    chosen = select(Account.email, Account.name, DemoAccount.role, DemoAccount.place).join(Account, Account.id == DemoAccount.account_id)
    return await uow.all(chosen.order_by(DemoAccount.account_id))


async def add_demo_accounts(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(DemoAccount, rows)
