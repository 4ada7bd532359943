"""`velora ledger journals`, `show`, `trail` and `balance`: looking for journals, and reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, table
from velora.apps.cli.home import at_home, tenant_id_of, tenant_named
from velora.flows.house import TradingHouse
from velora.flows.screens.finance.journals.about import about, accounts_like
from velora.flows.screens.finance.journals.story import Story, story_of
from velora.kernel.ids import decode, encode
from velora.kernel.money import show
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import balance_of, kind_of
from velora.modules.ledger.service import Account, JournalView, LegView, Look
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.settings import Settings, read_settings

app = typer.Typer()

TenantOption = Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")]

_MOST: Final = 1 << 62


def moment(text: str) -> datetime | None:
    """What is written as a day or a moment, in UTC; None for nothing. Raises Complaint."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Complaint(f"{text} is no moment. Write it as 2026-10-31 or 2026-10-31T23:59:59.", Exit.USAGE) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody looks for, as it was typed."""

    tenant: str
    of: str
    account: str
    kind: str
    since: datetime | None
    until: datetime | None
    amounts: tuple[int, int] | None
    currency: str
    limit: int


@app.command("journals")
def journals_command(
    of: Annotated[str, typer.Option("--of", help="An order, part of one, payment, refund or payout by its id; or a key.")] = "",
    account: Annotated[str, typer.Option(help="An account by its id, or by code: 1010, 2010:sel_….")] = "",
    kind: Annotated[str, typer.Option(help="Only these, as capture, release, refund.")] = "",
    since: Annotated[str, typer.Option("--from", help="From this day on (UTC), as 2026-10-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Until before this day.")] = "",
    least: Annotated[int, typer.Option("--amount-from", min=0, help="The least, in minor units: of a posting, or of all together.")] = 0,
    most: Annotated[int, typer.Option("--amount-to", min=0, help="The most, in minor units.")] = 0,
    currency: Annotated[str, typer.Option(help="In which currency, as EUR.")] = "",
    tenant: TenantOption = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    json: AsJson = False,
) -> None:
    """Look for journals, newest first, by what they are for, whom they touch, when, of what kind and how much.

    Examples:

      velora ledger journals --account 2020:sel_03H4C1V8N2T7Q --from 2026-10-01

      velora ledger journals --kind refund --amount-from 10000 --currency EUR --json
    """
    amounts = (least or 1, most or _MOST) if least or most else None
    wish = Wish(
        tenant=tenant, of=of.strip(), account=account.strip(), kind=kind, since=moment(since), until=moment(until), amounts=amounts,
        currency=currency.upper(), limit=limit,
    )  # fmt: skip
    found = run(_explore(read_settings(), wish))
    if json:
        give([_as_json(one) for one in found])
    elif not found:
        say("No journal is like that.")
    else:
        table(("journal", "recorded (UTC)", "kind", "for", "amount"), [_row(one) for one in found], right=("amount",))


@app.command("show")
def show_command(
    journal: Annotated[str, typer.Argument(metavar="JOURNAL", help="A journal: jrn_…")],
    json: AsJson = False,
) -> None:
    """Show one journal: its postings, who caused it, what undid it, and the block that seals it.

    Example:

      velora ledger show jrn_03H4C1V8N2T7Q
    """
    told = run(_show(read_settings(), decode("jrn", journal)))
    if told is None:
        raise Complaint(f"There is no journal {journal}. velora ledger journals finds some.")
    one, block = told.journal, told.block
    undone = encode("jrn", told.reversed_by) if told.reversed_by else None
    if json:
        sealed = {"n": block.block.n, "hash": block.block_hash.hex(), "anchored": told.anchored} if block else None
        give(_as_json(one) | {"actor": one.actor_ref, "epoch": one.epoch, "block": sealed, "reversed_by": undone})
        return
    facts(
        {
            "Journal": encode("jrn", one.id), "Kind": one.kind, "Key": one.payload.get("key", "–"),
            "Where": told.told.markets[one.tenant_id].slug, "Recorded": f"{one.recorded_at:%Y-%m-%d %H:%M:%S} UTC",
            "Effective": f"{one.effective_at:%Y-%m-%d %H:%M:%S} UTC", "By": told.actor or one.actor_ref,
            "About": ", ".join(f"{name} {value}" for name, value in one.payload.items() if name != "key") or "–",
            "Reverses": encode("jrn", one.reverses_id) if one.reverses_id else "–", "Reversed by": undone or "–",
            "Block": f"{block.block.n}, {told.anchored}" if block else "not sealed yet",
        }
    )  # fmt: skip
    table(("debit", "credit", "amount"), [_leg(leg) for leg in one.legs], right=("amount",))


@app.command("trail")
def trail_command(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="An order: ord_…")],
    json: AsJson = False,
) -> None:
    """Show every movement of an order's money, oldest first: also what its bank only holds, as a memo (9010 against 9020).

    Example:

      velora ledger trail ord_03H4C1V8N2T7Q
    """
    decode("ord", order)
    found, archived = run(_trail(read_settings(), order))
    if json:
        give({"journals": [_as_json(one) for one in found], "only_in_archive": archived})
        return
    if archived:
        say(f"{archived} older journals of {order} are only in the archive of their month: velora archive status")
    if found:
        rows = [(f"{one.recorded_at:%Y-%m-%d %H:%M:%S}", one.kind, *_leg(leg), encode("jrn", one.id)) for one in found for leg in one.legs]
        table(("recorded (UTC)", "kind", "debit", "credit", "amount", "journal"), rows, right=("amount",))
    elif not archived:
        raise Complaint(f"No money of {order} was ever moved or held. Is it an order of this installation, and was it paid?")


@app.command("balance")
def balance_command(
    account: Annotated[str, typer.Argument(help="Code of an account: 1010, or 2020:sel_…; it also finds the accounts below it.")],
    tenant: TenantOption = "",
    at: Annotated[str, typer.Option(help="As it stood then (UTC), as 2026-10-31T23:59:59; now if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Say what accounts hold, now or at a moment, each on the side on which it grows.

    Examples:

      velora ledger balance 2020 --tenant nordmarkt

      velora ledger balance 1010 --at 2026-10-31T23:59:59
    """
    rows = run(_balance(read_settings(), account, tenant, moment(at)))
    if not rows:
        raise Complaint(f"No account has a code that begins with {account}. velora ledger trial-balance lists them.")
    if json:
        give(
            [
                {"account_id": encode("lac", one.id), "code": one.code, "currency": one.currency, "balance_minor": held}
                for one, held in rows
            ]
        )  # fmt: skip
    else:
        shown = [(one.code, kind_of(one.code).name, show(held, one.currency)) for one, held in rows]
        table(("code", "name", "balance"), shown, right=("balance",))


def _as_json(one: JournalView) -> dict[str, object]:
    return {
        "id": encode("jrn", one.id), "kind": one.kind, "key": one.payload.get("key"), "recorded_at": one.recorded_at.isoformat(),
        "effective_at": one.effective_at.isoformat(), "reverses": encode("jrn", one.reverses_id) if one.reverses_id else None,
        "about": {name: value for name, value in one.payload.items() if name != "key"},
        "legs": [
            {
                "debit": leg.debit.code, "credit": leg.credit.code, "amount_minor": leg.amount_minor, "currency": leg.debit.currency,
            }
            for leg in one.legs
        ],
    }  # fmt: skip


def _row(one: JournalView) -> tuple[object, ...]:
    total = show(sum(leg.amount_minor for leg in one.legs), one.legs[0].debit.currency)
    return encode("jrn", one.id), f"{one.recorded_at:%Y-%m-%d %H:%M:%S}", one.kind, one.payload.get("key", ""), total


def _leg(leg: LegView) -> tuple[str, str, str]:
    return leg.debit.code, leg.credit.code, show(leg.amount_minor, leg.debit.currency)


async def _places(house: TradingHouse, uow: UnitOfWork, slug: str) -> list[int]:
    return [(await tenant_named(house, slug)).id] if slug else [one.id for one in await tenants.all_tenants(uow)]


async def _explore(settings: Settings, wish: Wish) -> list[JournalView]:
    """As many as were wished for, through as many stretches as that takes."""
    async with at_home(settings) as house, house.db.read(None) as uow:
        places = await _places(house, uow, wish.tenant)
        look = Look(
            tenant_ids=places, only=await about(uow, places, wish.of) if wish.of else None,
            accounts=await accounts_like(uow, places, wish.account) if wish.account else None, since=wish.since, until=wish.until,
            kind=wish.kind or None, amounts=wish.amounts, currency=wish.currency,
        )  # fmt: skip
        found: list[JournalView] = []
        before: int | None = None
        while len(found) < wish.limit:
            part = await ledger.explore(uow, look, before=before, limit=wish.limit - len(found))
            found += part.journals
            before = part.next_before
            if before is None:
                break
    return found


async def _show(settings: Settings, journal_id: int) -> Story | None:
    async with at_home(settings) as house:
        async with house.db.read(None) as uow:
            places = await _places(house, uow, "")
        return await story_of(house, places, journal_id)


async def _trail(settings: Settings, order: str) -> tuple[Sequence[JournalView], int]:
    """The journals of the order that are here, and how many more there were in months that were dropped."""
    async with at_home(settings) as house, house.db.read(None) as uow:
        keys = await about(uow, await _places(house, uow, ""), order)
        border = await ledger.border(uow)
        here = {key for key in keys if key[1] >= border}
        return await ledger.journals(uow, here), len(keys) - len(here)


async def _balance(settings: Settings, code: str, slug: str, at: datetime | None) -> list[tuple[Account, int]]:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(tenant_id) as uow:
            if at is None:
                found = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=code)
                return [(one, one.balance_minor) for one in found]
            rows = await ledger.trial_balance(uow, tenant_id=tenant_id, at=at)
    return [
        (row.account, balance_of(row.account.normal, row.debit_minor, row.credit_minor))
        for row in rows
        if row.account.code.startswith(code)
    ]
