"""Commands about sellers' tiers and webhooks, on a home of their own."""

import asyncio
import json

from tests.builders.people import a_seller, a_tenant, an_account
from tests.builders.webhooks import listens
from tests.module.apps.conftest import Velora
from velora.apps.cli.home import at_home
from velora.flows.webhooks import telling
from velora.kernel.events import numbered
from velora.modules.audit import service as audit
from velora.modules.catalog.events import ListingChanged
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.service import Owner
from velora.platform.settings import read_settings


async def a_world() -> str:
    """A marketplace that listens, with one delivery on its way, and a seller whose endpoint is disabled; the seller's short name."""
    async with at_home(read_settings()) as house:
        async with house.db.begin(None) as uow:
            tenant = await a_tenant(uow, "nordmarkt")
            seller = await a_seller(uow, (await an_account(uow)).id, at=(tenant.id,))
        await listens(house, Owner.tenant(tenant.id), "https://erp.example.com/s3cret")
        off = await listens(house, Owner.seller(seller.id), "https://shop.example.com/hook")
        async with house.db.begin(None) as uow:
            await telling.enqueue(uow, [numbered(ListingChanged(tenant.id, 5), uow.new_id())])
            await webhooks.disable(uow, off.endpoint.owner, off.endpoint.id)
        return seller.slug


async def tier_changes() -> list[dict[str, object]]:
    async with at_home(read_settings()) as house, house.db.read(None) as uow:
        return [dict(one.entry.detail) for one in (await audit.records(uow, None, action="sellers.tier_changed")).data]


def test_every_endpoint_is_shown_with_whose_it_is_and_what_waits_and_no_more_of_its_url_than_the_host(velora: Velora):
    slug = asyncio.run(a_world())
    shown = velora("webhooks", "list", "--json")
    assert "s3cret" not in shown.stdout
    found = {one["owner"]: (one["host"], one["state"], one["reason"], one["waiting"]) for one in json.loads(shown.stdout)}
    assert found == {
        "marketplace nordmarkt": ("erp.example.com", "enabled", "", 1),
        f"seller {slug}": ("shop.example.com", "disabled", "asked", 0),
    }
    troubled = json.loads(velora("webhooks", "list", "--troubled", "--json").stdout)
    assert [one["owner"] for one in troubled] == [f"seller {slug}"]
    assert "erp.example.com" in velora("webhooks", "list").stdout


def test_a_seller_is_put_into_another_tier_on_record(velora: Velora):
    slug = asyncio.run(a_world())
    assert json.loads(velora("seller", "tier", slug, "pro", "--json").stdout)["tier"] == "pro"
    assert velora("seller", "tier", "nobody", "pro").exit_code == 2
    assert velora("seller", "tier", slug, "gold").exit_code == 2
    assert asyncio.run(tier_changes()) == [{"from": "standard", "to": "pro"}]


def test_where_nobody_listens_that_is_said(velora: Velora):
    assert "Nobody has an endpoint yet." in velora("webhooks", "list").stdout
