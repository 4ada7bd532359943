"""Routes of finance's desk for money that matches nothing, and for what the gateway has not answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.screens.finance.names import actors_of, tenant_of
from velora.flows.second_person import Hand
from velora.flows.suspense import desk
from velora.flows.suspense.desk import KINDS, Dossier, Item, Kind
from velora.flows.suspense.let_go import LettingGo, let_go_once
from velora.flows.suspense.send import send_back
from velora.flows.suspense.settle import Wish, settle_once
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound
from velora.kernel.ids import encode
from velora.kernel.paging import Page
from velora.kernel.principal import Principal
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.identity import service as identity
from velora.modules.suspense.errors import NothingToAsk, NotKept, NotOpen, NotWaiting, OtherCurrency, OtherGateway, TooMuchToWriteOff
from velora.modules.suspense.service import UNSETTLED, CaseFacts, CaseState, Limits, Settlement, needs_second_person, objection
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.settings import Settings
from velora.platform.web import FinanceAdmin, IdempotencyKey, MoneyOut, PageOut, Schema, address_of, house_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["suspense"])

ItemId = Annotated[str, Path(pattern="^(sus|pi|rfd)_[0-9A-HJKMNP-TV-Z]{13}$", examples=["sus_01KAB3Z8Q4RST"])]
CaseId = Annotated[int, ident("sus")]
OrderId = Annotated[int, ident("ord")]
ApprovalId = Annotated[int, ident("apr")]
Limit = Annotated[int, Query(ge=1, le=200)]
Trading = Annotated[TradingHouse, Depends(house_of)]
_STAFF: Final = (NotSignedIn, Forbidden, NotFound)
_OPEN: Final = frozenset({*UNSETTLED, CaseState.GIVING_BACK})


class MarketplaceOut(Schema):
    slug: str
    name: str

    @classmethod
    def of(cls, tenant: TenantFacts) -> "MarketplaceOut":
        return cls(slug=tenant.slug, name=tenant.name)


class DeskItemOut(Schema):
    """`charge` is money that matches nothing; `payment` and `refund` are ours, and the gateway has not said what became of them."""

    id: str = Field(examples=["sus_01KAB3Z8Q4RST"])
    kind: Kind
    source: str = Field(examples=["unmatched_charge", "unknown_outcome", "open_refund"])
    tenant: MarketplaceOut
    amount: MoneyOut
    since: datetime
    state: CaseState
    settlement: Settlement | None
    gateway_ref: str
    order_id: OrderId | None = Field(description="Of money that came: the order that it is kept or was taken for")

    @classmethod
    def of(cls, item: Item, tenant: TenantFacts) -> "DeskItemOut":
        return cls(**_common(item, tenant))  # pyright: ignore[reportArgumentType] -- checked when it is made


class DeskStepOut(Schema):
    """Something that happened. `by` is a person's name, `system`, or empty where the gateway spoke."""

    at: datetime
    what: str = Field(examples=["suspense.opened", "approvals.requested", "payment.unknown"])
    by: str
    detail: dict[str, object]


class DeskChoiceOut(Schema):
    """What may become of it. `refusal` says why it may not, in the words of the refusal that settling would get."""

    settlement: Settlement
    refusal: str | None


class DeskCaseOut(DeskItemOut):
    gateway: str
    gateway_key: str = Field(description="The key under which the gateway was last asked; empty when it was not")
    facts: dict[str, object] = Field(description="What the gateway said, and what we had asked")
    reason: str
    refusal: str = Field(description="Why the gateway last would not give it back")
    approval_id: ApprovalId | None
    steps: list[DeskStepOut]
    choices: list[DeskChoiceOut]
    needs_second_person: bool
    may_ask: bool


class SettleIn(Schema):
    settlement: Settlement
    reason: str = Field(min_length=3, max_length=200, examples=["Paid twice by mistake, asked for by mail"])
    email: str | None = Field(default=None, max_length=254, description="Whose account is credited; for `credit` alone")
    order_id: OrderId | None = Field(default=None, description="The order that it pays, or is kept for; for `take` alone")


class LetGoIn(Schema):
    reason: str = Field(min_length=3, max_length=200, examples=["The buyer meant another order"])


@router.get("/finance/suspense", responses=problems(Invalid, *_STAFF))
async def list_suspense(
    caller: FinanceAdmin,
    house: Trading,
    kind: Kind | None = None,
    state: CaseState | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[DeskItemOut]:
    """What lies on the desk, newest first: everything that is not settled, unless a state is asked for."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await desk.listed(
            uow, market.id if market else None, kinds={kind} if kind else set(KINDS.values()), states={state} if state else _OPEN,
            cursor=cursor, limit=limit,
        )  # fmt: skip
        markets = await tenants.by_id(uow, {item.tenant_id for item in found.data})
    shown = [DeskItemOut.of(item, markets[item.tenant_id]) for item in found.data]
    return PageOut[DeskItemOut].of(Page(shown, found.next_cursor))


@router.get("/finance/suspense/{item_id}", responses=problems(MalformedId, *_STAFF))
async def read_suspense(item_id: ItemId, caller: FinanceAdmin, house: Trading) -> DeskCaseOut:
    """Everything that is known of one: what the gateway said, what we asked, and what people did."""
    return await _shown(house, item_id)


@router.post("/finance/suspense/{item_id}/ask", responses=problems(NothingToAsk, MalformedId, BadCsrfToken, *_STAFF))
async def ask_gateway(item_id: ItemId, request: Request, caller: FinanceAdmin, house: Trading) -> DeskCaseOut:
    """Ask the gateway now what became of it, as the sweeper would in a moment; safe to do any number of times."""
    by = _hand(request, caller)
    await desk.ask_gateway(house, item_id, by.actor_ref, by.address)
    return await _shown(house, item_id)


@router.post(
    "/finance/suspense/{case_id}/settle",
    responses=problems(
        NotOpen,
        TooMuchToWriteOff,
        OtherGateway,
        NotWaiting,
        OtherCurrency,
        AlreadyAsked,
        InProgress,
        KeyReused,
        KeyMissing,
        BadCsrfToken,
        Invalid,
        *_STAFF,
    ),
)
async def settle_suspense(
    case_id: CaseId, body: SettleIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> DeskCaseOut:
    """Say what becomes of money that matches nothing. From a limit on it waits for a second person: state `awaiting_second`."""
    async with house.db.read(None) as uow:
        item = await desk.find(uow, encode("sus", case_id))
        account_id = await _credited(uow, body)
    if (body.settlement is Settlement.TAKE) != (body.order_id is not None):
        raise Invalid("/order_id", "Name the order that it pays, and name one for nothing else.")
    wish = Wish(
        item.tenant_id, case_id, body.settlement, body.reason, _hand(request, caller), _limits(house.settings),
        house.settings.gateway, account_id, body.order_id,
    )  # fmt: skip
    settled = await house.writes.submit(settle_once, Once(item.tenant_id, caller, key, wish))
    if isinstance(settled, CaseFacts):
        await send_back(house, [settled])
    return await _shown(house, item.ref)


@router.post(
    "/finance/suspense/{case_id}/let-go", responses=problems(NotKept, InProgress, KeyReused, KeyMissing, BadCsrfToken, Invalid, *_STAFF)
)
async def let_go_suspense(
    case_id: CaseId, body: LetGoIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> DeskCaseOut:
    """Money that is kept for an order, until the rest of it has come, is kept no longer."""
    async with house.db.read(None) as uow:
        item = await desk.find(uow, encode("sus", case_id))
    wish = LettingGo(item.tenant_id, case_id, body.reason, _hand(request, caller))
    await house.writes.submit(let_go_once, Once(item.tenant_id, caller, key, wish))
    return await _shown(house, item.ref)


async def _credited(uow: UnitOfWork, body: SettleIn) -> int | None:
    """Whom the case is credited to, if it is. Raises Invalid."""
    if (body.settlement is Settlement.CREDIT) != (body.email is not None):
        raise Invalid("/email", "Give the address of the account that is credited, and give it for nothing else.")
    if body.email is None:
        return None
    address = body.email.strip().lower()
    found = (await identity.by_email(uow, {address})).get(address)
    if found is None:
        raise Invalid("/email", "Nobody has an account with this address. Only who has an account can be credited.")
    return found.id


async def _shown(house: TradingHouse, ref: str) -> DeskCaseOut:
    async with house.db.read(None) as uow:
        found = await desk.dossier(uow, ref)
        market = (await tenants.by_id(uow, {found.item.tenant_id}))[found.item.tenant_id]
        names = await actors_of(uow, {step.by for step in found.steps})
    return _case(found, market, names, house.settings)


def _case(found: Dossier, market: TenantFacts, names: Mapping[str, str], settings: Settings) -> DeskCaseOut:
    item, case, limits = found.item, found.item.case, _limits(settings)
    choices: list[DeskChoiceOut] = []
    if case is not None and case.state is CaseState.OPEN:
        for how in Settlement:
            refusal = objection(case.standing, how, limits, settings.gateway)
            choices.append(DeskChoiceOut(settlement=how, refusal=refusal.detail() if refusal else None))
    more: dict[str, object] = {
        "gateway": case.gateway if case else settings.gateway, "gateway_key": item.gateway_key, "facts": dict(case.facts) if case else {},
        "reason": case.reason if case else "", "refusal": case.refusal if case else "", "approval_id": case.approval_id if case else None,
        "steps": [DeskStepOut(at=one.at, what=one.what, by=names.get(one.by, one.by), detail=dict(one.detail)) for one in found.steps],
        "choices": choices, "needs_second_person": case is not None and needs_second_person(case.amount_minor, limits),
        "may_ask": desk.may_be_asked(item),
    }  # fmt: skip
    return DeskCaseOut(**_common(item, market), **more)  # pyright: ignore[reportArgumentType] -- checked when it is made


def _common(item: Item, tenant: TenantFacts) -> dict[str, object]:
    return {
        "id": item.ref, "kind": item.kind, "source": item.source, "tenant": MarketplaceOut.of(tenant),
        "amount": MoneyOut.of(item.amount_minor, item.currency), "since": item.since, "state": item.state,
        "settlement": item.case.settlement if item.case else None, "gateway_ref": item.gateway_ref, "order_id": item.order_id,
    }  # fmt: skip


def _limits(settings: Settings) -> Limits:
    return Limits(settings.suspense_second_person_from_minor, settings.suspense_write_off_up_to_minor)


def _hand(request: Request, caller: Principal) -> Hand:
    return Hand(caller.actor_ref, address_of(request))
