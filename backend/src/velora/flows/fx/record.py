"""Finance records what a bank or the gateway changed. Below a limit it is posted at once; from there on a second person agrees first.

The reference (the bank's own name of it) is the key: recorded twice it stands once, and with other figures it is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from velora.flows.fx import posting
from velora.flows.fx.posting import Conversion
from velora.flows.second_person import Hand, ask
from velora.kernel.errors import Invalid, Refusal
from velora.kernel.money import CURRENCY_DIGITS, exchanged, rate_of, show
from velora.modules.approvals.service import ApprovalFacts, Matter, Request
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import KeyReused
from velora.modules.ledger.policy import Posted, agrees
from velora.platform.db import UnitOfWork

CONVERT: Final = "fx.convert"


@dataclass(frozen=True)
class Wish:
    """A conversion is to stand in the books, with a second person from `second_person_from_minor` of what went out on."""

    conversion: Conversion
    by: Hand
    second_person_from_minor: int


@dataclass(frozen=True)
class Recorded:
    """The conversion as it was asked: posted as this journal, or waiting under this approval."""

    conversion: Conversion
    journal_id: int | None = None
    approval_id: int | None = None


def refuse(conversion: Conversion) -> Invalid | None:
    """What is wrong with a conversion: what came in is what went out times the rate, within one minor unit."""
    sold, bought = conversion.sold, conversion.bought
    for at, place in (("/sold", sold), ("/bought", bought)):
        if place.currency not in CURRENCY_DIGITS:
            return Invalid(f"{at}/currency", f"Choose one of {', '.join(CURRENCY_DIGITS)}.")
        if not 0 < place.amount_minor < 10**15:
            return Invalid(f"{at}/amount", "Give an amount above zero, in minor units.")
        if place.account not in posting.CHANGED_AT:
            return Invalid(f"{at}/account", f"Choose one of {', '.join(posting.CHANGED_AT)}.")
    if sold.currency == bought.currency:
        return Invalid("/bought/currency", f"Both sides are in {sold.currency}. Name the two currencies that were changed.")
    if not (0 < len(conversion.reference) <= 80 and conversion.reference == conversion.reference.strip()):
        return Invalid("/reference", "Give the bank's or gateway's own reference of it, in up to 80 letters.")
    if not 0 < len(conversion.source.strip()) <= 200:
        return Invalid("/source", "Say where the rate comes from, in up to 200 letters: a statement, a confirmation.")
    rate = rate_of(conversion.rate)
    if rate is None:
        return Invalid("/rate", f"Give how much {bought.currency} one {sold.currency} brought, as a decimal above zero: 1.0842.")
    computed = exchanged(sold.amount_minor, sold.currency, bought.currency, rate)
    if not agrees(computed, bought.amount_minor):
        said = f"{show(sold.amount_minor, sold.currency)} at {conversion.rate} is {show(computed, bought.currency)}"
        return Invalid("/bought/amount", f"{said}, not {show(bought.amount_minor, bought.currency)}. Correct the amount or the rate.")
    return None


async def record(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Recorded | Refusal]:
    """Each conversion stands in the ledger once, or waits for a second person; or is refused, and nothing was written."""
    answers: dict[int, Recorded | Refusal] = {}
    alone: dict[int, Wish] = {}
    for place, wish in enumerate(wishes):
        if refusal := refuse(wish.conversion):
            answers[place] = refusal
        elif wish.conversion.sold.amount_minor >= wish.second_person_from_minor:
            answers[place] = await _ask_second(uow, wish)
        else:
            alone[place] = wish
    posted = await _post(uow, [(wish.conversion, wish.by) for wish in alone.values()])
    answers |= dict(zip(alone, posted, strict=True))
    return [answers[place] for place in range(len(wishes))]


async def convert_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed to is posted, in the transaction of the agreement. Raises the refusal of a reference that is used."""
    wanted = [(conversion_of(one), Hand(one.requested_by)) for one in agreed]
    for outcome in await _post(uow, wanted):
        if isinstance(outcome, Refusal):
            raise outcome


async def _ask_second(uow: UnitOfWork, wish: Wish) -> Recorded | Refusal:
    conversion = wish.conversion
    matter = Matter(CONVERT, conversion.reference, _plain(conversion), conversion.sold.amount_minor, conversion.sold.currency)
    [asked] = await ask(uow, [Request(conversion.tenant_id, matter, wish.by.actor_ref)], wish.by)
    return asked if isinstance(asked, Refusal) else Recorded(conversion, approval_id=asked.id)


async def _post(uow: UnitOfWork, wanted: Sequence[tuple[Conversion, Hand]]) -> list[Recorded | Refusal]:
    outcomes = await ledger.post(uow, [posting.converted(conversion, actor_ref=by.actor_ref) for conversion, by in wanted])
    answers: list[Recorded | Refusal] = []
    entries: list[audit.Entry] = []
    for (conversion, by), outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, KeyReused):
            answers.append(outcome)
            continue
        answers.append(Recorded(conversion, journal_id=outcome.journal_id))
        if isinstance(outcome, Posted):
            entries.append(
                audit.Entry(conversion.tenant_id, by.actor_ref, "fx.recorded", conversion.reference, _plain(conversion), by.address)
            )
    await audit.record(uow, entries)
    return answers


def _plain(conversion: Conversion) -> dict[str, object]:
    return {**posting.fx_payload(conversion), "reference": conversion.reference, "on": conversion.on.isoformat()}


def conversion_of(approval: ApprovalFacts) -> Conversion:
    """What an approval is about, as it was asked."""
    payload: Mapping[str, Any] = approval.matter.payload
    sides = [posting.Changed(payload[side]["account"], payload[side]["amount"], payload[side]["currency"]) for side in ("sold", "bought")]
    return Conversion(
        approval.tenant_id,
        payload["reference"],
        sides[0],
        sides[1],
        payload["rate"],
        payload["source"],
        datetime.fromisoformat(payload["on"]),
    )
