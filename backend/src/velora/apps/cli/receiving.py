"""`velora receipts`: what came by bank transfer or from couriers, and the orders that wait for it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Exit, give, run, say, stop_with, table
from velora.apps.cli.home import at_home, tenant_named
from velora.flows.receipts.run import Report, import_receipts
from velora.flows.receipts.waiting import Waiting, waiting_orders
from velora.flows.second_person import Hand
from velora.kernel.ids import encode
from velora.kernel.money import show
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts
from velora.modules.tenants import service as tenants
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="What came without a gateway: take in a statement, list it, see who has not paid.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")]
_SHOWN: Final = 200


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file in UTF-8, one movement a row.")],
    tenant: Annotated[str, typer.Option("--tenant", help="The marketplace into whose account it came, by its short name.")],
    json: AsJson = False,
) -> None:
    """Record what came: columns date (2026-04-17), amount (115.56), currency, reference, and, where known, text and order.

    Good rows go in; the others are told, and the command ends with 1. A row is known by its reference, so the same file again does nothing
    new. What names an order that waits pays it at once; so does what its text names.

    Examples:

      velora receipts import statement.csv --tenant nordmarkt

      velora receipts import courier.csv --tenant nordmarkt --json
    """
    report = run(_import(read_settings(), file, tenant))
    if json:
        give(asdict(report))
    else:
        say(f"{report.recorded} of {report.rows} rows are new in the books; {report.known} were there before.")
        say(f"Of the new ones {report.taken} paid an order, and {report.kept} are kept until the rest has come.")
        if report.errors:
            table(("Row", "Column", "What to do"), [(error.row, error.column, error.problem) for error in report.errors], right=("Row",))
    if report.errors:
        stop_with(Exit.WRONG)


@app.command("list")
def list_(tenant: Tenant = "", json: AsJson = False) -> None:
    """Show what came without a gateway, newest first, and what became of each.

    Example:

      velora receipts list --tenant nordmarkt
    """
    found = run(_listed(read_settings(), tenant))
    if json:
        give([_as_json(one, market) for one, market in found])
    elif not found:
        say("Nothing was recorded. Take in a statement: velora receipts import statement.csv --tenant …")
    else:
        rows = [
            (one.ref, str(one.facts["valued_on"]), market, show(one.received_minor, one.currency), one.gateway_ref, one.state,
             encode("ord", one.order_id) if one.order_id else "–")
            for one, market in found
        ]  # fmt: skip
        table(("id", "day", "marketplace", "amount", "reference", "state", "order"), rows, right=("amount",))


@app.command("waiting")
def waiting(tenant: Tenant = "", json: AsJson = False) -> None:
    """Show the orders whose money has not come, the longest due first.

    Example:

      velora receipts waiting --tenant nordmarkt
    """
    found = run(_waiting(read_settings(), tenant))
    if json:
        give([_waiting_as_json(one, market) for one, market in found])
    elif not found:
        say("No order waits for its money.")
    else:
        rows = [
            (encode("ord", one.order_id), market, one.method, f"{one.due_at:%Y-%m-%d}" if one.due_at else "–", one.bucket,
             show(one.due_minor, one.currency), show(one.kept_minor, one.currency))
            for one, market in found
        ]  # fmt: skip
        table(("order", "marketplace", "method", "due", "days late", "to come", "kept"), rows, right=("to come", "kept"))


def _as_json(one: CaseFacts, market: str) -> dict[str, object]:
    return {
        "id": one.ref, "tenant": market, "reference": one.gateway_ref, "amount_minor": one.received_minor, "rest_minor": one.split_minor,
        "currency": one.currency, "valued_on": one.facts["valued_on"], "state": one.state, "settlement": one.settlement,
        "order_id": encode("ord", one.order_id) if one.order_id else None,
    }  # fmt: skip


def _waiting_as_json(one: Waiting, market: str) -> dict[str, object]:
    return {
        "order_id": encode("ord", one.order_id), "tenant": market, "method": one.method, "late_days": one.late_days,
        "due_at": one.due_at.isoformat() if one.due_at else None, "due_minor": one.due_minor, "kept_minor": one.kept_minor,
        "currency": one.currency,
    }  # fmt: skip


async def _import(settings: Settings, file: Path, slug: str) -> Report:
    async with at_home(settings) as house:
        return await import_receipts(house, await tenant_named(house, slug), file, Hand("operator"))


async def _listed(settings: Settings, slug: str) -> list[tuple[CaseFacts, str]]:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id if slug else None
        async with house.db.read(None) as uow:
            found = await suspense.listed(uow, tenant_id, source=suspense.RECEIPT, limit=_SHOWN)
            markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    return [(one, markets[one.tenant_id].slug) for one in found]


async def _waiting(settings: Settings, slug: str) -> list[tuple[Waiting, str]]:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id if slug else None
        async with house.db.read(None) as uow:
            found = await waiting_orders(uow, tenant_id)
            markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    return [(one, markets[one.tenant_id].slug) for one in found]
