"""Routes of conversions, for finance."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from velora.flows.fx import book
from velora.flows.fx.posting import Changed, Conversion, reference_of
from velora.flows.fx.record import Recorded, Wish, record
from velora.flows.second_person import Hand
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.ledger.errors import KeyReused
from velora.modules.ledger.service import JournalView
from velora.modules.tenants import service as tenants
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, Schema, Writes, address_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn

router = APIRouter(tags=["fx"])

JournalId = Annotated[int, ident("jrn")]
ApprovalId = Annotated[int, ident("apr")]
_STAFF = (NotSignedIn, Forbidden, NotFound, MalformedId)


class ChangedIn(Schema):
    account: Literal["bank", "gateway"] = "bank"
    amount: int = Field(examples=[100_000], description="In minor units")
    currency: str = Field(max_length=3, examples=["EUR"])


class ConversionIn(Schema):
    """What went out was `sold`, what came in was `bought`; `rate` is how much of `bought` one whole of `sold` brought."""

    tenant: str = Field(examples=["nordmarkt"])
    reference: str = Field(examples=["FX-2026-0417"], description="The bank's own name of it; the same reference is never booked twice")
    sold: ChangedIn
    bought: ChangedIn
    rate: str = Field(max_length=24, examples=["1.0842"])
    source: str = Field(examples=["Statement of 17 April, line 12"])
    on: date = Field(description="The day on which the bank changed it")


class RecordedOut(Schema):
    """`recorded` as a journal, or `awaiting_second` under an approval."""

    state: Literal["recorded", "awaiting_second"]
    journal_id: JournalId | None
    approval_id: ApprovalId | None


class ConversionOut(Schema):
    journal_id: JournalId
    reference: str
    sold: MoneyOut
    bought: MoneyOut
    rate: str
    source: str
    on: datetime
    by: str

    @classmethod
    def of(cls, one: JournalView) -> "ConversionOut":
        payload: dict[str, Any] = one.payload
        sold, bought = (MoneyOut.of(payload[side]["amount"], payload[side]["currency"]) for side in ("sold", "bought"))
        return cls(
            journal_id=one.id, reference=reference_of(str(payload["key"])), sold=sold, bought=bought, rate=str(payload["rate"]),
            source=str(payload["source"]), on=one.effective_at, by=one.actor_ref,
        )  # fmt: skip


class ConversionsOut(Schema):
    """`exchange` is what account 4030 stands at, by currency; the sides of one conversion stand in two of them."""

    data: list[ConversionOut]
    exchange: list[MoneyOut]
    next_before: JournalId | None


@router.get("/finance/fx", responses=problems(*_STAFF))
async def list_conversions(
    caller: FinanceAdmin, house: HouseDep, tenant: str, before: JournalId | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ConversionsOut:
    """What was changed in a marketplace, newest first, and how 4030 stands in each currency."""
    async with house.db.read(None) as uow:
        market = await tenants.named(uow, tenant)
        found = await book.read(uow, market.id, before=before, limit=limit)
    return ConversionsOut(
        data=[ConversionOut.of(one) for one in found.conversions],
        exchange=[MoneyOut.of(one.balance_minor, one.currency) for one in found.exchange],
        next_before=found.next_before,
    )


@router.post("/finance/fx", status_code=201, responses=problems(Invalid, KeyReused, AlreadyAsked, BadCsrfToken, *_STAFF))
async def record_conversion(body: ConversionIn, request: Request, caller: FinanceAdmin, house: HouseDep, writes: Writes) -> RecordedOut:
    """Book what the bank or the gateway changed. From a limit on it waits for a second person; safe to repeat."""
    async with house.db.read(None) as uow:
        market = await tenants.named(uow, body.tenant)
    sold, bought = (Changed(one.account, one.amount, one.currency) for one in (body.sold, body.bought))
    day = datetime.combine(body.on, time(12), UTC)
    conversion = Conversion(market.id, body.reference, sold, bought, body.rate, body.source, day)
    by = Hand(caller.actor_ref, address_of(request))
    recorded: Recorded = await writes.submit(record, Wish(conversion, by, house.settings.fx_second_person_from_minor))
    return RecordedOut(
        state="recorded" if recorded.journal_id is not None else "awaiting_second",
        journal_id=recorded.journal_id, approval_id=recorded.approval_id,
    )  # fmt: skip
