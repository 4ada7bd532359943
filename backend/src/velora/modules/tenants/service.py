"""Use cases of tenants. Those that look for a tenant run in platform scope: no tenant is known yet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from velora.kernel.colours import Oklch
from velora.kernel.errors import Invalid, NotFound
from velora.modules.tenants import policy, repository
from velora.modules.tenants.errors import HostTaken, NotInThatState, SlugTaken
from velora.modules.tenants.events import TenantCreated, TenantResumed, TenantSuspended
from velora.modules.tenants.models import Tenant
from velora.modules.tenants.policy import (
    CARDS_ALONE,
    BankDetails,
    CashOnDelivery,
    Charged,
    FurtherCurrency,
    Hero,
    NewTenant,
    OnInvoice,
    PaidLater,
    Theme,
)
from velora.platform.db import UnitOfWork

__all__ = [
    "ACTIVE", "SUSPENDED", "BankDetails", "CashOnDelivery", "OnInvoice", "PaidLater", "TenantFacts", "all_tenants", "by_host", "by_id",
    "by_slug", "create", "dress", "let_pay_later", "named", "resume", "sell_in", "stop_selling_in", "suspend",
]  # fmt: skip

ACTIVE: Final = "active"
SUSPENDED: Final = "suspended"


@dataclass(frozen=True)
class TenantFacts:
    """A marketplace as the others see it."""

    id: int
    slug: str
    name: str
    tagline: str
    currency: str
    locale: str
    tax_mode: str
    country: str
    countries: tuple[str, ...]
    theme: Theme
    state: str
    escrow_days: int
    reserve_bps: int
    payout_threshold_minor: int
    domains: tuple[str, ...]
    charged: Charged
    further: tuple[FurtherCurrency, ...] = ()
    paid_later: PaidLater = CARDS_ALONE

    @property
    def is_open(self) -> bool:
        return self.state == ACTIVE

    @property
    def currencies(self) -> tuple[str, ...]:
        """What it sells in, the main one first."""
        return (self.currency, *self.further_currencies)

    @property
    def further_currencies(self) -> tuple[str, ...]:
        """What it sells in beside the main one."""
        return tuple(one.currency for one in self.further if one.sold)

    @property
    def payout_thresholds(self) -> dict[str, int]:
        """From how much on a seller is paid, in each currency that was ever sold in."""
        return {one.currency: one.payout_threshold_minor for one in self.further} | {self.currency: self.payout_threshold_minor}


def main_first(currencies: Iterable[str], markets: Iterable[TenantFacts]) -> list[str]:
    """Each of the currencies once: those that a marketplace mainly sells in before the others, both by name."""
    main = {market.currency for market in markets}
    return sorted(set(currencies), key=lambda currency: (currency not in main, currency))


async def create(uow: UnitOfWork, wanted: Sequence[NewTenant]) -> list[TenantFacts | Invalid | SlugTaken | HostTaken]:
    """Every marketplace that may be is, open and empty; the others learn what is wrong."""
    slugs = {tenant.slug for tenant in await repository.tenants(uow, Tenant.slug.in_({new.slug for new in wanted}))}
    hosts = set(await repository.owners(uow, {host for new in wanted for host in new.domains}))
    outcomes: list[TenantFacts | Invalid | SlugTaken | HostTaken] = []
    for new in wanted:
        refusal = policy.check(new) or _taken(new, slugs, hosts)
        if refusal is None:
            slugs.add(new.slug)
            hosts.update(new.domains)
        outcomes.append(refusal or _facts_of_new(uow.new_id(), new))
    created = [outcome for outcome in outcomes if isinstance(outcome, TenantFacts)]
    await repository.add(
        uow,
        [_row(tenant) | {"created_at": uow.now} for tenant in created],
        [{"tenant_id": tenant.id, "host": host} for tenant in created for host in tenant.domains],
    )
    uow.tell(TenantCreated(tenant.id) for tenant in created)
    return outcomes


async def by_host(uow: UnitOfWork, header: str) -> TenantFacts | None:
    """The marketplace that this Host header leads to: one of its domains, or `{slug}.localhost`."""
    host = policy.normal_host(header)
    owners = await repository.owners(uow, {host})
    if host in owners:
        return (await by_id(uow, {owners[host]})).get(owners[host])
    slug = policy.slug_in(host)
    return (await by_slug(uow, {slug})).get(slug) if slug else None


async def named(uow: UnitOfWork, slug: str) -> TenantFacts:
    """The marketplace of this short name. Raises NotFound."""
    found = (await by_slug(uow, {slug})).get(slug)
    if found is None:
        raise NotFound("marketplace", slug)
    return found


async def by_slug(uow: UnitOfWork, slugs: Collection[str]) -> dict[str, TenantFacts]:
    """The marketplaces of these short names; the unknown are missing."""
    found = await _facts(uow, await repository.tenants(uow, Tenant.slug.in_(slugs)))
    return {tenant.slug: tenant for tenant in found}


async def by_id(uow: UnitOfWork, ids: Collection[int]) -> dict[int, TenantFacts]:
    """The marketplaces of these ids; the unknown are missing."""
    return {tenant.id: tenant for tenant in await _facts(uow, await repository.tenants(uow, Tenant.id.in_(ids)))}


async def all_tenants(uow: UnitOfWork) -> list[TenantFacts]:
    """Every marketplace, oldest first, suspended ones too."""
    return await _facts(uow, await repository.tenants(uow))


async def suspend(uow: UnitOfWork, ids: Sequence[int]) -> list[TenantFacts | NotFound | NotInThatState]:
    """These marketplaces are closed for everyone until resumed."""
    outcomes = await _change_state(uow, ids, SUSPENDED)
    uow.tell(TenantSuspended(outcome.id) for outcome in outcomes if isinstance(outcome, TenantFacts))
    return outcomes


async def resume(uow: UnitOfWork, ids: Sequence[int]) -> list[TenantFacts | NotFound | NotInThatState]:
    """These marketplaces are open again."""
    outcomes = await _change_state(uow, ids, ACTIVE)
    uow.tell(TenantResumed(outcome.id) for outcome in outcomes if isinstance(outcome, TenantFacts))
    return outcomes


async def dress(uow: UnitOfWork, tenant_id: int, theme: Theme) -> TenantFacts | Invalid | NotFound:
    """The marketplace shows this face from now on, if it can be read."""
    if refusal := policy.check_theme(theme):
        return refusal
    await repository.set_theme(uow, tenant_id, asdict(theme))
    return (await by_id(uow, {tenant_id})).get(tenant_id) or NotFound("marketplace", str(tenant_id))


async def let_pay_later(uow: UnitOfWork, tenant_id: int, wanted: PaidLater) -> TenantFacts | Invalid | NotFound:
    """The marketplace's buyers may pay later in these ways from now on, and in no other. What was ordered before stands."""
    if refusal := policy.check_paid_later(wanted):
        return refusal
    await repository.set_paid_later(uow, tenant_id, wanted.stored)
    return (await by_id(uow, {tenant_id})).get(tenant_id) or NotFound("marketplace", str(tenant_id))


async def sell_in(uow: UnitOfWork, tenant_id: int, further: FurtherCurrency) -> TenantFacts | Invalid | NotFound:
    """The marketplace sells in this currency too, and pays its sellers in it from that threshold on. Set anew when it does already."""
    return await _set_further(uow, tenant_id, further)


async def stop_selling_in(uow: UnitOfWork, tenant_id: int, currency: str) -> TenantFacts | NotFound | Invalid:
    """Nothing is for sale in this currency any more. Prices in it are kept, orders go on, and what was earned in it is paid out."""
    tenant = await _locked(uow, tenant_id)
    if isinstance(tenant, NotFound):
        return tenant
    if currency == tenant.currency:
        return Invalid("/currency", f"{currency} is the marketplace's main currency; it always sells in it.")
    if currency not in tenant.currencies:
        return Invalid("/currency", f"It does not sell in {currency}. It sells in {', '.join(tenant.currencies)}.")
    [standing] = [one for one in tenant.further if one.currency == currency]
    return await _set_further(uow, tenant_id, replace(standing, sold=False))


async def _set_further(uow: UnitOfWork, tenant_id: int, further: FurtherCurrency) -> TenantFacts | Invalid | NotFound:
    tenant = await _locked(uow, tenant_id)
    if isinstance(tenant, NotFound):
        return tenant
    if refusal := policy.check_currency(tenant.currency, further):
        return refusal
    others = [one for one in tenant.further if one.currency != further.currency]
    changed = replace(tenant, further=tuple(sorted([*others, further], key=lambda one: one.currency)))
    await repository.set_further(uow, tenant_id, _stored(changed.further))
    return changed


async def _locked(uow: UnitOfWork, tenant_id: int) -> TenantFacts | NotFound:
    """The marketplace, changed by nobody else before this is over."""
    found = await _facts(uow, await repository.locked(uow, tenant_id))
    return found[0] if found else NotFound("marketplace", str(tenant_id))


def _stored(further: Sequence[FurtherCurrency]) -> dict[str, dict[str, Any]]:
    return {one.currency: {"payout_threshold_minor": one.payout_threshold_minor, "sold": one.sold} for one in further}


def _further(stored: Mapping[str, Mapping[str, Any]] | None) -> tuple[FurtherCurrency, ...]:
    return tuple(FurtherCurrency(name, one["payout_threshold_minor"], one["sold"]) for name, one in sorted((stored or {}).items()))


async def _change_state(uow: UnitOfWork, ids: Sequence[int], state: str) -> list[TenantFacts | NotFound | NotInThatState]:
    tenants = await by_id(uow, set(ids))
    changing = {tenant.id for tenant in tenants.values() if tenant.state != state}
    await repository.set_state(uow, changing, state)
    after = await by_id(uow, changing)
    return [
        after.get(id_) or (NotInThatState(tenants[id_].slug, state) if id_ in tenants else NotFound("marketplace", str(id_))) for id_ in ids
    ]


async def _facts(uow: UnitOfWork, tenants: Sequence[Tenant]) -> list[TenantFacts]:
    domains = await repository.domains(uow, {tenant.id for tenant in tenants})
    return [
        TenantFacts(
            id=tenant.id, slug=tenant.slug, name=tenant.name, tagline=tenant.tagline, currency=tenant.currency, locale=tenant.locale,
            tax_mode=tenant.tax_mode, country=tenant.country, countries=tuple(tenant.countries), theme=_theme(tenant.theme),
            state=tenant.state, escrow_days=tenant.escrow_days, reserve_bps=tenant.reserve_bps,
            payout_threshold_minor=tenant.payout_threshold_minor, domains=domains.get(tenant.id, ()),
            charged="at_shipment" if tenant.charged == "at_shipment" else "at_order", further=_further(tenant.further_currencies),
            paid_later=PaidLater.of(tenant.paid_later),
        )
        for tenant in tenants
    ]  # fmt: skip


def _facts_of_new(id_: int, new: NewTenant) -> TenantFacts:
    return TenantFacts(
        id=id_, slug=new.slug, name=new.name.strip(), tagline=new.tagline, currency=new.currency, locale=new.locale,
        tax_mode=new.tax_mode, country=new.country, countries=new.countries or (new.country,), theme=new.theme, state=ACTIVE,
        escrow_days=new.escrow_days, reserve_bps=new.reserve_bps, payout_threshold_minor=new.payout_threshold_minor, domains=new.domains,
        charged=new.charged, further=tuple(sorted(new.further, key=lambda one: one.currency)),
    )  # fmt: skip


def _row(tenant: TenantFacts) -> dict[str, object]:
    row = asdict(tenant)
    del row["domains"], row["further"]
    row["further_currencies"], row["paid_later"] = _stored(tenant.further), tenant.paid_later.stored
    return row


def _taken(new: NewTenant, slugs: set[str], hosts: set[str]) -> SlugTaken | HostTaken | None:
    if new.slug in slugs:
        return SlugTaken(new.slug)
    host = next((host for host in new.domains if host in hosts), None)
    return HostTaken(host) if host else None


def _theme(stored: Mapping[str, Any]) -> Theme:  # JSON, as asdict(Theme) wrote it
    hero = stored["hero"]
    return Theme(
        accent=Oklch(**stored["accent"]),
        display_font=stored["display_font"],
        radius=stored["radius"],
        hero=Hero(hero["badge"], hero["title"], hero["text"], hero["cta"], tuple(hero["pictures"]), hero["category_slug"]),
        announcement=stored["announcement"],
    )
