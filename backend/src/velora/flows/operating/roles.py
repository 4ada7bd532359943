"""Roles are given and taken, at a marketplace or across all. Sessions of those concerned are read afresh by the caller afterwards."""

from velora.flows.operating.marketplaces import By
from velora.kernel.errors import Forbidden, NotFound
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.identity import policy
from velora.modules.identity import service as identity
from velora.modules.identity.errors import NoSuchAccount
from velora.modules.identity.service import AccountFacts, Grant
from velora.platform.db import UnitOfWork


async def grant(uow: UnitOfWork, role: Role, *, email: str, tenant_id: int | None, by: By) -> AccountFacts | Forbidden | NoSuchAccount:
    """The person of this address has the role from now on. Raises Invalid for what is no address."""
    if not policy.may_grant(by.caller, role, tenant_id):
        return Forbidden(f"make somebody {_words(role)}")
    email = policy.normal_email(email)
    account = (await identity.by_email(uow, {email})).get(email)
    if account is None:
        return NoSuchAccount(email)
    given = Grant(account.id, role, tenant_id)
    await identity.grant(uow, [given])
    await _record(uow, given, "identity.role_granted", by)
    return account


async def withdraw(uow: UnitOfWork, given: Grant, by: By) -> Grant | Forbidden | NotFound:
    """The account no longer has the role."""
    if not policy.may_withdraw(by.caller, given.role, given.tenant_id, of_account=given.account_id):
        return Forbidden(f"take the role {_words(given.role)} from this account")
    if refusal := await identity.withdraw(uow, given):
        return refusal
    await _record(uow, given, "identity.role_withdrawn", by)
    return given


async def _record(uow: UnitOfWork, given: Grant, action: str, by: By) -> None:
    place = given.tenant_id if given.tenant_id is not None else PLATFORM
    detail = {"role": given.role.value}
    await audit.record(uow, [audit.Entry(place, by.caller.actor_ref, action, encode("acc", given.account_id), detail, by.address)])


def _words(role: Role) -> str:
    return role.value.replace("_", " ")
