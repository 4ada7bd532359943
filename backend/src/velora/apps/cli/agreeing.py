"""`velora approvals` and `velora suspense`: what waits for a second person, and what lies on finance's desk."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, table
from velora.apps.cli.home import at_home, tenant_id_of
from velora.flows.four_eyes.decide import Decision, approve, expire_approvals, find, follow_up, reject
from velora.flows.house import TradingHouse
from velora.flows.screens.finance.names import actors_of
from velora.flows.second_person import Hand
from velora.flows.suspense import desk
from velora.flows.suspense.desk import KINDS, Item
from velora.kernel.errors import Refusal
from velora.kernel.ids import decode, encode
from velora.kernel.money import show
from velora.modules.approvals import service as approvals_service
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, State
from velora.modules.identity import policy as identity_policy
from velora.modules.identity import service as identity
from velora.modules.suspense.service import CaseState
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.settings import Settings, read_settings

approvals = typer.Typer(help="What waits for a second person: look at it, agree to it, turn it down.", no_args_is_help=True)
suspense = typer.Typer(help="Money that matches nothing, and what the gateway has not answered.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="ID", help="Id of the request: apr_…")]
By = Annotated[str, typer.Option("--by", help="Address of the account that decides: somebody else than who asked.")]
Deciding = Callable[[UnitOfWork, Sequence[Decision]], Awaitable[list[ApprovalFacts | Refusal]]]
Named = tuple[ApprovalFacts, dict[str, str], str]  # with the names of its people, and its marketplace
_SHOWN: Final = 200


@approvals.command("list")
def list_approvals(
    state: Annotated[str, typer.Option(help=f"Only these: {', '.join(State)}.")] = State.REQUESTED,
    tenant: Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Show what waits for a second person, newest first.

    Examples:

      velora approvals list

      velora approvals list --state done --tenant nordmarkt --json
    """
    if state not in {*State}:
        raise Complaint(f"{state} is no state of a request. Choose one of {', '.join(State)}.", Exit.USAGE)
    found = run(_listed(read_settings(), State(state), tenant))
    if json:
        give([_as_json(one) for one in found])
    elif not found:
        say("Nothing waits for a second person." if state == State.REQUESTED else f"Nothing is {state}.")
    else:
        rows = [
            (one.ref, one.matter.action, one.matter.subject, _amount(one), names[one.requested_by], f"{one.expires_at:%Y-%m-%d %H:%M}")
            for one, names, _ in found
        ]
        table(("id", "action", "of", "amount", "asked by", "until (UTC)"), rows, right=("amount",))


@approvals.command("show")
def show_approval(which: Which, json: AsJson = False) -> None:
    """Show what exactly would be done, who asked for it and until when.

    Example:

      velora approvals show apr_01KAB3Z8Q4RST
    """
    _tell(run(_one(read_settings(), decode("apr", which))), as_json=json)


@approvals.command("approve")
def approve_command(which: Which, by: By, json: AsJson = False) -> None:
    """Agree to a request as the second person: what it says is done with that.

    Whoever asked cannot agree to it, and it must not be too late. Look at it first: velora approvals show.

    Example:

      velora approvals approve apr_01KAB3Z8Q4RST --by grace@example.com
    """
    _tell(run(_decide(read_settings(), which, by, "", approve)), as_json=json)


@approvals.command("reject")
def reject_command(
    which: Which, by: By, reason: Annotated[str, typer.Option(help="Why not; whoever asked reads it.")], json: AsJson = False
) -> None:
    """Turn a request down as the second person.

    Example:

      velora approvals reject apr_01KAB3Z8Q4RST --by grace@example.com --reason "Paid back by bank transfer already"
    """
    _tell(run(_decide(read_settings(), which, by, reason, reject)), as_json=json)


@suspense.command("list")
def list_suspense(
    tenant: Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")] = "",
    settled: Annotated[bool, typer.Option("--settled", help="What has been settled, instead of what is open.")] = False,
    json: AsJson = False,
) -> None:
    """Show money that matches nothing, and payments and refunds that the gateway has not answered, newest first.

    Finance settles them in the web application.

    Examples:

      velora suspense list

      velora suspense list --tenant nordmarkt --json
    """
    found = run(_desk(read_settings(), tenant, {CaseState.SETTLED} if settled else {*CaseState} - {CaseState.SETTLED}))
    if json:
        give([_item_as_json(item, market) for item, market in found])
    elif not found:
        say("Nothing has been settled." if settled else "The desk is empty: every payment is known, and all money belongs to somebody.")
    else:
        rows = [(one.ref, one.source, market, show(one.amount_minor, one.currency), f"{one.since:%Y-%m-%d %H:%M}", one.state)
                for one, market in found]  # fmt: skip
        table(("id", "what", "marketplace", "amount", "since (UTC)", "state"), rows, right=("amount",))


def _tell(named: Named, *, as_json: bool) -> None:
    one, names, market = named
    if as_json:
        give(_as_json(named))
        return
    payload = ", ".join(f"{name}: {value}" for name, value in one.matter.payload.items())
    told: dict[str, object] = {
        "Request": one.ref, "Action": one.matter.action, "Of": one.matter.subject, "Exactly": payload or "–", "Amount": _amount(one) or "–",
        "Where": market or "the whole installation", "Asked by": names[one.requested_by],
        "Until": f"{one.expires_at:%Y-%m-%d %H:%M} UTC", "State": one.state,
    }  # fmt: skip
    if one.decided_by:
        told |= {"Decided by": names[one.decided_by], "Reason": one.reason or "–"}
    facts(told)


def _as_json(named: Named) -> dict[str, object]:
    one, names, market = named
    return {
        "id": one.ref, "tenant": market or None, "action": one.matter.action, "subject": one.matter.subject,
        "payload": dict(one.matter.payload), "amount_minor": one.matter.amount_minor, "currency": one.matter.currency or None,
        "fingerprint": one.fingerprint.hex(), "requested_by": names[one.requested_by], "requested_at": one.requested_at.isoformat(),
        "expires_at": one.expires_at.isoformat(), "state": one.state, "decided_by": names.get(one.decided_by) or None,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None, "reason": one.reason,
    }  # fmt: skip


def _item_as_json(item: Item, market: str) -> dict[str, object]:
    return {
        "id": item.ref, "kind": item.kind, "source": item.source, "tenant": market, "amount_minor": item.amount_minor,
        "currency": item.currency, "since": item.since.isoformat(), "state": item.state, "gateway_ref": item.gateway_ref,
        "order_id": encode("ord", item.order_id) if item.order_id else None,
    }  # fmt: skip


def _amount(one: ApprovalFacts) -> str:
    return show(one.matter.amount_minor, one.matter.currency) if one.matter.currency else ""


async def _listed(settings: Settings, state: State, slug: str) -> list[Named]:
    async with at_home(settings) as house:
        await expire_approvals(house)
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(None) as uow:
            found = await approvals_service.listed(uow, tenant_id, states=[state], limit=_SHOWN)
            return [await _named(uow, one) for one in found.data]


async def _one(settings: Settings, approval_id: int) -> Named:
    async with at_home(settings) as house, house.db.read(None) as uow:
        return await _named(uow, await find(uow, approval_id))


async def _decide(settings: Settings, which: str, email: str, reason: str, deciding: Deciding) -> Named:
    approval_id = decode("apr", which)
    async with at_home(settings) as house:
        decision = await _decision(house, approval_id, identity_policy.normal_email(email), reason)
        outcome = await house.writes.submit(deciding, decision)
        await follow_up(house, [outcome])
        async with house.db.read(None) as uow:
            return await _named(uow, await find(uow, approval_id))


async def _decision(house: TradingHouse, approval_id: int, email: str, reason: str) -> Decision:
    """What this person says, as the person would say it in the web application: with the roles that the account has."""
    async with house.db.read(None) as uow:
        request = await find(uow, approval_id)
        account = (await identity.by_email(uow, {email})).get(email)
        if account is None:
            raise Complaint(f"Nobody has the address {email}. --by names the account that decides.")
        roles = (await identity.platform_roles(uow, {account.id}))[account.id]
    return Decision(request.tenant_id, approval_id, Hand(f"account:{account.id}"), roles, reason, request.fingerprint)


async def _named(uow: UnitOfWork, one: ApprovalFacts) -> Named:
    market = (await tenants.by_id(uow, {one.tenant_id} - {PLATFORM})).get(one.tenant_id)
    names = await actors_of(uow, {one.requested_by, one.decided_by} - {""})
    return one, dict(names), market.slug if market else ""


async def _desk(settings: Settings, slug: str, states: set[CaseState]) -> list[tuple[Item, str]]:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(None) as uow:
            found = await desk.listed(uow, tenant_id, kinds=set(KINDS.values()), states=states, cursor=None, limit=_SHOWN)
            markets = await tenants.by_id(uow, {item.tenant_id for item in found.data})
    return [(item, markets[item.tenant_id].slug) for item in found.data]
