"""`velora webhooks`: whom we tell of what happens, and whether that goes well."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from velora.apps.cli.console import AsJson, give, run, say, table
from velora.apps.cli.home import at_home
from velora.kernel.ids import encode
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.policy.endpoints import EndpointState
from velora.modules.webhooks.service import Endpoint
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="Whom we tell of what happens by webhook, and whether that goes well.", no_args_is_help=True)


@app.callback()
def _group() -> None:  # pyright: ignore[reportUnusedFunction] -- keeps the one command a command of a group
    """Whom we tell of what happens by webhook, and whether that goes well."""


@app.command("list")
def list_(
    troubled: Annotated[bool, typer.Option("--troubled", help="Only those that fail or are disabled.")] = False, json: AsJson = False
) -> None:
    """Show every endpoint, whose it is, how it stands and how many deliveries wait for it.

    Examples:

      velora webhooks list

      velora webhooks list --troubled --json
    """
    found = [one for one in run(_all(read_settings())) if not troubled or one["failures"] or one["state"] != EndpointState.ENABLED]
    if json:
        give(found)
    elif not found:
        say("There is none." if troubled else "Nobody has an endpoint yet.")
    else:
        rows = [(one["id"], one["owner"], one["host"], one["state"], one["reason"], one["failures"], one["waiting"]) for one in found]
        table(("endpoint", "of", "host", "state", "reason", "failures", "waiting"), rows, right=("failures", "waiting"))


async def _all(settings: Settings) -> list[dict[str, object]]:
    async with at_home(settings) as house, house.db.read(None) as uow:
        found = await webhooks.everywhere(uow)
        places = await tenants.by_id(uow, {one.owner.tenant_id for one, _ in found if not one.owner.is_seller})
        companies = await sellers.facts(uow, {one.owner.seller_id for one, _ in found if one.owner.is_seller})
    slugs = {one.id: one.slug for one in (*places.values(), *companies.values())}
    return [_shown(one, slugs.get(one.owner.seller_id or one.owner.tenant_id, ""), waiting) for one, waiting in found]


def _shown(one: Endpoint, owner: str, waiting: int) -> dict[str, object]:
    """Of the URL its host alone: the rest may be what its owner keeps to itself."""
    kind = "seller" if one.owner.is_seller else "marketplace"
    host = urlsplit(one.url).hostname or ""
    return {
        "id": encode("whe", one.id), "owner": f"{kind} {owner}", "host": host, "state": one.state.value, "reason": one.reason.value,
        "failures": one.failures, "waiting": waiting,
    }  # fmt: skip
