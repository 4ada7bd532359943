"""`velora seller`: what a seller may beyond selling, by whoever runs the installation."""

from typing import Annotated

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say
from velora.apps.cli.home import at_home
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import Tier
from velora.modules.sellers.service import SellerFacts
from velora.platform.settings import Settings, read_settings

seller = typer.Typer(help="Sellers, across all marketplaces.", no_args_is_help=True)


@seller.callback()
def _group() -> None:  # pyright: ignore[reportUnusedFunction] -- keeps the one command a command of a group
    """Sellers, across all marketplaces."""


@seller.command()
def tier(
    slug: Annotated[str, typer.Argument(help="The seller's short name, the last part of its shop's address.")],
    wanted: Annotated[Tier, typer.Argument(help="pro has webhooks.")],
    json: AsJson = False,
) -> None:
    """Put a seller into another tier. What it has made in the one before is kept.

    Example:

      velora seller tier nordlauf pro
    """
    found = run(_put(read_settings(), slug, wanted))
    if json:
        give({"id": encode("sel", found.id), "slug": found.slug, "name": found.name, "tier": found.tier})
    else:
        say(f"{found.name} is {found.tier} now.")


async def _put(settings: Settings, slug: str, wanted: Tier) -> SellerFacts:
    async with at_home(settings) as house, house.db.begin(None) as uow:
        found = (await sellers.by_slug(uow, {slug})).get(slug)
        if found is None:
            raise Complaint(f"There is no seller {slug}. Look at the address of its shop.", Exit.USAGE)
        outcome = await sellers.set_tier(uow, found.id, wanted)
        if isinstance(outcome, Refusal):
            raise outcome
        detail = {"from": found.tier, "to": wanted.value}
        await audit.record(uow, [audit.Entry(PLATFORM, "operator", "sellers.tier_changed", encode("sel", found.id), detail)])
        return outcome
