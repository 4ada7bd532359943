"""`velora disputes`: what buyers' banks took back."""

from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say, table
from velora.apps.cli.home import at_home, tenant_id_of
from velora.kernel.ids import encode
from velora.kernel.money import show
from velora.modules.disputes import service as disputes_service
from velora.modules.disputes.service import DisputeFacts, State
from velora.modules.tenants import service as tenants
from velora.platform.settings import Settings, read_settings

disputes = typer.Typer(help="What buyers' banks took back, and how each dispute has ended.", no_args_is_help=True)
_SHOWN: Final = 200


@disputes.callback()
def disputes_callback() -> None:
    """What buyers' banks took back, and how each dispute has ended."""


@disputes.command("list")
def list_disputes(
    state: Annotated[str, typer.Option(help=f"Only these: {', '.join(State)}. All of them if not given.")] = "",
    tenant: Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Show what buyers' banks took back, newest first. Evidence is given at the gateway, until the day named here.

    Examples:

      velora disputes list --state open

      velora disputes list --tenant nordmarkt --json
    """
    if state and state not in {*State}:
        raise Complaint(f"{state} is no state of a dispute. Choose one of {', '.join(State)}.", Exit.USAGE)
    found = run(_listed(read_settings(), {State(state)} if state else set(), tenant))
    if json:
        give([_as_json(one, market) for one, market in found])
    elif not found:
        say(f"No dispute is {state}." if state else "No bank has taken anything back.")
    else:
        rows = [
            (one.ref, market, encode("ord", one.order_id) if one.order_id else "–", show(one.amount_minor, one.currency), one.reason,
             f"{one.answer_by:%Y-%m-%d}" if one.answer_by and one.state is State.OPEN else "–", one.state)
            for one, market in found
        ]  # fmt: skip
        table(("id", "marketplace", "order", "amount", "reason", "answer by", "state"), rows, right=("amount",))


def _as_json(one: DisputeFacts, market: str) -> dict[str, object]:
    return {
        "id": one.ref, "tenant": market, "order_id": encode("ord", one.order_id) if one.order_id else None, "state": one.state,
        "reason": one.reason, "amount_minor": one.amount_minor, "taken_minor": one.taken_minor,
        "fee_minor": one.fee_minor - one.fee_back_minor, "suspended_minor": one.suspended_minor, "currency": one.currency,
        "opened_at": one.opened_at.isoformat(), "answer_by": one.answer_by.isoformat() if one.answer_by else None,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None, "gateway": one.gateway, "gateway_ref": one.gateway_ref,
        "shares": [
            {"seller_id": encode("sel", share.seller_id), "seller_order_id": encode("sor", share.seller_order_id),
             "amount_minor": share.gross_minor, "held_minor": share.held_minor if one.state is State.OPEN else 0,
             "owed_minor": share.debt_minor}
            for share in one.shares
        ],
    }  # fmt: skip


async def _listed(settings: Settings, states: set[State], slug: str) -> list[tuple[DisputeFacts, str]]:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(None) as uow:
            found = await disputes_service.listed(uow, tenant_id, states=states, limit=_SHOWN)
            markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    return [(one, markets[one.tenant_id].slug) for one in found]
