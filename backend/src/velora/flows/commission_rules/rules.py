"""Commission rules as a marketplace's administrator changes them: written and recorded in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from velora.kernel.errors import Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.money import CURRENCY_DIGITS
from velora.modules.audit import service as audit
from velora.modules.commission import service as commission
from velora.modules.commission.errors import RuleTaken
from velora.modules.commission.service import NewRule, Rule
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Terms:
    """What a rule's next version says."""

    percent_bps: int
    fixed_minor: int
    valid_from: datetime | None
    further_fixed: Mapping[str, int] = field(default_factory=dict[str, int])


async def create(uow: UnitOfWork, tenant_id: int, new: NewRule, *, actor_ref: str) -> Rule | RuleTaken | Invalid:
    """The rule stands, from now or from its day on."""
    if refusal := await _refuse(uow, tenant_id, new.fixed_minor, new.further_fixed):
        return refusal
    rule = await commission.create(uow, tenant_id, new, created_by=actor_ref)
    if isinstance(rule, Rule):
        await _record(uow, tenant_id, rule, "commission.rule_created", actor_ref)
    return rule


async def change(uow: UnitOfWork, tenant_id: int, rule_id: int, terms: Terms, *, actor_ref: str) -> Rule | NotFound | Invalid:
    """The rule has a new version; what was sold under the earlier ones keeps theirs."""
    if refusal := await _refuse(uow, tenant_id, terms.fixed_minor, terms.further_fixed):
        return refusal
    rule = await commission.change(
        uow,
        tenant_id,
        rule_id,
        percent_bps=terms.percent_bps,
        fixed_minor=terms.fixed_minor,
        further_fixed=terms.further_fixed,
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


async def _refuse(uow: UnitOfWork, tenant_id: int, fixed_minor: int, further: Mapping[str, int]) -> Invalid | None:
    """A fixed part is said in every currency that the marketplace sells in."""
    tenant = (await tenants.by_id(uow, {tenant_id}))[tenant_id]
    for currency, amount in further.items():
        if currency not in CURRENCY_DIGITS or currency == tenant.currency:
            return Invalid(f"/further_fixed/{currency}", f"Name currencies beside the main one, {tenant.currency}, by their three letters.")
        if not 0 <= amount <= 10**9:
            return Invalid(f"/further_fixed/{currency}", "Give an amount of zero or more, in minor units of this currency.")
    unsaid = [currency for currency in tenant.further_currencies if currency not in further] if fixed_minor else []
    return (
        Invalid(f"/further_fixed/{unsaid[0]}", f"Say how much the fixed part is in {unsaid[0]}; it is not converted.") if unsaid else None
    )


async def _record(uow: UnitOfWork, tenant_id: int, rule: Rule, action: str, actor_ref: str) -> None:
    detail: dict[str, object] = {"version": rule.version, "percent_bps": rule.percent_bps, "fixed_minor": rule.fixed_minor}
    detail |= {"further_fixed": dict(rule.further_fixed)} if rule.further_fixed else {}
    await audit.record(uow, [audit.Entry(tenant_id, actor_ref, action, encode("rul", rule.rule_id), detail)])
