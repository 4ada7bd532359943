"""`velora archive drop`: a month that is archived and old enough leaves the database, when two people agree."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from velora.apps.cli.archiving import OutOption, counting, month_named, shelf_of
from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, give, progress, run, say
from velora.apps.cli.home import at_home
from velora.flows.archiving.agreeing import DROP
from velora.flows.archiving.drop import Ready, ask_to_drop, drop_what_was_said, ready_to_drop, say_dropped
from velora.flows.archiving.shelf import Shelf
from velora.flows.four_eyes.decide import expire_approvals
from velora.flows.house import TradingHouse
from velora.flows.second_person import Hand
from velora.kernel.principal import Role
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, State
from velora.modules.identity import policy as identity_policy
from velora.modules.identity import service as identity
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.platform.db import Database
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings, read_settings

app = typer.Typer()

_ASKED: Final = "asked"
_WAITS: Final = "waits"
_DROPPED: Final = "dropped"


@app.command("drop")
def drop_command(
    month: Annotated[str, typer.Argument(help="The oldest month in the database, as 2026-10.")],
    by: Annotated[str, typer.Option("--by", help="Address of the super admin's account that asks for it.")] = "",
    out: OutOption = None,
    json: AsJson = False,
) -> None:
    """Drop a month of the ledger from the database: its journals are archived and older than seven years, and two people agree.

    Everything is looked at anew: the archive by its files and keys, every block, and every journal in the database against it. The first
    call asks; a second person agrees (velora approvals approve); the same call again then drops the month. Balances, statements and
    velora ledger verify go on from what is written down of it. Months go oldest first. It cannot be undone: keep the archive.

    MySQL only. Where the application's user has only the app role, VELORA_RETENTION_DATABASE_URL names one with the retention role.

    Examples:

      velora archive drop 2026-10 --by ada@example.com

      VELORA_RETENTION_DATABASE_URL=mysql://retention:secret@db:3306/velora velora archive drop 2026-10
    """
    wanted = month_named(month)
    with progress("Looking at it", quiet=json) as tell:
        how, approval = run(_drop(read_settings(), wanted, by, out, tell))
    if json:
        give({"month": str(wanted), "state": how, "approval": approval})
    elif how == _DROPPED:
        say(f"{wanted} is dropped. Its archive is the only place that has its journals now.")
    else:
        say(f"{approval} waits for a second person. Then the same command drops {wanted}.")
        say(f"Who agrees is somebody else: velora approvals approve {approval} --by …")


async def _drop(settings: Settings, month: Month, email: str, out: Path | None, tell: Tell) -> tuple[str, str]:
    shelf = shelf_of(settings, out)
    async with at_home(settings) as house, _retention(settings, house) as retention:
        if await _finished(house, retention, month):
            return _DROPPED, ""
        ready = await ready_to_drop(house, shelf, month, counting(tell))
        await expire_approvals(house)
        known = await _request_for(house, month)
        if known is None:
            return _ASKED, (await ask_to_drop(house, ready, await _super_admin(house, email))).ref
        if known.state is State.REQUESTED:
            return _WAITS, known.ref
        await _do(house, retention, shelf, ready, known)
        return _DROPPED, known.ref


async def _do(house: TradingHouse, retention: Database, shelf: Shelf, ready: Ready, agreed: ApprovalFacts) -> None:
    await say_dropped(house, retention, shelf, ready, Hand(agreed.requested_by))
    await drop_what_was_said(house, retention)


async def _finished(house: TradingHouse, retention: Database, month: Month) -> bool:
    """Whether the month is gone already; what an earlier command said and did not live to do is done now."""
    async with house.db.read(None) as uow:
        gone = await ledger.dropped_months(uow)
        left = await ledger.rows_below(uow, gone[-1].below_id) if gone else (0, 0)
    if any(left):
        await drop_what_was_said(house, retention)
    return str(month) in {one.month for one in gone}


async def _request_for(house: TradingHouse, month: Month) -> ApprovalFacts | None:
    async with house.db.read(None) as uow:
        found = await approvals.listed(uow, PLATFORM, states=[State.REQUESTED, State.APPROVED], action=DROP, limit=200)
    return next((one for one in found.data if one.matter.subject == str(month)), None)


async def _super_admin(house: TradingHouse, address: str) -> Hand:
    if not address:
        raise Complaint("Nobody has asked for this yet. Say who does: --by, the address of a super admin's account.", Exit.USAGE)
    email = identity_policy.normal_email(address)
    async with house.db.read(None) as uow:
        account = (await identity.by_email(uow, {email})).get(email)
        roles = (await identity.platform_roles(uow, {account.id}))[account.id] if account else frozenset[Role]()
    if account is None or Role.SUPER_ADMIN not in roles:
        raise Complaint(f"{address} is no account of a super admin. Make one: velora user grant.")
    return Hand(f"account:{account.id}")


@asynccontextmanager
async def _retention(settings: Settings, house: TradingHouse) -> AsyncGenerator[Database]:
    """The database as the user who may drop months sees it; the application's own where it is not set."""
    address = settings.retention_database_url.get_secret_value()
    if not address:
        yield house.db
        return
    engine = make_engine(address, connections=1)
    try:
        yield Database(engine, house.clock, house.db.new_id)
    finally:
        await engine.dispose()
