"""A marketplace sells in a further currency, or no longer does. Every amount it needs is said in that currency; none is converted.

Whether somebody may is the route's to say (a super admin), or the machine's (the operator); the record says who did.
"""

from dataclasses import dataclass, replace

from velora.kernel.errors import Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.commission import service as commission
from velora.modules.pricing import service as pricing
from velora.modules.pricing.service import EVERY_SELLER, Rate, ShippingRule
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import FurtherCurrency
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class NewCurrency:
    """What a marketplace needs to say to sell in it: the payout threshold, and what the delivery of sellers without own terms costs."""

    currency: str
    payout_threshold_minor: int
    delivery: Rate | None = None


async def sell_in(uow: UnitOfWork, tenant_id: int, new: NewCurrency, *, actor_ref: str, address: str = "") -> TenantFacts | Refusal:
    """Sellers can give prices in the currency, and buyers choose it. Asked again it changes the amounts."""
    tenant = await tenants.sell_in(uow, tenant_id, FurtherCurrency(new.currency, new.payout_threshold_minor))
    if isinstance(tenant, Refusal):
        return tenant
    if refusal := await _delivery(uow, tenant_id, new) or await _fixed_parts(uow, tenant_id, new.currency):
        return refusal
    detail: dict[str, object] = {"currency": new.currency, "payout_threshold_minor": new.payout_threshold_minor}
    await _record(uow, tenant_id, "tenants.currency_added", detail, actor_ref, address)
    return tenant


async def stop_selling_in(uow: UnitOfWork, tenant_id: int, currency: str, *, actor_ref: str, address: str = "") -> TenantFacts | Refusal:
    """Nothing is for sale in the currency from now on. Prices in it are kept, orders go on, and what was earned in it is paid out."""
    tenant = await tenants.stop_selling_in(uow, tenant_id, currency)
    if isinstance(tenant, TenantFacts):
        await _record(uow, tenant_id, "tenants.currency_ended", {"currency": currency}, actor_ref, address)
    return tenant


async def _delivery(uow: UnitOfWork, tenant_id: int, new: NewCurrency) -> Invalid | NotFound | None:
    """Delivery on the marketplace's own terms has a price in the currency, or costs nothing in any."""
    key = (tenant_id, EVERY_SELLER)
    rule: ShippingRule = (await pricing.shipping_rules(uow, {key}))[key]
    if new.delivery is None:
        if rule.flat_minor and new.currency not in rule.further:
            return Invalid("/delivery", f"Say what delivery costs in {new.currency} where sellers have no terms of their own.")
        return None
    wanted = replace(rule, further={**rule.further, new.currency: new.delivery})
    refused = (await pricing.set_shipping_rules(uow, {key: wanted})).get(key)
    return refused and Invalid(refused.pointer.replace(f"/further/{new.currency}", "/delivery"), refused.problem)


async def _fixed_parts(uow: UnitOfWork, tenant_id: int, currency: str) -> Invalid | None:
    """Every commission rule with a fixed part says how much that is in the currency."""
    rules = (await commission.standing(uow, {tenant_id}))[tenant_id]
    unsaid = next((rule for rule in rules if rule.fixed_in(currency) is None), None)
    if unsaid is None:
        return None
    name = encode("rul", unsaid.rule_id)
    return Invalid("/currency", f"Commission rule {name} takes a fixed part. Say first how much that is in {currency} (further_fixed).")


async def _record(uow: UnitOfWork, tenant_id: int, action: str, detail: dict[str, object], actor_ref: str, address: str) -> None:
    await audit.record(uow, [audit.Entry(tenant_id, actor_ref, action, encode("ten", tenant_id), detail, address)])
