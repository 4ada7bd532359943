"""Commission rules as a marketplace's administrator changes them: written and recorded in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.commission import service as commission
from velora.modules.commission.errors import RuleTaken
from velora.modules.commission.service import NewRule, Rule
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Terms:
    """What a rule's next version says."""

    percent_bps: int
    fixed_minor: int
    valid_from: datetime | None


async def create(uow: UnitOfWork, tenant_id: int, new: NewRule, *, actor_ref: str) -> Rule | RuleTaken:
    """The rule stands, from now or from its day on."""
    rule = await commission.create(uow, tenant_id, new, created_by=actor_ref)
    if isinstance(rule, Rule):
        await _record(uow, tenant_id, rule, "commission.rule_created", actor_ref)
    return rule


async def change(uow: UnitOfWork, tenant_id: int, rule_id: int, terms: Terms, *, actor_ref: str) -> Rule | NotFound:
    """The rule has a new version; what was sold under the earlier ones keeps theirs."""
    rule = await commission.change(
        uow,
        tenant_id,
        rule_id,
        percent_bps=terms.percent_bps,
        fixed_minor=terms.fixed_minor,
        valid_from=terms.valid_from,
        created_by=actor_ref,
    )
    if isinstance(rule, Rule):
        await _record(uow, tenant_id, rule, "commission.rule_changed", actor_ref)
    return rule


async def retire(uow: UnitOfWork, tenant_id: int, rule_id: int, *, actor_ref: str) -> Rule | NotFound:
    """The rule no longer applies to what is sold from now on."""
    rule = await commission.retire(uow, tenant_id, rule_id, created_by=actor_ref)
    if isinstance(rule, Rule):
        await _record(uow, tenant_id, rule, "commission.rule_retired", actor_ref)
    return rule


async def _record(uow: UnitOfWork, tenant_id: int, rule: Rule, action: str, actor_ref: str) -> None:
    detail: dict[str, object] = {"version": rule.version, "percent_bps": rule.percent_bps, "fixed_minor": rule.fixed_minor}
    await audit.record(uow, [audit.Entry(tenant_id, actor_ref, action, encode("rul", rule.rule_id), detail)])
