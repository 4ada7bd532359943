"""Routes of finance's inbox: what waits for a second person, and what became of what did."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from velora.flows.four_eyes import decide
from velora.flows.four_eyes.decide import Decision, follow_up
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.screens.finance.names import actors_of, tenant_of
from velora.flows.second_person import Hand
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from velora.kernel.paging import Page
from velora.kernel.principal import Principal
from velora.modules.approvals import service as approvals
from velora.modules.approvals.errors import AlreadyDecided, Changed, Expired, NotYours, OwnRequest
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, State
from velora.modules.suspense.errors import NotOpen
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Asked, InProgress, KeyReused, Replay
from velora.platform.web import FinanceAdmin, IdempotencyKey, MoneyOut, PageOut, Schema, address_of, house_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["approvals"])

ApprovalId = Annotated[int, ident("apr")]
Limit = Annotated[int, Query(ge=1, le=200)]
Trading = Annotated[TradingHouse, Depends(house_of)]
Phase = Callable[[UnitOfWork, Sequence[Once[Decision]]], Awaitable[list[ApprovalFacts | Replay | Refusal]]]
_STAFF: Final = (NotSignedIn, Forbidden, NotFound)
_DECIDING: Any = (AlreadyDecided, Expired, InProgress, KeyReused, KeyMissing, BadCsrfToken, Invalid, *_STAFF)


class PlaceOut(Schema):
    slug: str
    name: str


class ApprovalPersonOut(Schema):
    """`name` is a person's, or what is not one (`operator`: the command line); `me` is whoever asks."""

    name: str
    me: bool


class ApprovalOut(Schema):
    """What somebody asked for. `payload` says exactly what is done to `subject`; `fingerprint` stands for all of it."""

    id: ApprovalId
    tenant: PlaceOut | None = Field(description="None where it concerns the whole installation")
    action: str = Field(examples=["suspense.settle"])
    subject: str = Field(examples=["sus_01KAB3Z8Q4RST"])
    payload: dict[str, object]
    amount: MoneyOut | None
    fingerprint: str
    requested_by: ApprovalPersonOut
    requested_at: datetime
    expires_at: datetime
    state: State
    decided_by: ApprovalPersonOut | None
    decided_at: datetime | None
    reason: str


class ApproveIn(Schema):
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$", description="Of what the person was shown, as it was read", examples=["0" * 64])


class RejectIn(Schema):
    reason: str = Field(min_length=3, max_length=200, examples=["The buyer has been paid back by bank transfer"])


@router.get("/finance/approvals", responses=problems(Invalid, *_STAFF))
async def list_approvals(
    caller: FinanceAdmin,
    house: Trading,
    state: State | None = None,
    action: str | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[ApprovalOut]:
    """What was asked for at every marketplace and for the installation, newest first."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await approvals.listed(
            uow, market.id if market else None, states=[state] if state else [], action=action, cursor=cursor, limit=limit
        )
        shown = await _shown(uow, found.data, caller)
    return PageOut[ApprovalOut].of(Page(shown, found.next_cursor))


@router.get("/finance/approvals/{approval_id}", responses=problems(*_STAFF))
async def read_approval(approval_id: ApprovalId, caller: FinanceAdmin, house: Trading) -> ApprovalOut:
    """What was asked for, by whom, and what became of it."""
    async with house.db.read(None) as uow:
        return (await _shown(uow, [await decide.find(uow, approval_id)], caller))[0]


@router.post("/finance/approvals/{approval_id}/approve", responses=problems(OwnRequest, Changed, NotOpen, *_DECIDING))
async def approve(
    approval_id: ApprovalId, body: ApproveIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> ApprovalOut:
    """Agree to it, as the second person: it is done with that, exactly as it was shown."""
    said = _Said(caller, _hand(request, caller), key, seen=bytes.fromhex(body.fingerprint))
    return await _decided(house, approval_id, said, decide.approve_once)


@router.post("/finance/approvals/{approval_id}/reject", responses=problems(OwnRequest, *_DECIDING))
async def reject(
    approval_id: ApprovalId, body: RejectIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> ApprovalOut:
    """Turn it down, as the second person, and say why."""
    return await _decided(house, approval_id, _Said(caller, _hand(request, caller), key, body.reason), decide.reject_once)


@router.post("/finance/approvals/{approval_id}/withdraw", responses=problems(NotYours, *_DECIDING))
async def withdraw(approval_id: ApprovalId, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading) -> ApprovalOut:
    """Take back what you asked for yourself."""
    return await _decided(house, approval_id, _Said(caller, _hand(request, caller), key), decide.withdraw_once)


@dataclass(frozen=True)
class _Said:
    """What the caller of a route says of a request."""

    caller: Principal
    by: Hand
    key: Asked
    reason: str = ""
    seen: bytes | None = None


async def _decided(house: TradingHouse, approval_id: int, said: _Said, phase: Phase) -> ApprovalOut:
    async with house.db.read(None) as uow:
        found = await decide.find(uow, approval_id)
    decision = Decision(found.tenant_id, approval_id, said.by, said.caller.roles, said.reason, said.seen)
    outcome = await house.writes.submit(phase, Once(found.tenant_id, said.caller, said.key, decision))
    if isinstance(outcome, ApprovalFacts):
        await follow_up(house, [outcome])
    async with house.db.read(None) as uow:
        return (await _shown(uow, [await decide.find(uow, approval_id)], said.caller))[0]


async def _shown(uow: UnitOfWork, found: Sequence[ApprovalFacts], caller: Principal) -> list[ApprovalOut]:
    markets = await tenants.by_id(uow, {one.tenant_id for one in found} - {PLATFORM})
    names = await actors_of(uow, {ref for one in found for ref in (one.requested_by, one.decided_by) if ref})
    return [
        ApprovalOut(
            id=one.id,
            tenant=PlaceOut(slug=market.slug, name=market.name) if (market := markets.get(one.tenant_id)) else None,
            action=one.matter.action, subject=one.matter.subject, payload=dict(one.matter.payload),
            amount=MoneyOut.of(one.matter.amount_minor, one.matter.currency) if one.matter.currency else None,
            fingerprint=one.fingerprint.hex(), requested_by=_person(one.requested_by, names, caller), requested_at=one.requested_at,
            expires_at=one.expires_at, state=one.state, decided_by=_person(one.decided_by, names, caller) if one.decided_by else None,
            decided_at=one.decided_at, reason=one.reason,
        )
        for one in found
    ]  # fmt: skip


def _person(ref: str, names: Mapping[str, str], caller: Principal) -> ApprovalPersonOut:
    return ApprovalPersonOut(name=names[ref], me=ref == caller.actor_ref)


def _hand(request: Request, caller: Principal) -> Hand:
    return Hand(caller.actor_ref, address_of(request))
