"""`velora fx`: what a bank or the gateway changed into another currency."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say, table
from velora.apps.cli.home import at_home, tenant_named
from velora.flows.fx import book
from velora.flows.fx.book import FxBook
from velora.flows.fx.posting import Changed, Conversion, reference_of
from velora.flows.fx.record import Recorded, Wish
from velora.flows.fx.record import record as record_conversions
from velora.flows.second_person import Hand
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.kernel.money import show
from velora.modules.ledger.service import JournalView
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="What a bank or the gateway changed into another currency: record it, list it.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option("--tenant", help="The marketplace, by its short name.")]
_SHOWN: Final = 200


@app.command("record")
def record(
    reference: Annotated[str, typer.Argument(help="The bank's own name of it; the same reference is never booked twice.")],
    tenant: Tenant,
    sold: Annotated[str, typer.Option(help="What went out, in minor units: EUR:100000, or from the gateway: EUR:100000@gateway.")],
    bought: Annotated[str, typer.Option(help="What came in: USD:108420.")],
    rate: Annotated[str, typer.Option(help="How much of what came in one whole of what went out brought: 1.0842.")],
    source: Annotated[str, typer.Option(help="Where the rate comes from: a statement, a confirmation.")],
    on: Annotated[str, typer.Option(help="The day on which it was changed: 2026-04-17.")],
    json: AsJson = False,
) -> None:
    """Book a conversion. From VELORA_FX_SECOND_PERSON_FROM_MINOR on it waits for a second person.

    Example:

      velora fx record FX-0417 --tenant nordmarkt --sold EUR:100000 --bought USD:108420 --rate 1.0842 --source "Statement" --on 2026-04-17
    """
    try:
        day = datetime.strptime(on, "%Y-%m-%d").replace(hour=12, tzinfo=UTC)
    except ValueError as error:
        raise Complaint(f"{on} is no day. Write it as 2026-04-17.", Exit.USAGE) from error
    made = run(_record(read_settings(), tenant, (reference, rate, source, day), (_side(sold), _side(bought))))
    ref = encode("jrn", made.journal_id) if made.journal_id is not None else encode("apr", made.approval_id or 0)
    if json:
        give({"state": "awaiting_second" if made.journal_id is None else "recorded", "id": ref})
    elif made.journal_id is None:
        say(f"{reference} waits for a second person: velora approvals show {ref}")
    else:
        say(f"{reference} stands in the books: {ref}.")


@app.command("list")
def list_(tenant: Tenant, json: AsJson = False) -> None:
    """Show what was changed, newest first, and how account 4030 stands in each currency.

    Example:

      velora fx list --tenant nordmarkt
    """
    found = run(_listed(read_settings(), tenant))
    if json:
        give([{"id": encode("jrn", one.id), "on": one.effective_at.date().isoformat(), **one.payload} for one in found.conversions])
    elif not found.conversions:
        say("Nothing was changed into another currency.")
    else:
        table(("id", "day", "reference", "out", "in", "rate", "source"), [_row(one) for one in found.conversions], right=("out", "in"))
        say("4030 stands at " + ", ".join(show(one.balance_minor, one.currency) for one in found.exchange) + ".")


def _row(one: JournalView) -> tuple[str, ...]:
    amounts = [show(leg.amount_minor, leg.debit.currency) for leg in one.legs]
    said = (str(one.payload["rate"]), str(one.payload["source"]))
    return encode("jrn", one.id), f"{one.effective_at:%Y-%m-%d}", reference_of(str(one.payload["key"])), *amounts, *said


def _side(text: str) -> Changed:
    money, _, account = text.partition("@")
    currency, _, amount = money.partition(":")
    if not (amount.isascii() and amount.isdigit()):
        raise Complaint(f"{text} is no amount. Write the currency and its minor units: EUR:100000.", Exit.USAGE)
    return Changed(account or "bank", int(amount), currency)


async def _record(settings: Settings, slug: str, said: tuple[str, str, str, datetime], sides: tuple[Changed, Changed]) -> Recorded:
    reference, rate, source, day = said
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id
        conversion = Conversion(tenant_id, reference, *sides, rate, source, day)
        async with house.db.begin(None) as uow:
            [outcome] = await record_conversions(uow, [Wish(conversion, Hand("operator"), settings.fx_second_person_from_minor)])
            if isinstance(outcome, Refusal):
                raise outcome
            return outcome


async def _listed(settings: Settings, slug: str) -> FxBook:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id
        async with house.db.read(None) as uow:
            return await book.read(uow, tenant_id, limit=_SHOWN)
