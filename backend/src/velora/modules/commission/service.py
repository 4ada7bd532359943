"""Use cases of commission: what a line gives up, and the rules that say so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.commission import policy, repository
from velora.modules.commission.errors import RuleTaken
from velora.modules.commission.events import RuleChanged
from velora.modules.commission.policy import Commission, CommissionLine, Rule, Scope
from velora.platform.db import UnitOfWork

__all__ = [
    "Commission",
    "CommissionLine",
    "NewRule",
    "Rule",
    "Scope",
    "SoldLine",
    "change",
    "create",
    "misapplied",
    "resolve",
    "retire",
    "rules",
    "standing",
]


@dataclass(frozen=True)
class NewRule:
    """What a rule shall say; without category and seller it is the marketplace's general one."""

    percent_bps: int
    fixed_minor: int = 0
    category_id: int | None = None
    seller_id: int | None = None
    valid_from: datetime | None = None
    further_fixed: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class SoldLine:
    """What stands on a sold line about its commission."""

    tenant_id: int
    line_id: int
    rule_id: int
    version: int
    percent_bps: int
    fixed_minor: int
    net_minor: int
    amount_minor: int
    currency: str


async def resolve(uow: UnitOfWork, lines: Sequence[CommissionLine]) -> list[Commission | None]:
    """What each line gives up now, by which version of which rule, and why; None where nobody said it in the line's currency.

    One read of the rules for all lines.
    """
    by_tenant = await rules(uow, {line.tenant_id for line in lines})
    return [policy.resolve(line, by_tenant[line.tenant_id]) for line in lines]


async def rules(uow: UnitOfWork, tenant_ids: Collection[int]) -> dict[int, list[Rule]]:
    """The rules of these tenants that are in force now, oldest first."""
    return {tenant_id: policy.in_force(found, uow.now) for tenant_id, found in (await repository.versions(uow, tenant_ids)).items()}


async def standing(uow: UnitOfWork, tenant_ids: Collection[int]) -> dict[int, list[Rule]]:
    """Of every rule that was not retired each version that holds now or will hold."""
    found = await repository.versions(uow, tenant_ids)
    return {tenant_id: policy.standing(versions, uow.now) for tenant_id, versions in found.items()}


async def create(uow: UnitOfWork, tenant_id: int, new: NewRule, *, created_by: str) -> Rule | RuleTaken:
    """The rule's first version; one rule for each combination of seller and category."""
    standing = (await rules(uow, {tenant_id}))[tenant_id]
    if any((rule.category_id, rule.seller_id) == (new.category_id, new.seller_id) for rule in standing):
        return RuleTaken(_what(new.category_id, new.seller_id))
    rule = Rule(
        uow.new_id(), 1, new.category_id, new.seller_id, new.percent_bps, new.fixed_minor, new.valid_from or uow.now,
        further_fixed=new.further_fixed,
    )  # fmt: skip
    return await _written(uow, tenant_id, rule, created_by)


async def change(
    uow: UnitOfWork,
    tenant_id: int,
    rule_id: int,
    *,
    percent_bps: int,
    fixed_minor: int,
    further_fixed: Mapping[str, int],
    valid_from: datetime | None,
    created_by: str,
) -> Rule | NotFound:
    """A new version of the rule; sales under the earlier ones keep theirs."""
    newest = await _newest(uow, tenant_id, rule_id)
    if newest is None or newest.retired:
        return NotFound("commission rule", encode("rul", rule_id))
    rule = replace(
        newest, version=newest.version + 1, percent_bps=percent_bps, fixed_minor=fixed_minor, further_fixed=further_fixed,
        valid_from=valid_from or uow.now,
    )  # fmt: skip
    return await _written(uow, tenant_id, rule, created_by)


async def retire(uow: UnitOfWork, tenant_id: int, rule_id: int, *, created_by: str) -> Rule | NotFound:
    """The rule no longer applies to new sales."""
    newest = await _newest(uow, tenant_id, rule_id)
    if newest is None or newest.retired:
        return NotFound("commission rule", encode("rul", rule_id))
    return await _written(uow, tenant_id, replace(newest, version=newest.version + 1, valid_from=uow.now, retired=True), created_by)


async def misapplied(uow: UnitOfWork, lines: Sequence[SoldLine], *, main: str) -> list[int]:
    """The lines whose commission is not what the stored version of their rule takes; `main` is the main currency where they were sold."""
    versions = {
        (tenant_id, rule.rule_id, rule.version): rule
        for tenant_id, found in (await repository.versions(uow, {line.tenant_id for line in lines})).items()
        for rule in found
    }
    return [line.line_id for line in lines if not _conforms(line, main, versions.get((line.tenant_id, line.rule_id, line.version)))]


def _conforms(line: SoldLine, main: str, rule: Rule | None) -> bool:
    percent_bps, fixed_minor = (rule.percent_bps, rule.fixed_in(None if line.currency == main else line.currency)) if rule else (0, 0)
    if fixed_minor is None or (rule is None and line.rule_id):
        return False
    expected = policy.amount_of(line.net_minor, percent_bps, fixed_minor)
    return (line.percent_bps, line.fixed_minor, line.amount_minor) == (percent_bps, fixed_minor, expected)


async def _newest(uow: UnitOfWork, tenant_id: int, rule_id: int) -> Rule | None:
    found = [rule for rule in (await repository.versions(uow, {tenant_id}))[tenant_id] if rule.rule_id == rule_id]
    return found[-1] if found else None


async def _written(uow: UnitOfWork, tenant_id: int, rule: Rule, created_by: str) -> Rule:
    await repository.add(uow, tenant_id, [rule], created_by=created_by)
    uow.tell([RuleChanged(tenant_id, rule.rule_id, rule.version)])
    return rule


def _what(category_id: int | None, seller_id: int | None) -> str:
    return {
        Scope.TENANT: "the whole marketplace",
        Scope.CATEGORY: "this category",
        Scope.SELLER: "this seller",
        Scope.SELLER_CATEGORY: "this seller in this category",
    }[policy.scope_of(category_id, seller_id)]
