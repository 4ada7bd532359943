"""Routes of the journals' explorer."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field

from velora.flows.bookkeeping.prove import DoesNotProve, NotSealedYet, prove
from velora.flows.screens.finance.journals.about import about, accounts_like
from velora.flows.screens.finance.journals.story import Story, Told, story_of, told
from velora.flows.screens.finance.names import name_of, tenant_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.paging import decode_cursor, encode_cursor
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import MonthDropped
from velora.modules.ledger.service import Account, JournalView, Look
from velora.modules.tenants import service as tenants
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, Schema, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(prefix="/finance/journals", tags=["finance"])

AccountId = Annotated[int, ident("lac")]
JournalId = Annotated[int, ident("jrn")]
Minor = Annotated[int | None, Query(ge=1, lt=1 << 53)]
_FINANCE: Final = (NotSignedIn, Forbidden, NotFound)


class JournalMarketplaceOut(Schema):
    slug: str
    name: str


class JournalAccountOut(Schema):
    id: AccountId
    code: str = Field(examples=["2010:sel_1Y08B7RFMG000"])
    name: str = Field(examples=["Escrow"])
    sub_label: str = Field(examples=["Nordlauf"])


class LegOut(Schema):
    debit: JournalAccountOut
    credit: JournalAccountOut
    amount: MoneyOut


class JournalOut(Schema):
    """A movement of money. `about` names what it is for, as ids by their kind; `total` is all its postings together."""

    id: JournalId
    kind: str = Field(examples=["capture"])
    key: str = Field(description="What it was posted for, once and never again", examples=["capture:pi_1Y08B7RFMG000"])
    tenant: JournalMarketplaceOut
    recorded_at: datetime
    effective_at: datetime
    total: MoneyOut
    legs: list[LegOut]
    about: dict[str, str] = Field(examples=[{"order": "ord_1Y08B7RFMG000", "intent": "pi_1Y08B7RFMG000"}])
    sealed: bool = Field(description="Whether a block holds it: nobody can change it without that being seen")


class JournalsOut(Schema):
    """`looked_back_to` says how far the search came when it stopped before the page was full: ask on with the cursor."""

    data: list[JournalOut]
    next_cursor: str | None
    has_more: bool
    looked_back_to: datetime | None


class JournalBlockOut(Schema):
    n: int
    hash: str
    sealed_at: datetime
    journals: int
    key_id: str
    anchored: Literal["anchored", "waiting", "away"] = Field(
        description="Whether the block is held outside the database; `away` when that place cannot be read"
    )


class ActorOut(Schema):
    """Who caused it: a process or an account, whose name is given where it is known."""

    ref: str = Field(examples=["system"])
    name: str


class JournalFullOut(JournalOut):
    actor: ActorOut
    reverses: JournalId | None
    reversed_by: JournalId | None
    epoch: int
    block: JournalBlockOut | None


class ProofStepOut(Schema):
    side: Literal["left", "right"]
    node: str


class ProofBlockOut(Schema):
    n: int
    form: str
    hash: str
    key_id: str


class ProofAnchorOut(Schema):
    n: int
    block_hash: str
    kept_in: str


class ProofOut(Schema):
    """Everything that docs/verify_proof.py needs to check the journal without Velora; hashes in hexadecimal."""

    velora_proof: int
    journal: str
    form: str
    path: list[ProofStepOut]
    block: ProofBlockOut
    signature: str
    anchor: ProofAnchorOut | None
    public_key: str | None


@router.get("", responses=problems(Invalid, *_FINANCE))
async def list_journals(
    caller: FinanceAdmin,
    house: HouseDep,
    tenant: str | None = None,
    q: Annotated[str, Query(max_length=80, description="An order, part of one, payment, refund, payout or journal by id; or a key")] = "",
    account: Annotated[str, Query(max_length=60, description="An account by id (`lac_…`) or code (`1010`, `2010:sel_…`)")] = "",
    kind: Annotated[str, Query(max_length=30)] = "",
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    currency: Annotated[str, Query(pattern="^([A-Z]{3})?$")] = "",
    amount_from: Minor = None,
    amount_to: Minor = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JournalsOut:
    """Journals, newest first.

    `amount_from` and `amount_to` are minor units, of one posting or of all of a journal together; the same twice is exact. Kind and
    amount are looked for in a stretch of the newest journals at a time. Texts, names and buyers are not in the ledger.
    """
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    if amount_from and amount_to and amount_from > amount_to:
        raise Invalid("/amount_to", "The most is below the least. Turn them round.")
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        of = [market.id] if market else [one.id for one in await tenants.all_tenants(uow)]
        amounts = (amount_from or 1, amount_to or (1 << 62)) if amount_from or amount_to else None
        look = Look(
            tenant_ids=of, only=await about(uow, of, q.strip()) if q.strip() else None,
            accounts=await accounts_like(uow, of, account.strip()) if account.strip() else None, since=since, until=until,
            kind=kind or None, amounts=amounts, currency=currency,
        )  # fmt: skip
        found = await ledger.explore(uow, look, before=before, limit=limit)
        facts = await told(uow, found.journals)
    following = encode_cursor(found.next_before) if found.next_before is not None else None
    return JournalsOut(
        data=[journal_out(one, facts) for one in found.journals], next_cursor=following,
        has_more=following is not None, looked_back_to=found.looked_back_to,
    )  # fmt: skip


@router.get("/{journal_id}", responses=problems(MonthDropped, *_FINANCE))
async def read_journal(journal_id: JournalId, caller: FinanceAdmin, house: HouseDep) -> JournalFullOut:
    """One journal: every posting, who caused it, what undid it, and the block that seals it."""
    async with house.db.read(None) as uow:
        of = [one.id for one in await tenants.all_tenants(uow)]
    story = await story_of(house, of, journal_id)
    if story is None:
        raise NotFound("journal", encode("jrn", journal_id))
    return _full(story)


@router.get("/{journal_id}/proof", responses=problems(NotSealedYet, DoesNotProve, MonthDropped, *_FINANCE))
async def prove_journal(journal_id: JournalId, caller: FinanceAdmin, house: HouseDep, reply: Response) -> ProofOut:
    """The journal's way to the signed and anchored hash of its block, as a file that can be checked without Velora."""
    proof = ProofOut.model_validate(await prove(house, journal_id))
    reply.headers["content-disposition"] = f'attachment; filename="proof-{encode("jrn", journal_id)}.json"'
    return proof


def journal_out(one: JournalView, facts: Told) -> JournalOut:
    """A journal of those that were told, for the wire."""
    return JournalOut.model_validate(_journal(one, facts))


def _journal(one: JournalView, facts: Told) -> dict[str, object]:
    market = facts.markets[one.tenant_id]
    currency = one.legs[0].debit.currency  # a conversion has two, which cannot be added: what went out counts
    total = sum(leg.amount_minor for leg in one.legs if leg.debit.currency == currency)
    return {
        "id": one.id, "kind": one.kind, "key": str(one.payload.get("key", "")),
        "tenant": JournalMarketplaceOut(slug=market.slug, name=market.name), "recorded_at": one.recorded_at,
        "effective_at": one.effective_at, "total": MoneyOut.of(total, currency),
        "legs": [
            LegOut(
                debit=_account(leg.debit, facts), credit=_account(leg.credit, facts),
                amount=MoneyOut.of(leg.amount_minor, leg.debit.currency),
            )
            for leg in one.legs
        ],
        "about": {name: str(value) for name, value in one.payload.items() if name != "key"}, "sealed": one.epoch <= facts.sealed_upto,
    }  # fmt: skip


def _account(account: Account, facts: Told) -> JournalAccountOut:
    return JournalAccountOut(
        id=account.id, code=account.code, name=name_of(account), sub_label=facts.names.sub_label(account.code)
    )  # fmt: skip


def _full(story: Story) -> JournalFullOut:
    one, sealed = story.journal, story.block
    block = None
    if sealed is not None:
        block = JournalBlockOut(
            n=sealed.block.n, hash=sealed.block_hash.hex(), sealed_at=sealed.block.sealed_at, journals=sealed.block.journals,
            key_id=sealed.block.key_id, anchored=story.anchored,
        )  # fmt: skip
    return JournalFullOut.model_validate(
        {
            **_journal(one, story.told), "actor": ActorOut(ref=one.actor_ref, name=story.actor), "reverses": one.reverses_id,
            "reversed_by": story.reversed_by, "epoch": one.epoch, "block": block,
        }
    )  # fmt: skip
