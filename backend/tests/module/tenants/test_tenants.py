"""Marketplaces, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.builders.people import a_new_tenant, a_tenant
from velora.kernel.colours import Oklch
from velora.kernel.errors import Invalid, NotFound
from velora.modules.tenants import service
from velora.modules.tenants.errors import HostTaken, NotInThatState, SlugTaken
from velora.modules.tenants.models import Tenant, TenantDomain
from velora.modules.tenants.policy import Hero, Theme
from velora.platform.db import ACROSS_TENANTS, Database, UnitOfWork
from velora.platform.db.outbox import OutboxEvent


async def test_a_marketplace_is_found_by_id_slug_domain_and_laptop_host(uow: UnitOfWork) -> None:
    nord = await a_tenant(uow, "nordmarkt", domains=("shop.nordmarkt.example", "nordmarkt.example"))
    assert await service.by_id(uow, {nord.id}) == await service.by_id(uow, {nord.id, 1})
    found = (await service.by_id(uow, {nord.id}))[nord.id]
    assert found == (await service.by_slug(uow, {"nordmarkt", "unknown"}))["nordmarkt"]
    for header in ("Shop.Nordmarkt.example:443", "nordmarkt.example", "nordmarkt.localhost:8000"):
        assert await service.by_host(uow, header) == found
    assert (found.name, found.countries, found.domains) == ("Nordmarkt", ("DE",), ("nordmarkt.example", "shop.nordmarkt.example"))
    assert found.is_open


@pytest.mark.parametrize("header", ["localhost:8000", "unknown.localhost", "example.com", "", "evil.nordmarkt.localhost", "nordmarkt"])
async def test_any_other_host_leads_nowhere(uow: UnitOfWork, header: str) -> None:
    await a_tenant(uow, "nordmarkt")
    assert await service.by_host(uow, header) is None


async def test_a_slug_and_a_domain_lead_to_one_marketplace_and_the_refused_leave_nothing(uow: UnitOfWork) -> None:
    await a_tenant(uow, "nordmarkt", domains=("nordmarkt.example",))
    before = await uow.scalar(select(func.count()).select_from(Tenant))
    outcomes = await service.create(
        uow,
        [
            a_new_tenant("nordmarkt"),
            a_new_tenant("harbour", domains=("nordmarkt.example",)),
            a_new_tenant("Bad Slug"),
            a_new_tenant("sunrise", domains=("sunrise.example",)),
            a_new_tenant("sunrise"),
            a_new_tenant("sunset", domains=("sunrise.example",)),
        ],
    )
    assert outcomes[:2] == [SlugTaken("nordmarkt"), HostTaken("nordmarkt.example")]
    assert isinstance(outcomes[2], Invalid)
    assert isinstance(outcomes[3], service.TenantFacts)
    assert outcomes[4:] == [SlugTaken("sunrise"), HostTaken("sunrise.example")]
    assert await uow.scalar(select(func.count()).select_from(Tenant)) == (before or 0) + 1
    hosts = await uow.entities(select(TenantDomain.host).execution_options(**ACROSS_TENANTS))
    assert {"nordmarkt.example", "sunrise.example"} <= set(hosts)


async def test_a_face_is_kept_as_it_was_given(uow: UnitOfWork) -> None:
    nord = await a_tenant(uow)
    hero = Hero(badge="Neu", title="Gutes für zu Hause", pictures=("lamp", "chair"), category_slug="lampen")
    theme = Theme(accent=Oklch(0.4, 0.1, 250.5), display_font="Newsreader", radius=4, hero=hero, announcement="Versandfrei ab 50 €")
    dressed = await service.dress(uow, nord.id, theme)
    assert isinstance(dressed, service.TenantFacts)
    assert dressed.theme == theme
    assert (await service.by_id(uow, {nord.id}))[nord.id] == dressed


async def test_a_face_that_cannot_be_read_changes_nothing(uow: UnitOfWork) -> None:
    nord = await a_tenant(uow)
    assert isinstance(await service.dress(uow, nord.id, Theme(accent=Oklch(0.9, 0.1, 100))), Invalid)
    assert (await service.by_id(uow, {nord.id}))[nord.id].theme == nord.theme
    assert isinstance(await service.dress(uow, 1, Theme()), NotFound)


async def test_marketplaces_are_suspended_and_resumed_each_for_itself(db: Database) -> None:
    async with db.begin(None) as uow:
        nord, harbour = await a_tenant(uow), await a_tenant(uow)
        [closed, unknown] = await service.suspend(uow, [nord.id, 1])
        assert isinstance(closed, service.TenantFacts)
        assert not closed.is_open
        assert isinstance(unknown, NotFound)
        assert await service.suspend(uow, [nord.id]) == [NotInThatState(nord.slug, "suspended")]
        assert (await service.by_id(uow, {harbour.id}))[harbour.id].is_open
        [opened] = await service.resume(uow, [nord.id])
        assert isinstance(opened, service.TenantFacts)
        assert opened.is_open
        assert await service.resume(uow, [nord.id]) == [NotInThatState(nord.slug, "active")]
    async with db.read(None) as uow:
        told = select(OutboxEvent.type).where(OutboxEvent.tenant_id == nord.id).order_by(OutboxEvent.id)
        types = await uow.entities(told)
    assert types == ["tenants.tenant_created.v1", "tenants.tenant_suspended.v1", "tenants.tenant_resumed.v1"]


async def test_all_marketplaces_are_listed_oldest_first(uow: UnitOfWork) -> None:
    nord, harbour = await a_tenant(uow), await a_tenant(uow)
    assert [tenant.id for tenant in await service.all_tenants(uow) if tenant.id in {nord.id, harbour.id}] == [nord.id, harbour.id]


async def test_currencies_are_told_main_ones_first(uow: UnitOfWork) -> None:
    nord = await a_tenant(uow)
    markets = [nord, replace(nord, currency="GBP")]
    assert service.main_first(["SEK", "GBP", "DKK", "EUR", "EUR"], markets) == ["EUR", "GBP", "DKK", "SEK"]
