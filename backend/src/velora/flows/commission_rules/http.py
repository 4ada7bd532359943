"""Routes of commission rules, for a marketplace's administrators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from velora.flows.commission_rules import rules
from velora.flows.commission_rules.rules import Terms
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal, unrefused
from velora.modules.commission import service as commission
from velora.modules.commission.errors import RuleTaken
from velora.modules.commission.service import NewRule, Rule, Scope
from velora.platform.web import HouseDep, MarketplaceAdmin, Schema, Tenant, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost

router = APIRouter(tags=["commission"])

RuleId = Annotated[int, ident("rul")]
CategoryId = Annotated[int, ident("cat")]
SellerId = Annotated[int, ident("sel")]
_ADMIN = (NotSignedIn, Forbidden, BadCsrfToken, UnknownHost)


class TermsIn(Schema):
    """Percent in basis points (1000 is 10 %), and a fixed part per line in minor units of the marketplace's currency."""

    percent_bps: int = Field(ge=0, le=10_000, examples=[1000])
    fixed_minor: int = Field(default=0, ge=0, le=10**9)
    further_fixed: dict[str, int] = Field(
        default={}, examples=[{"SEK": 300}], description="The fixed part in each further currency of the marketplace, in its minor units"
    )
    valid_from: AwareDatetime | None = Field(default=None, description="From then on; without it, from now on.")


class RuleIn(TermsIn):
    """Without category and seller it is the general rule; the most specific rule wins."""

    category_id: CategoryId | None = None
    seller_id: SellerId | None = None


class RuleOut(Schema):
    id: RuleId
    version: int
    scope: Scope
    category_id: CategoryId | None
    seller_id: SellerId | None
    percent_bps: int
    fixed_minor: int
    further_fixed: dict[str, int]
    valid_from: datetime

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        return cls(
            id=rule.rule_id, version=rule.version, scope=rule.scope, category_id=rule.category_id, seller_id=rule.seller_id,
            percent_bps=rule.percent_bps, fixed_minor=rule.fixed_minor, further_fixed=dict(rule.further_fixed), valid_from=rule.valid_from,
        )  # fmt: skip


class RulesOut(Schema):
    data: list[RuleOut]


@router.get("/admin/commission-rules", responses=problems(*_ADMIN))
async def list_rules(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> RulesOut:
    """The rules in force, oldest first."""
    async with house.db.read(tenant.id) as uow:
        found = (await commission.rules(uow, {tenant.id}))[tenant.id]
    return RulesOut(data=[RuleOut.of(rule) for rule in found])


@router.post("/admin/commission-rules", status_code=201, responses=problems(RuleTaken, Invalid, *_ADMIN))
async def create_rule(body: RuleIn, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> RuleOut:
    """Make a rule; there is one for each combination of seller and category."""
    new = NewRule(body.percent_bps, body.fixed_minor, body.category_id, body.seller_id, body.valid_from, body.further_fixed)
    async with house.db.begin(tenant.id) as uow:
        return _out(await rules.create(uow, tenant.id, new, actor_ref=caller.actor_ref))


@router.put("/admin/commission-rules/{rule_id}", responses=problems(NotFound, Invalid, *_ADMIN))
async def change_rule(rule_id: RuleId, body: TermsIn, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> RuleOut:
    """Give the rule a new version; what was sold keeps the version it was sold under."""
    terms = Terms(body.percent_bps, body.fixed_minor, body.valid_from, body.further_fixed)
    async with house.db.begin(tenant.id) as uow:
        return _out(await rules.change(uow, tenant.id, rule_id, terms, actor_ref=caller.actor_ref))


@router.delete("/admin/commission-rules/{rule_id}", responses=problems(NotFound, *_ADMIN))
async def retire_rule(rule_id: RuleId, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> RuleOut:
    """End the rule for new sales."""
    async with house.db.begin(tenant.id) as uow:
        return _out(await rules.retire(uow, tenant.id, rule_id, actor_ref=caller.actor_ref))


def _out(rule: Rule | Refusal) -> RuleOut:
    return RuleOut.of(unrefused(rule))
