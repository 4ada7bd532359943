"""The people of a seller: owners hire and dismiss. Sessions of those concerned are read afresh by the caller afterwards."""

from dataclasses import dataclass

from velora.kernel.errors import Forbidden, NotFound
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.identity import service as identity
from velora.modules.identity.errors import NoSuchAccount
from velora.modules.identity.policy import normal_email
from velora.modules.identity.service import AccountFacts
from velora.modules.sellers import policy
from velora.modules.sellers import service as sellers
from velora.modules.sellers.errors import LastOwner
from velora.modules.sellers.policy import StaffRole
from velora.modules.sellers.service import StaffMember
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Colleague:
    """A person and what they are at a seller."""

    account: AccountFacts
    member: StaffMember


async def colleagues(uow: UnitOfWork, seller_id: int, by: Principal) -> list[Colleague] | NotFound:
    """Everyone who works for the seller, the longest first; for its own people."""
    if not await _is_theirs(uow, seller_id, by):
        return NotFound("seller", encode("sel", seller_id))
    team = await sellers.staff(uow, seller_id)
    accounts = await identity.accounts(uow, {member.account_id for member in team})
    return [Colleague(accounts[member.account_id], member) for member in team]


async def hire(
    uow: UnitOfWork, seller_id: int, *, email: str, role: StaffRole, by: Principal, address: str
) -> Colleague | NotFound | Forbidden | NoSuchAccount | LastOwner:
    """The person of this address works for the seller in this role. Raises Invalid for what is no address."""
    if refusal := await _may_manage(uow, seller_id, by):
        return refusal
    email = normal_email(email)
    account = (await identity.by_email(uow, {email})).get(email)
    if account is None:
        return NoSuchAccount(email)
    outcome = await sellers.hire(uow, seller_id, account.id, role)
    if isinstance(outcome, LastOwner):
        return outcome
    detail = {"account": encode("acc", account.id), "role": role.value}
    await audit.record(uow, [audit.Entry(PLATFORM, by.actor_ref, "sellers.hired", encode("sel", seller_id), detail, address)])
    return Colleague(account, outcome)


async def dismiss(
    uow: UnitOfWork, seller_id: int, account_id: int, *, by: Principal, address: str
) -> StaffMember | NotFound | Forbidden | LastOwner:
    """The person no longer works for the seller. Anyone may leave; dismissing others takes an owner."""
    if account_id != by.account_id and (refusal := await _may_manage(uow, seller_id, by)):
        return refusal
    if not await _is_theirs(uow, seller_id, by):
        return NotFound("seller", encode("sel", seller_id))
    outcome = await sellers.dismiss(uow, seller_id, account_id)
    if isinstance(outcome, StaffMember):
        detail = {"account": encode("acc", account_id)}
        await audit.record(uow, [audit.Entry(PLATFORM, by.actor_ref, "sellers.dismissed", encode("sel", seller_id), detail, address)])
    return outcome


async def _is_theirs(uow: UnitOfWork, seller_id: int, by: Principal) -> bool:
    """The seller exists, and the caller may act for it."""
    return policy.may_act_for(by, seller_id) and bool(await sellers.facts(uow, {seller_id}))


async def _may_manage(uow: UnitOfWork, seller_id: int, by: Principal) -> NotFound | Forbidden | None:
    if not await _is_theirs(uow, seller_id, by):
        return NotFound("seller", encode("sel", seller_id))
    if not await sellers.may_manage(uow, seller_id, by):
        return Forbidden("manage this seller's people; only its owners may")
    return None
