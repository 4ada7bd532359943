"""All SQL of commission rules."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import bindparam, select

from velora.modules.commission.models import CommissionRule
from velora.modules.commission.policy import Rule
from velora.platform.db import UnitOfWork

_VERSIONS: Final = (
    select(
        CommissionRule.tenant_id, CommissionRule.rule_id, CommissionRule.version, CommissionRule.category_id, CommissionRule.seller_id,
        CommissionRule.percent_bps, CommissionRule.fixed_minor, CommissionRule.valid_from, CommissionRule.retired,
        CommissionRule.further_fixed,
    )
    .where(CommissionRule.tenant_id.in_(bindparam("tenants", expanding=True)))
    .order_by(CommissionRule.tenant_id, CommissionRule.rule_id, CommissionRule.version)
)  # fmt: skip


async def versions(uow: UnitOfWork, tenant_ids: Collection[int]) -> dict[int, list[Rule]]:
    """Every version of every rule of these tenants, oldest rule first."""
    rows = await uow.all(_VERSIONS, {"tenants": sorted(tenant_ids)})
    found: dict[int, list[Rule]] = {tenant_id: [] for tenant_id in tenant_ids}
    for tenant_id, rule_id, version, category_id, seller_id, percent_bps, fixed_minor, valid_from, retired, further in rows:
        rule = Rule(rule_id, version, category_id, seller_id, percent_bps, fixed_minor, valid_from, bool(retired), further or {})
        found[tenant_id].append(rule)
    return found


async def add(uow: UnitOfWork, tenant_id: int, rules: Sequence[Rule], *, created_by: str) -> None:
    await uow.insert(
        CommissionRule,
        [
            {
                "tenant_id": tenant_id, "rule_id": rule.rule_id, "version": rule.version, "scope": rule.scope.value,
                "category_id": rule.category_id, "seller_id": rule.seller_id, "percent_bps": rule.percent_bps,
                "fixed_minor": rule.fixed_minor, "retired": int(rule.retired), "valid_from": rule.valid_from,
                "created_at": uow.now, "created_by": created_by, "further_fixed": dict(rule.further_fixed),
            }
            for rule in rules
        ],
    )  # fmt: skip
