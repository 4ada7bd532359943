"""Use cases of tenants. Those that look for a tenant run in platform scope: no tenant is known yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from velora.kernel.colours import Oklch
from velora.kernel.errors import Invalid, NotFound
from velora.modules.tenants import policy, repository
from velora.modules.tenants.errors import HostTaken, NotInThatState, SlugTaken
from velora.modules.tenants.events import TenantCreated, TenantResumed, TenantSuspended
from velora.modules.tenants.models import Tenant
from velora.modules.tenants.policy import Charged, Hero, NewTenant, Theme
from velora.platform.db import UnitOfWork

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

    @property
    def is_open(self) -> bool:
        return self.state == ACTIVE


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
            charged="at_shipment" if tenant.charged == "at_shipment" else "at_order",
        )
        for tenant in tenants
    ]  # fmt: skip


def _facts_of_new(id_: int, new: NewTenant) -> TenantFacts:
    return TenantFacts(
        id=id_, slug=new.slug, name=new.name.strip(), tagline=new.tagline, currency=new.currency, locale=new.locale,
        tax_mode=new.tax_mode, country=new.country, countries=new.countries or (new.country,), theme=new.theme, state=ACTIVE,
        escrow_days=new.escrow_days, reserve_bps=new.reserve_bps, payout_threshold_minor=new.payout_threshold_minor, domains=new.domains,
        charged=new.charged,
    )  # fmt: skip


def _row(tenant: TenantFacts) -> dict[str, object]:
    row = asdict(tenant)
    del row["domains"]
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
