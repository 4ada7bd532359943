"""`velora ledger`: doubt the books, sum them up, read one account."""

import sys
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer

from velora.apps.cli import journals, seals
from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, give, progress, run, say, stop_with, table
from velora.apps.cli.home import at_home, tenant_id_of
from velora.apps.cli.journals import moment
from velora.flows.archiving.shelf import Shelf
from velora.flows.bookkeeping import verify as bookkeeping
from velora.kernel.ids import encode
from velora.kernel.money import show
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import kind_of
from velora.modules.ledger.service import Check, TrialRow
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="The books: doubt them, sum them up, look for journals, read and prove one.", no_args_is_help=True)
app.add_typer(journals.app)
app.add_typer(seals.app)

TenantOption = Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")]


@app.command()
def verify(
    tenant: TenantOption = "",
    since: Annotated[str, typer.Option(help="Look one by one only at journals sealed from then on (UTC), as 2026-10-31.")] = "",
    archive: Annotated[
        Path | None, typer.Option(help="Read the archives of dropped months in this folder too: every leaf, root and signature.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Count every broken invariant of the books; each count must be 0. Exit code 1 when one is not.

    Reads in bounded memory, beside running business. What is wrong with a block (11 to 13), a partition (24) or a dropped month (27) is
    found only for all marketplaces together, because it holds the journals of all.

    Examples:

      velora ledger verify

      velora ledger verify --tenant nordmarkt --json

      velora ledger verify --since 2026-11-01

      velora ledger verify --archive /mnt/archive
    """
    with progress("Verifying", quiet=json) as tell:
        checks = run(_verify(read_settings(), tenant, moment(since), archive, tell))
    clean = not any(check.count for check in checks)
    if json:
        shown = [{"number": one.number, "name": one.name, "count": one.count, "examples": list(one.examples)} for one in checks]
        give({"clean": clean, "checks": shown})
    else:
        table(("no.", "what must not be", "count", "for example"), [_row(one) for one in checks], right=("no.", "count"))
        say(
            "Clean: every count is 0."
            if clean
            else "The books are not in order. Do not repair them by hand: find out what wrote this first."
        )
    if not clean:
        stop_with(Exit.WRONG)


@app.command("trial-balance")
def trial_balance(
    tenant: TenantOption = "",
    currency: Annotated[str, typer.Option(help="One currency; all of them if not given.")] = "",
    at: Annotated[str, typer.Option(help="As it stood then (UTC), as 2026-10-31 or 2026-10-31T23:59:59; now if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Sum up every account on its side; both sides are equal. Exit code 1 when they are not.

    Examples:

      velora ledger trial-balance --tenant nordmarkt

      velora ledger trial-balance --currency EUR --at 2026-10-31
    """
    rows = run(_trial_balance(read_settings(), tenant, currency.upper(), moment(at)))
    sums = {
        one: (
            sum(row.debit_minor for row in rows if row.account.currency == one),
            sum(row.credit_minor for row in rows if row.account.currency == one),
        )
        for one in sorted({row.account.currency for row in rows})
    }
    balanced = all(debit == credit for debit, credit in sums.values())
    if json:
        accounts = [
            {
                "account_id": encode("lac", row.account.id), "code": row.account.code, "name": kind_of(row.account.code).name,
                "currency": row.account.currency, "debit_minor": row.debit_minor, "credit_minor": row.credit_minor,
            }
            for row in rows
        ]  # fmt: skip
        give({"balanced": balanced, "rows": accounts, "sums": {one: {"debit_minor": d, "credit_minor": c} for one, (d, c) in sums.items()}})
    elif not rows:
        say("Nothing has been posted yet.")
    else:
        table(("code", "name", "debit", "credit"), [*map(_trial_row, rows), *_sums(sums)], right=("debit", "credit"))
        say("Balanced." if balanced else "NOT balanced. Run: velora ledger verify")
    if not balanced:
        stop_with(Exit.WRONG)


@app.command()
def statement(
    account: Annotated[str, typer.Argument(help="Code of an account: 1010, or 2020:sel_… for one seller.")],
    tenant: Annotated[str, typer.Option("--tenant", help="The marketplace, by its short name.")],
    since: Annotated[str, typer.Option("--from", help="From this day on (UTC), as 2026-10-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Until before this day.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if not given.")] = None,
) -> None:
    """Write an account's moves with the balance after each, as CSV. A code also finds the accounts below it.

    Examples:

      velora ledger statement 2020 --tenant nordmarkt > payables.csv

      velora ledger statement 1010 --tenant nordmarkt --from 2026-10-01 --to 2026-11-01 --out october.csv
    """
    run(_statement(read_settings(), account, tenant, (moment(since), moment(until)), out))


@contextmanager
def _into(file: Path | None) -> Generator[TextIO]:
    """The file, emptied only now, or standard output."""
    if file is None:
        yield sys.stdout
    else:
        with file.open("w") as opened:
            yield opened


def _row(check: Check) -> Sequence[object]:
    return check.number, check.name, check.count, " ".join(check.examples[:3])


def _trial_row(row: TrialRow) -> Sequence[object]:
    one = row.account
    return (
        one.code,
        kind_of(one.code).name,
        show(row.debit_minor, one.currency) if row.debit_minor else "",
        show(row.credit_minor, one.currency) if row.credit_minor else "",
    )


def _sums(sums: dict[str, tuple[int, int]]) -> list[Sequence[object]]:
    return [("", f"Sum {currency}", show(debit, currency), show(credit, currency)) for currency, (debit, credit) in sums.items()]


async def _verify(settings: Settings, slug: str, since: datetime | None, archive: Path | None, tell: Tell) -> Sequence[Check]:
    done: Counter[str] = Counter()
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(None) as uow:
            total, _ = await ledger.counts(uow, tenant_id)

        def heard(step: str, more: int) -> None:
            done[step] += more
            tell(step, done[step], total if step == "journals" and since is None else 0)

        outside = bookkeeping.Outside(house.keys, house.anchors, archive)
        checks = (await bookkeeping.verify(house.db, tenant_id, heard, outside=outside, since=since)).checks
        if archive is None or tenant_id is not None:
            return checks
        from velora.flows.archiving.dropped import with_archives  # noqa: PLC0415 -- loads Parquet, which nothing else here needs

        return [await with_archives(house, Shelf(archive), one, heard) if one.number == 27 else one for one in checks]


async def _trial_balance(settings: Settings, slug: str, currency: str, at: datetime | None) -> list[TrialRow]:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(tenant_id) as uow:
            return await ledger.trial_balance(uow, tenant_id=tenant_id, currency=currency or None, at=at)


async def _statement(settings: Settings, code: str, slug: str, span: tuple[datetime | None, datetime | None], file: Path | None) -> None:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        async with house.db.read(tenant_id) as uow:
            found = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=code)
            if not found:
                raise Complaint(f"No account of {slug} has a code that begins with {code}. velora ledger trial-balance lists them.")
            since, until = span
            if since:
                await ledger.must_reach(uow, since)
            with _into(file) as target:
                async for piece in ledger.statement_csv(uow, found, since=since, until=until):
                    target.write(piece)
