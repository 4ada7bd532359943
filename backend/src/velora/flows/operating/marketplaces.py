"""Marketplaces are created, suspended and resumed by super admins, and dressed by their administrators."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.tenants import policy
from velora.modules.tenants import service as tenants
from velora.modules.tenants.errors import HostTaken, NotInThatState, SlugTaken
from velora.modules.tenants.policy import NewTenant, Theme
from velora.modules.tenants.service import PaidLater, TenantFacts
from velora.platform.db import UnitOfWork

StateChange = Callable[[UnitOfWork, Sequence[int]], Awaitable[list[TenantFacts | NotFound | NotInThatState]]]


@dataclass(frozen=True)
class By:
    """Who does it, and from which network address."""

    caller: Principal
    address: str = ""


async def create(uow: UnitOfWork, new: NewTenant, by: By) -> TenantFacts | Invalid | SlugTaken | HostTaken | Forbidden:
    """The marketplace is open, and empty."""
    if not policy.may_run_platform(by.caller):
        return Forbidden("create marketplaces")
    [outcome] = await tenants.create(uow, [new])
    if isinstance(outcome, TenantFacts):
        await _record(uow, outcome, "tenants.created", by, {"slug": outcome.slug})
    return outcome


async def suspend(uow: UnitOfWork, tenant_id: int, by: By) -> TenantFacts | NotFound | NotInThatState | Forbidden:
    """The marketplace is closed for everyone until resumed."""
    return await _change(uow, tenant_id, tenants.suspend, "tenants.suspended", by)


async def resume(uow: UnitOfWork, tenant_id: int, by: By) -> TenantFacts | NotFound | NotInThatState | Forbidden:
    """The marketplace is open again."""
    return await _change(uow, tenant_id, tenants.resume, "tenants.resumed", by)


async def dress(uow: UnitOfWork, tenant_id: int, theme: Theme, by: By) -> TenantFacts | NotFound | Invalid | Forbidden:
    """The marketplace shows this face, if it can be read."""
    if not policy.may_dress(by.caller, tenant_id):
        return Forbidden("change this marketplace's face")
    outcome = await tenants.dress(uow, tenant_id, theme)
    if isinstance(outcome, TenantFacts):
        await _record(uow, outcome, "tenants.dressed", by, {})
    return outcome


async def let_pay_later(uow: UnitOfWork, tenant_id: int, wanted: PaidLater, actor_ref: str, address: str = "") -> TenantFacts | Refusal:
    """The marketplace's buyers may pay later in these ways, and in no other. Whether somebody may say so the route has checked."""
    outcome = await tenants.let_pay_later(uow, tenant_id, wanted)
    if isinstance(outcome, TenantFacts):
        entry = audit.Entry(tenant_id, actor_ref, "tenants.paid_later", encode("ten", tenant_id), {"paid_later": wanted.stored}, address)
        await audit.record(uow, [entry])
    return outcome


async def _change(
    uow: UnitOfWork, tenant_id: int, change: StateChange, action: str, by: By
) -> TenantFacts | NotFound | NotInThatState | Forbidden:
    if not policy.may_run_platform(by.caller):
        return Forbidden("close and open marketplaces")
    [outcome] = await change(uow, [tenant_id])
    if isinstance(outcome, TenantFacts):
        await _record(uow, outcome, action, by, {})
    return outcome


async def _record(uow: UnitOfWork, tenant: TenantFacts, action: str, by: By, detail: dict[str, object]) -> None:
    await audit.record(uow, [audit.Entry(tenant.id, by.caller.actor_ref, action, encode("ten", tenant.id), detail, by.address)])
